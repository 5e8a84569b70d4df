import type { ScratchImage } from "../../db/open_scratch.ts";
import { openNodeSqlite } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { host, type ProcessOutput } from "../../host/mod.ts";
import { pathExists, writeAtomically } from "../../project/workspace/files.ts";
import { say } from "../../text/next_step.ts";
import { BASELINE } from "../foreign.ts";
import {
  NODE_FILE,
  NODE_REDIRECT,
  PYTHON_FILE,
  PYTHON_REDIRECT,
  type RedirectVariables,
  RUBY_FILE,
  RUBY_REDIRECT,
  type TraceLine,
} from "./redirect.ts";
import type { ToolCommand } from "./step.ts";

/** A database after a step, and the statements of the step. */
export interface StepResult {
  readonly image: ScratchImage;
  /** The statements that ran, in order; null if the program could not be traced. */
  readonly statements: readonly string[] | null;
}

/** The maximum number of lines shown of a failed program's output. */
const SHOWN_LINES = 20;

/** Runs another tool on scratch files. */
export class StepRunner implements Disposable {
  readonly #cwd: string;
  readonly #live: string;
  readonly #folder: string;

  /**
   * @param cwd The absolute path of the tool's folder.
   * @param live The path of the live database; null if there is none.
   */
  constructor(cwd: string, live: string | null) {
    this.#cwd = cwd;
    this.#live = live === null ? "" : pathExists(live) ? host.files.realPath(live) : live;
    this.#folder = host.files.realPath(host.files.makeTemporaryFolder("aludel-import-"));
    host.files.makeFolder(`${this.#folder}/python`);
    host.files.writeText(`${this.#folder}/python/${PYTHON_FILE}`, PYTHON_REDIRECT);
    host.files.writeText(`${this.#folder}/${NODE_FILE}`, NODE_REDIRECT);
    host.files.makeFolder(`${this.#folder}/ruby`);
    host.files.writeText(`${this.#folder}/ruby/${RUBY_FILE}`, RUBY_REDIRECT);
  }

  [Symbol.dispose](): void {
    host.files.remove(this.#folder, { recursive: true });
  }

  /** The path of the scratch file. */
  get scratch(): string {
    return `${this.#folder}/scratch.db`;
  }

  /**
   * Runs a program that only prints, and returns its output.
   * @throws {AludelError} `import-replay` if it fails.
   */
  async print(command: ToolCommand): Promise<string> {
    this.#clear();
    const { code, stdout, stderr } = await this.#start(command);
    if (code === 0) return new TextDecoder().decode(stdout);
    throw failed(command, code, stdout, stderr);
  }

  /** The paths of the databases that the last program opened, as it spelled them. */
  get opened(): readonly string[] {
    return [...new Set(this.#trace().flatMap((line) => "open" in line ? [line.open] : []))];
  }

  /**
   * Runs a step on a database.
   *
   * @param image The database before; undefined for a new one.
   * @throws {AludelError} `import-replay` if the program fails, or writes nothing to the scratch file.
   */
  async take(image: ScratchImage | undefined, command: ToolCommand): Promise<StepResult> {
    this.#clear();
    if (image !== undefined) writeAtomically(this.scratch, image);
    const { code, stdout, stderr } = await this.#start(command);
    if (code !== 0) throw failed(command, code, stdout, stderr);
    const lines = this.#trace();
    if (!pathExists(this.scratch) || host.files.stat(this.scratch).size === 0) {
      throw untouched(command, lines);
    }
    const statements = lines.flatMap((line) => "sql" in line ? [line.sql] : []);
    return {
      image: await this.#read(),
      statements: lines.length === 0 ? null : statements,
    };
  }

  async #read(): Promise<ScratchImage> {
    // Leaving WAL mode moves the content of the WAL into the file.
    await using connection = openNodeSqlite({ path: this.scratch, mode: "write" });
    await connection.query("PRAGMA journal_mode = DELETE");
    await connection.close();
    return host.files.read(this.scratch);
  }

  #clear(): void {
    for (const { name, isFile } of host.files.list(this.#folder)) {
      if (isFile && name !== NODE_FILE) {
        host.files.remove(`${this.#folder}/${name}`);
      }
    }
  }

  #trace(): readonly TraceLine[] {
    const path = `${this.#folder}/trace`;
    if (!pathExists(path)) return [];
    return host.files.readText(path).split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  async #start({ program, args, env = {}, rawArguments }: ToolCommand): Promise<ProcessOutput> {
    const variables: RedirectVariables = {
      ALUDEL_SCRATCH: this.scratch,
      ALUDEL_LIVE: this.#live,
      ALUDEL_TRACE: `${this.#folder}/trace`,
    };
    const before = (name: string) => host.process.env(name) ?? "";
    const separator = host.os === "windows" ? ";" : ":";
    const paths = (folder: string, name: string) =>
      [`${this.#folder}/${folder}`, before(name)].filter((one) => one !== "").join(separator);
    const preload = JSON.stringify(`${this.#folder}/${NODE_FILE}`);
    try {
      return await host.processes.run(program, {
        args,
        cwd: this.#cwd,
        ...(rawArguments !== undefined && { rawArguments }),
        env: {
          ...variables,
          PYTHONPATH: paths("python", "PYTHONPATH"),
          PYTHONDONTWRITEBYTECODE: "1",
          RUBYLIB: paths("ruby", "RUBYLIB"),
          RUBYOPT: `${before("RUBYOPT")} -r${RUBY_FILE.replace(/\.rb$/, "")}`.trim(),
          NODE_OPTIONS: `${before("NODE_OPTIONS")} --require ${preload}`.trim(),
          NO_COLOR: "1",
          ...env,
        },
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new AludelError("import-replay", `"${program}" cannot be run`, {
        notes: [error.message],
        outcome: "Nothing was written",
        next: [
          say("Install it, or say how to run the tool: aludel import --replay COMMAND"),
          BASELINE,
        ],
        cause: error,
      });
    }
  }
}

function failed(
  { name }: ToolCommand,
  code: number,
  stdout: Uint8Array,
  stderr: Uint8Array,
): AludelError {
  const said = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim();
  return new AludelError("import-replay", `"${name}" exited with ${code}`, {
    notes: said === "" ? [] : said.split("\n").slice(-SHOWN_LINES),
    outcome: "Nothing was written",
    next: [say("Correct what it says, then run the same command again"), BASELINE],
  });
}

function untouched({ name }: ToolCommand, lines: readonly TraceLine[]): AludelError {
  const opened = lines.flatMap((line) => "open" in line ? [`It opened "${line.open}"`] : []);
  return new AludelError("import-replay", `"${name}" wrote nothing to the scratch file`, {
    notes: opened.length > 0
      ? [...new Set(opened)]
      : ["It opened no SQLite database by a driver of Python, Node or Ruby that can be redirected"],
    outcome: "Nothing was written",
    next: [
      ...opened.length > 0
        ? [say("Name the database that the tool works on: -d PATH")]
        : [say("Say in the command where the scratch file is: {database} stands for its path")],
      BASELINE,
    ],
  });
}
