import { DatabaseSync } from "node:sqlite";
import { DATABASE } from "../aludel_project.ts";
import type { Contender, Contest } from "../contest.ts";
import { aludel, newFolder, removeAll, type Yard } from "../yard.ts";
import { runQuietly } from "../process.ts";

const ROW_BYTES = 1_000;
const SHELL = "sqlite3 shell, .backup";

/** What copies a whole database: `backup` and a rehearsal, beside `cp` and the sqlite3 shell. */
export function backupContest(yard: Yard): readonly Contest[] {
  const cwd = newFolder(yard, "backup");
  makeProject(yard, cwd);
  const megabytes = Math.round(Deno.statSync(`${cwd}/${DATABASE}`).size / 1e6);
  const prepare = () => {
    removeAll(`${cwd}/${DATABASE}.restore`);
    removeAll(`${cwd}/copy.db`);
  };
  const contender = (
    role: Contender["role"],
    name: string,
    command: readonly string[],
    memory = false,
  ): Contender => ({ role, name, command, cwd, prepare, memory });
  const sh = (line: string) => ["sh", "-c", line];
  const backup = `sqlite3 ${DATABASE} '.backup copy.db'`;
  const judged = `${backup} && sqlite3 copy.db 'PRAGMA integrity_check' && sha256sum copy.db`;
  const shell = yard.field.sqlite3 !== undefined;
  return [{
    kind: "backup",
    count: megabytes,
    title: `copying a database of ${megabytes} MB`,
    references: ["cp", ...(shell ? [SHELL] : [])],
    contenders: [
      contender("limit", "cp", ["cp", DATABASE, "copy.db"]),
      contender("limit", "cp and sync", sh(`cp ${DATABASE} copy.db && sync copy.db`)),
      ...(shell
        ? [
          contender("limit", SHELL, sh(backup)),
          contender("limit", `${SHELL}, integrity_check, sha256sum`, sh(judged)),
        ]
        : []),
      contender("own", "aludel backup", aludel(yard, "backup"), true),
      contender("own", "aludel upgrade --rehearse", aludel(yard, "upgrade", "--rehearse")),
    ],
    notes: [
      "`backup` copies, looks for damage and hashes; a rehearsal copies, runs a small revision, counts rows " +
      "twice and looks for damage and violated keys.",
    ],
  }];
}

/** A project whose database has one table with an index, and one pending revision that is cheap. */
function makeProject(yard: Yard, cwd: string): void {
  runQuietly(cwd, aludel(yard, "init", "-q"));
  runQuietly(cwd, aludel(yard, "revision", "-q", "-m", "small step", "--rev-id", "a1"));
  const dir = [...Deno.readDirSync(`${cwd}/migrations`)].find((entry) => entry.isDirectory)!;
  Deno.writeTextFileSync(`${cwd}/migrations/${dir.name}/up.sql`, "CREATE TABLE u(a);\n");
  const rows = Math.round(yard.megabytes * 1_000_000 / (ROW_BYTES + 60));
  using database = new DatabaseSync(`${cwd}/${DATABASE}`);
  database.exec(
    `PRAGMA synchronous = OFF;
     CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT, filler BLOB);
     INSERT INTO t WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
       SELECT i, hex(randomblob(8)), randomblob(${ROW_BYTES}) FROM n;
     CREATE INDEX t_word ON t(word);`,
  );
}
