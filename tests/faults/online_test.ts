import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { limited, start } from "./faulty_project.ts";

const WRITER = fileURLToPath(new URL("./online_writer.ts", import.meta.url));
const ROWS = 4_000;
const ROUNDS = 12;

/** A rebuild as autogenerate writes it. */
function rebuild(columns: string): string {
  return `-- aludel: online
CREATE TABLE "events__new" (${columns});
INSERT INTO "events__new" ("id", "owner", "title", "code")
SELECT "id", "owner", "title", "code"
FROM "events";
PRAGMA legacy_alter_table = on;
ALTER TABLE "events" RENAME TO "events__old";
ALTER TABLE "events__new" RENAME TO "events";
PRAGMA legacy_alter_table = off;
DROP TABLE "events__old";
CREATE INDEX events_by_title ON events (title);
CREATE TRIGGER events_told AFTER UPDATE OF owner ON events BEGIN SELECT 1; END;
`;
}

const OLD =
  "id INTEGER PRIMARY KEY, owner INTEGER REFERENCES owners(id) ON DELETE CASCADE, title TEXT, code TEXT UNIQUE COLLATE NOCASE";
const NEW =
  "id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owners(id) ON DELETE CASCADE, title TEXT CHECK (title <> ''), code TEXT UNIQUE COLLATE NOCASE";

async function eventsProject(journal: string): Promise<RunProject> {
  const project = runProject();
  project.add(
    "r1",
    `CREATE TABLE owners (id INTEGER PRIMARY KEY);
     CREATE TABLE events (${OLD});
     CREATE INDEX events_by_title ON events (title);
     CREATE TRIGGER events_told AFTER UPDATE OF owner ON events BEGIN SELECT 1; END;
     INSERT INTO owners VALUES (1);`,
    null,
  );
  await project.prepare("upgrade");
  await project.sql(
    `PRAGMA journal_mode = ${journal};
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     INSERT INTO events SELECT i, 1, 't' || i, 'c' || i FROM n`,
  );
  project.add("r2", rebuild(NEW), rebuild(OLD));
  return project;
}

/** The revisions that are recorded, whoever writes meanwhile. */
function recorded({ database: path }: RunProject): string {
  using database = new DatabaseSync(path, { timeout: 10_000 } as object);
  const rows = database.prepare("SELECT id FROM aludel_revision ORDER BY position").all();
  return rows.map((row) => row["id"]).join(" ");
}

interface Written {
  readonly rows: string;
  readonly writes: number;
}

/** Starts an application that writes until it is asked for what it has written. */
async function startWriter(
  project: RunProject,
  seed: number,
): Promise<{ stop(): Promise<Written> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "-q", WRITER, project.database, String(seed)],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [told, rest] = child.stderr.tee();
  const reader = told.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  assert.match(first, /^writing/, "the writer has failed");
  reader.cancel();
  const errors = new Response(rest).text();
  return {
    async stop() {
      await child.stdin.close();
      const output = await new Response(child.stdout).text();
      assert.equal((await child.status).code, 0, await errors);
      return JSON.parse(output);
    },
  };
}

const ALL =
  "SELECT group_concat(id || '|' || owner || '|' || title || '|' || code, char(10)) FROM (SELECT * FROM events ORDER BY id)";

for (const journal of ["WAL", "DELETE"]) {
  Deno.test(
    `an online rebuild that is killed anywhere loses no write of another process (${journal})`,
    {
      ignore: Deno.build.os === "windows",
    },
    async () => {
      using project = await eventsProject(journal);
      const writer = await startWriter(project, 1);
      let killed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const command = round % 2 === 0 ? ["upgrade"] : ["downgrade", "-1"];
        const wanted = round % 2 === 0 ? "r1 r2" : "r1";
        for (let kills = 0; kills < 5 && recorded(project) !== wanted; kills++) {
          const child = start(project, ...command, "--max-wait", "20");
          const timer = setTimeout(() => {
            try {
              child.kill("SIGKILL");
              killed++;
            } catch {
              // It has ended by itself.
            }
          }, 250 + Math.random() * 400);
          await child.output();
          clearTimeout(timer);
        }
        if (recorded(project) !== wanted) await project.prepare(...command);
      }
      await project.prepare("upgrade");
      const { rows, writes } = await writer.stop();
      assert.ok(writes > 100, `only ${writes} writes`);
      assert.ok(killed > 0, "nothing was killed");
      assert.equal((await project.sql(ALL)).trim(), rows);
      assert.equal(await project.sql("PRAGMA integrity_check"), "ok");
      assert.equal(
        await project.sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'aludel_online%'"),
        "0",
      );
      assert.match(
        await project.sql("SELECT sql FROM sqlite_schema WHERE name = 'events'"),
        /CHECK/,
      );
      assert.equal(
        await project.sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'events_%'"),
        "2",
      );
    },
  );
}

Deno.test("two online rebuilds at once share the work", async () => {
  using project = await eventsProject("WAL");
  const writer = await startWriter(project, 2);
  const both = [start(project, "upgrade"), start(project, "upgrade")];
  const outcomes = await Promise.all(both.map((child) => child.output()));
  for (const { code, stderr } of outcomes) {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }
  const { rows } = await writer.stop();
  assert.equal((await project.sql(ALL)).trim(), rows);
  assert.equal(recorded(project), "r1 r2");
});

for (const journal of ["WAL", "DELETE"]) {
  Deno.test(
    `an online rebuild that meets a full disk leaves the table whole, and goes on with room (${journal})`,
    {
      ignore: Deno.build.os === "windows",
    },
    async () => {
      using project = await eventsProject(journal);
      await project.sql("UPDATE events SET title = title || hex(zeroblob(150))");
      const before = await project.sql(ALL);
      const pages = Number(await project.sql("PRAGMA page_count"));
      const kilobytes = Math.ceil(pages * 4 * 1.4);
      const limit = `trap '' XFSZ; ulimit -f ${kilobytes}`;
      const refused = await limited(project, limit, "upgrade");
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(refused.stderr, /error\[database-(unreadable|full)\]/);
      assert.match(refused.stderr, /"r2"|revision: r2/);
      assert.equal(await project.sql(ALL), before);
      assert.equal(recorded(project), "r1");
      assert.equal(await project.sql("PRAGMA integrity_check"), "ok");
      await project.sql("UPDATE events SET title = 'while it was full' WHERE id % 100 = 0");
      const now = await project.sql(ALL);
      await project.prepare("upgrade");
      assert.equal(await project.sql(ALL), now);
      assert.equal(recorded(project), "r1 r2");
      assert.equal(await project.sql("PRAGMA integrity_check"), "ok");
    },
  );
}

Deno.test("an online rebuild that met a full disk can be given up", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using project = await eventsProject("WAL");
  const before = await project.sql(ALL);
  const pages = Number(await project.sql("PRAGMA page_count"));
  const limit = `trap '' XFSZ; ulimit -f ${Math.ceil(pages * 4 * 1.5)}`;
  const refused = await limited(project, limit, "upgrade");
  assert.equal(refused.code, 1, refused.stderr);
  await project.prepare("upgrade", "--abort-online");
  assert.equal(await project.sql(ALL), before);
  assert.equal(
    await project.sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'aludel_online%'"),
    "0",
  );
});
