import assert from "node:assert/strict";
import { D1_TOKEN, type D1Server, NO_D1, startD1 } from "../fixtures/d1.ts";
import { aludel, aludelCommand, type Outcome, sqlite3 } from "./cli.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { type RunProject, runProject } from "./run_project.ts";

// One server for the file; each test has a database of its own.
let started: Promise<D1Server> | undefined;

interface D1Project extends Omit<RunProject, "done" | "aludel" | "fails"> {
  readonly server: D1Server;
  /** Runs commands in a folder of the project. */
  in(folder: string): (...args: string[]) => Promise<Outcome>;
  /** The database as a target. */
  readonly target: string;
  aludel(...args: string[]): Promise<Outcome>;
  done(...args: string[]): Promise<string>;
  fails(code: number, ...args: string[]): Promise<Outcome>;
  /** Runs statements in the database; gives the rows of the last one, each as its values joined by "|". */
  rows(...statements: string[]): Promise<readonly string[]>;
}

function onD1(name: string, work: (project: D1Project) => Promise<void>): void {
  Deno.test({
    name: `D1: ${name}`,
    ignore: NO_D1,
    // The connections that fetch keeps, and the server's process, outlive a test.
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      started ??= startD1();
      const server = await started;
      const target = server.database();
      using project = runProject();
      project.write("aludel.json", JSON.stringify({ database: target }));
      const env: Readonly<Record<string, string>> = {
        CLOUDFLARE_API_TOKEN: D1_TOKEN,
        CLOUDFLARE_API_BASE_URL: server.api,
      };
      const run = (...args: string[]) =>
        runInProcess(args, { cwd: project.path, env: (name) => env[name] });
      const fails = async (code: number, ...args: string[]) => {
        const outcome = await run(...args);
        assert.equal(
          outcome.code,
          code,
          `aludel ${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`,
        );
        return outcome;
      };
      await work({
        ...project,
        server,
        target,
        inProcess: run,
        in: (folder) => (...args) =>
          runInProcess(args, { cwd: `${project.path}/${folder}`, env: (name) => env[name] }),
        aludel: (...args) => aludel(args, { cwd: project.path, env }),
        fails,
        done: async (...args) => (await fails(0, ...args)).stdout,
        rows: (...statements) => server.rows(target, ...statements),
      });
    },
  });
}

onD1("revisions run as batches, up and down", async (project) => {
  project.add("a1", "CREATE TABLE t (id INTEGER PRIMARY KEY, a); -- the first\n", "DROP TABLE t;");
  project.add(
    "a2",
    "INSERT INTO t (a) VALUES ('x'), ('y;');\nCREATE INDEX i ON t (a);",
    "DROP INDEX i; DELETE FROM t;",
  );
  await project.done("upgrade", "a1");
  assert.match(await project.done("current"), /^a1/);
  assert.match((await project.fails(3, "status")).stdout, /a2/);
  await project.done("upgrade");
  assert.deepEqual(await project.rows("SELECT id, a FROM t"), ["1|x", "2|y;"]);
  assert.match((await project.fails(3, "status")).stdout, /Drafts +2/);
  await project.done("downgrade", "-1");
  assert.deepEqual(await project.rows("SELECT id, a FROM t"), []);
  await project.done("upgrade");
  await project.done("redo", "head");
  assert.deepEqual(
    await project.rows("SELECT id FROM aludel_revision ORDER BY position"),
    ["a1", "a2"],
  );
  await project.done("downgrade", "base");
  assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema WHERE name = 't'"), []);
});

const SCHEMA =
  `CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, up REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE cascades (id INTEGER PRIMARY KEY, p NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE nulls (p REFERENCES parent (id) ON DELETE SET NULL, doubled AS (p * 2) STORED);
CREATE TABLE restricts (id INTEGER PRIMARY KEY, p REFERENCES parent (id) ON DELETE RESTRICT);
CREATE TABLE defaults (id TEXT PRIMARY KEY, p DEFAULT 1 REFERENCES parent (id) ON DELETE SET DEFAULT) WITHOUT ROWID;
CREATE TABLE grandchildren (id INTEGER PRIMARY KEY AUTOINCREMENT, c REFERENCES cascades (id) ON DELETE CASCADE);
CREATE VIEW names AS SELECT name FROM parent;
CREATE TABLE log (what);
CREATE TRIGGER own AFTER DELETE ON parent BEGIN DELETE FROM restricts WHERE p = old.id; END;
CREATE TRIGGER other AFTER INSERT ON cascades BEGIN UPDATE parent SET name = name || '!' WHERE id = new.p; END;
CREATE TRIGGER loud AFTER DELETE ON cascades BEGIN INSERT INTO log VALUES (old.id); END;
`;

