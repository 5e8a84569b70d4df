import { main } from "../../../src/cli/main.ts";
import type { OutputStream, Runtime } from "../../../src/cli/terminal/runtime.ts";

/** A stream that remembers what was written. */
export interface RecordedStream extends OutputStream {
  readonly text: string;
}

export function recordedStream(isTerminal = false): RecordedStream {
  let text = "";
  return {
    isTerminal,
    write: (more) => void (text += more),
    get text() {
      return text;
    },
  };
}

/** A runtime without a world: fixed clock and id, no environment, recorded output. */
export function fakeRuntime(given: Partial<Runtime> = {}): Runtime & {
  readonly stdout: RecordedStream;
  readonly stderr: RecordedStream;
} {
  return {
    args: [],
    cwd: "/nowhere",
    stdinIsTerminal: false,
    columns: 80,
    processors: 1,
    execPath: "/usr/bin/aludel",
    program: ["/usr/bin/aludel"],
    runtime: "Deno 0.0.0",
    env: () => undefined,
    now: () => new Date("2026-11-23T10:15:00.500Z"),
    monotonicMs: () => 0,
    randomId: () => "3f9c1a2b4d5e",
    sleep: () => Promise.resolve(),
    ...given,
    stdout: (given.stdout as RecordedStream | undefined) ?? recordedStream(),
    stderr: (given.stderr as RecordedStream | undefined) ?? recordedStream(),
  };
}

/** Runs a command line in this process. */
export async function runInProcess(
  args: readonly string[],
  given: Partial<Runtime> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const runtime = fakeRuntime({ ...given, args });
  const code = await main(runtime);
  return { code, stdout: runtime.stdout.text, stderr: runtime.stderr.text };
}
