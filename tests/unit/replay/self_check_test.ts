import assert from "node:assert/strict";
import type { AludelError } from "../../../src/errors.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import {
  selfCheck,
  type SelfCheckRequest,
  type SelfCheckResult,
} from "../../../src/replay/self_check.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { schemaOf } from "../schema/schema_of.ts";

const T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)";
const INDEXED = [T, "CREATE INDEX i ON t (a)"];

async function check(
  before: readonly string[],
  after: readonly string[],
  up: string,
  down: string | null,
  extent: SelfCheckRequest["extent"] = "reached",
): Promise<SelfCheckResult> {
  const from = await schemaOf(...before);
  const to = await schemaOf(...after);
  return await selfCheck({
    from,
    to,
    changes: compareSchemas(from, to),
    up,
    down,
    columnOrder: false,
    scratch: new Scratch({ doubleQuotedStrings: false }),
    extent,
  });
}

const REBUILD_WITHOUT_INDEX = `
CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x');
INSERT INTO n SELECT * FROM t;
DROP INDEX i;
DROP TABLE t;
ALTER TABLE n RENAME TO t;
`;

Deno.test("selfCheck() accepts what leads there and back", async () => {
  const { notices } = await check([T], INDEXED, "CREATE INDEX i ON t (a);\n", "DROP INDEX i;\n");
  assert.deepEqual(notices, []);
});

Deno.test("selfCheck() refuses an up that does not lead to the wanted schema, and says what is missing", async () => {
  await assert.rejects(
    check([T], INDEXED, "CREATE INDEX i ON t (id);\n", "DROP INDEX i;\n"),
    { code: "autogenerate-failed", notes: ["missing: replace index i on t"] },
  );
});

Deno.test("selfCheck() refuses a down that does not lead back", async () => {
  await assert.rejects(
    check([T], INDEXED, "CREATE INDEX i ON t (a);\n", "SELECT 1;\n"),
    { code: "autogenerate-failed", notes: ["missing: drop index i on t"] },
  );
});

Deno.test("selfCheck() refuses an up that loses rows with a DELETE, which the runner allows", async () => {
  await assert.rejects(
    check([T], INDEXED, "CREATE INDEX i ON t (a);\nDELETE FROM t WHERE id > 1;\n", null),
    (error: { readonly code: string; readonly notes: readonly string[] }) => {
      assert.equal(error.code, "autogenerate-failed");
      assert.match(error.notes[0] ?? "", /^"t" had 6 rows, and has [0-5]$/);
      return true;
    },
  );
});

Deno.test("selfCheck() refuses an up that changes values", async () => {
  await assert.rejects(
    check([T], INDEXED, "CREATE INDEX i ON t (a);\nUPDATE t SET a = a || '!';\n", null),
    { code: "autogenerate-failed", message: "The generated up.sql does not keep the rows" },
  );
});

Deno.test("selfCheck() refuses an up that renumbers implicit rowids", async () => {
  await assert.rejects(
    check(
      ["CREATE TABLE t (a)"],
      ["CREATE TABLE t (a DEFAULT 1)"],
      "CREATE TABLE n (a DEFAULT 1);\nINSERT INTO n SELECT a FROM t ORDER BY rowid DESC;\n" +
        "DROP TABLE t;\nALTER TABLE n RENAME TO t;\n",
      null,
    ),
    { code: "data-loss" },
  );
});

Deno.test("selfCheck() runs an up under the guards of the runner", async () => {
  await assert.rejects(
    check([T], INDEXED, "COMMIT;\n", null),
    { code: "sql-transaction-control" },
  );
  const after = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x')", INDEXED[1]!];
  await assert.rejects(check(INDEXED, after, REBUILD_WITHOUT_INDEX, null), {
    code: "autogenerate-failed",
  });
});

Deno.test("selfCheck() tries a stricter schema with the rows that it allows", async () => {
  const strict = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL)"];
  const { notices } = await check(
    [T],
    strict,
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL;\n",
    "ALTER TABLE t ALTER COLUMN a DROP NOT NULL;\n",
  );
  assert.deepEqual(notices, []);
});

Deno.test("selfCheck() says where no row fits both schemas", async () => {
  const { notices } = await check(
    ["CREATE TABLE t (a INTEGER CHECK (a < 0))"],
    ["CREATE TABLE t (a INTEGER CHECK (a < 0), CHECK (a IS NOT NULL AND a > 0))"],
    "CREATE TABLE n (a INTEGER CHECK (a < 0), CHECK (a IS NOT NULL AND a > 0));\n" +
      "INSERT INTO n (rowid, a) SELECT rowid, a FROM t;\nDROP TABLE t;\nALTER TABLE n RENAME TO t;\n",
    null,
  );
  assert.deepEqual(notices, [
    'The up could not be tried with rows in "t": none was found that fits both schemas',
  ]);
});

const THINGS =
  "CREATE TABLE things (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL REFERENCES kinds)";

function rebuildOfKinds(definition: string): string {
  return `CREATE TABLE n ${definition};
INSERT INTO n SELECT * FROM kinds;
DROP TABLE kinds;
ALTER TABLE n RENAME TO kinds;
`;
}

Deno.test("selfCheck() leaves out single rows whose parents the wanted schema forbids", async () => {
  const loose = "(id INTEGER PRIMARY KEY, code TEXT)";
  const strict = "(id INTEGER PRIMARY KEY CHECK (id > 20), code TEXT)";
  const { notices } = await check(
    [`CREATE TABLE kinds ${loose}`, THINGS],
    [`CREATE TABLE kinds ${strict}`, THINGS],
    rebuildOfKinds(strict),
    rebuildOfKinds(loose),
  );
  assert.deepEqual(notices, []);
});