const CHILDREN = `SELECT (SELECT group_concat(rowid || ':' || p) FROM cascades)
  || ' ' || (SELECT group_concat(rowid || ':' || p || ':' || doubled) FROM nulls)
  || ' ' || (SELECT group_concat(rowid || ':' || p) FROM restricts)
  || ' ' || (SELECT group_concat(id || ':' || p) FROM defaults)
  || ' ' || (SELECT group_concat(id || ':' || c) FROM grandchildren)
  || ' ' || (SELECT seq FROM sqlite_sequence)
  || ' ' || (SELECT count(*) FROM log)
  || ' ' || (SELECT group_concat(id || name || ifnull(up, '-')) FROM parent)`;

const DEFINITIONS =
  "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'parent' AND sql IS NOT NULL ORDER BY name";

onD1(
  "children of a rebuilt parent keep rows, rowids and triggers, up and down",
  async (project) => {
    project.write("schema.sql", SCHEMA);
    await project.aludel("revision", "--autogenerate", "-m", "first");
    await project.done("upgrade");
    await project.rows(
      "INSERT INTO parent VALUES (1, 'a', NULL), (2, 'b', 1)",
      "INSERT INTO cascades VALUES (10, 1), (20, 2)",
      "INSERT INTO nulls (rowid, p) VALUES (30, 1), (40, 2)",
      "INSERT INTO restricts VALUES (50, 1), (60, 2)",
      "INSERT INTO defaults VALUES ('x', 2)",
      "INSERT INTO grandchildren VALUES (7, 10), (9, 20)",
      "DELETE FROM grandchildren WHERE id = 9",
    );
    const before = await project.rows(CHILDREN);
    assert.deepEqual(before, ["10:1,20:2 30:1:2,40:2:4 50:1,60:2 x:2 7:10 9 0 1a!-,2b!1"]);
    const definitions = await project.rows(DEFINITIONS);
    project.write("schema.sql", SCHEMA.replace("name TEXT", "name TEXT CHECK (length(name) < 9)"));
    await project.aludel("revision", "--autogenerate", "-m", "second");
    await project.done("upgrade");
    assert.deepEqual(await project.rows(CHILDREN), before);
    assert.deepEqual(await project.rows(DEFINITIONS), definitions);
    assert.match(
      (await project.rows("SELECT sql FROM sqlite_schema WHERE name = 'parent'"))[0]!,
      /CHECK/,
    );
    await project.done("check");
    await project.done("verify", "--drift");
    await project.done("downgrade", "-1");
    assert.deepEqual(await project.rows(CHILDREN), before);
    assert.deepEqual(await project.rows(DEFINITIONS), definitions);
    assert.deepEqual(await project.rows("PRAGMA foreign_key_check"), []);
    await project.done("upgrade");
    await project.done("redo", "head");
    assert.deepEqual(await project.rows(CHILDREN), before);
  },
);

