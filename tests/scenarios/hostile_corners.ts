import type { HostileScript } from "./hostile_scripts.ts";

const USERS = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, n INTEGER);
  INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3);`;
const PARENT = `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE, m TEXT);
  INSERT INTO p VALUES (1,'x','y'),(2,'z','t');
  CREATE TABLE c (id INTEGER PRIMARY KEY, pc TEXT REFERENCES p(code));
  INSERT INTO c VALUES (1,'x');`;

/** More scripts, in the order of what they attack: keys, types, tables WITHOUT ROWID, statements, modules, values, copies. */
export const HOSTILE_CORNERS: readonly HostileScript[] = [
  {
    name: "a parent rebuilt without the UNIQUE that a key refers to",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a parent whose new unique index has another collation",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p; CREATE UNIQUE INDEX u ON p(code COLLATE NOCASE);`,
    ],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a parent whose new unique index is partial",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p; CREATE UNIQUE INDEX u ON p(code) WHERE m <> '';`,
    ],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a unique index made anew with another collation",
    before:
      `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO p VALUES (1,'x','y'),(2,'z','t'); CREATE TABLE c (id INTEGER PRIMARY KEY, pc TEXT REFERENCES p(code)); INSERT INTO c VALUES (1,'x');CREATE UNIQUE INDEX u ON p(code);`,
    ups: ["DROP INDEX u; CREATE UNIQUE INDEX u ON p(code COLLATE NOCASE);"],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a unique index that a key needs, dropped",
    before:
      `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO p VALUES (1,'x','y'),(2,'z','t'); CREATE TABLE c (id INTEGER PRIMARY KEY, pc TEXT REFERENCES p(code)); INSERT INTO c VALUES (1,'x');CREATE UNIQUE INDEX u ON p(code);`,
    ups: ["DROP INDEX u;"],
    ends: { kept: /foreign key \(pc\) of table "c" can no longer be enforced/ },
  },
  {
    name: "a unique index made anew as a plain one",
    before:
      `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO p VALUES (1,'x','y'),(2,'z','t'); CREATE TABLE c (id INTEGER PRIMARY KEY, pc TEXT REFERENCES p(code)); INSERT INTO c VALUES (1,'x');CREATE UNIQUE INDEX u ON p(code);`,
    ups: ["DROP INDEX u; CREATE INDEX u ON p(code);"],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a parent rebuilt without its primary key",
    before:
      `CREATE TABLE p(id TEXT PRIMARY KEY, m); INSERT INTO p VALUES('a',1); CREATE TABLE c(x REFERENCES p); INSERT INTO c VALUES('a');`,
    ups: [
      `CREATE TABLE nt (id TEXT, m); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: {
      refused: /foreign key \(x\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a view in the place of a parent",
    before: PARENT,
    ups: [`CREATE TABLE p2 AS SELECT * FROM p; DROP TABLE p; CREATE VIEW p AS SELECT * FROM p2;`],
    ends: { kept: /p: 2 rows/ },
  },
  {
    name: "a parent rebuilt with another name for the column",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, kode TEXT UNIQUE, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a parent rebuilt without its UNIQUE, and the child too",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, code TEXT, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;CREATE TABLE nt (id INTEGER PRIMARY KEY, pc TEXT REFERENCES p(code)); INSERT INTO nt SELECT * FROM c; DROP TABLE c; ALTER TABLE nt RENAME TO c;`,
    ],
    ends: {
      refused: /foreign key \(pc\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a UNIQUE of two columns that becomes two of one",
    before:
      `CREATE TABLE p(a,b,UNIQUE(a,b)); INSERT INTO p VALUES(1,2); CREATE TABLE c(x,y,FOREIGN KEY(x,y) REFERENCES p(a,b)); INSERT INTO c VALUES(1,2);`,
    ups: [
      `CREATE TABLE nt (a,b,UNIQUE(a),UNIQUE(b)); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: {
      refused: /foreign key \(x, y\) of table "c" can no longer be enforced/,
    },
  },
  {
    name: "a UNIQUE with its columns in another order",
    before:
      `CREATE TABLE p(a,b,UNIQUE(a,b)); INSERT INTO p VALUES(1,2); CREATE TABLE c(x,y,FOREIGN KEY(x,y) REFERENCES p(a,b)); INSERT INTO c VALUES(1,2);`,
    ups: [
      `CREATE TABLE nt (a,b,UNIQUE(b,a)); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: "clean",
  },
  {
    name: "a parent column with another collation, and its UNIQUE",
    before: PARENT,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE, m TEXT); INSERT INTO nt SELECT * FROM p; DROP TABLE p; ALTER TABLE nt RENAME TO p;`,
    ],
    ends: "clean",
  },
  {
    name: "a generated column that becomes a stored one, and stays empty",
    before:
      `CREATE TABLE g(a INTEGER PRIMARY KEY, b, c AS (b*2) STORED); INSERT INTO g(a,b) VALUES(1,2),(2,3);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b, c); INSERT INTO nt (a,b) SELECT a,b FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;`,
    ],
    ends: { refused: /table "g": 2 of 2 values of column "c" have changed/ },
  },
  {
    name: "a generated column that becomes a stored one, and an UPDATE of it",
    before:
      `CREATE TABLE g(a INTEGER PRIMARY KEY, b, c AS (b*2) STORED); INSERT INTO g(a,b) VALUES(1,2),(2,3);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b, c); INSERT INTO nt (a,b) SELECT a,b FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;UPDATE g SET c = 0;`,
    ],
    ends: { kept: /g: c in 2 rows/ },
  },
  {
    name: "a generated column that becomes a stored one with its values",
    before:
      `CREATE TABLE g(a INTEGER PRIMARY KEY, b, c INT AS (b*2)); INSERT INTO g(a,b) VALUES(1,2),(2,3);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b, c INT); INSERT INTO nt SELECT a,b,c FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;`,
    ],
    ends: "clean",
  },
  {
    name: "a generated column that becomes a stored one with a DEFAULT",
    before:
      `CREATE TABLE g(a INTEGER PRIMARY KEY, b, c INT AS (b*2)); INSERT INTO g(a,b) VALUES(1,2),(2,3);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b, c INT DEFAULT 4); INSERT INTO nt (a,b) SELECT a,b FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;`,
    ],
    ends: { refused: /table "g": 1 of 2 values of column "c" have changed/ },
  },
  {
    name: "a generated column that becomes a stored one, in rows without a common key",
    before: "CREATE TABLE g(a, b, c INT AS (b*2)); INSERT INTO g(a,b) VALUES(1,2),(2,3);",
    ups: [
      `CREATE TABLE nt (a, b, c INT, id INTEGER PRIMARY KEY); INSERT INTO nt (a,b) SELECT a,b FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;`,
    ],
    ends: { refused: /table "g": 2 of 2 rows are gone/ },
  },
  {
    name: "the column that a generated one was made of",
    before:
      `CREATE TABLE g(a INTEGER PRIMARY KEY, b, c AS (b*2) STORED); INSERT INTO g(a,b) VALUES(1,2),(2,3);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, c); INSERT INTO nt SELECT a,c FROM g; DROP TABLE g; ALTER TABLE nt RENAME TO g;`,
    ],
    ends: { kept: /g: b in 2 rows/ },
  },
  {
    name: "ANY of a STRICT table as an integer",
    before:
      `CREATE TABLE s(a INT PRIMARY KEY, b ANY) STRICT; INSERT INTO s VALUES(1,'007'),(2,'1e3'),(3,x'01');`,
    ups: [
      `CREATE TABLE nt (a INT PRIMARY KEY, b INTEGER); INSERT INTO nt SELECT * FROM s; DROP TABLE s; ALTER TABLE nt RENAME TO s;`,
    ],
    ends: { kept: /s: b in 2 rows/ },
  },
  {
    name: "integers of a STRICT table as reals",
    before:
      `CREATE TABLE s(a INTEGER PRIMARY KEY, b INT) STRICT; INSERT INTO s VALUES(1,9223372036854775807),(2,9007199254740993);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b REAL); INSERT INTO nt SELECT * FROM s; DROP TABLE s; ALTER TABLE nt RENAME TO s;`,
    ],
    ends: { kept: /s: b in 2 rows/ },
  },
  {
    name: "text in a column ANY of a table that is not STRICT",
    before:
      `CREATE TABLE s(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO s VALUES(1,'007'),(2,'9'||char(0)||'1');`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY, b ANY); INSERT INTO nt SELECT * FROM s; DROP TABLE s; ALTER TABLE nt RENAME TO s;`,
    ],
    ends: { kept: /s: b in 2 rows/ },
  },
  {
    name: "keys of WITHOUT ROWID that a new collation takes for one",
    before:
      `CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('A', 2);`,
    ups: [
      `CREATE TABLE nt (k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID; INSERT OR IGNORE INTO nt SELECT * FROM w; DROP TABLE w; ALTER TABLE nt RENAME TO w;`,
    ],
    ends: { refused: /table "w": 1 of 2 rows are gone/ },
  },
  {
    name: "keys of WITHOUT ROWID that change",
    before:
      `CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2.5), ('c', x'00ff');`,
    ups: ["UPDATE w SET k = CASE k WHEN 'a' THEN 'zb' WHEN 'b' THEN 'za' ELSE k END;"],
    ends: { kept: /w: 2 rows/ },
  },
  {
    name: "a key of WITHOUT ROWID that sorts downwards",
    before:
      `CREATE TABLE w (a,b,v, PRIMARY KEY(a, b DESC)) WITHOUT ROWID; INSERT INTO w VALUES(1,1,'x'),(1,2,'y'),(2,1,'z');`,
    ups: ["UPDATE w SET v = v || '!' WHERE b = 1;", "DELETE FROM w WHERE b = 2;"],
    ends: { kept: /w: 1 row/ },
  },
  {
    name: "a table WITHOUT ROWID that gets rowids and loses a row",
    before:
      `CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1), ('b', 2.5), ('c', x'00ff');`,
    ups: [
      `CREATE TABLE nt (k TEXT PRIMARY KEY, v); INSERT INTO nt SELECT * FROM w WHERE k <> 'b'; DROP TABLE w; ALTER TABLE nt RENAME TO w;`,
    ],
    ends: { refused: /table "w": 1 of 3 rows are gone/ },
  },
  {
    name: "keys of WITHOUT ROWID with a NUL",
    before:
      `CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a'||char(0)||'1', 1), ('a'||char(0)||'2', 2), ('a', 3);`,
    ups: ["DELETE FROM w WHERE v = 2;", "UPDATE w SET k = 'a'||char(0)||'3' WHERE v = 1;"],
    ends: { kept: /w: / },
  },
  {
    name: "a DELETE on a view whose trigger deletes rows",
    before:
      `${USERS} CREATE VIEW v AS SELECT id FROM users; CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN DELETE FROM users WHERE id = old.id; END;`,
    ups: ["DELETE FROM v WHERE id = 2;"],
    ends: { refused: /table "users": 1 of 3 rows are gone/ },
  },
  {
    name: "an INSERT into a view whose trigger replaces rows",
    before:
      `${USERS} CREATE VIEW v AS SELECT id, email FROM users; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT OR REPLACE INTO users(id,email) VALUES(new.id,new.email); END;`,
    ups: ["INSERT INTO v VALUES(2,'q');"],
    ends: { kept: /users: email in 1 row, n in 1 row/ },
  },
  {
    name: "DELETE with RETURNING",
    before: USERS,
    ups: ["DELETE FROM users WHERE id = 1 RETURNING id, email;"],
    ends: { kept: /users: 1 row/ },
  },
  {
    name: "an UPSERT with RETURNING",
    before: USERS,
    ups: [
      `INSERT INTO users VALUES(1,'new',9) ON CONFLICT(id) DO UPDATE SET email = excluded.email RETURNING *;`,
    ],
    ends: { kept: /users: email in 1 row/ },
  },
  {
    name: "UPDATE FROM a common table expression",
    before: USERS,
    ups: ["WITH x AS (SELECT 2 AS i) UPDATE users SET email = NULL FROM x WHERE id = x.i;"],
    ends: { kept: /users: email in 1 row/ },
  },
  {
    name: "a common table expression before DELETE",
    before: USERS,
    ups: [
      `WITH x AS (SELECT id FROM users WHERE n > 1) DELETE FROM users WHERE id IN (SELECT id FROM x);`,
    ],
    ends: { kept: /users: 2 rows/ },
  },
  {
    name: "a common table expression before INSERT OR REPLACE",
    before: USERS,
    ups: ["WITH x(i) AS (VALUES(1)) INSERT OR REPLACE INTO users(id) SELECT i FROM x;"],
    ends: { kept: /users: email in 1 row, n in 1 row/ },
  },
  {
    name: "RAISE(IGNORE) after a DELETE in a trigger",
    before:
      `${USERS} CREATE TABLE l(x); CREATE TRIGGER l1 AFTER INSERT ON l BEGIN DELETE FROM users WHERE id=1; SELECT RAISE(IGNORE); END;`,
    ups: ["INSERT INTO l VALUES(1);"],
    ends: { refused: /table "users": 1 of 3 rows are gone/ },
  },
  {
    name: "a DELETE that RAISE(IGNORE) stops",
    before: `${USERS} CREATE TRIGGER l1 BEFORE DELETE ON users BEGIN SELECT RAISE(IGNORE); END;`,
    ups: ["DELETE FROM users;"],
    ends: "clean",
  },
  {
    name: "a chain of triggers",
    before:
      `${USERS} CREATE TABLE a(x); CREATE TABLE b(x); CREATE TRIGGER t1 AFTER INSERT ON a BEGIN INSERT INTO b VALUES(new.x); END; CREATE TRIGGER t2 AFTER INSERT ON b BEGIN UPDATE users SET email=NULL WHERE id=new.x; END;`,
    ups: ["INSERT INTO a VALUES(1),(2);"],
    ends: { kept: /users: email in 2 rows/ },
  },
  {
    name: "every entry of an FTS5 index without content",
    before:
      `CREATE VIRTUAL TABLE f USING fts5(b, content=''); INSERT INTO f(rowid,b) VALUES(1,'red'),(2,'blue');`,
    ups: ["INSERT INTO f(f) VALUES('delete-all');"],
    ends: { refused: /table "f": 2 of 2 rows are gone/ },
  },
  {
    name: "an entry of an FTS5 index over another table",
    before:
      `CREATE TABLE d(id INTEGER PRIMARY KEY,b); INSERT INTO d VALUES(1,'red'),(2,'blue'); CREATE VIRTUAL TABLE f USING fts5(b, content='d', content_rowid='id'); INSERT INTO f(f) VALUES('rebuild');`,
    ups: ["INSERT INTO f(f,rowid,b) VALUES('delete',1,'red');"],
    ends: { kept: /index f: 1 word/ },
  },
  {
    name: "an unindexed column of FTS5",
    before:
      `CREATE VIRTUAL TABLE f USING fts5(a,b UNINDEXED); INSERT INTO f(rowid,a,b) VALUES(1,'red',1),(2,'blue',2);`,
    ups: ["UPDATE f SET b = NULL WHERE rowid = 1;"],
    ends: { kept: /f: b in 1 row/ },
  },
  {
    name: "INSERT OR REPLACE into FTS5",
    before:
      `CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f(rowid,a) VALUES(1,'red'),(2,'blue');`,
    ups: ["INSERT OR REPLACE INTO f(rowid,a) VALUES(1,'green');"],
    ends: { kept: /f: a in 1 row/ },
  },
  {
    name: "INSERT OR REPLACE into an R*Tree",
    before: `CREATE VIRTUAL TABLE r USING rtree(id,x0,x1); INSERT INTO r VALUES(1,0,1),(2,1,2);`,
    ups: ["INSERT OR REPLACE INTO r VALUES(1,5,6);"],
    ends: { kept: /r: x0 in 1 row, x1 in 1 row/ },
  },
  {
    name: "a DELETE from an R*Tree with columns beside the boxes",
    before:
      `CREATE VIRTUAL TABLE r USING rtree(id,x0,x1,+a); INSERT INTO r VALUES(1,0,1,'q'),(2,1,2,NULL),(9,3,4,x'00');`,
    ups: ["DELETE FROM r WHERE id=9;"],
    ends: { kept: /r: 1 row/ },
  },
  {
    name: "an R*Tree that becomes a table and loses a row",
    before: `CREATE VIRTUAL TABLE r USING rtree(id,x0,x1); INSERT INTO r VALUES(1,0,1),(2,1,2);`,
    ups: [
      `CREATE TABLE r2(id INTEGER PRIMARY KEY,x0,x1); INSERT INTO r2 SELECT * FROM r WHERE id=1; DROP TABLE r; ALTER TABLE r2 RENAME TO r;`,
    ],
    ends: { refused: /table "r": 1 of 2 rows are gone/ },
  },
  {
    name: "a table that becomes an R*Tree, which rounds",
    before: "CREATE TABLE r(id INTEGER PRIMARY KEY,x0,x1); INSERT INTO r VALUES(1,0.1,0.3);",
    ups: [
      `CREATE VIRTUAL TABLE r2 USING rtree(id,x0,x1); INSERT INTO r2 SELECT * FROM r; DROP TABLE r; ALTER TABLE r2 RENAME TO r;`,
    ],
    ends: { refused: /table "r": 1 of 1 rows are gone/ },
  },
  {
    name: "every sequence",
    before:
      `CREATE TABLE q(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO q VALUES(5,'a'); DELETE FROM q;INSERT INTO q VALUES(2,'b');`,
    ups: ["DELETE FROM sqlite_sequence;"],
    ends: { kept: /table "q": its AUTOINCREMENT sequence fell from 5 to nothing/ },
  },
  {
    name: "a sequence set back",
    before: `CREATE TABLE q(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO q VALUES(5,'a');`,
    ups: ["UPDATE sqlite_sequence SET seq=1 WHERE name='q';"],
    ends: { kept: /table "q": its AUTOINCREMENT sequence fell from 5 to 1/ },
  },
  {
    name: "a sequence that a trigger takes",
    before:
      `CREATE TABLE q(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO q VALUES(5,'a'); CREATE TABLE l(x);`,
    ups: [
      `CREATE TRIGGER z AFTER INSERT ON l BEGIN DELETE FROM sqlite_sequence; END; INSERT INTO l VALUES(1); DROP TRIGGER z;`,
    ],
    ends: { kept: /table "q": its AUTOINCREMENT sequence fell from 5 to nothing/ },
  },
  {
    name: "a sequence given to another name",
    before: `CREATE TABLE q(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO q VALUES(5,'a');`,
    ups: ["UPDATE sqlite_sequence SET name='nope' WHERE name='q';"],
    ends: { kept: /table "q": its AUTOINCREMENT sequence fell from 5 to nothing/ },
  },
  {
    name: "rowids that VACUUM changes",
    before: "CREATE TABLE h(a); INSERT INTO h(rowid,a) VALUES(10,'x'),(20,'y');",
    ups: [`-- aludel: transaction=off
VACUUM;`],
    ends: { kept: /h: rowids of 2 rows/ },
  },
  {
    name: "REINDEX",
    before: `${USERS} CREATE INDEX i ON users(email);`,
    ups: ["REINDEX;"],
    ends: "clean",
  },
  {
    name: "a partial index, which a hand made",
    before: USERS,
    byHand: "CREATE INDEX hi ON users(n) WHERE n > 1;",
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, email TEXT, n INTEGER); INSERT INTO nt SELECT * FROM users; DROP TABLE users; ALTER TABLE nt RENAME TO users;`,
    ],
    ends: { refused: /index "hi" is gone/ },
  },
  {
    name: "a unique index of an expression, which a hand made",
    before: USERS,
    byHand: "CREATE UNIQUE INDEX hi ON users(lower(email));",
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, email TEXT, n INTEGER); INSERT INTO nt SELECT * FROM users; DROP TABLE users; ALTER TABLE nt RENAME TO users;`,
    ],
    ends: { refused: /index "hi" is gone/ },
  },
  {
    name: "a view of a view of a dropped table",
    before: `${USERS} CREATE VIEW v AS SELECT * FROM users; CREATE VIEW v2 AS SELECT * FROM v;`,
    ups: ["DROP TABLE users;"],
    ends: { kept: /users: 3 rows/ },
  },
  {
    name: "bytes after a NUL, and a BLOB that is cast to text",
    before:
      `CREATE TABLE z(a INTEGER PRIMARY KEY,b BLOB,c TEXT); INSERT INTO z VALUES(1,zeroblob(5000),'a'||char(0)||'b'),(2,x'','');`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b BLOB,c TEXT); INSERT INTO nt SELECT a, CAST(b AS TEXT), substr(c,1,1) FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
      "UPDATE z SET b = zeroblob(4999) WHERE a = 1;",
    ],
    ends: { kept: /z: b in 2 rows, c in 1 row/ },
  },
  {
    name: "an empty BLOB that becomes an empty text",
    before: "CREATE TABLE z(a INTEGER PRIMARY KEY,b); INSERT INTO z VALUES(1,x''),(2,'');",
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b); INSERT INTO nt SELECT a, b||'' FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
    ],
    ends: { kept: /z: b in 1 row/ },
  },
  {
    name: "an infinite number",
    before:
      `CREATE TABLE z(a INTEGER PRIMARY KEY,b REAL); INSERT INTO z VALUES(1,9e999),(2,-9e999),(3,-0.0),(4,1e308);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b REAL); INSERT INTO nt SELECT a, min(b, 1e308) FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
      "UPDATE z SET b = 1.7976931348623157e308 WHERE b > 1e308;",
    ],
    ends: { kept: /z: b in 1 row/ },
  },
  {
    name: "an infinite number as text",
    before:
      `CREATE TABLE z(a INTEGER PRIMARY KEY,b REAL); INSERT INTO z VALUES(1,9e999),(2,-9e999);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b TEXT); INSERT INTO nt SELECT * FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
    ],
    ends: { kept: /z: b in 2 rows/ },
  },
  {
    name: "integers above 2^53 as text and then as reals",
    before:
      `CREATE TABLE z(a INTEGER PRIMARY KEY,b); INSERT INTO z VALUES(1,9007199254740993),(2,-9223372036854775808);`,
    ups: [
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b TEXT); INSERT INTO nt SELECT * FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
      `CREATE TABLE nt (a INTEGER PRIMARY KEY,b REAL); INSERT INTO nt SELECT * FROM z; DROP TABLE z; ALTER TABLE nt RENAME TO z;`,
    ],
    ends: { kept: /z: b in 1 row/ },
  },
  {
    name: "a rowid above 2^53 that moves by one",
    before:
      `CREATE TABLE z(a INTEGER PRIMARY KEY,b); INSERT INTO z VALUES(9007199254740993,1),(9007199254740992,2);`,
    ups: ["UPDATE z SET a = a + 1 WHERE a = 9007199254740993;"],
    ends: { kept: /z: rowids of 1 row/ },
  },
  {
    name: "two columns of a copy in each other's place",
    before:
      `CREATE TABLE s(id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO s VALUES(1,'x','y');`,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, b TEXT, a TEXT); INSERT INTO nt SELECT * FROM s; DROP TABLE s; ALTER TABLE nt RENAME TO s;`,
    ],
    ends: { refused: /table "s": 1 of 1 values of column "a" have changed/ },
  },
  {
    name: "one of two equal rows without a common key",
    before: "CREATE TABLE d(a,b); INSERT INTO d VALUES(1,'x'),(1,'x'),(2,'y');",
    ups: [
      `CREATE TABLE nt(id INTEGER PRIMARY KEY,a,b); INSERT INTO nt(a,b) SELECT DISTINCT a,b FROM d; DROP TABLE d; ALTER TABLE nt RENAME TO d;`,
    ],
    ends: { refused: /table "d": 1 of 3 rows are gone/ },
  },
  {
    name: "a value that changes in rows without a common key",
    before: "CREATE TABLE d(a,b); INSERT INTO d VALUES(1,'x'),(1,'x'),(2,'y');",
    ups: [
      `CREATE TABLE nt(id INTEGER PRIMARY KEY,a,b); INSERT INTO nt(a,b) SELECT a,upper(b) FROM d ORDER BY b DESC; DROP TABLE d; ALTER TABLE nt RENAME TO d;`,
    ],
    ends: { kept: /d: b in 3 rows/ },
  },
  {
    name: "a byte that is no UTF-8 in rows without a common key",
    before: "CREATE TABLE d(a,b TEXT); INSERT INTO d VALUES(1,CAST(x'61ff' AS TEXT)),(2,'y');",
    ups: [
      `CREATE TABLE nt(id INTEGER PRIMARY KEY,a,b TEXT); INSERT INTO nt(a,b) SELECT a,CASE a WHEN 1 THEN CAST(x'61fe' AS TEXT) ELSE b END FROM d; DROP TABLE d; ALTER TABLE nt RENAME TO d;`,
    ],
    ends: { kept: /d: b in 1 row/ },
  },
  {
    name: "rows moved through a temporary table, but for one",
    isLocal: true,
    before: USERS,
    ups: [
      `CREATE TEMP TABLE t AS SELECT * FROM users; DROP TABLE users; CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, n INTEGER); INSERT INTO users SELECT * FROM t WHERE id < 3;`,
    ],
    ends: { refused: /table "users": 1 of 3 rows are gone/ },
  },
  {
    name: "rows deleted and inserted again",
    isLocal: true,
    before: USERS,
    ups: [
      `CREATE TEMP TABLE t AS SELECT * FROM users; DELETE FROM users; INSERT INTO users SELECT * FROM t;`,
    ],
    ends: "clean",
  },
  {
    name: "two rows that exchange their rowids",
    before: USERS,
    ups: [
      `UPDATE users SET id = -id; UPDATE users SET id = CASE id WHEN -1 THEN 2 WHEN -2 THEN 1 ELSE 3 END;`,
    ],
    ends: { kept: /users: rowids of 2 rows/ },
  },
  {
    name: "a trigger of a view that is made anew",
    before:
      `${USERS} CREATE VIEW v AS SELECT id,email FROM users; CREATE TRIGGER tv INSTEAD OF DELETE ON v BEGIN SELECT 1; END;`,
    ups: ["DROP VIEW v; CREATE VIEW v AS SELECT id,email FROM users;"],
    ends: { refused: /trigger "tv" is gone/ },
  },
  {
    name: "a copy with ORDER BY and LIMIT",
    before: USERS,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, email TEXT, n INTEGER); INSERT INTO nt SELECT * FROM users ORDER BY id DESC LIMIT 2; DROP TABLE users; ALTER TABLE nt RENAME TO users;`,
    ],
    ends: { refused: /table "users": 1 of 3 rows are gone/ },
  },
  {
    name: "a seed row that hides one that a copy leaves out",
    before: USERS,
    ups: [
      `CREATE TABLE nt (id INTEGER PRIMARY KEY, email TEXT, n INTEGER); INSERT INTO nt SELECT * FROM users WHERE id<3 UNION ALL SELECT 4,'seed',4; DROP TABLE users; ALTER TABLE nt RENAME TO users;`,
    ],
    ends: { refused: /table "users": 1 of 3 rows are gone/ },
  },
  {
    name: "columns that hide every name of the rowid",
    before:
      `CREATE TABLE o (rowid TEXT, oid TEXT, _rowid_ TEXT); INSERT INTO o VALUES('a','b','c'),('a','b','c'),('d','e','f');`,
    ups: ["DELETE FROM o WHERE rowid = 'd';", "UPDATE o SET oid = NULL;"],
    ends: { kept: /o: 1 row/ },
  },
  {
    name: "columns that hide every name of the rowid, and a copy with DISTINCT",
    before:
      `CREATE TABLE o (rowid TEXT, oid TEXT, _rowid_ TEXT); INSERT INTO o VALUES('a','b','c'),('a','b','c'),('d','e','f');`,
    ups: [
      `CREATE TABLE nt (rowid TEXT, oid TEXT, _rowid_ TEXT); INSERT INTO nt SELECT DISTINCT * FROM o; DROP TABLE o; ALTER TABLE nt RENAME TO o;`,
    ],
    ends: { refused: /table "o": 1 of 3 rows are gone/ },
  },
  {
    name: "an UPDATE in other case",
    before: USERS,
    ups: ["UPDATE USERS SET EMAIL = NULL WHERE ID=1;"],
    ends: { kept: /users: email in 1 row/ },
  },
  {
    name: "JSON that loses a member",
    before:
      `CREATE TABLE j(a INTEGER PRIMARY KEY, d TEXT); INSERT INTO j VALUES(1,'{"x":1,"y":2}');`,
    ups: ["UPDATE j SET d = json_remove(d,'$.x');"],
    ends: { kept: /j: d in 1 row/ },
  },
  {
    name: "JSON as bytes",
    before: `CREATE TABLE j(a INTEGER PRIMARY KEY, d); INSERT INTO j VALUES(1,'{"x":1.0}');`,
    ups: ["UPDATE j SET d = jsonb(d);"],
    ends: { kept: /j: d in 1 row/ },
  },
];
