import { DatabaseSync } from "node:sqlite";
import { DATABASE, writeAludelProject } from "../aludel_project.ts";
import type { Contender, Contest } from "../contest.ts";
import { aludel, counted, denoRun, newFolder, removeAll, type Yard } from "../yard.ts";
import { writeAlembicEnvironment, writeAlembicRevision } from "../peers/alembic.ts";
import { runQuietly } from "../process.ts";
import { scriptOf } from "../workload.ts";

export const SETTINGS = `{"database":"${DATABASE}","restorePoints":"never"}\n`;
export const INDEXES = ["CREATE INDEX t_a ON t (a)", "CREATE INDEX t_b ON t (b, e)"];

/** Rebuilds of a large table, beside the best order by hand: indexes last. */
export function rebuildContest(yard: Yard): readonly Contest[] {
  const full = `${newFolder(yard, "rebuild")}/full.db`;
  fill(full, yard.rows);
  return [...conversion(yard, full), comparison(yard, full)];
}

/** Changing the type of a column, as autogenerate writes it. */
function conversion(yard: Yard, full: string): readonly Contest[] {
  const contenders = [
    ...limits(yard, full),
    ownContender(yard, full),
    ...alembicContender(yard),
  ].map((contender) => ({ ...contender, ...around(contender.cwd, full, yard.rows, "TEXT") }));
  return [{
    kind: "rebuild",
    count: yard.rows,
    title: `rebuild of a table of ${counted(yard.rows, "row")}, 8 columns, 2 indexes`,
    references: [contenders[0]!.name],
    contenders,
    notes: [],
  }];
}

/** The two ways of knowing that a copy lost nothing: by its tokens, and by comparing every value. */
function comparison(yard: Yard, full: string): Contest {
  const copies = {
    proven: "SELECT * FROM t WHERE true",
    compared: "SELECT * FROM t UNION ALL SELECT * FROM t WHERE false",
  };
  const statementsOf = (copy: string) => [
    tableOf("n", "INTEGER"),
    `INSERT INTO n ${copy}`,
    "DROP TABLE t",
    "ALTER TABLE n RENAME TO t",
    ...INDEXES,
  ];
  const limit = newFolder(yard, "rebuild-compared-limit");
  Deno.writeTextFileSync(`${limit}/up.json`, JSON.stringify(statementsOf(copies.compared)));
  const contenders: readonly Contender[] = [
    {
      name: "limit: node:sqlite, by hand",
      role: "limit",
      command: denoRun("node_limit.ts", DATABASE, "up.json"),
      cwd: limit,
    },
    ...Object.entries(copies).map(([name, copy]): Contender => {
      const cwd = newFolder(yard, `rebuild-${name}`);
      writeAludelProject(cwd, [
        { number: 1, message: "rebuild", up: statementsOf(copy), down: ["SELECT 1"] },
      ]);
      Deno.writeTextFileSync(`${cwd}/aludel.json`, SETTINGS);
      return {
        name: `aludel upgrade head, ${name}`,
        role: "own",
        command: aludel(yard, "upgrade", "head"),
        cwd,
        memory: true,
      };
    }),
  ];
  return {
    kind: "rebuild",
    count: yard.rows,
    title: `proving that a rebuild of ${counted(yard.rows, "row")} lost nothing`,
    references: [contenders[0]!.name],
    contenders: contenders.map((contender) => ({
      ...contender,
      ...around(contender.cwd, full, yard.rows, "INTEGER"),
    })),
    notes: [
      "A copy with `WHERE` takes rows of one table as they are, so their number says what is lost; after one with " +
      "`UNION ALL` every value is compared.",
    ],
  };
}

export function tableOf(name: string, type: string): string {
  return `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d TEXT, ` +
    `e INTEGER, f TEXT, g ${type})`;
}

export function fill(path: string, rows: number, journal: "DELETE" | "WAL" = "DELETE"): void {
  using database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = ${journal}`);
  database.exec("PRAGMA synchronous = OFF; BEGIN");
  database.exec(tableOf("t", "INTEGER"));
  database.exec(
    `INSERT INTO t WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
     SELECT i, 'name ' || i, i * 7919 % 1000003, i / 3.0, 'some text', i % 100, hex(i), i FROM n`,
  );
  for (const index of INDEXES) database.exec(index);
  database.exec("COMMIT");
}

/** Every contender starts with a fresh copy, and must leave all rows in a table whose last column has the type. */
export function around(
  cwd: string,
  full: string,
  rows: number,
  type: string,
): Pick<Contender, "prepare" | "check"> {
  const path = `${cwd}/${DATABASE}`;
  return {
    prepare: () => {
      for (const end of ["", "-journal", "-wal", "-shm"]) removeAll(path + end);
      Deno.copyFileSync(full, path);
    },
    check: () => {
      using database = new DatabaseSync(path);
      const facts = database.prepare(
        `SELECT (SELECT count(*) FROM t) || ' ' || (SELECT type FROM pragma_table_info('t')
           WHERE name = 'g') || ' ' || (SELECT count(*) FROM pragma_index_list('t')) AS facts`,
      ).get()?.["facts"];
      if (facts !== `${rows} ${type} 2`) throw new Error(`${path} has ${facts}`);
    },
  };
}

function limits(yard: Yard, full: string): readonly Contender[] {
  const cwd = full.slice(0, full.lastIndexOf("/"));
  const statements = [
    tableOf("n", "TEXT"),
    "INSERT INTO n SELECT * FROM t",
    "DROP TABLE t",
    "ALTER TABLE n RENAME TO t",
    ...INDEXES,
  ];
  Deno.writeTextFileSync(`${cwd}/by_hand.json`, JSON.stringify(statements));
  Deno.writeTextFileSync(`${cwd}/by_hand.sql`, `BEGIN;\n${scriptOf(statements)}COMMIT;\n`);
  const shell = yard.field.sqlite3;
  return [
    {
      name: "limit: node:sqlite, by hand, indexes last",
      role: "limit",
      command: denoRun("node_limit.ts", DATABASE, "by_hand.json"),
      cwd,
    },
    ...(shell
      ? [{
        name: "sqlite3 shell, by hand, indexes last",
        role: "limit" as const,
        command: [shell.path, "-bail", DATABASE, ".read by_hand.sql"],
        cwd,
      }]
      : []),
  ];
}

function ownContender(yard: Yard, full: string): Contender {
  const cwd = newFolder(yard, "rebuild-aludel");
  runQuietly(cwd, aludel(yard, "init"));
  Deno.writeTextFileSync(`${cwd}/aludel.json`, SETTINGS);
  Deno.writeTextFileSync(`${cwd}/schema.sql`, scriptOf([tableOf("t", "TEXT"), ...INDEXES]));
  runQuietly(cwd, aludel(yard, "revision", "--autogenerate", "--from", full, "-m", "rebuild"));
  return {
    name: "aludel upgrade head",
    role: "own",
    command: aludel(yard, "upgrade", "head"),
    cwd,
    memory: true,
  };
}

function alembicContender(yard: Yard): readonly Contender[] {
  if (!yard.field.peers.some(({ name }) => name === "Alembic")) return [];
  const cwd = newFolder(yard, "rebuild-alembic");
  writeAlembicEnvironment(cwd, false);
  writeAlembicRevision(cwd, 1, "rebuild", {
    up: '    with op.batch_alter_table("t") as batch:\n' +
      '        batch.alter_column("g", type_=sa.Text())\n',
    down: "    pass\n",
  });
  return [{
    name: "alembic upgrade head, batch mode",
    role: "peer",
    command: ["alembic", "upgrade", "head"],
    cwd,
  }];
}
