import { fileURLToPath } from "node:url";
import { startProject } from "../../src/project/author/start_project.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { TempFolder } from "../fixtures/temp_folder.ts";
import { faultOfAnswer } from "./json_answer.ts";
import { faultOfNextLines, type TypedIn } from "./next_lines.ts";

/**
 * Drives the real program as a user's shell does. The executable is `$ALUDEL` if that is set (a compiled
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
  return await checked(args, await run(program!, [...before, ...args], options), options);
}

/**
 * Lets no error pass that does not say what to do next, no suggestion that cannot be pasted, and no JSON answer that its
 * published schema does not describe.
 */
async function checked(
  args: readonly string[],
  outcome: Outcome,
  where: TypedIn,
): Promise<Outcome> {
  const { stdout, stderr } = outcome;
  const isTold = !/^error\[/m.test(stderr) || /^ {2}next: \S/m.test(stderr);
  const fault = isTold && !/^\{"format":1,"error":.*"next":\[\]\}\}$/m.test(stdout)
    ? faultOfAnswer(args, stdout) ?? await faultOfNextLines(args, stdout + stderr, where)
    : "No next step";
  if (fault === undefined) return outcome;
  throw new Error(`${fault}, after aludel ${args.join(" ")}\n${stdout}${stderr}`);
}

/** The words that start the program, for tests that need a shell or a process handle. */
export function aludelCommand(): readonly string[] {
  const binary = Deno.env.get("ALUDEL");
  return binary ? [binary] : [Deno.execPath(), "run", "-A", ENTRY];
}

/** Whether the program runs on Node: by npm or as a file with Node in it. */
export function runsOnNode(): boolean {
  const [program, ...before] = aludelCommand();
  const { stdout } = new Deno.Command(program!, { args: [...before, "--version"] }).outputSync();
  return /\bNode \d/.test(new TextDecoder().decode(stdout));
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

/** A {@linkcode TempFolder} in which Aludel is run. */
export type TemporaryFolder = ReturnType<typeof temporaryFolder>;

/** A folder that is removed at the end of the test: `using folder = temporaryFolder()`. */
export function temporaryFolder() {
  const folder = new TempFolder();
  const cwd = folder.path;
  const inProcess = async (...args: string[]): Promise<Outcome> =>
    await checked(args, await runInProcess(args, { cwd }), { cwd });
  const program = (...args: string[]): Promise<Outcome> => aludel(args, { cwd });
  return {
    path: cwd,
    write: (name: string, text: string) => folder.write(name, text),
    read: (name: string) => folder.read(name),
    has: (name: string) => folder.has(name),
    /** Runs a command in this process: ten times as fast as a process of its own; the clock does not move. */
    inProcess,
    /** The same for a command that a test needs before the one it is about: throws unless it exits with 0. */
    prepare: async (...args: string[]) => requireDone(args, await inProcess(...args)),
    /** Runs `aludel ARGS` in the folder. */
    aludel: program,
    /** Runs it and throws unless it exits with 0. @returns What it wrote to stdout. */
    done: async (...args: string[]) => requireDone(args, await program(...args)),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** A folder as `aludel init` leaves it. */
export function temporaryProject(): TemporaryFolder {
  const folder = temporaryFolder();
  startProject(folder.path);
  return folder;
}

function requireDone(args: readonly string[], { code, stdout, stderr }: Outcome): string {
  if (code === 0) return stdout;
  throw new Error(`aludel ${args.join(" ")} exited with ${code}\n${stderr}`);
}
