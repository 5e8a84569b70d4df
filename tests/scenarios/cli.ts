import { fileURLToPath } from "node:url";
import { startProject } from "../../src/project/author/start_project.ts";
import { runInProcess } from "../unit/cli/fake_runtime.ts";
import { faultOfNextLines } from "./next_lines.ts";

/**
 * Drives the real program as a user's shell does. The executable is `$ALUDEL` where that is set (a compiled
 * binary), else this source tree under Deno.
 */
const ENTRY = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to an environment that holds PATH, HOME and Deno's folders only. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs `aludel ARGS`. */
export async function aludel(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program, ...before] = aludelCommand();
  return await withNextSteps(args, await run(program!, [...before, ...args], options));
}

/** Lets no error pass that does not say what to do next, and no suggestion that cannot be pasted. */
async function withNextSteps(args: readonly string[], outcome: Outcome): Promise<Outcome> {
  const { stdout, stderr } = outcome;
  const isTold = !/^error\[/m.test(stderr) || /^ {2}next: \S/m.test(stderr);
  const fault = isTold && !/^\{"error":.*"next":\[\]\}\}$/m.test(stdout)
    ? await faultOfNextLines(args, stdout + stderr)
    : "No next step";
  if (fault === undefined) return outcome;
  throw new Error(`${fault}, after aludel ${args.join(" ")}\n${stdout}${stderr}`);
}

/** The words that start the program, for tests that need a shell or a process handle. */
export function aludelCommand(): readonly string[] {
  const binary = Deno.env.get("ALUDEL");
  return binary ? [binary] : [Deno.execPath(), "run", "-A", ENTRY];
}

/** Runs SQL in the real `sqlite3` shell; returns its output without the final line break. */
export async function sqlite3(database: string, sql: string): Promise<string> {
  const outcome = await run("sqlite3", [database, sql], {});
  if (outcome.code !== 0) throw new Error(`sqlite3 ended with ${outcome.code}: ${outcome.stderr}`);
  return outcome.stdout.trimEnd();
}

/** Runs any program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const child = new Deno.Command(program, {
    args: [...args],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    clearEnv: true,
    env: { ...baseEnvironment(), ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** What a child process gets of this one's environment: no setting of the developer's reaches a test. */
export function baseEnvironment(): Record<string, string> {
  const names = ["PATH", "HOME", "DENO_DIR", "TMPDIR"];
  // What programs of Windows take for granted.
  names.push("SystemRoot", "ComSpec", "PATHEXT", "USERPROFILE", "LOCALAPPDATA", "TEMP", "TMP");
  const entries = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
}

/** A folder that is removed at the end of the test: `using folder = temporaryFolder()`. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  /** Writes a file, with the folders it needs. */
  write(path: string, text: string): void;
  read(path: string): string;
  /** Whether there is a file or folder of this name. */
  has(path: string): boolean;
  /**
   * Runs a command in this process and throws unless it exits with 0: for what must be there before the command
   * that a test is about. Ten times as fast as a process of its own; the clock stands still.
   */
  prepare(...args: string[]): Promise<string>;
  /** Runs a command in this process: ten times as fast as {@linkcode TemporaryFolder.aludel}. */
  inProcess(...args: string[]): Promise<Outcome>;
  /** Runs `aludel ARGS` in the folder. */
  aludel(...args: string[]): Promise<Outcome>;
  /** Runs it and throws unless it exits with 0; returns what it wrote to stdout. */
  done(...args: string[]): Promise<string>;
}

export function temporaryFolder(): TemporaryFolder {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "aludel-test-" }));
  const full = (name: string) => `${path}/${name}`;
  const here: TemporaryFolder = {
    path,
    write(name, text) {
      const slash = name.lastIndexOf("/");
      if (slash > 0) Deno.mkdirSync(full(name.slice(0, slash)), { recursive: true });
      Deno.writeTextFileSync(full(name), text);
    },
    read: (name) => Deno.readTextFileSync(full(name)),
    has(name) {
      try {
        return Deno.lstatSync(full(name)) !== null;
      } catch {
        return false;
      }
    },
    inProcess: async (...args) =>
      await withNextSteps(args, await runInProcess(args, { cwd: path })),
    async prepare(...args) {
      const outcome = await here.inProcess(...args);
      if (outcome.code !== 0) throw failed(args, outcome);
      return outcome.stdout;
    },
    aludel: (...args) => aludel(args, { cwd: path }),
    async done(...args) {
      const outcome = await here.aludel(...args);
      if (outcome.code !== 0) throw failed(args, outcome);
      return outcome.stdout;
    },
    [Symbol.dispose]() {
      Deno.removeSync(path, { recursive: true });
    },
  };
  return here;
}

/** A folder as `aludel init` leaves it. */
export function temporaryProject(): TemporaryFolder {
  const folder = temporaryFolder();
  startProject(folder.path);
  return folder;
}

function failed(args: readonly string[], { code, stderr }: Outcome): Error {
  return new Error(`aludel ${args.join(" ")} exited with ${code}\n${stderr}`);
}
