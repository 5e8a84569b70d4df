import { host, type StandardStream } from "../../host/mod.ts";

/** One of the process's output streams. */
export interface OutputStream {
  /** Whether it is a terminal, not a file or a pipe. */
  readonly isTerminal: boolean;
  /** Writes the whole text before it returns. A reader that has gone away is not an error: see below. */
  write(text: string): void;
}

/** The program's surroundings. The code below src/cli takes values instead. */
export interface Runtime {
  readonly args: readonly string[];
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The width of the terminal in columns; 80 without one. */
  readonly columns: number;
  /** The number of threads that can work in parallel. */
  readonly processors: number;
  /** The words that start this program again. */
  readonly program: readonly string[];
  /** The name and version of the runtime, such as `Deno 2.9.6`. */
  readonly runtime: string;
  /** An environment variable; undefined if it is unset or may not be read. */
  env(name: string): string | undefined;
  now(): Date;
  /** Milliseconds from an arbitrary start. It never decreases. */
  monotonicMs(): number;
  /** Twelve random hex digits, the id of a new revision. */
  randomId(): string;
  sleep(ms: number): Promise<void>;
}

/** The surroundings on this host. */
export function hostRuntime(): Runtime {
  const { process, terminal, threads } = host;
  return {
    args: process.args,
    cwd: process.cwd,
    stdout: outputStream(terminal.stdout),
    stderr: outputStream(terminal.stderr),
    get columns() {
      return terminal.columns ?? 80;
    },
    get processors() {
      return threads.processors;
    },
    get program() {
      return process.program;
    },
    get runtime() {
      return host.runtime;
    },
    env: process.env,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    randomId() {
      const bytes = crypto.getRandomValues(new Uint8Array(6));
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/**
 * Once the reader has gone away (`aludel history | head -1`), further text is dropped and the command continues
 * to its end, because an upgrade must not stop half-way if nobody reads its report.
 */
function outputStream(target: StandardStream): OutputStream {
  const encoder = new TextEncoder();
  let readerGone = false;
  return {
    get isTerminal() {
      return target.isTerminal;
    },
    write(text) {
      if (readerGone) return;
      let bytes = encoder.encode(text);
      while (bytes.length > 0) {
        try {
          bytes = bytes.subarray(target.write(bytes));
        } catch (error) {
          if (host.fault(error) === "broken-pipe") {
            readerGone = true;
            return;
          }
          if (host.fault(error) !== "would-block") throw error;
          waitForReader(); // Another program made the pipe non-blocking.
        }
      }
    },
  };
}

function waitForReader(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
