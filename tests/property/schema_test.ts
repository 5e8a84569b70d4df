import assert from "node:assert/strict";
import fc from "fast-check";
import { type Connection, SqlError } from "../../src/db/connection.ts";
import { openScratch } from "../../src/db/open_scratch.ts";
import { reverseChanges } from "../../src/schema/model/change.ts";
import { compareSchemas } from "../../src/schema/diff/compare.ts";
import { describeChange } from "../../src/schema/diff/describe.ts";
import { introspect } from "../../src/schema/read/introspect.ts";
import { loadSchema } from "../../src/schema/source/load_schema.ts";
import type { Schema } from "../../src/schema/model/model.ts";
import { fillTables } from "../../src/replay/rows/fill.ts";
import { writeSchema } from "../../src/schema/source/write_schema.ts";
import { foldName, quoteName } from "../../src/sql/identifier.ts";
import { schemaArbitrary, schemaSql } from "./schema_arbitrary.ts";
import { mutateSchema } from "./schema_mutation.ts";
import { respell } from "./respell.ts";

async function run(statements: readonly string[]): Promise<Connection> {
  const connection = openScratch();
  for (const sql of statements) await connection.execute(sql);
  return connection;
}

async function schemaOf(statements: readonly string[]): Promise<Schema> {
  await using connection = await run(statements);
  return await introspect(connection);
}

/** The schema, or undefined where SQLite refuses one of the statements. */
async function schemaIfValid(statements: readonly string[]): Promise<Schema | undefined> {
  try {
    return await schemaOf(statements);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

function loadText(text: string) {
  return loadSchema(
    [{ file: "schema.sql", text }],
    () => Promise.resolve(openScratch({ standIns: true })),
  );
}

const lines = (from: Schema, to: Schema) => compareSchemas(from, to).flatMap(describeChange);
const picks = fc.array(fc.nat(100_000), { minLength: 12, maxLength: 12 });

Deno.test("writeSchema() gives a text that loads as the same schema", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, async (recipe) => {
      const schema = await schemaOf(schemaSql(recipe));
      const again = (await loadText(writeSchema(schema))).schema;
      assert.deepEqual(lines(schema, again), []);
      for (const kind of ["tables", "virtualTables", "views", "indexes", "triggers"] as const) {
        const objects = (one: Schema) => Object.fromEntries<unknown>([...one[kind]]);
        assert.deepEqual(objects(again), objects(schema));
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("compareSchemas() finds nothing between a schema and its other spellings", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, picks, async (recipe, numbers) => {
      const statements = schemaSql(recipe);
      const other = statements.map((sql, at) => respell(sql, numbers, at));
      const from = await schemaOf(statements);
      const to = await schemaOf(other);
      assert.deepEqual(lines(from, to), [], other.join(";\n"));
      assert.deepEqual(lines(to, from), []);
    }),
    { numRuns: 250 },
  );
});

Deno.test("compareSchemas() notices every mutation, and its reverse is the way back", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, picks, async (recipe, numbers) => {
      const mutated = mutateSchema(recipe, numbers);
      fc.pre(mutated !== undefined);
      const to = await schemaIfValid(schemaSql(mutated.schema));
      fc.pre(to !== undefined);
      const from = await schemaOf(schemaSql(recipe));
      assert.notDeepEqual(lines(from, to), [], mutated.what);
      const back = reverseChanges(compareSchemas(from, to)).flatMap(describeChange);
      assert.deepEqual(back.sort(), lines(to, from).sort(), mutated.what);
    }),
    { numRuns: 400 },
  );
});

/** What SQLite's pragmas say of a schema, order of columns and numbers of indexes left out. */
async function pragmaFacts(statements: readonly string[]): Promise<string[]> {
  await using connection = await run(statements);
  const queries = [
    `SELECT lower(name), type, ncol, wr, strict FROM pragma_table_list WHERE schema = 'main'`,
    `SELECT lower(t.name), lower(c.name), lower(replace(c.type, ' ', '')), c."notnull", c.pk, c.hidden,
       c.dflt_value
     FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
     WHERE t.schema = 'main' AND t.type = 'table'`,
    `SELECT lower(t.name), i."unique", i.origin, i.partial,
       iif(i.origin = 'c', lower(i.name), ''), (
         SELECT json_group_array(json_array(lower(k.name), k."desc", lower(k.coll), k.key))
         FROM pragma_index_xinfo(i.name) AS k WHERE k.key)
     FROM pragma_table_list AS t, pragma_index_list(t.name) AS i WHERE t.schema = 'main'`,
    `SELECT lower(t.name), lower(f."table"), lower(f."from"), lower(f."to"), f.on_update, f.on_delete
     FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f WHERE t.schema = 'main'`,
    `SELECT type, lower(name), lower(tbl_name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`,
  ];
  const facts: string[] = [];
  for (const [at, sql] of queries.entries()) {
    for (const row of await connection.query(sql)) {
      facts.push(
        JSON.stringify(
          [at, ...Object.values(row)],
          (_, value) => typeof value === "bigint" ? Number(value) : value,
        ),
      );
    }
  }
  return facts.sort();
}

