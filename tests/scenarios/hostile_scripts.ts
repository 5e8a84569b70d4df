/** A script that may lose something, on a database that holds something. */
export interface HostileScript {
  readonly name: string;
  readonly before: string;
  /** Run by SQLite after it: what no revision knows. */
  readonly byHand?: string;
  readonly ups: readonly string[];
  /** A server refuses temporary tables, and lists no words of an index. */
  readonly isLocal?: true;
  /** Words of the error, of the losses that are told, or of neither. */
  readonly ends: { readonly refused: RegExp } | { readonly kept: RegExp } | "clean";
}

const USERS = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, n INTEGER);
  INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3);`;
const COLUMNS = "id INTEGER PRIMARY KEY, email TEXT, n INTEGER";
const rebuild = (columns: string, copy: string, table = "users") =>
  `CREATE TABLE new_t (${columns}); INSERT INTO new_t ${copy}; DROP TABLE ${table};
   ALTER TABLE new_t RENAME TO ${table};`;
const FORGETFUL = rebuild(COLUMNS, "(id, n) SELECT id, n FROM users");
const T = (columns: string) => `CREATE TABLE t (id INTEGER PRIMARY KEY, ${columns});`;
const replaceT = (columns: string, copy = "SELECT * FROM t") =>
  rebuild(`id INTEGER PRIMARY KEY, ${columns}`, copy, "t");

/** Scripts in the order of what they attack: statements, copies, runs, virtual tables, objects, types, hands. */
export const HOSTILE_SCRIPTS: readonly HostileScript[] = [
  // What statements, triggers, keys and conflict clauses take.
  {
    name: "an UPDATE through a view that changes another column",
    before: `${USERS} CREATE VIEW v AS SELECT * FROM users; CREATE TRIGGER iv INSTEAD OF UPDATE ON v
      BEGIN UPDATE users SET email = NULL WHERE id = old.id; END;`,
    ups: ["UPDATE v SET n = n;"],
    ends: { kept: /users: email in 2 rows/ },
  },
  {
    name: "UPDATE OR REPLACE against a unique index",
    before: `${USERS} CREATE UNIQUE INDEX un ON users (n);`,
    ups: ["UPDATE OR REPLACE users SET n = 1 WHERE id = 2;"],
    ends: { kept: /users: 1 row, n in 1 row/ },
  },
  {
    name: "INSERT OR REPLACE against a partial unique index",
    before: `${USERS} CREATE UNIQUE INDEX un ON users (email) WHERE n < 3;`,
    ups: ["INSERT OR REPLACE INTO users VALUES (7, 'a', 2);"],
    ends: { kept: /users: 1 row/ },
  },
  {
    name: "the OR REPLACE of a statement that its trigger's INSERT inherits",
    before:
      `CREATE TABLE a (x); CREATE TABLE k (id INTEGER PRIMARY KEY, v); INSERT INTO k VALUES (1, 'old');
      CREATE TRIGGER g AFTER INSERT ON a BEGIN INSERT INTO k VALUES (1, 'new'); END;`,
    ups: ["INSERT OR REPLACE INTO a VALUES (1);"],
    ends: { kept: /k: v in 1 row/ },
  },
  {
    name: "the OR REPLACE of an UPDATE that its trigger's UPDATE inherits",
    before:
      `CREATE TABLE a (x); INSERT INTO a VALUES (1); CREATE TABLE k (id INTEGER PRIMARY KEY, v UNIQUE);
      INSERT INTO k VALUES (1, 'p'), (2, 'q');
      CREATE TRIGGER g AFTER UPDATE ON a BEGIN UPDATE k SET v = 'p'; END;`,
    ups: ["UPDATE OR REPLACE a SET x = 2;"],
    ends: { refused: /table "k": 1 of 2 rows are gone/ },
  },
  {
    name: "ON DELETE SET DEFAULT",
    before:
      `${USERS} CREATE TABLE p (id INTEGER PRIMARY KEY, u DEFAULT 3 REFERENCES users ON DELETE SET DEFAULT);
      INSERT INTO p VALUES (1, 1);`,
    ups: ["-- aludel: foreign-keys=on\nDELETE FROM users WHERE id = 1;"],
    ends: { kept: /p: u in 1 row/ },
  },
  {
    name: "ON UPDATE CASCADE",
    before: `${USERS} CREATE TABLE p (id INTEGER PRIMARY KEY, u REFERENCES users ON UPDATE CASCADE);
      INSERT INTO p VALUES (1, 1);`,
    ups: ["-- aludel: foreign-keys=on\nUPDATE users SET id = 11 WHERE id = 1;"],
    ends: { kept: /p: u in 1 row/ },
  },
  {
    name: "an UPDATE FROM the table itself",
    before: USERS,
    ups: ["UPDATE users SET email = o.email FROM users AS o WHERE o.id = users.id - 1;"],
    ends: { kept: /users: email in 1 row/ },
  },
  {
    name: "a temporary trigger on a table",
    isLocal: true,
    before: `${USERS} CREATE TABLE log (x);`,
    ups: [
      "CREATE TEMP TRIGGER tg AFTER INSERT ON log BEGIN DELETE FROM users; END; INSERT INTO log VALUES (1);",
    ],
    ends: { refused: /table "users": 3 of 3 rows are gone/ },
  },
  {
    name: "a temporary trigger on a temporary view",
    isLocal: true,
    before: USERS,
    ups: [
      `CREATE TEMP VIEW tv AS SELECT * FROM users; CREATE TEMP TRIGGER tt INSTEAD OF DELETE ON tv
       BEGIN DELETE FROM users WHERE id = old.id; END; DELETE FROM tv WHERE id > 1;`,
    ],
    ends: { refused: /table "users": 2 of 3 rows are gone/ },
  },
  {
    name: "a DELETE beside a temporary table of the same name",
    isLocal: true,
    before: USERS,
    ups: ["CREATE TEMP TABLE users (id, email, n); DELETE FROM main.users;"],
    ends: { kept: /users: 3 rows/ },
  },
  {
    name: "a DELETE of a temporary table of the same name",
    isLocal: true,
    before: USERS,
    ups: ["CREATE TEMP TABLE users AS SELECT * FROM main.users; DELETE FROM users;"],
    ends: "clean",
  },
  // Copies that lose.
  {
    name: "an UPDATE of one row after a rebuild that forgets the column",
    before: USERS,
    ups: [`${FORGETFUL} UPDATE users SET email = 'x' WHERE id = 1;`],
    ends: { refused: /1 of 3 values of column "email" were not copied/ },
  },
  {
    name: "an UPDATE of no row after a rebuild that forgets the column",
    before: USERS,
    ups: [`${FORGETFUL} UPDATE users SET email = 'x' WHERE false;`],
    ends: { refused: /2 of 3 values of column "email" were not copied/ },
  },
  {
    name: "an UPDATE of the copy that forgets the column",
    before: USERS,
    ups: [
      FORGETFUL.replace(
        "DROP",
        "UPDATE new_t SET email = '' WHERE email IS NULL AND n > 100; DROP",
      ),
    ],
    ends: { refused: /2 of 3 values of column "email" were not copied/ },
  },
  {
    name: "an UPDATE before a rebuild that forgets the column",
    before: USERS,
    ups: [`UPDATE users SET email = lower(email); ${FORGETFUL}`],
    ends: { refused: /2 of 3 values of column "email" were not copied/ },
  },
  {
    name: "a forgotten column whose DEFAULT hides it beside an UPDATE",
    before: USERS,
    ups: [
      rebuild(
        "id INTEGER PRIMARY KEY, email TEXT DEFAULT nobody, n INTEGER",
        "(id, n) SELECT id, n FROM users",
      ) + "UPDATE users SET email = 'x' WHERE id = 1;",
    ],
    ends: { refused: /1 of 3 values of column "email" were not copied/ },
  },
  {
    name: "a column that an UPDATE fills after the copy, from the old table",
    before: USERS,
    ups: [
      FORGETFUL.replace(
        "DROP",
        "UPDATE new_t SET email = (SELECT email FROM users AS o WHERE o.id = new_t.id); DROP",
      ),
    ],
    ends: "clean",
  },
  {
    name: "a copy of a subquery with LIMIT",
    before: USERS,
    ups: [rebuild(COLUMNS, "SELECT * FROM (SELECT * FROM users LIMIT 2)")],
    ends: { refused: /1 of 3 rows are gone/ },
  },
  {
    name: "a copy of a WITH that has the table's name",
    before: USERS,
    ups: [
      rebuild(COLUMNS, "SELECT * FROM (WITH users AS (SELECT 1, 'q', 7) SELECT * FROM users)"),
    ],
    ends: { refused: /2 of 3 rows are gone/ },
  },
  {
    name: "a copy of a temporary table that has the table's name",
    isLocal: true,
    before: USERS,
    ups: [
      `CREATE TEMP TABLE users AS SELECT id, 'zz' AS email, n FROM main.users;
       CREATE TABLE main.new_t (${COLUMNS}); INSERT INTO main.new_t SELECT * FROM users;
       DROP TABLE main.users; ALTER TABLE main.new_t RENAME TO users;`,
    ],
    ends: { refused: /2 of 3 values of column "email" have changed/ },
  },
  {
    name: "a copy that names a column as another one",
    before: USERS,
    ups: [rebuild(COLUMNS, "SELECT id, n AS email, email AS n FROM users")],
    ends: { refused: /values of column "email" have changed/ },
  },
  {
    name: "a copy OR IGNORE into a stricter table",
    before: USERS,
    ups: [
      rebuild("id INTEGER PRIMARY KEY, email TEXT NOT NULL, n INTEGER", "SELECT * FROM users")
        .replace("INSERT", "INSERT OR IGNORE"),
    ],
    ends: { refused: /1 of 3 rows are gone/ },
  },
  {
    name: "a copy OR REPLACE into a stricter table",
    before: `${USERS} UPDATE users SET email = 'a';`,
    ups: [
      rebuild("id INTEGER PRIMARY KEY, email TEXT UNIQUE, n INTEGER", "SELECT * FROM users")
        .replace("INSERT", "INSERT OR REPLACE"),
    ],
    ends: { refused: /2 of 3 rows are gone/ },
  },
  {
    name: "a trigger that keeps rows out of the copy",
    before: USERS,
    ups: [
      rebuild(COLUMNS, "SELECT * FROM users").replace(
        "INSERT",
        `CREATE TRIGGER g BEFORE INSERT ON new_t WHEN new.id = 2 BEGIN SELECT RAISE(IGNORE); END; INSERT`,
      ).replace("DROP", "DROP TRIGGER g; DROP"),
    ],
    ends: { refused: /1 of 3 rows are gone/ },
  },
  {
    name: "two copies of which one forgets a column",
    before: USERS,
    ups: [
      rebuild(COLUMNS, "SELECT * FROM users WHERE id = 1").replace(
        "DROP",
        "INSERT INTO new_t (id, n) SELECT id, n FROM users WHERE id > 1; DROP",
      ),
    ],
    ends: { refused: /1 of 3 values of column "email" have changed/ },
  },
  {
    name: "a copy by way of a second table that forgets a column",
    before: USERS,
    ups: [
      `CREATE TABLE a (${COLUMNS}); INSERT INTO a SELECT * FROM users; DROP TABLE users;
       CREATE TABLE b (${COLUMNS}); INSERT INTO b (id, n) SELECT id, n FROM a; DROP TABLE a;
       ALTER TABLE b RENAME TO users;`,
    ],
    ends: { refused: /2 of 3 values of column "email" have changed/ },
  },
  {
    name: "keys that a new collation takes for one",
    before:
      "CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('A', 1), ('a', 2);",
    ups: [
      `CREATE TABLE n (k TEXT PRIMARY KEY COLLATE NOCASE, v) WITHOUT ROWID;
       INSERT OR REPLACE INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`,
    ],
    ends: { refused: /1 of 2 rows are gone/ },
  },
  // What is there before the run counts.
  {
    name: "rows that one revision archives and the next one drops",
    before: USERS,
    ups: [
      "CREATE TABLE arch AS SELECT * FROM users; DELETE FROM users WHERE id = 1;",
      "DROP TABLE arch;",
    ],
    ends: { kept: /users: 1 row/ },
  },
  {
    name: "a column that one revision moves into a table and the next one drops",
    before: USERS,
    ups: [
      "CREATE TABLE emails AS SELECT id, email FROM users; ALTER TABLE users DROP COLUMN email;",
      "DROP TABLE emails;",
    ],
    ends: { kept: /users: email in 2 rows/ },
  },
  // Rowids and virtual tables.
  {
    name: "boxes of an R*Tree with other numbers",
    before:
      "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 0, 1), (2, 5, 6);",
    ups: [
      `CREATE VIRTUAL TABLE q USING rtree(id, x0, x1); INSERT INTO q SELECT id + 1, x0, x1 FROM r;
       DROP TABLE r; ALTER TABLE q RENAME TO r;`,
    ],
    ends: { refused: /1 of 2 rows are gone/ },
  },
  {
    name: "a column of an R*Tree beside its box",
    before:
      "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note); INSERT INTO r VALUES (1, 0, 1, 'x');",
    ups: [
      `CREATE VIRTUAL TABLE q USING rtree(id, x0, x1); INSERT INTO q SELECT id, x0, x1 FROM r;
       DROP TABLE r; ALTER TABLE q RENAME TO r;`,
    ],
    ends: { kept: /r: note in 1 row/ },
  },
  {
    name: "rows of FTS4 without their numbers",
    before:
      "CREATE VIRTUAL TABLE f USING fts4(a); INSERT INTO f (docid, a) VALUES (10, 'red'), (20, 'blue');",
    ups: [
      `CREATE VIRTUAL TABLE g USING fts4(a); INSERT INTO g (a) SELECT a FROM f;
       DROP TABLE f; ALTER TABLE g RENAME TO f;`,
    ],
    ends: { refused: /rowids of its rows have changed/ },
  },
  {
    name: "an FTS5 index that is made anew and stays empty",
    before: `CREATE TABLE d (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO d VALUES (1, 'red blue');
      CREATE VIRTUAL TABLE f USING fts5(a, content='d', content_rowid='id'); INSERT INTO f (f) VALUES ('rebuild');`,
    ups: [
      "DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='d', content_rowid='id');",
    ],
    ends: { kept: /index f: 2 words/ },
  },
  {
    name: "an FTS5 index that is made anew and filled",
    isLocal: true,
    before: `CREATE TABLE d (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO d VALUES (1, 'red blue');
      CREATE VIRTUAL TABLE f USING fts5(a, content='d', content_rowid='id'); INSERT INTO f (f) VALUES ('rebuild');`,
    ups: [
      `DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='d', content_rowid='id');
       INSERT INTO f (f) VALUES ('rebuild');`,
    ],
    ends: "clean",
  },
  {
    name: "a row of an FTS5 index without content",
    before: `CREATE VIRTUAL TABLE f USING fts5(a, content='', contentless_delete=1);
      INSERT INTO f (rowid, a) VALUES (10, 'red'), (11, 'blue');`,
    ups: ["DELETE FROM f WHERE rowid = 10;"],
    ends: { kept: /f: 1 row/ },
  },
  {
    name: "the tokenizer that a hand gave to an FTS5 table",
    before: "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f (rowid, a) VALUES (10, 'red');",
    byHand:
      `CREATE VIRTUAL TABLE h USING fts5(a, tokenize = 'porter'); INSERT INTO h (rowid, a) SELECT rowid, a FROM f;
      DROP TABLE f; ALTER TABLE h RENAME TO f;`,
    ups: [
      `CREATE VIRTUAL TABLE g USING fts5(a, b); INSERT INTO g (rowid, a) SELECT rowid, a FROM f;
       DROP TABLE f; ALTER TABLE g RENAME TO f;`,
    ],
    ends: { refused: /"tokenize = 'porter'" is gone/ },
  },
  // Renames and objects.
  {
    name: "a rename away under an empty child",
    before: `${USERS} CREATE TABLE kids (u REFERENCES users (id));`,
    ups: [
      `ALTER TABLE users RENAME TO old; CREATE TABLE users (${COLUMNS}); INSERT INTO users SELECT * FROM old; DROP TABLE old;`,
    ],
    ends: { refused: /foreign key \(u\) of table "kids" points at table "old", which is gone/ },
  },
  {
    name: "a view that is written anew, and the trigger on it",
    before: `${USERS} CREATE VIEW v AS SELECT email FROM users;
      CREATE TRIGGER iv INSTEAD OF INSERT ON v BEGIN INSERT INTO users (email) VALUES (new.email); END;`,
    ups: ["DROP VIEW v; CREATE VIEW v AS SELECT email FROM users WHERE n > 0;"],
    ends: { refused: /trigger "iv" is gone/ },
  },
  {
    name: "a unique index that becomes a plain one under another name",
    before: `${USERS} CREATE UNIQUE INDEX un ON users (email);`,
    ups: [rebuild(COLUMNS, "SELECT * FROM users") + "CREATE INDEX plain ON users (email);"],
    ends: { refused: /index "un" is gone/ },
  },
  {
    name: "a trigger whose name another one takes",
    before: USERS,
    byHand: "CREATE TRIGGER tr AFTER DELETE ON users BEGIN SELECT 1; END;",
    ups: [
      rebuild(COLUMNS, "SELECT * FROM users") +
      "CREATE VIEW v AS SELECT 1 AS x; CREATE TRIGGER tr INSTEAD OF DELETE ON v BEGIN SELECT 1; END;",
    ],
    ends: { refused: /trigger "tr" is gone/ },
  },
  // Conversions.
  {
    name: "a stored column that becomes a generated one",
    before: `${T("a, whole TEXT")} INSERT INTO t VALUES (1, 'x', 'X!'), (2, 'y', 'y!');`,
    ups: [replaceT("a, whole TEXT AS (a || '!') STORED", "(id, a) SELECT id, a FROM t")],
    ends: { kept: /t: whole in 1 row/ },
  },
  {
    name: "reals cast to integers",
    before: `${T("v REAL")} INSERT INTO t VALUES (1, 1.5), (2, 9e18), (3, 1e19);`,
    ups: [replaceT("v INTEGER", "SELECT id, CAST(v AS INTEGER) FROM t")],
    ends: { kept: /t: v in 2 rows/ },
  },
  {
    name: "texts that look like numbers",
    before: `${
      T("v TEXT")
    } INSERT INTO t VALUES (1, '1e5'), (2, '0x10'), (3, ' 12'), (4, '12.0'), (5, '-0');`,
    ups: [replaceT("v NUMERIC")],
    ends: { kept: /t: v in 4 rows/ },
  },
  {
    name: "bytes cast to text",
    before: `${T("v BLOB")} INSERT INTO t VALUES (1, x'414200ff');`,
    ups: [replaceT("v TEXT", "SELECT id, CAST(v AS TEXT) FROM t")],
    ends: { kept: /t: v in 1 row/ },
  },
  {
    name: "a byte that is no UTF-8, before a NUL",
    before: `${T("v TEXT")} INSERT INTO t VALUES (1, CAST(x'61ff0062' AS TEXT));`,
    ups: ["UPDATE t SET v = CAST(x'61fe0062' AS TEXT);"],
    ends: { kept: /t: v in 1 row/ },
  },
  {
    name: "the last bit of a real",
    before: `${T("v REAL")} INSERT INTO t VALUES (1, 0.1 + 0.2);`,
    ups: ["UPDATE t SET v = 0.3;"],
    ends: { kept: /t: v in 1 row/ },
  },
  {
    name: "JSON that is written in another way",
    before: `${T("v TEXT")} INSERT INTO t VALUES (1, '{"a": 1.10}');`,
    ups: [replaceT("v BLOB", "SELECT id, jsonb(v) FROM t")],
    ends: { kept: /t: v in 1 row/ },
  },
  {
    name: "BLOBs in a column of numbers",
    before: `${T("v INTEGER, w TEXT")} INSERT INTO t VALUES (1, x'00', 'a'), (2, 7, 'b');`,
    ups: [
      replaceT(
        "v INTEGER, w TEXT",
        "SELECT id, v, iif(id = 2, 'z', w) FROM t UNION ALL SELECT 3, x'01', 'c'",
      ),
    ],
    ends: { kept: /t: w in 1 row/ },
  },
  {
    name: "text that becomes a number in a table with BLOBs",
    before: `${T("v TEXT, w INTEGER")} INSERT INTO t VALUES (1, '7', x'00'), (2, '007', 1);`,
    ups: [replaceT("v INTEGER, w INTEGER")],
    ends: { kept: /t: v in 1 row/ },
  },
  // What a hand added, and the ancestors do not have.
  ...([
    [
      "DEFAULT",
      "a TEXT DEFAULT 'x'",
      "a TEXT DEFAULT 'hand'",
      /DEFAULT 'hand' of column "a" is gone/,
    ],
    [
      "COLLATE",
      "a TEXT COLLATE RTRIM",
      "a TEXT COLLATE NOCASE",
      /COLLATE NOCASE of column "a" is gone/,
    ],
    [
      "ON CONFLICT",
      "a UNIQUE",
      "a UNIQUE ON CONFLICT IGNORE",
      /UNIQUE \(a\) ON CONFLICT IGNORE is gone/,
    ],
    [
      "GENERATED",
      "a AS (id || '1')",
      "a AS (id || '2')",
      /GENERATED id \|\| '2' of column "a" is gone/,
    ],
    [
      "ON DELETE",
      "a REFERENCES t",
      "a REFERENCES t ON DELETE CASCADE",
      /ON DELETE CASCADE is gone/,
    ],
  ] as const).map(([what, known, byHand, refused]): HostileScript => ({
    name: `another ${what}, which a hand gave`,
    before: T(known),
    byHand: `CREATE TABLE h (id INTEGER PRIMARY KEY, ${byHand}); DROP TABLE t;
      PRAGMA legacy_alter_table = ON; ALTER TABLE h RENAME TO t;`,
    ups: [
      replaceT(
        `${known}, b`,
        known.includes(" AS ") ? "(id) SELECT id FROM t" : "(id, a) SELECT id, a FROM t",
      ),
    ],
    ends: { refused },
  })),
  {
    name: "a CHECK, which a hand gave, if the ancestors cannot be replayed",
    before: T("a TEXT"),
    byHand: `CREATE TABLE h (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> 'q')); DROP TABLE t;
      ALTER TABLE h RENAME TO t; CREATE TABLE only_here (x);`,
    ups: [
      "INSERT INTO only_here VALUES (1);",
      replaceT("a TEXT, b", "(id, a) SELECT id, a FROM t"),
    ],
    ends: { kept: /table "t": CHECK \(a <> 'q'\) is gone/ },
  },
  {
    name: "AUTOINCREMENT, which a hand gave",
    before: USERS,
    byHand:
      `CREATE TABLE h (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, n INTEGER); INSERT INTO h SELECT * FROM users;
      DROP TABLE users; ALTER TABLE h RENAME TO users;`,
    ups: [rebuild(`${COLUMNS}, z`, "(id, email, n) SELECT id, email, n FROM users")],
    ends: { refused: /it is no longer AUTOINCREMENT/ },
  },
];