onD1("two rebuilds of a parent in one batch keep its rows and its children's", async (project) => {
  const rebuild = (columns: string, from: string, into: string) =>
    `CREATE TABLE p_new (${columns}); INSERT INTO p_new (${into}) SELECT ${from} FROM p; DROP TABLE p; ALTER TABLE p_new RENAME TO p;`;
  const [first, second, third] = [
    "id INTEGER PRIMARY KEY, a",
    "id INTEGER PRIMARY KEY, a, b DEFAULT 7",
    "id INTEGER PRIMARY KEY, b, a",
  ];
  project.add(
    "a1",
    `CREATE TABLE p (${first}); CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE); CREATE TRIGGER g AFTER DELETE ON c BEGIN DELETE FROM p; END;`,
    "",
  );
  await project.done("upgrade");
  await project.rows(
    "INSERT INTO p VALUES (1, 'x'), (2, 'y')",
    "INSERT INTO c (rowid, p) VALUES (5, 1), (6, 2)",
  );
  // The trigger would keep SQLite from renaming.
  const quiet = (sql: string) =>
    `DROP TRIGGER g; ${sql} CREATE TRIGGER g AFTER DELETE ON c BEGIN DELETE FROM p; END;`;
  project.add(
    "a2",
    quiet(rebuild(second!, "id, a", "id, a")),
    quiet(rebuild(first!, "id, a", "id, a")),
  );
  project.add(
    "a3",
    quiet(rebuild(third!, "id, b, a", "id, b, a")),
    quiet(rebuild(second!, "id, a, b", "id, a, b")),
  );
  const rows = () =>
    project.rows("SELECT c.rowid, p.id, p.a FROM c JOIN p ON p.id = c.p ORDER BY 1");
  const before = await rows();
  assert.deepEqual(before, ["5|1|x", "6|2|y"]);
  await project.done("upgrade");
  assert.deepEqual(await rows(), before);
  assert.deepEqual(await project.rows("SELECT * FROM p"), ["1|7|x", "2|7|y"]);
  // The column that goes has values, and the script says so by leaving it out.
  await project.aludel("downgrade", "a1");
  assert.deepEqual(await rows(), before);
  assert.deepEqual(await project.rows("PRAGMA foreign_key_check"), []);
});

onD1("a rebuild by hand keeps tables of a cycle and the index of their words", async (project) => {
  project.add(
    "a1",
    `CREATE TABLE a (id INTEGER PRIMARY KEY, b REFERENCES b (id) ON DELETE CASCADE);
CREATE TABLE b (id INTEGER PRIMARY KEY, a REFERENCES a (id) ON DELETE SET NULL, word TEXT);
CREATE VIRTUAL TABLE words USING fts5 (word, content='b', content_rowid='id');
CREATE TRIGGER b_in AFTER INSERT ON b BEGIN INSERT INTO words (rowid, word) VALUES (new.id, new.word); END;
CREATE TRIGGER b_out AFTER DELETE ON b BEGIN INSERT INTO words (words, rowid, word) VALUES ('delete', old.id, old.word); END;`,
    "",
  );
  await project.done("upgrade");
  await project.rows(
    "INSERT INTO a VALUES (1, NULL), (2, NULL)",
    "INSERT INTO b VALUES (1, 1, 'one'), (2, 2, 'two'), (3, NULL, 'three')",
    "UPDATE a SET b = 3 - id",
  );
  project.add(
    "a2",
    `CREATE TABLE a_new (id INTEGER PRIMARY KEY, b REFERENCES b (id) ON DELETE CASCADE, c);
INSERT INTO a_new (id, b) SELECT id, b FROM a;
DROP TABLE a;
ALTER TABLE a_new RENAME TO a;`,
    "",
  );
  await project.done("upgrade");
  assert.deepEqual(await project.rows("SELECT * FROM a"), ["1|2|", "2|1|"]);
  assert.deepEqual(await project.rows("SELECT * FROM b"), ["1|1|one", "2|2|two", "3||three"]);
  assert.deepEqual(await project.rows("SELECT rowid FROM words WHERE words MATCH 'two'"), ["2"]);
  assert.deepEqual(
    await project.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1"),
    ["b_in", "b_out"],
  );
  await project.rows("INSERT INTO words (words) VALUES ('integrity-check')");
  await project.done("verify", "--drift");
});

onD1("a table that others refer to is dropped only if no row does", async (project) => {
  project.add(
    "a1",
    "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p ON DELETE CASCADE);",
    "",
  );
  await project.done("upgrade");
  await project.rows("INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1)");
  project.add("a2", "-- aludel: allow-loss=c its key leads nowhere\nDROP TABLE p;", "");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /rows of other tables still refer to it/);
  assert.deepEqual(await project.rows("SELECT p FROM c"), ["1"]);
});

onD1("rows that would violate foreign keys roll the batch back", async (project) => {
  project.add(
    "a1",
    "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);",
    "",
  );
  await project.done("upgrade");
  project.add("a2", "INSERT INTO c VALUES (9); INSERT INTO p VALUES (9);", "");
  await project.done("upgrade");
  project.add("a3", "INSERT INTO c VALUES (10);", "");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[foreign-key-violations\]/m);
  assert.match(stderr, /1 row of "c" without a row in "p"/);
  assert.deepEqual(await project.rows("SELECT p FROM c"), ["9"]);
});

