import { formatManifest } from "../../../src/manifest/manifest.ts";
import { DatabaseSync } from "node:sqlite";
import { withDraft } from "../../fixtures/memory_project.ts";
import { aludelCommand, run } from "../../scenarios/cli.ts";
import { runInProcess } from "../../fixtures/fake_runtime.ts";
import { type Contents, readContents } from "./contents.ts";

/** A restore point that the output names. */
export interface NamedPoint {
  readonly contents: Contents;
  /** Whether it holds lost rows alone, and not the whole database. */
  readonly rowsOnly: boolean;
}

/** The code of a process that kill -9 ended. */
export const KILLED = 137;

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with revisions and a database. */
export class LawProject {
  readonly #folder: string;
  readonly #settings: string;
  #manifest: Parameters<typeof formatManifest>[0] = { revisions: [] };
  readonly #scripts = new Map<string, string>();
  #clock = 0;

  constructor(folder: string, settings: string) {
    this.#folder = folder;
    this.#settings = settings;
    Deno.writeTextFileSync(`${folder}/aludel.json`, settings);
    Deno.mkdirSync(`${folder}/migrations`);
  }

  add(id: string, up: string, parent: string | null, down?: string): void {
    this.#manifest = withDraft(this.#manifest, id, parent === null ? [] : [parent]);
    const migrations = `${this.#folder}/migrations`;
    Deno.writeTextFileSync(`${migrations}/manifest.json`, formatManifest(this.#manifest));
    Deno.mkdirSync(`${migrations}/${id}`);
    const texts = { up, ...down !== undefined && { down } };
    for (const [name, text] of Object.entries(texts)) {
      Deno.writeTextFileSync(`${migrations}/${id}/${name}.sql`, text);
      this.#scripts.set(`migrations/${id}/${name}.sql`, text);
    }
  }

  scripts(): ReadonlyMap<string, string> {
    return new Map([
      ...this.#scripts,
      ["migrations/manifest.json", formatManifest(this.#manifest)],
      ["aludel.json", this.#settings],
    ]);
  }

  open(): DatabaseSync {
    return new DatabaseSync(`${this.#folder}/app.db`, {
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: true,
    });
  }

  /** Where {@linkcode makeDatabase} left the database with the first revision and no row. */
  get knownPath(): string {
    return `${this.#folder}/known.db`;
  }

  /** Copies the database as it is on disk; no connection is open. */
  copy(name: string): string {
    const to = `${this.#folder}/${name}`;
    for (const end of ["", "-wal", "-journal"]) {
      try {
        Deno.copyFileSync(`${this.#folder}/app.db${end}`, `${to}${end}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return to;
  }

  async aludel(args: readonly string[]): Promise<Outcome> {
    return await runInProcess(args, {
      cwd: this.#folder,
      now: () => new Date(Date.UTC(2026, 10, 23, 10, 15, this.#clock++)),
      monotonicMs: () => performance.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  }

  async process(args: readonly string[]): Promise<Outcome> {
    const [program, ...before] = aludelCommand();
    return await run(program!, [...before, ...args], { cwd: this.#folder });
  }

  /** Runs a process that kill -9 ends after so many milliseconds, unless it has ended before. */
  async killed(args: readonly string[], milliseconds: number): Promise<Outcome> {
    const [program, ...before] = aludelCommand();
    const child = new Deno.Command(program!, {
      args: [...before, ...args],
      cwd: this.#folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const timer = setTimeout(() => {
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // It has ended by itself.
      }
    }, milliseconds);
    const { code, signal, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const text = new TextDecoder();
    return {
      code: signal === "SIGKILL" ? KILLED : code,
      stdout: text.decode(stdout),
      stderr: text.decode(stderr),
    };
  }

  async done(args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.aludel(args);
    if (code !== 0) throw new Error(`aludel ${args.join(" ")}: ${stderr}`);
  }

  /** What the restore points hold that the output names; all of them if the process could not name any. */
  points({ code, stdout, stderr }: Outcome): NamedPoint[] {
    const names = code === KILLED
      ? this.#pointsOnDisk()
      : (stderr + stdout).match(/\b\d{4}-\d\d-\d\d_\d{6}(?:_\d+)?\b/g) ?? [];
    return [...new Set(names)].map((name, at) => {
      const point = `${this.#folder}/app.db.restore/${name}`;
      const { file, holds } = JSON.parse(Deno.readTextFileSync(`${point}/point.json`));
      Deno.copyFileSync(`${point}/${file}`, `${this.#folder}/point${at}.db`);
      const contents = readContents(`${this.#folder}/point${at}.db`);
      return { contents, rowsOnly: holds === "rows" };
    });
  }

  #pointsOnDisk(): string[] {
    try {
      return [...Deno.readDirSync(`${this.#folder}/app.db.restore`)].map(({ name }) => name)
        .filter((name) => /^\d/.test(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}
