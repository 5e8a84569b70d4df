/** What this program was started from. */
export interface ProgramStart {
  /** The running executable. */
  readonly execPath: string;
  /** Whether that executable is the program itself and not Deno. */
  readonly standalone: boolean;
  /** The URL of the module that was started. */
  readonly mainModule: string;
  readonly os: typeof Deno.build.os;
}

/**
 * The words that start this program again: the standalone binary, or Deno with `run -A` and the path of main.ts.
 * (`node:url` would turn the URL into a path too, and costs milliseconds to load.)
 */
export function programWords({ execPath, standalone, mainModule, os }: ProgramStart): string[] {
  if (standalone) return [execPath];
  return [
    execPath,
    "run",
    "-A",
    mainModule.startsWith("file:") ? filePath(mainModule, os) : mainModule,
  ];
}

function filePath(address: string, os: ProgramStart["os"]): string {
  const { host, pathname } = new URL(address);
  const path = decodeURIComponent(pathname);
  if (os !== "windows") return path;
  // "file://server/share/main.ts" is on a share, "file:///C:/main.ts" on a drive.
  return host === "" ? path.slice(1) : `//${host}${path}`;
}

/** One of the process's output streams. */
export interface OutputStream {
  /** Whether a person watches it, not a file or a pipe. */
  readonly isTerminal: boolean;
  /** Writes all of the text before it returns. A reader that went away is not an error: see below. */
  write(text: string): void;
}

/** All that the program may ask of the world around it. Everything below src/cli takes values instead. */
export interface Runtime {
  readonly args: readonly string[];
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdinIsTerminal: boolean;
  /** Columns of the terminal, 80 where there is none. */
  readonly columns: number;
  /** How many threads can work at once. */
  readonly processors: number;
  /** The path of the running executable: the standalone binary, or Deno. */
  readonly execPath: string;
  /** The words that start this program again: the standalone binary, or Deno with `run -A` and main.ts. */
  readonly program: readonly string[];
  /** Such as `2.9.6`. */
  readonly denoRelease: string;
  /** An environment variable; undefined where it is unset or may not be read. */
  env(name: string): string | undefined;
  now(): Date;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonicMs(): number;
  /** Twelve random hex digits: the id of a new revision. */
  randomId(): string;
  sleep(ms: number): Promise<void>;
}

/** The world as Deno gives it. */
export function denoRuntime(): Runtime {
  return {
    args: Deno.args,
    cwd: Deno.cwd(),
    stdout: outputStream(Deno.stdout),
    stderr: outputStream(Deno.stderr),
    get stdinIsTerminal() {
      return Deno.stdin.isTerminal();
    },
    get columns() {
      try {
        return Deno.consoleSize().columns || 80;
      } catch {
        return 80; // not a terminal
      }
    },
    get processors() {
      return navigator.hardwareConcurrency;
    },
    get execPath() {
      return Deno.execPath();
    },
    get program() {
      const { standalone, os } = Deno.build;
      return programWords({
        execPath: Deno.execPath(),
        standalone,
        mainModule: Deno.mainModule,
        os,
      });
    },
    denoRelease: Deno.version.deno,
    env(name) {
      try {
        return Deno.env.get(name);
      } catch {
        return undefined; // run without --allow-env
      }
    },
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    randomId() {
      const bytes = crypto.getRandomValues(new Uint8Array(6));
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

type SyncWriter = { writeSync(bytes: Uint8Array): number; isTerminal(): boolean };

/**
 * Once the reader is gone (`aludel history | head -1`), further text is dropped and the command goes on
 * to its end: an upgrade must not stop half-way because nobody reads its report.
 */
function outputStream(target: SyncWriter): OutputStream {
  const encoder = new TextEncoder();
  let readerGone = false;
  return {
    get isTerminal() {
      return target.isTerminal();
    },
    write(text) {
      if (readerGone) return;
      let bytes = encoder.encode(text);
      while (bytes.length > 0) {
        try {
          bytes = bytes.subarray(target.writeSync(bytes));
        } catch (error) {
          if (error instanceof Deno.errors.BrokenPipe) {
            readerGone = true;
            return;
          }
          if (!(error instanceof Deno.errors.WouldBlock)) throw error;
          waitForReader(); // a pipe that another program made non-blocking
        }
      }
    },
  };
}

function waitForReader(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}
