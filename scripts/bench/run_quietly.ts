/**
 * Runs a program that prepares a contest.
 * @throws {Error} When it does not exit with 0, with what it wrote to stderr.
 */
export function runQuietly(cwd: string, command: readonly string[]): void {
  const [program, ...args] = command;
  const { success, stderr } = new Deno.Command(program!, { args, cwd, stdout: "null" })
    .outputSync();
  if (success) return;
  throw new Error(`${command.join(" ")} failed: ${new TextDecoder().decode(stderr).trim()}`);
}
