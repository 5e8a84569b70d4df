import assert from "node:assert/strict";
import type { Proof } from "../../../src/proof/proof.ts";
import { proveRevision } from "../../../src/proof/proof.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

/** A revision whose verdict rows of the usual kind do not show. */
interface Probe {
  readonly name: string;
  readonly before: string;
  readonly up: string;
  readonly down: string;
  /** `exact`, or what the first loss must say. */
  readonly verdict: "exact" | RegExp;
}

const T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, n INTEGER, r REAL, x)";
const TAGS = "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE)";

/** Builds `t` anew with other expressions for the columns named. */
function rebuilt(expressions: Readonly<Record<string, string>>, columns = T): string {
  const list = ["id", "a", "n", "r", "x"].map((name) => expressions[name] ?? name).join(", ");
  return `${columns.replace("TABLE t", "TABLE t2")};
    INSERT INTO t2 SELECT ${list} FROM t; DROP TABLE t; ALTER TABLE t2 RENAME TO t;
    -- aludel: allow-loss=t values change`;
}

const NOTHING = "-- nothing to do\nSELECT 1;";

const PROBES: readonly Probe[] = [
  {
    name: "integers above 2^53 that go through a REAL",
    before: T,
    up: rebuilt({ n: "CAST(CAST(n AS REAL) AS INTEGER)" }),
    down: rebuilt({}),
    verdict: /^values of t\.n in/,
  },
  {
    name: "integers above 2^53 in a column that is REAL for a while",
    before: T,
    up: rebuilt({}, T.replace("n INTEGER", "n REAL")),
    down: rebuilt({}),
    verdict: /^values of t\.n in/,
  },
  {
    name: "values of every type in an ANY column that is TEXT for a while",
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, v ANY) STRICT",
    up: `CREATE TABLE s2 (id INTEGER PRIMARY KEY, v TEXT);
         INSERT INTO s2 SELECT * FROM s; DROP TABLE s; ALTER TABLE s2 RENAME TO s;
         -- aludel: allow-loss=s types`,
    down: `CREATE TABLE s2 (id INTEGER PRIMARY KEY, v ANY) STRICT;
         INSERT INTO s2 SELECT * FROM s; DROP TABLE s; ALTER TABLE s2 RENAME TO s;
         -- aludel: allow-loss=s types`,
    verdict: /^values of s\.v in/,
  },
  {
    name: "a DELETE with a WHERE that no generated row meets",
    before: T,
    up: "DELETE FROM t WHERE a = 'spam' AND n BETWEEN 40 AND 50;",
    down: NOTHING,
    verdict: /rows of t/,
  },
  {
    name: "a DELETE whose WHERE nothing can meet on made-up rows",
    before: T,
    up: "DELETE FROM t WHERE length(a) = 70 AND substr(a, 3, 5) = 'zebra';",
    down: NOTHING,
    verdict: /^rows of t that up\.sql deletes and down\.sql does not give back$/,
  },
  {
    name: "a DELETE that the down answers for other rows",
    before: T,
    up: "DELETE FROM t WHERE a = 'spam';",
    down: "INSERT INTO t (a) VALUES ('eggs');",
    verdict: /rows of t|values of t/,
  },
  {
    name: "a DELETE through an alias and a common table expression",
    before: T,
    up: "WITH old AS (SELECT id FROM t WHERE a = 'x') DELETE FROM t AS mine WHERE id IN old;",
    down: NOTHING,
    verdict: /rows of t/,
  },
  {
    name: "an UPDATE with a WHERE",
    before: T,
    up: "UPDATE t SET a = 'ham' WHERE a = 'spam';",
    down: NOTHING,
    verdict: /values of t\.a/,
  },
  {
    name: "an UPDATE that the down takes back too far",
    before: T,
    up: "UPDATE t SET a = 'ham' WHERE a = 'spam';",
    down: "UPDATE t SET a = 'spam' WHERE a = 'ham';",
    verdict: /^values of t\.a in/,
  },
  {
    name: "an UPDATE of another column than the down's",
    before: T,
    up: "UPDATE t SET a = 'ham' WHERE id = 77;",
    down: "UPDATE t SET n = n WHERE id = 77;",
    verdict: /values of t\.a/,
  },
  {
    name: "an UPDATE of a column that the revision adds",
    before: T,
    up: "ALTER TABLE t ADD COLUMN size INT; UPDATE t SET size = length(a);",
    down: "ALTER TABLE t DROP COLUMN size;",
    verdict: "exact",
  },
  {
    name: "an UPDATE after a rename",
    before: T,
    up: "ALTER TABLE t RENAME COLUMN a TO b; UPDATE t SET b = 'none' WHERE b = 'zero';",
    down: "ALTER TABLE t RENAME COLUMN b TO a;",
    verdict: /values of t\.a/,
  },
  {
    name: "a rebuild of a table whose triggers delete",
    before: `${T}; CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
      CREATE TRIGGER prune AFTER DELETE ON t BEGIN DELETE FROM log WHERE id = old.id; END;
      CREATE TRIGGER clear AFTER INSERT ON log BEGIN DELETE FROM t WHERE id = new.id; END`,
    up: "ALTER TABLE t RENAME TO u; ALTER TABLE u ADD COLUMN extra;",
    down: "ALTER TABLE u DROP COLUMN extra; ALTER TABLE u RENAME TO t;",
    verdict: "exact",
  },
  {
    name: "an upsert that changes rows that are there",
    before: TAGS,
    up: "INSERT INTO tags (id, name) VALUES (900, 'New') ON CONFLICT DO UPDATE SET name = 'new';",
    down: "DELETE FROM tags WHERE id = 900;",
    verdict: /values of tags\.name/,
  },
  {
    name: "a REPLACE whose key differs in case",
    before: TAGS,
    up: "REPLACE INTO tags (id, name) VALUES (900, 'MIXED');",
    down: "DELETE FROM tags WHERE id = 900;",
    verdict: /rows of tags/,
  },
  {
    name: "a rebuild with OR REPLACE into a key that ignores case",
    before: "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT)",
    up: `CREATE TABLE tags2 (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE);
      INSERT OR REPLACE INTO tags2 SELECT * FROM tags; DROP TABLE tags;
      ALTER TABLE tags2 RENAME TO tags;
      -- aludel: allow-loss=tags doubles`,
    down: `CREATE TABLE tags2 (id INTEGER PRIMARY KEY, name TEXT);
      INSERT INTO tags2 SELECT * FROM tags; DROP TABLE tags; ALTER TABLE tags2 RENAME TO tags;`,
    verdict: /rows of tags/,
  },
  {
    name: "text that is cut at a NUL",
    before: T,
    up: rebuilt({ a: "CASE typeof(a) WHEN 'text' THEN printf('%s', a) ELSE a END" }),
    down: rebuilt({}),
    verdict: /^values of t\.a in/,
  },
  {
    name: "trim() in a rebuild",
    before: T,
    up: rebuilt({ a: "CASE typeof(a) WHEN 'text' THEN trim(a) ELSE a END" }),
    down: rebuilt({}),
    verdict: /^values of t\.a in/,
  },
  {
    name: "lower() in a rebuild",
    before: T,
    up: rebuilt({ a: "CASE typeof(a) WHEN 'text' THEN lower(a) ELSE a END" }),
    down: rebuilt({}),
    verdict: /^values of t\.a in/,
  },
  {
    name: "json() in a rebuild",
    before: T,
    up: rebuilt({ a: "CASE WHEN json_valid(a) THEN json(a) ELSE a END" }),
    down: rebuilt({}),
    verdict: /^values of t\.a in/,
  },
  {
    name: "json() of a column that holds JSON alone",
    before: "CREATE TABLE docs (id INTEGER PRIMARY KEY, doc TEXT NOT NULL CHECK (json_valid(doc)))",
    up: "UPDATE docs SET doc = json(doc);",
    down: "UPDATE docs SET doc = json(doc);",
    verdict: /^values of docs\.doc in/,
  },
  {
    name: "rounded numbers",
    before: T,
    up: rebuilt({ r: "round(r)" }),
    down: rebuilt({}),
    verdict: /^values of t\.r in/,
  },
  {
    name: "a trigger that deletes",
    before: `${T}; CREATE TABLE log (id INTEGER PRIMARY KEY, line TEXT);
      CREATE TRIGGER prune AFTER INSERT ON t BEGIN DELETE FROM log WHERE id < new.id - 1000; END`,
    up: "INSERT INTO t (id) VALUES (-5000);",
    down: "DELETE FROM t WHERE id = -5000;",
    verdict: /rows of log/,
  },
  {
    name: "a cascade that deletes",
    before: `${T}; CREATE TABLE child (id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE)`,
    up: "-- aludel: foreign-keys=on\nDELETE FROM t WHERE a = 'nobody has it';",
    down: NOTHING,
    verdict: /rows of (?:t|child)/,
  },
  {
    name: "statistics that are deleted",
    before: `${T}; CREATE INDEX i ON t (a); ANALYZE`,
    up: "DELETE FROM sqlite_stat1;",
    down: NOTHING,
    verdict: /rows of sqlite_stat1/,
  },
  {
    name: "user_version",
    before: `${T}; PRAGMA user_version = 3`,
    up: "PRAGMA user_version = 4;",
    down: NOTHING,
    verdict: /^user_version, which was 3 and is 4$/,
  },
  {
    name: "user_version that comes back",
    before: `${T}; PRAGMA user_version = 3`,
    up: "PRAGMA user_version = 4;",
    down: "PRAGMA user_version = 3;",
    verdict: "exact",
  },
  {
    name: "application_id",
    before: T,
    up: "PRAGMA application_id = 77;",
    down: NOTHING,
    verdict: /^application_id, which was 0 and is 77$/,
  },
  {
    name: "the sequence of a table that no statement names",
    before: "CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
    up: "DELETE FROM sqlite_sequence;",
    down: NOTHING,
    verdict: /sequence of auto|rows of sqlite_sequence/,
  },
  {
    name: "rows that OR IGNORE leaves out of a key that is new",
    before: "CREATE TABLE mails (id INTEGER PRIMARY KEY, mail TEXT NOT NULL, n INTEGER)",
    up: `CREATE TABLE m (id INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE, n INTEGER);
      INSERT OR IGNORE INTO m SELECT * FROM mails; DROP TABLE mails; ALTER TABLE m RENAME TO mails;
      -- aludel: allow-loss=mails doubles`,
    down: `CREATE TABLE m (id INTEGER PRIMARY KEY, mail TEXT NOT NULL, n INTEGER);
      INSERT INTO m SELECT * FROM mails; DROP TABLE mails; ALTER TABLE m RENAME TO mails;`,
    verdict: /rows of mails/,
  },
  {
    name: "rows that DISTINCT takes for one",
    before: "CREATE TABLE pairs (a TEXT, b INTEGER)",
    up: `CREATE TABLE p (a TEXT, b INTEGER); INSERT INTO p SELECT DISTINCT a, b FROM pairs;
      DROP TABLE pairs; ALTER TABLE p RENAME TO pairs;
      -- aludel: allow-loss=pairs doubles`,
    down: NOTHING,
    verdict: /rows of pairs/,
  },
  {
    name: "a lookup table that OR IGNORE fills",
    before: "CREATE TABLE people (id INTEGER PRIMARY KEY, city TEXT)",
    up: `CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
      INSERT OR IGNORE INTO city (name) SELECT city FROM people;`,
    down: "DROP TABLE city;",
    verdict: "exact",
  },
  {
    name: "an UPDATE through a view",
    before: `${T}; CREATE VIEW v AS SELECT * FROM t;
      CREATE TRIGGER g INSTEAD OF UPDATE ON v BEGIN UPDATE t SET a = new.a WHERE id = old.id; END`,
    up: "UPDATE v SET a = 'x' WHERE a = 'only this';",
    down: NOTHING,
    verdict: /values of t\.a/,
  },
  {
    name: "columns that are split and joined again",
    before: T,
    up: `ALTER TABLE t ADD COLUMN b TEXT;
      UPDATE t SET b = substr(a, instr(a, ' ') + 1), a = substr(a, 1, instr(a, ' ') - 1);`,
    down: "UPDATE t SET a = a || ' ' || b; ALTER TABLE t DROP COLUMN b;",
    verdict: /^values of t\.a in/,
  },
  {
    name: "columns that change places",
    before: T,
    up: "UPDATE t SET a = n, n = a WHERE false; UPDATE t SET x = r, r = x;",
    down: "UPDATE t SET x = r, r = x;",
    verdict: /^values of t\.(?:r|x) in/,
  },
  {
    name: "dates that become numbers",
    before: "CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT)",
    up: "UPDATE log SET at = unixepoch(at);",
    down: "UPDATE log SET at = datetime(at, 'unixepoch');",
    verdict: /^values of log\.at in/,
  },
  {
    name: "a key of sixteen bytes",
    before:
      "CREATE TABLE ids (id BLOB PRIMARY KEY CHECK (length(id) = 16), a TEXT) STRICT, WITHOUT ROWID",
    up: "ALTER TABLE ids ADD COLUMN b TEXT;",
    down: "ALTER TABLE ids DROP COLUMN b;",
    verdict: "exact",
  },
  {
    name: "rows that go into another table and come back",
    before: T,
    up: `CREATE TABLE archive (id INTEGER PRIMARY KEY, a TEXT, n INTEGER, r REAL, x);
      INSERT INTO archive SELECT * FROM t WHERE a > 'b'; DELETE FROM t WHERE a > 'b';`,
    down: "INSERT INTO t SELECT * FROM archive; DROP TABLE archive;",
    verdict: "exact",
  },
  {
    name: "a counter that triggers keep in both directions",
    before: `${T}; CREATE TABLE counts (n INTEGER); INSERT INTO counts VALUES (0);
      CREATE TRIGGER more AFTER INSERT ON t BEGIN UPDATE counts SET n = n + 1 WHERE n = 0; END;
      CREATE TRIGGER less AFTER DELETE ON t BEGIN UPDATE counts SET n = n - 1 WHERE n = 1; END`,
    up: "INSERT INTO t (id) VALUES (-1);",
    down: "DELETE FROM t WHERE id = -1;",
    verdict: /values of counts\.n in|rows of counts/,
  },
];

async function proofOf({ before, up, down }: Probe): Promise<Proof> {
  const revisions = [{ id: "a1", up: `${before};`, down: "" }, { id: "b1", up, down }];
  return await proveRevision("b1", memoryReplay(revisions));
}

for (const probe of PROBES) {
  Deno.test(`proveRevision() sees ${probe.name}`, async () => {
    const proof = await proofOf(probe);
    const { verdict } = proof;
    if (probe.verdict === "exact") {
      return assert.equal(verdict.kind, "exact", JSON.stringify(proof));
    }
    assert.ok(verdict.kind === "lossy", JSON.stringify(proof));
    assert.match(verdict.losses.join("\n"), new RegExp(probe.verdict.source, "m"));
  });
}