Deno.test("selfCheck() makes rows for the wanted schema where none of the present one's fits", async () => {
  const loose = "(id INTEGER PRIMARY KEY, code TEXT)";
  const strict = "(id INTEGER PRIMARY KEY, code TEXT NOT NULL CHECK (code IN ('left', 'right')))";
  const { notices } = await check(
    [`CREATE TABLE kinds ${loose}`, THINGS],
    [`CREATE TABLE kinds ${strict}`, THINGS],
    rebuildOfKinds(strict),
    rebuildOfKinds(loose),
  );
  assert.deepEqual(notices, []);
});

/** Two tables with all that ties them, and one that has nothing to do with either. */
const TIED = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
  "CREATE TABLE child (id INTEGER PRIMARY KEY, t INTEGER REFERENCES t ON DELETE CASCADE, b TEXT)",
  "CREATE TABLE log (line TEXT)",
  "CREATE TABLE apart (x TEXT)",
  "CREATE VIEW seen AS SELECT id, a FROM t",
  "CREATE TRIGGER from_child AFTER UPDATE ON child BEGIN UPDATE t SET a = 'x' WHERE id = new.t; END",
  "CREATE TRIGGER to_log AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (new.a); END",
  "CREATE TRIGGER on_seen INSTEAD OF DELETE ON seen BEGIN DELETE FROM log; END",
];
const DOWN = "ALTER TABLE apart DROP COLUMN y;\n";
const ADDED = TIED.map((sql) => sql.replace("apart (x TEXT)", "apart (x TEXT, y)"));
const lost = (side: "up" | "down", line: RegExp) => (error: unknown) => {
  const { message, notes } = error as { readonly message: string; readonly notes: string[] };
  assert.equal(message, `The generated ${side}.sql does not keep the rows`);
  assert.match(notes.join("\n"), line);
  return true;
};

Deno.test("selfCheck() sees what a trigger of a table that the script names does to one that it does not", async () => {
  const up = "ALTER TABLE apart ADD COLUMN y;\nUPDATE t SET id = id;\n";
  await assert.rejects(check(TIED, ADDED, up, DOWN), lost("up", /"log" had 6 rows, and has 12/));
});

Deno.test("selfCheck() sees what the trigger of a table in between does", async () => {
  const up = "ALTER TABLE apart ADD COLUMN y;\n";
  const down = `UPDATE child SET b = b;\n${DOWN}`;
  await assert.rejects(check(TIED, ADDED, up, down), lost("down", /"t" had a row/));
});

Deno.test("selfCheck() sees what a trigger on a view does", async () => {
  const up = "ALTER TABLE apart ADD COLUMN y;\nDELETE FROM seen;\n";
  const before = [...TIED, "CREATE TABLE other (z)"];
  const after = [...ADDED, "CREATE TABLE other (z)"];
  await assert.rejects(check(before, after, up, DOWN), (error) => {
    const { code, notes } = error as AludelError;
    assert.equal(code, "data-loss");
    assert.match(notes.join("\n"), /table "log": 6 of 6 rows are gone, and a trigger/);
    return true;
  });
});

Deno.test("selfCheck() sees where a cascade of enforced keys leads, children of children too", async () => {
  const grandchild = "CREATE TABLE grandchild (child INTEGER REFERENCES child ON DELETE CASCADE)";
  const up = "-- aludel: foreign-keys=on\nALTER TABLE apart ADD COLUMN y;\nDELETE FROM t;\n";
  await assert.rejects(
    check([...TIED, grandchild], [...ADDED, grandchild], up, DOWN),
    lost("up", /"grandchild" had [1-6] rows, and has [0-5]/),
  );
});

Deno.test("selfCheck() meets the views and triggers that a way back breaks, wherever they are", async () => {
  // The view and the trigger are as before, name the table, and nothing in the scripts names them.
  const before = [
    "CREATE TABLE t (id INTEGER PRIMARY KEY)",
    "CREATE TABLE far (x)",
    "CREATE VIEW over AS SELECT id, a FROM t",
    "CREATE VIEW over_it AS SELECT a FROM over",
    "CREATE TRIGGER writes AFTER INSERT ON far BEGIN UPDATE t SET a = new.x; END",
  ];
  const after = ["CREATE TABLE t (id INTEGER PRIMARY KEY, a)", ...before.slice(1)];
  for (const extent of ["whole", "reached"] as const) {
    await assert.rejects(
      check(
        before,
        after,
        "ALTER TABLE t ADD COLUMN a;\n",
        "ALTER TABLE t DROP COLUMN a;\n",
        extent,
      ),
      { code: "sql-failed", sqlite: /^error in (?:view over|trigger writes)/ },
    );
  }
});

Deno.test("selfCheck() makes no rows for tables that the scripts cannot reach", async () => {
  // No row fits the CHECK, which would be a notice if somebody looked.
  const odd = "CREATE TABLE odd (a NOT NULL CHECK (a IS NULL))";
  const up = "ALTER TABLE t ADD COLUMN b NOT NULL DEFAULT 1;\n";
  const down = "ALTER TABLE t DROP COLUMN b;\n";
  const after = [T.replace(")", ", b NOT NULL DEFAULT 1)"), odd];
  assert.deepEqual(await check([T, odd], after, up, down), {
    notices: [],
    tried: { up: "rows", down: "rows" },
  });
});