onD1("the actions of foreign keys work where the script asks for them", async (project) => {
  project.add(
    "a1",
    "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p ON DELETE CASCADE); INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1), (2);",
    "",
  );
  project.add("a2", "-- aludel: foreign-keys=on\nDELETE FROM p WHERE id = 1;", "");
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /^lost +c: 1 row/m);
  assert.deepEqual(await project.rows("SELECT p FROM c"), ["2"]);
});

onD1(
  "Wrangler's settings name the database, and its migrations are taken over",
  async (project) => {
    const [, account, id] = /^d1:\/\/(.+)\/(.+)$/.exec(project.target)!;
    project.write(
      "shop/wrangler.jsonc",
      `{ // Wrangler's
  "account_id": "${account}",
  "d1_databases": [{ "binding": "DB", "database_name": "shop", "database_id": "${id}", }],
}`,
    );
    project.write("shop/aludel.json", '{ "migrations": "revisions", "database": "d1://shop" }');
    project.write("shop/migrations/0001_first.sql", "CREATE TABLE t (a);");
    project.write("shop/migrations/0002_second.sql", "CREATE TABLE u (b);");
    await project.rows(
      "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
      "INSERT INTO d1_migrations (name) VALUES ('0001_first.sql')",
      "CREATE TABLE t (a)",
    );
    const shop = project.in("shop");
    const imported = await shop("import", "wrangler", "-d", "d1://shop");
    assert.equal(imported.code, 0, imported.stderr);
    assert.deepEqual(await project.rows("SELECT message FROM aludel_revision"), ["first"]);
    const upgraded = await shop("upgrade");
    assert.equal(upgraded.code, 0, upgraded.stderr);
    assert.deepEqual(await project.rows("SELECT count(*) FROM u"), ["0"]);
    const missing = await shop("status", "-d", "d1://nope");
    assert.match(missing.stderr, /"d1:\/\/nope" is not in wrangler\.jsonc, which has "shop"/);
  },
);

onD1("a folder of Drizzle that Wrangler applied is taken over by one command", async (project) => {
  const [, account, id] = /^d1:\/\/(.+)\/(.+)$/.exec(project.target)!;
  project.write(
    "shop/wrangler.toml",
    `account_id = "${account}"\n[[d1_databases]]\nbinding = "DB"\ndatabase_name = "shop"\ndatabase_id = "${id}"\nmigrations_dir = "drizzle"\n`,
  );
  project.write("shop/aludel.json", '{ "database": "d1://shop" }');
  const users = "id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name text NOT NULL";
  const ups = [
    `CREATE TABLE users (${users});--> statement-breakpoint\nCREATE TABLE posts (author integer NOT NULL, FOREIGN KEY (author) REFERENCES users(id) ON DELETE cascade);`,
    "ALTER TABLE posts ADD title text DEFAULT 'x';",
    `PRAGMA foreign_keys=OFF;--> statement-breakpoint\nCREATE TABLE __new_users (${users} DEFAULT 'nobody');--> statement-breakpoint\n` +
    "INSERT INTO __new_users(id, name) SELECT id, name FROM users;--> statement-breakpoint\nDROP TABLE users;--> statement-breakpoint\n" +
    "ALTER TABLE __new_users RENAME TO users;--> statement-breakpoint\nPRAGMA foreign_keys=ON;",
  ];
  const tags = ["0000_first", "0001_title", "0002_name"];
  for (const [at, tag] of tags.entries()) project.write(`shop/drizzle/${tag}.sql`, ups[at]!);
  project.write(
    "shop/drizzle/meta/_journal.json",
    JSON.stringify({ entries: tags.map((tag, idx) => ({ idx, when: 1690000000000 + idx, tag })) }),
  );
  await project.rows(
    ...ups.slice(0, 2).flatMap((sql) => sql.split("--> statement-breakpoint")),
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
    "INSERT INTO d1_migrations (name) VALUES ('0000_first.sql'), ('0001_title.sql')",
    "INSERT INTO users (id, name) VALUES (1, 'Ada'), (2, 'Grace')",
    "INSERT INTO posts (author) VALUES (1), (2)",
  );
  const shop = project.in("shop");
  for (
    const args of [
      ["import", "-d", "d1://shop"],
      ["verify", "--drift"],
      ["upgrade", "head"],
      ["verify", "--drift"],
      ["downgrade", "-1"],
      ["upgrade", "head"],
      ["status"],
    ]
  ) {
    const { code, stdout, stderr } = await shop(...args);
    assert.equal(code, 0, `${args.join(" ")}\n${stdout}${stderr}`);
    assert.deepEqual(await project.rows("SELECT count(*) FROM posts JOIN users ON id = author"), [
      "2",
    ]);
  }
});

