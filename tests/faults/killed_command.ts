import { aludelCommand, baseEnvironment } from "../scenarios/cli.ts";

/** How often each kill is repeated: enough for every day; `FAULT_ROUNDS=100` for a night. */
export const ROUNDS = Number(Deno.env.get("FAULT_ROUNDS") ?? 15);

/** Starts `aludel ARGS`, for a test that watches it or ends it. */
export function startAludel(cwd: string, args: readonly string[]): Deno.ChildProcess {
  const [program, ...before] = aludelCommand();
  return new Deno.Command(program!, {
    args: [...before, ...args],
    cwd,
    clearEnv: true,
    env: baseEnvironment(),
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/**
 * Waits until something can be seen of a command's work, a moment more, and ends the command.
 * @returns Whether it was still at work.
 */
export async function endWhen(
  child: Deno.ChildProcess,
  seen: () => boolean,
  momentMs: number,
  signal: Deno.Signal = "SIGKILL",
): Promise<boolean> {
  let ended = false;
  const status = child.status.then((status) => {
    ended = true;
    return status;
  });
  while (!ended && !seen()) await new Promise((resolve) => setTimeout(resolve, 1));
  if (momentMs > 0) await new Promise((resolve) => setTimeout(resolve, momentMs));
  if (ended) return false;
  try {
    child.kill(signal);
  } catch (error) {
    // It ended by itself a moment ago, and the promise has not been told yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
  return (await status).signal !== null || (await status).code === 130;
}

/** Whether there is a file or folder. */
export function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== null;
  } catch {
    return false;
  }
}

/** Whether a copy is being made beside a database. */
export function isCopying(database: string): boolean {
  try {
    return [...Deno.readDirSync(`${database}.restore`)].some(({ name }) =>
      name.startsWith(".work-")
    );
  } catch {
    return false;
  }
}

/** Faster than a deep comparison, which looks for the difference. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
