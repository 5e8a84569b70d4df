/** What a program printed at once. */
export interface PrintedChunk {
  /** Milliseconds after the program was started. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** Where and how big. */
export interface PseudoTerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Why no terminal can be had here; undefined where one can.
 *
 * It comes from `script` of util-linux, which Debian always has. The programs of that name elsewhere have other flags.
 */
export async function whyNoTerminal(): Promise<string | undefined> {
  const missing = 'needs the program "script" of util-linux, and "stty"';
  if (Deno.build.os === "windows") return missing;
  try {
    const { stdout } = await new Deno.Command("script", { args: ["--version"], stdin: "null" })
      .output();
    if (!new TextDecoder().decode(stdout).includes("util-linux")) return missing;
    await new Deno.Command("stty", { args: ["--version"], stdin: "null" }).output();
    return undefined;
  } catch {
    return missing;
  }
}

/**
 * Runs a shell's command line in a terminal of its own, whatever this process has.
 * @returns What it printed, to stdout and stderr alike, as it came. How it ended is not looked at.
 */
export async function runInTerminal(
  command: string,
  { cwd, env, columns, rows }: PseudoTerminalOptions,
): Promise<readonly PrintedChunk[]> {
  const started = performance.now();
  const child = new Deno.Command("script", {
    args: ["-q", "-f", "-c", `stty cols ${columns} rows ${rows}; ${command}`, "/dev/null"],
    cwd,
    clearEnv: true,
    env: { ...env, TERM: "xterm-256color", SHELL: "/bin/sh" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const chunks: PrintedChunk[] = [];
  for await (const bytes of child.stdout) {
    chunks.push({ atMs: performance.now() - started, bytes });
  }
  await child.status;
  return chunks;
}