Deno.test("compareSchemas() finds something wherever SQLite's pragmas differ", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, schemaArbitrary, picks, async (one, other, numbers) => {
      // Two schemas with everything different say little: the second is the first, mutated twice.
      const once = mutateSchema(one, numbers)?.schema ?? other;
      const twice = mutateSchema(once, numbers.slice(6))?.schema ?? other;
      const to = await schemaIfValid(schemaSql(twice));
      fc.pre(to !== undefined);
      const from = await schemaOf(schemaSql(one));
      if (compareSchemas(from, to).length > 0) return;
      assert.deepEqual(await pragmaFacts(schemaSql(one)), await pragmaFacts(schemaSql(twice)));
    }),
    { numRuns: 150 },
  );
});

Deno.test("introspect() reads the same whether it knows much of the schema or nothing", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, picks, async (recipe, numbers) => {
      const known = await schemaOf(schemaSql(recipe));
      const changed = mutateSchema(recipe, numbers)?.schema ?? recipe;
      const wanted = await schemaIfValid(schemaSql(changed));
      fc.pre(wanted !== undefined);
      await using connection = await run(schemaSql(changed));
      assert.deepEqual(await introspect(connection, [known]), wanted);
      assert.deepEqual(await introspect(connection, [known, wanted]), wanted);
      const files = [{ file: "s.sql", text: `${schemaSql(changed).join(";\n")};\n` }];
      const open = () => Promise.resolve(openScratch({ standIns: true }));
      const plain = await loadSchema(files, open);
      assert.deepEqual(await loadSchema(files, open, [known]), plain);
    }),
    { numRuns: 150 },
  );
});

Deno.test("compareSchemas() under hints finds what SQLite's own renames did, and no more", async () => {
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, fc.nat(), fc.nat(), async (recipe, at, place) => {
      await using connection = await run(schemaSql(recipe));
      const from = await introspect(connection);
      const table = recipe.tables[at % recipe.tables.length]!;
      const column = table.columns[place % table.columns.length]!;
      try {
        await connection.execute(
          `ALTER TABLE ${quoteName(table.name)} RENAME COLUMN ${
            quoteName(column.name)
          } TO "brand new"`,
        );
        await connection.execute(`ALTER TABLE ${quoteName(table.name)} RENAME TO "fresh name"`);
      } catch (error) {
        if (error instanceof SqlError) return fc.pre(false);
        throw error;
      }
      const to = await introspect(connection);
      const renames = {
        tables: [{ from: table.name, to: "fresh name" }],
        columns: [{ table: "fresh name", from: column.name, to: "brand new" }],
      };
      const changes = compareSchemas(from, to, { renames, columnOrder: true });
      // Where a view or trigger names two things alike, tokens cannot tell: it is replaced.
      const certain = changes.filter((change) =>
        change.kind !== "replace-object" ||
        change.to.kind === "index" || change.to.kind === "virtual-table"
      );
      assert.deepEqual(certain.length, 1, certain.flatMap(describeChange).join("\n"));
      const [only] = certain;
      assert.ok(only?.kind === "alter-table");
      assert.deepEqual(only.changes.map(({ kind }) => kind), ["rename-table", "rename-column"]);
      assert.deepEqual(compareSchemas(to, to, { renames }), []);
    }),
    { numRuns: 200 },
  );
});

Deno.test("fillTables() makes rows that every constraint allows, the same for one seed", async () => {
  const content = async (connection: Connection, schema: Schema) => {
    const tables = [];
    for (const { name } of schema.tables.values()) {
      tables.push(await connection.query(`SELECT * FROM ${quoteName(name)}`));
    }
    return tables;
  };
  await fc.assert(
    fc.asyncProperty(schemaArbitrary, fc.nat(1_000), async (recipe, seed) => {
      await using connection = await run(schemaSql(recipe));
      await using other = await run(schemaSql(recipe));
      const schema = await introspect(connection);
      const filled = await fillTables(connection, schema, { seed, rows: 5 });
      await fillTables(other, schema, { seed, rows: 5 });
      assert.deepEqual(await content(connection, schema), await content(other, schema));

      const [verdict] = await connection.query("PRAGMA integrity_check");
      assert.deepEqual(Object.values(verdict ?? {}), ["ok"]);
      for (const table of schema.tables.values()) {
        const count = filled.counts.get(foldName(table.name)) ?? 0;
        const isReported = filled.unfilled.some((one) => one.table === table.name);
        assert.equal(count === 0, isReported);
        const violations = await connection.query(
          `PRAGMA foreign_key_check(${quoteName(table.name)})`,
        ).catch((error) => {
          // A foreign key whose parent columns are no key: then nothing may refer to it.
          assert.match(error.sqlite, /mismatch/);
          return [];
        });
        assert.deepEqual(violations, []);
      }
    }),
    { numRuns: 60 },
  );
});
