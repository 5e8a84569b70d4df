/** A program of the system. */
export interface Tool {
  readonly path: string;
  readonly release: string;
}

/** Runs a program with arguments that make it print its release; undefined where it is missing or prints none. */
export async function findTool(path: string, args: readonly string[]): Promise<Tool | undefined> {
  const output = await outputOf(path, args);
  const release = output === undefined ? undefined : /\d+(?:\.\d+)+/.exec(output)?.[0];
  return release === undefined ? undefined : { path, release };
}

/** A program of a Debian package, with the package's release, for one that does not tell its own. */
export async function findDebianTool(path: string): Promise<Tool | undefined> {
  const output = await outputOf("dpkg-query", ["-W", "-f", "${Status} ${Version}", path]);
  const release = output === undefined
    ? undefined
    : / installed (\S+?)(?:[+-]|$)/.exec(output)?.[1];
  return release === undefined ? undefined : { path, release };
}

/** What a program prints, or undefined where it is missing or fails. */
export async function outputOf(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<string | undefined> {
  try {
    const options = { args: [...args], ...(cwd === undefined ? {} : { cwd }) };
    const { success, stdout } = await new Deno.Command(program, options).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