onD1(
  "every look works: status, current, history, diff, schema, locate, dry run",
  async (project) => {
    const { target } = project;
    project.add("a1", "CREATE TABLE t (a);", "DROP TABLE t;");
    project.add("a2", "CREATE TABLE u (a);", "DROP TABLE u;");
    assert.match(await project.done("upgrade", "--dry-run"), /a1/);
    assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'a%'"), []);
    await project.done("upgrade", "a1");
    assert.match((await project.fails(3, "status")).stdout, /a1/);
    assert.match(await project.done("current"), /^a1/);
    assert.match(await project.done("history", "-i"), /a2/);
    assert.match(await project.done("schema", target), /CREATE TABLE t \(a\);/);
    assert.match((await project.inProcess("diff", "head", target)).stdout, /table u/);
    await project.done("stamp", "base");
    assert.match(await project.done("locate"), /^a1/);
    await project.done("locate", "--stamp");
    assert.match(await project.done("current"), /^a1/);
  },
);

onD1("init --from takes a database over", async (project) => {
  await project.rows("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (1, 2)");
  await project.done("init", "--from", project.target, "shop");
  assert.equal(JSON.parse(project.read("shop/aludel.json")).database, project.target);
  assert.match(project.read("shop/schema.sql"), /CREATE TABLE t \(id INTEGER PRIMARY KEY, a\);/);
  assert.deepEqual(await project.rows("SELECT a FROM t"), ["2"]);
});

onD1("what D1 does not take is said before anything runs", async (project) => {
  project.add("a1", "CREATE TABLE t (a);\nPRAGMA user_version = 3;", "");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[server-refuses\]/m);
  assert.match(stderr, /a1\/up\.sql:2:1/);
});

onD1(
  "a statement that the rows make fail rolls the batch back, with its place",
  async (project) => {
    project.add("a1", "CREATE TABLE t (a UNIQUE);", "");
    await project.done("upgrade");
    await project.rows("INSERT INTO t VALUES (1)");
    project.add(
      "a2",
      "CREATE TABLE u (a);\nINSERT INTO u VALUES (1);\nINSERT INTO t VALUES (1);",
      "",
    );
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, /SQLite says: UNIQUE constraint failed: t\.a/);
    assert.match(stderr, /a2\/up\.sql:3:1/);
    assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema WHERE name = 'u'"), []);
    assert.deepEqual(await project.rows("SELECT event FROM aludel_log ORDER BY entry"), [
      "upgrade",
      "failure",
    ]);
  },
);

for (
  const [what, up, fact] of [
    ["a trigger takes", "UPDATE t SET a = 2;", /table "u": 1 of 2 rows are gone/],
    ["a cascade takes", "DELETE FROM p WHERE id = 1;", /table "c": 1 of 1 rows are gone/],
    [
      "a rebuild forgets",
      "CREATE TABLE u_new (b); INSERT INTO u_new (rowid, b) SELECT rowid, b FROM u WHERE b > 1; DROP TABLE u; ALTER TABLE u_new RENAME TO u;",
      /table "u": 1 of 2 rows are gone/,
    ],
    [
      "a rebuild garbles",
      "CREATE TABLE u_new (b); INSERT INTO u_new (rowid, b) SELECT rowid, 7 FROM u; DROP TABLE u; ALTER TABLE u_new RENAME TO u;",
      /table "u": 2 of 2 values of column "b" have changed/,
    ],
    [
      "a copy forgets beside an UPDATE",
      "CREATE TABLE u_new (b DEFAULT 0); INSERT INTO u_new (rowid) SELECT rowid FROM u; DROP TABLE u; ALTER TABLE u_new RENAME TO u; UPDATE u SET b = 5 WHERE rowid = 2;",
      /table "u": 1 of 2 values of column "b" were not copied/,
    ],
  ] as const
) {
  onD1(`what ${what} and no statement names is rolled back`, async (project) => {
    project.add(
      "a1",
      "CREATE TABLE t (a); CREATE TABLE u (b); CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p ON DELETE CASCADE);",
      "",
    );
    await project.done("upgrade");
    await project.rows(
      "INSERT INTO t VALUES (1)",
      "INSERT INTO u VALUES (1), (2)",
      "INSERT INTO p VALUES (1), (2)",
      "INSERT INTO c VALUES (1)",
    );
    if (what === "a trigger takes") {
      await project.rows("CREATE TRIGGER g AFTER UPDATE ON t BEGIN DELETE FROM u WHERE b = 1; END");
    }
    project.add("a2", up, "");
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, /^error\[data-loss\]/m);
    assert.match(stderr, fact);
    assert.deepEqual(
      await project.rows(
        "SELECT a, (SELECT group_concat(b) FROM u), (SELECT count(*) FROM p), (SELECT count(*) FROM c) FROM t",
      ),
      ["1|1,2|2|1"],
    );
  });
}

