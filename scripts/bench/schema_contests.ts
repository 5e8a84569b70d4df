import type { AludelProgram } from "./aludel_program.ts";
import { writeAludelProject } from "./aludel_project.ts";
import type { Contest } from "./contest.ts";
import { writeStatements } from "./peer_projects.ts";
import { denoRun } from "./site.ts";
import { workload } from "./workload.ts";

/** Where the schema contests run, and how large they are. */
export interface SchemaSite {
  /** An empty folder. */
  readonly folder: string;
  readonly program: AludelProgram;
  readonly tables: number;
  readonly revisions: number;
  readonly rows: number;
}

/** Comparing and replaying schemas, and rebuilding a large table. */
export async function schemaContests(site: SchemaSite): Promise<readonly Contest[]> {
  return [diffContest(site), replayContest(site), await rebuildContest(site)];
}

function diffContest({ folder, program, tables }: SchemaSite): Contest {
  const cwd = `${folder}/diff`;
  Deno.mkdirSync(cwd);
  Deno.writeTextFileSync(`${cwd}/a.sql`, manyTables(tables, ""));
  Deno.writeTextFileSync(`${cwd}/b.sql`, manyTables(tables, ", added TEXT"));
  return {
    title: `diff of two schemas of ${tables} tables`,
    references: ["empty Deno program"],
    contenders: [
      { name: "empty Deno program", command: denoRun("empty.ts"), cwd },
      {
        name: "aludel diff a.sql b.sql",
        command: [...program.command, "diff", "a.sql", "b.sql"],
        cwd,
        memory: true,
      },
    ],
    notes: [],
  };
}

/** Every fiftieth table has `more`. */
function manyTables(count: number, more: string): string {
  const tables = Array.from(
    { length: count },
    (_, at) =>
      `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER DEFAULT 0, c REAL, ` +
      `d TEXT COLLATE NOCASE, e BLOB, p INTEGER REFERENCES t0 (id), f TEXT CHECK (f <> '')` +
      `${at % 50 === 0 ? more : ""});\nCREATE INDEX i${at} ON t${at} (a, b);\n`,
  );
  return tables.join("");
}

function replayContest({ folder, program, revisions }: SchemaSite): Contest {
  const cwd = `${folder}/replay`;
  const limit = `${folder}/limit`;
  Deno.mkdirSync(cwd);
  Deno.mkdirSync(limit);
  const steps = workload(revisions);
  writeAludelProject(cwd, steps);
  writeStatements(limit, steps);
  const forget = () => {
    try {
      Deno.removeSync(`${cwd}/.aludel`, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  // What check does, without its exit code.
  const command = [...program.command, "diff", "heads", "empty"];
  const name = "limit: node:sqlite in memory";
  return {
    title: `the schema that ${revisions} revisions lead to`,
    references: [name],
    contenders: [
      { name, command: denoRun("node_limit.ts", ":memory:", "up.json"), cwd: limit },
      { name: "aludel diff heads empty, first time", command, cwd, prepare: forget, memory: true },
      { name: "aludel diff heads empty, from the cache", command, cwd, memory: true },
    ],
    notes: [],
  };
}

/** The best order by hand (indexes last) in the sqlite3 shell, beside what autogenerate writes. */
async function rebuildContest({ folder, program, rows }: SchemaSite): Promise<Contest> {
  const cwd = `${folder}/rebuild`;
  Deno.mkdirSync(cwd);
  const table = (name: string, type: string) =>
    `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d TEXT, e INTEGER, ` +
    `f TEXT, g ${type});\n`;
  const indexes = "CREATE INDEX t_a ON t (a);\nCREATE INDEX t_b ON t (b, e);\n";
  const fill =
    `INSERT INTO t SELECT value, 'name ' || value, value * 7919 % 1000003, value / 3.0, 'some text', ` +
    `value % 100, hex(value), value FROM generate_series(1, ${rows});\n`;
  Deno.writeTextFileSync(`${cwd}/schema.sql`, table("t", "TEXT") + indexes);
  const shell = async (...args: string[]) => {
    const { success } = await new Deno.Command("sqlite3", { args, cwd, stdout: "null" }).output();
    if (!success) throw new Error(`sqlite3 ${args.join(" ")} failed`);
  };
  await shell("full.db", table("t", "INTEGER") + fill + indexes);
  Deno.writeTextFileSync(
    `${cwd}/by_hand.sql`,
    `BEGIN;\n${table("n", "TEXT")}INSERT INTO n SELECT * FROM t;\nDROP TABLE t;\n` +
      `ALTER TABLE n RENAME TO t;\n${indexes}COMMIT;\n`,
  );
  const aludel = async (...args: string[]) => {
    const [command, ...rest] = program.command;
    const run = new Deno.Command(command!, { args: [...rest, ...args], cwd, stderr: "inherit" });
    if (!(await run.output()).success) throw new Error(`aludel ${args.join(" ")} failed`);
  };
  await aludel("init");
  Deno.writeTextFileSync(`${cwd}/aludel.json`, '{"database":"app.db","restorePoints":"never"}\n');
  await aludel("revision", "--autogenerate", "--from", "full.db", "-m", "rebuild");
  const fresh = (name: string) => () => Deno.copyFileSync(`${cwd}/full.db`, `${cwd}/${name}`);
  const name = "limit: sqlite3 shell, by hand, indexes last";
  return {
    title: `rebuild of a table of ${rows} rows, 8 columns, 2 indexes`,
    references: [name],
    contenders: [
      {
        name,
        command: ["sqlite3", "-bail", "hand.db", ".read by_hand.sql"],
        cwd,
        prepare: fresh("hand.db"),
      },
      {
        name: "aludel upgrade head",
        command: [...program.command, "upgrade", "head"],
        cwd,
        prepare: fresh("app.db"),
        memory: true,
      },
    ],
    notes: [],
  };
}
