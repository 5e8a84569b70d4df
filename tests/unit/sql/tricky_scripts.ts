/** A script that naive tools split wrongly, with the number of statements that SQLite finds in it. */
export interface TrickyScript {
  readonly name: string;
  readonly sql: string;
  readonly statements: number;
}

const TABLES = "CREATE TABLE a (id INTEGER PRIMARY KEY, n, s TEXT);\nCREATE TABLE b (x, y);\n";

function script(name: string, statements: number, sql: string): TrickyScript {
  return { name, sql, statements };
}

/** A script that begins with the tables a(id, n, s) and b(x, y); they are not counted. */
function onTables(name: string, statements: number, sql: string): TrickyScript {
  return { name, sql: TABLES + sql, statements: statements + 2 };
}

/** Every one of them is valid: SQLite runs it to the end. */
export const TRICKY_SCRIPTS: readonly TrickyScript[] = [
  script("nothing", 0, ""),
  script("space only", 0, " \t\r\n\f\n"),
  script("semicolons only", 0, ";;\n ; ;"),
  script("line comment only", 0, "-- nothing; here\n"),
  script("line comment without newline", 0, "-- nothing; here"),
  script("block comment only", 0, "/* nothing; here */"),
  script("block comment never closed", 1, "SELECT 1; /* SELECT 2;"),
  script("block comments do not nest", 1, "/* outer /* inner */ SELECT 1;"),
  script("stars and slashes in a comment", 1, "/***/ /*/ */ /* ** */ SELECT 1 /**/;"),
  script("comment opening at the very end", 1, "SELECT 1 --/*"),
  script("no final semicolon", 2, "SELECT 1; SELECT 2"),
  script("comment after the last statement", 2, "SELECT 1; SELECT 2 -- done"),
  script("comment between words", 1, "SELECT/* ; */1 -- ;\n+ 1;"),
  script("byte order mark", 1, "\ufeffSELECT 1;"),
  script("byte order mark between statements", 2, "SELECT 1;\ufeffSELECT 2;"),
  script("CRLF", 2, "SELECT 1;\r\n-- x;\r\nSELECT 2;\r\n"),
  script("lone CR does not end a comment", 1, "SELECT 1; -- x;\rSELECT 2;"),
  script("vertical tab after a space", 1, "SELECT \v 1;"),
  script("semicolon in a string", 1, "SELECT 'a;b';"),
  script("doubled quotes in a string", 1, "SELECT 'it''s; ''';"),
  script("string over lines", 1, "SELECT 'a;\n-- b;\n/* c';"),
  script("comment marks in a string", 2, "SELECT '--'; SELECT '/*';"),
  script("string that ends in a backslash", 2, "SELECT '\\'; SELECT 'x';"),
  script("names in all quotings", 1, "CREATE TABLE \"a;\"\"b\" ([c;d], `e;``f`, 'g;''h');"),
  script("bracket without doubling", 1, "CREATE TABLE t ([a[b] INT);"),
  script("comment marks in a name", 1, 'CREATE TABLE "--" ("/*", "*/");'),
  script("blob literals", 1, "SELECT x'3b', X'';"),
  script("x before a space is a name", 1, "SELECT x FROM (SELECT 2 AS x) WHERE x <> '' ;"),
  script("hexadecimal and separated numbers", 1, "SELECT 0x1F, 1_000, 1.5e-3, .5, 5., 1e+10;"),
  script("dots and numbers", 1, "SELECT 1.+.1, 1.e2;"),
  script("operators in a row", 1, "SELECT 1<<2>>1|3&~1||'x' <> 2 == 1 != 3;"),
  script("minus minus is a comment", 1, "SELECT 1--1;\n;"),
  script("JSON operators", 1, `SELECT '{"a":{"b":1}}' -> '$.a' ->> '$.b';`),
  script("dollar in a name", 1, "CREATE TABLE a$b (c$d$ INT);"),
  script("letters beyond ASCII", 1, "CREATE TABLE größe (数 INT, naïve TEXT, 😀 INT);"),
  script("no-break space is a letter", 1, "CREATE TABLE t (a\u00a0b INT);"),
  script("keywords as names", 1, "CREATE TABLE begin (end INT, temp INT, key INT, trigger INT);"),
  script(
    "table that is called trigger",
    2,
    "CREATE TABLE trigger (a); INSERT INTO trigger VALUES (1);",
  ),
  script("EXPLAIN", 2, "EXPLAIN SELECT 1; EXPLAIN QUERY PLAN SELECT 2;"),
  script("nested CASE", 1, "SELECT CASE WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END ELSE 4 END;"),
  script(
    "generated columns and checks",
    2,
    `CREATE TABLE t (a INT CHECK (a > 0 AND ';' <> a), b INT AS (a * 2) STORED,
      c TEXT GENERATED ALWAYS AS (CASE WHEN a THEN ';' END) VIRTUAL, CONSTRAINT "k;" UNIQUE (a)) STRICT;
    INSERT INTO t (a) VALUES (1), (2);`,
  ),
  script(
    "FTS5 and R*Tree",
    4,
    `CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = "unicode61 remove_diacritics 2");
     INSERT INTO f VALUES ('a; b', 'c -- d');
     CREATE VIRTUAL TABLE r USING rtree(id, x0, x1);
     INSERT INTO r VALUES (1, 2, 3);`,
  ),
  script(
    "FTS5 with comments among its arguments",
    1,
    "CREATE VIRTUAL TABLE f USING fts5(a, /* ; */ b, content='');",
  ),
  onTables("trigger", 1, "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET n = 1; END;"),
  onTables(
    "trigger with several statements and comments",
    2,
    `CREATE TRIGGER t AFTER INSERT ON a BEGIN -- one; END;
       INSERT INTO b VALUES (new.id, 'x; END;'); /* two; END; */
       DELETE FROM b WHERE x IS NULL;
     END;
     INSERT INTO a (n) VALUES (1);`,
  ),
  onTables(
    "trigger with CASE … END",
    2,
    `CREATE TRIGGER t BEFORE UPDATE OF n ON a FOR EACH ROW WHEN CASE WHEN new.n THEN 1 END BEGIN
       SELECT CASE WHEN new.n > 9 THEN RAISE(ABORT, 'too much;') END;
       UPDATE a SET s = CASE new.n WHEN 1 THEN 'one' ELSE 'more' END WHERE id = new.id;
     END;
     INSERT INTO a (n) VALUES (1);`,
  ),
  onTables(
    "trigger without a final semicolon",
    1,
    "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; END",
  ),
  onTables(
    "trigger whose END stands apart",
    1,
    "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b;\n-- last\nEND\n-- of all\n;",
  ),
  onTables(
    "TEMP triggers",
    2,
    `CREATE TEMP TRIGGER t1 AFTER INSERT ON a BEGIN SELECT 1; END;
     create temporary trigger if not exists t2 after insert on a begin select 1; select 2; end;`,
  ),
  onTables(
    "EXPLAIN CREATE TRIGGER",
    2,
    `EXPLAIN CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;
     EXPLAIN QUERY PLAN CREATE TRIGGER u AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END;`,
  ),
  onTables(
    "INSTEAD OF trigger on a view",
    3,
    `CREATE VIEW v AS SELECT id, n FROM a WHERE s <> ';' OR s IS NULL;
     CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO a (n) VALUES (new.n); END;
     INSERT INTO v (n) VALUES (7);`,
  ),
  onTables(
    "trigger with names that look like its end",
    2,
    `CREATE TRIGGER "t; END;" AFTER INSERT ON a BEGIN INSERT INTO b VALUES ('; END;', "new"."n"); END;
     INSERT INTO a (n) VALUES (3);`,
  ),
  onTables(
    "two triggers on one line",
    2,
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;CREATE TRIGGER u AFTER INSERT ON a BEGIN SELECT 2; END;",
  ),
  onTables(
    "upsert",
    2,
    `INSERT INTO a (id, n) VALUES (1, 2);
     INSERT INTO a (id, n) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET n = excluded.n, s = ';' RETURNING n;`,
  ),
  onTables(
    "changes with common table expressions",
    4,
    `WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 5)
       INSERT INTO b SELECT i, ';' FROM c;
     WITH d AS MATERIALIZED (SELECT max(x) AS m FROM b), e AS NOT MATERIALIZED (SELECT 1)
       DELETE FROM b WHERE x IN (SELECT m FROM d);
     WITH u AS (SELECT 2 AS k) UPDATE b SET y = 'u' FROM u WHERE x = k;
     WITH w AS (SELECT 1) REPLACE INTO a (id, n) SELECT 9, 9;`,
  ),
  onTables(
    "ALTER TABLE",
    4,
    `ALTER TABLE a RENAME TO "a;2"; ALTER TABLE "a;2" RENAME COLUMN n TO [n;];
     ALTER TABLE "a;2" ADD COLUMN d TEXT DEFAULT ';'; ALTER TABLE "a;2" DROP COLUMN s;`,
  ),
  onTables(
    "rebuild",
    4,
    `CREATE TABLE "new_b" (x INT, y TEXT, z DEFAULT (1));
     INSERT INTO new_b (x, y) SELECT x, y FROM b; DROP TABLE b; ALTER TABLE "new_b" RENAME TO "b";`,
  ),
  onTables(
    "indexes",
    2,
    `CREATE UNIQUE INDEX IF NOT EXISTS i ON a (n COLLATE NOCASE DESC) WHERE s <> ';';
     CREATE INDEX j ON a (lower(s || ';'));`,
  ),
  onTables(
    "window functions",
    1,
    `SELECT sum(n) FILTER (WHERE n > 1) OVER w FROM a
     WINDOW w AS (PARTITION BY s ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES);`,
  ),
  onTables(
    "row values and VALUES",
    2,
    "INSERT INTO b VALUES (1, 2); SELECT * FROM b WHERE (x, y) IN (VALUES (1, 2));",
  ),
  onTables(
    "pragmas",
    3,
    "PRAGMA user_version = 7; PRAGMA main.table_info('a'); PRAGMA application_id(5);",
  ),
  onTables("transaction control", 4, "BEGIN; INSERT INTO b VALUES (1, 2); END; SELECT 1;"),
  onTables("savepoints", 3, "SAVEPOINT begin; INSERT INTO b VALUES (1, 2); RELEASE begin;"),
];
