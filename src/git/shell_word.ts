/** A word as it is typed in a POSIX shell: in quotes where it holds anything that a shell would read. */
export function shellWord(word: string): string {
  return /^[0-9A-Za-z_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