onD1("what a run takes as its script says is told in numbers", async (project) => {
  project.add("a1", "CREATE TABLE t (a, b); CREATE TABLE u (c);", "");
  await project.done("upgrade");
  await project.rows(
    "INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, 'y')",
    "INSERT INTO u VALUES (1), (2)",
  );
  project.add(
    "a2",
    "DELETE FROM t WHERE a = 1; UPDATE t SET b = 'z'; DROP TABLE u; CREATE TABLE v (d);",
    "",
  );
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /^lost +t: 1 row, b in 1 row/m);
  const bookmark = /^kept +(\S+) +a bookmark of Time Travel/m.exec(stderr)?.[1];
  assert.match(stderr, new RegExp(`^next: aludel restore ${bookmark} `, "m"));
  assert.match(stderr, /^lost +u: 2 rows/m);
  assert.deepEqual(
    await project.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'aludel\\_b%' ESCAPE '\\'"),
    [],
  );
  const { stderr: restored } = await project.fails(0, "restore", bookmark!);
  assert.match(restored, /is now at a1/);
  assert.deepEqual(await project.rows("SELECT count(*), (SELECT count(*) FROM u) FROM t"), ["3|2"]);
});

onD1(
  "a run on a database without loss allowed is rolled back if it takes anything",
  async (project) => {
    project.add("a1", "CREATE TABLE t (a);", "");
    await project.done("upgrade");
    await project.done("protect", "--no-loss");
    project.add("a2", "DELETE FROM t WHERE a = 1;", "");
    await project.rows("INSERT INTO t VALUES (2)");
    await project.done("upgrade");
    project.add("a3", "DELETE FROM t WHERE a = 2;", "");
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, /^error\[policy-no-loss\]/m);
    assert.deepEqual(await project.rows("SELECT a FROM t"), ["2"]);
  },
);

onD1("--rehearse and backup copy the database by its rows", async (project) => {
  project.add(
    "a1",
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID; CREATE VIRTUAL TABLE f USING fts5 (x);",
    "",
  );
  await project.done("upgrade");
  await project.rows(
    "INSERT INTO t VALUES (9007199254740993, x'00ff'), (NULL, 1.0)",
    "INSERT INTO w VALUES ('k', 'a' || char(0) || 'b')",
    "INSERT INTO f (rowid, x) VALUES (5, 'some words')",
  );
  project.add("a2", "INSERT INTO w VALUES (2, 3);", "");
  assert.match(await project.done("upgrade", "--rehearse"), /w: 1 before, 2 after/);
  assert.deepEqual(await project.rows("SELECT count(*) FROM w"), ["1"]);
  const name = (await project.done("backup")).trim();
  const holder = [...Deno.readDirSync(project.path)].find((one) => one.name.endsWith(".restore"))!;
  const folder = `${project.path}/${holder.name}/${name}`;
  const file = [...Deno.readDirSync(folder)].find((one) => one.name !== "point.json")!.name;
  assert.equal(
    await sqlite3(
      `${folder}/${file}`,
      "SELECT id, quote(a) FROM t; SELECT hex(v) FROM w; SELECT rowid FROM f WHERE f MATCH 'words'; SELECT seq FROM sqlite_sequence",
    ),
    "9007199254740993|X'00FF'\n9007199254740994|1.0\n610062\n5\n9007199254740994",
  );
});

