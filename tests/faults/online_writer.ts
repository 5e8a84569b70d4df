// deno-lint-ignore-file no-console
/**
 * Writes to table `events` of a database, as an application does, until its standard input ends, and does the same to a
 * table of its own in memory. Then prints that table and how long it has waited for the lock.
 *
 *     online_writer.ts DATABASE SEED
 */
import { DatabaseSync } from "node:sqlite";

const [path, seed] = Deno.args;
const database = new DatabaseSync(path!, { enableForeignKeyConstraints: true });
database.exec("PRAGMA busy_timeout = 10000");
const mirror = new DatabaseSync(":memory:");
mirror.exec(
  "CREATE TABLE events (id INTEGER PRIMARY KEY, owner INTEGER, title TEXT, code TEXT UNIQUE COLLATE NOCASE)",
);
for (const row of database.prepare("SELECT * FROM events").all()) {
  mirror.prepare("INSERT INTO events VALUES (?, ?, ?, ?)").run(...Object.values(row));
}

let state = Number(seed);
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * below);
}

/** The writes of an application, each with values that are the same for both tables. */
function statement(): string {
  const id = 1 + random(6_000);
  const code = `c${random(9_000)}`;
  switch (random(8)) {
    case 0:
      return `INSERT OR IGNORE INTO events (id, owner, title, code) VALUES (${id}, 1, 'i', '${code}')`;
    case 1:
      return `INSERT OR REPLACE INTO events (id, owner, title, code) VALUES (${id}, 1, 'r', '${code.toUpperCase()}')`;
    case 2:
      return `UPDATE OR IGNORE events SET id = ${1 + random(6_000)}, title = 'm' WHERE id = ${id}`;
    case 3:
      return `UPDATE OR REPLACE events SET code = '${code}' WHERE id BETWEEN ${id} AND ${id + 3}`;
    case 4:
      return `DELETE FROM events WHERE id = ${id}`;
    case 5:
      return `INSERT INTO events (id, owner, title, code) VALUES (${id}, 1, 'u', '${code}')
              ON CONFLICT DO UPDATE SET title = title || 'u'`;
    case 6:
      return `UPDATE events SET title = title || '.' WHERE id % 97 = ${random(97)}`;
    default:
      return `UPDATE events SET title = 'x' WHERE id = ${id}`;
  }
}

let stopped = false;
(async () => {
  for await (const _ of Deno.stdin.readable);
  stopped = true;
})();
let writes = 0;
let longest = 0;
while (!stopped) {
  const sql = statement();
  const begun = performance.now();
  database.exec("BEGIN IMMEDIATE");
  longest = Math.max(longest, performance.now() - begun);
  const wasUndone = random(10) === 0;
  database.exec(sql);
  database.exec(wasUndone ? "ROLLBACK" : "COMMIT");
  if (!wasUndone) mirror.exec(sql);
  writes++;
  if (writes === 1) console.error("writing");
  await new Promise((resolve) => setTimeout(resolve, random(4)));
}
const rows = mirror.prepare(
  "SELECT group_concat(id || '|' || owner || '|' || title || '|' || code, char(10) ORDER BY id) AS rows FROM events",
).get();
console.log(JSON.stringify({ rows: rows!["rows"], writes, longest: Math.round(longest) }));
