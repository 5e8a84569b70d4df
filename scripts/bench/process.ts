/** A program to run, as a shell would. */
export interface Program {
  readonly command: readonly string[];
  readonly cwd: string;
}

/** What one run of a whole process took, in milliseconds. */
export interface RunTime {
  readonly wallMs: number;
  /** User and system time of the process and its threads. */
  readonly cpuMs: number;
}

/** The shell's own clock starts after the shell and ends when the program is gone. */
const TIMED = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>"$0"';

/**
 * Runs a program to its end with bash's `time`.
 * @throws {Error} When it does not exit with 0, with the end of what it wrote to stderr.
 */
export async function timeRun({ command, cwd }: Program): Promise<RunTime> {
  const talk = await Deno.makeTempFile({ prefix: "aludel-bench-" });
  try {
    const { code, stderr } = await new Deno.Command("bash", {
      args: ["-c", TIMED, talk, ...command],
      cwd,
      clearEnv: true,
      env: environment(),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code !== 0) {
      const words = (await Deno.readTextFile(talk)).trim().split("\n").slice(-3).join("\n");
      throw new Error(`${command.join(" ")} exited with ${code}: ${words}`);
    }
    const [wall, user, system] = new TextDecoder().decode(stderr).trim().split(/\s+/).map(Number);
    return { wallMs: wall! * 1_000, cpuMs: (user! + system!) * 1_000 };
  } finally {
    await Deno.remove(talk);
  }
}

/**
 * The most memory that a program held at once, in MiB, or null where the system does not tell. Linux keeps the
 * mark in /proc while the process lives, so it is read again and again until it is gone.
 */
export async function peakMemory({ command, cwd }: Program): Promise<number | null> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    cwd,
    clearEnv: true,
    env: environment(),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let over = false;
  const end = child.status.then(() => over = true);
  let peak: number | null = null;
  while (!over) {
    peak = highWaterMark(child.pid) ?? peak;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await end;
  return peak;
}

function highWaterMark(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
    return kilobytes === null ? undefined : Number(kilobytes[1]) / 1_024;
  } catch {
    return undefined;
  }
}

/** No setting of the user's reaches a contender. */
function environment(): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR", "TMPDIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
}

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