onD1("ten clients at once run each revision once", async (project) => {
  for (let at = 1; at <= 5; at++) {
    project.add(`a${at}`, `CREATE TABLE t${at} (a); INSERT INTO t${at} VALUES (1);`, "");
  }
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => project.inProcess("upgrade", "--transaction", "each")),
  );
  assert.deepEqual(runs.map(({ code }) => code), runs.map(() => 0), JSON.stringify(runs));
  assert.deepEqual(await project.rows("SELECT count(*) FROM aludel_revision"), ["5"]);
  assert.deepEqual(
    await project.rows("SELECT event, count(*) FROM aludel_log GROUP BY event"),
    ["upgrade|5"],
  );
});

onD1("an answer that is lost is settled by a look at the database", async (project) => {
  project.add("a1", "CREATE TABLE t (a); INSERT INTO t VALUES (1);", "DROP TABLE t;");
  for (const [at, fault] of (["before", "after", "silent"] as const).entries()) {
    await project.server.setFaults([fault]);
    await project.done("upgrade");
    assert.deepEqual(await project.rows("SELECT count(*) FROM t"), ["1"]);
    assert.deepEqual(await project.rows("SELECT count(*) FROM aludel_log"), [String(2 * at + 1)]);
    await project.done("downgrade", "base");
  }
});

onD1(
  "a client that is killed at any request leaves the database at a revision",
  async (project) => {
    for (let at = 1; at <= 3; at++) {
      project.add(`a${at}`, `CREATE TABLE t${at} (a); INSERT INTO t${at} VALUES (1);`, "");
    }
    // Each time it gets one revision further, or not.
    for (
      const [fault, applied] of [["hold before", 0], ["hold after", 1], ["hold before", 1]] as const
    ) {
      await project.server.setFaults([fault]);
      const before = await project.server.held();
      const [program, ...args] = aludelCommand();
      const run = new Deno.Command(program!, {
        args: [...args, "upgrade", "--transaction", "each"],
        cwd: project.path,
        env: { CLOUDFLARE_API_TOKEN: D1_TOKEN, CLOUDFLARE_API_BASE_URL: project.server.api },
        stdout: "null",
        stderr: "null",
      }).spawn();
      while (await project.server.held() === before) {
        await new Promise((done) => setTimeout(done, 20));
      }
      run.kill("SIGKILL");
      await run.status;
      await project.server.setFaults([]);
      const tables = await project.rows("SELECT name FROM sqlite_schema WHERE name LIKE 't_'");
      const records = applied === 0
        ? await project.rows("SELECT name FROM sqlite_schema WHERE name = 'aludel_revision'")
        : await project.rows("SELECT id FROM aludel_revision");
      assert.deepEqual([tables.length, records.length], [applied, applied]);
    }
    await project.done("upgrade");
    assert.deepEqual(await project.rows("SELECT count(*) FROM aludel_log"), ["3"]);
  },
);

onD1(
  "a token that is missing or wrong is an error that says so, and is shown nowhere",
  async (project) => {
    project.add("a1", "CREATE TABLE t (a);", "");
    for (const args of [["status"], ["upgrade"], ["schema", project.target]]) {
      const none = await aludel(args, {
        cwd: project.path,
        env: { CLOUDFLARE_API_BASE_URL: project.server.api },
      });
      assert.match(none.stderr, /There is no token for[^]*CLOUDFLARE_API_TOKEN/);
      const wrong = await runInProcess(args, {
        cwd: project.path,
        env: (name) =>
          name === "CLOUDFLARE_API_TOKEN"
            ? "s3cret"
            : name === "CLOUDFLARE_API_BASE_URL"
            ? project.server.api
            : undefined,
      });
      assert.match(
        wrong.stderr,
        /^error\[server-failed\][^]*the server does not accept the token/m,
      );
      assert.doesNotMatch(wrong.stdout + wrong.stderr, /s3cret/);
    }
  },
);

onD1("a server that gives no answer at all is an error that says so", async (project) => {
  project.add("a1", "CREATE TABLE t (a);", "DROP TABLE t;");
  await project.server.setFaults(["before", "before", "before"]);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[server-failed\]/m);
  assert.match(stderr, /may have run all the same/);
  await project.server.setFaults([]);
  await project.done("upgrade");
});

Deno.test({
  name: "D1: the server of these tests ends",
  ignore: NO_D1,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    await (await started)?.[Symbol.asyncDispose]();
  },
});
