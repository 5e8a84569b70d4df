import assert from "node:assert/strict";
import { Scratch } from "../../../src/replay/scratch.ts";
import { ReplayTree } from "../../../src/replay/tree.ts";
import { ChangeReader } from "../../../src/proof/changes.ts";
import { SchemaCollection } from "../../../src/report/report.ts";
import { buildGraph } from "../../../src/graph/build_graph.ts";

const UPS: Readonly<Record<string, string>> = {
  a: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE other (x);",
  b: "CREATE TABLE orders (id INTEGER PRIMARY KEY, user REFERENCES users);",
  c: "ALTER TABLE users RENAME COLUMN name TO title;",
  d: "DROP TABLE orders;",
};
const PARENTS: Readonly<Record<string, readonly string[]>> = {
  a: [],
  b: ["a"],
  c: ["a"],
  d: ["b", "c"],
};

async function collected() {
  const { graph } = buildGraph(
    Object.entries(PARENTS).map(([id, parents]) => ({ id, parents, dependsOn: [], labels: [] })),
  );
  const sourceOf = (id: string) => ({ up: { file: `${id}.sql`, text: UPS[id]! } });
  const tree = new ReplayTree(
    graph!,
    sourceOf as ConstructorParameters<typeof ReplayTree>[1],
    new Scratch({ doubleQuotedStrings: false }),
  );
  const reader = new ChangeReader(tree);
  const schemas = new SchemaCollection();
  const differences = new Map();
  for (const id of graph!.ids) {
    const { schema, changes } = await reader.of(id);
    differences.set(id, schemas.add(id, PARENTS[id]!, schema!, changes));
  }
  return { schemas, differences };
}

Deno.test("SchemaCollection holds each object once, and tells a schema by its parent's", async () => {
  const { schemas: { objects }, differences } = await collected();
  const names = (id: string): string[] => {
    const { base, added, removed } = differences.get(id)!;
    const before = base === null ? [] : names(base);
    const gone = removed.map((index: number) => objects[index]!.sql);
    return [
      ...before.filter((sql) => !gone.includes(sql)),
      ...added.map((at: number) => objects[at]!.sql),
    ];
  };
  const users = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)";
  const other = "CREATE TABLE other (x)";
  const orders = "CREATE TABLE orders (id INTEGER PRIMARY KEY, user REFERENCES users)";
  const renamed = users.replace("name", "title");
  assert.deepEqual(names("a").toSorted(), [other, users]);
  assert.deepEqual(names("b").toSorted(), [orders, other, users]);
  assert.deepEqual(names("c").toSorted(), [other, renamed]);
  assert.deepEqual(names("d").toSorted(), [other, renamed]);
  assert.equal(objects.length, 4);
});

Deno.test("SchemaCollection has the tables that a revision touches, with what is new, changed and gone", async () => {
  const { differences } = await collected();
  const touched = (id: string) =>
    differences.get(id)!.touched.map((one: { name: string; fate: string }) =>
      `${one.name} ${one.fate}`
    );
  assert.deepEqual(touched("b"), ["orders new"]);
  assert.deepEqual(
    differences.get("b")!.relations.map(({ parent, fate }: never) => [parent, fate]),
    [
      ["users", "new"],
    ],
  );
  assert.deepEqual(touched("c"), ["users changed"]);
  assert.deepEqual(differences.get("c")!.lines, ["rename column users.name to title"]);
  assert.deepEqual(touched("d"), ["orders gone"]);
});
