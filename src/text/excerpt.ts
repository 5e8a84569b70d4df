/**
 * The beginning of a text that somebody else wrote, for a message: what is longer than a message should be ends in `…`.
 *
 * @param length In UTF-16 code units; a character is not cut in two.
 */
export function excerpt(text: string, length = 200): string {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}
