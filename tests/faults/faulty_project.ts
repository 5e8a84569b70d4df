import { DatabaseSync } from "node:sqlite";
import { formatManifest, type ManifestRevision } from "../../src/manifest/manifest.ts";
import { aludelCommand, baseEnvironment, run } from "../scenarios/cli.ts";
import { type RunProject, runProject } from "../scenarios/run_project.ts";

/**
 * A project with a chain of many small revisions: each adds its number to `steps`, and some a table. The database is
 * in memory-backed storage where there is some: a killed process loses no more there, and COMMIT is quick.
 */
export function longProject(count: number): RunProject {
  const project = onQuickStorage(runProject());
  const revisions: ManifestRevision[] = [];
  for (let number = 1; number <= count; number++) {
    const id = `r${String(number).padStart(4, "0")}`;
    const parent = revisions.at(-1)?.id;
    revisions.push({
      id,
      dir: id,
      parents: parent === undefined ? [] : [parent],
      dependsOn: [],
      labels: [],
      message: `step ${number}`,
      created: "2026-11-23T10:15:00Z",
      up: null,
      down: null,
      was: [],
    });
    const table = number === 1
      ? "CREATE TABLE steps(number INTEGER PRIMARY KEY, filler);\n"
      : number % 10 === 0
      ? `CREATE TABLE t${number}(a PRIMARY KEY, b);\nCREATE INDEX i${number} ON t${number}(b);\n`
      : "";
    project.write(
      `migrations/${id}/up.sql`,
      `${table}INSERT INTO steps VALUES (${number}, zeroblob(500));\n`,
    );
    project.write(`migrations/${id}/down.sql`, `DELETE FROM steps WHERE number = ${number};\n`);
  }
  project.write("migrations/manifest.json", formatManifest({ revisions }));
  return project;
}

function onQuickStorage(project: RunProject): RunProject {
  let folder: string;
  try {
    folder = Deno.makeTempDirSync({ dir: "/dev/shm", prefix: "aludel-test-" });
  } catch {
    return project;
  }
  const database = `${folder}/app.db`;
  project.write("aludel.json", JSON.stringify({ database }));
  return {
    ...project,
    database,
    [Symbol.dispose]() {
      Deno.removeSync(folder, { recursive: true });
      project[Symbol.dispose]();
    },
  };
}

/** What a database looks like from outside, with SQLite's own verdict on it. */
export interface Sight {
  readonly integrity: string;
  /** Recorded revisions. */
  readonly recorded: number;
  /** Revisions whose statement has left its row. */
  readonly done: number;
}

/** Opens the file as an application would, which plays back a hot journal. */
export function lookAt(path: string): Sight {
  using database = new DatabaseSync(path);
  const one = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0];
  const count = (table: string) =>
    one(`SELECT count(*) FROM sqlite_schema WHERE name = '${table}'`) === 0
      ? 0
      : Number(one(`SELECT count(*) FROM ${table}`));
  return {
    integrity: String(one("PRAGMA integrity_check")),
    recorded: count("aludel_revision"),
    done: count("steps"),
  };
}

/** Starts `aludel ARGS` and leaves it running. */
export function start(project: RunProject, ...args: readonly string[]): Deno.ChildProcess {
  const [program, ...before] = aludelCommand();
  return new Deno.Command(program!, {
    args: [...before, ...args],
    cwd: project.path,
    clearEnv: true,
    env: baseEnvironment(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Waits until a process handles SIGINT: its sentinel is started during the run, and until then the signal has its usual
 * effect. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html, SigCgt
 */
export async function untilHandled({ pid }: Deno.ChildProcess): Promise<void> {
  while (!handlesInterrupt(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function handlesInterrupt(pid: number): boolean {
  const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/comm`).trim()
  );
  // Node always handles it, to tidy the terminal, and has a thread if a script is to be broken by it.
  if (threads.some((name) => name.endsWith("MainThread"))) {
    return threads.includes("SigintWatchdog");
  }
  const [, mask = "0"] = /^SigCgt:\s*(\w+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ??
    [];
  return (BigInt(`0x${mask}`) & 0b10n) !== 0n;
}

/** Reads an output of a process as it comes: stderr, if no other is named. */
export class Talk {
  #text = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();

  constructor(child: Deno.ChildProcess, output: "stdout" | "stderr" = "stderr") {
    this.#reader = child[output].getReader();
  }

  get text(): string {
    return this.#text;
  }

  /** Waits until the process has said it. Throws if it ends first. */
  async until(words: string): Promise<void> {
    while (!this.#text.includes(words)) {
      if (!await this.#read()) throw new Error(`"${words}" was never said, but:\n${this.#text}`);
    }
  }

  /** Reads to the end. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.#text;
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (value) this.#text += this.#decoder.decode(value, { stream: true });
    return !done;
  }
}

/** Runs a command in bash, after the words that limit it. */
export async function limited(project: RunProject, limits: string, ...args: string[]) {
  const words = [...aludelCommand(), ...args].map((word) => `'${word}'`).join(" ");
  return await run("bash", ["-c", `${limits}; exec ${words}`], { cwd: project.path });
}
