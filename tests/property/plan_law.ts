import fc from "fast-check";
import { AludelError } from "../../src/errors.ts";
import { autogenerate } from "../../src/project/author/autogenerate.ts";
import { compareWith } from "../../src/project/author/schema_reader.ts";
import { Scratch } from "../../src/replay/scratch.ts";
import { loadSchema } from "../../src/schema/source/load_schema.ts";
import type { Release } from "../../src/schema/plan/statement.ts";
import { NO_HINTS, type RenameHints } from "../../src/schema/diff/renames.ts";
import { schemaArbitrary, type SchemaRecipe, schemaSql } from "./schema_arbitrary.ts";
import { mutateSchema } from "./schema_mutation.ts";
import { renameSomething } from "./schema_rename.ts";

/** Two schemas, with the renames that lead from one to the other. */
export interface SchemaPair {
  readonly before: SchemaRecipe;
  readonly after: SchemaRecipe;
  readonly hints: RenameHints;
}

const picks = fc.array(fc.nat(1_000), { minLength: 5, maxLength: 5 });

/** A schema and what a few changes make of it. */
const mutatedPair: fc.Arbitrary<SchemaPair> = fc.record({
  before: schemaArbitrary,
  changes: fc.array(picks, { minLength: 1, maxLength: 5 }),
}).map(({ before, changes }) => ({
  before,
  after: changes.reduce((schema, choice) => mutateSchema(schema, choice)?.schema ?? schema, before),
  hints: NO_HINTS,
}));

/** A schema with a table or column that gets another name, by a hint, among other changes. */
const renamedPair: fc.Arbitrary<SchemaPair> = fc.record({
  pair: mutatedPair,
  choice: picks,
}).map(({ pair: { before, after }, choice }) => {
  const { schema, hints } = renameSomething(after, choice);
  return { before, after: schema, hints };
});

/** Two schemas that have nothing to do with one another, but for the names that they happen to share. */
const unrelatedPair: fc.Arbitrary<SchemaPair> = fc.record({
  before: schemaArbitrary,
  after: schemaArbitrary,
  hints: fc.constant(NO_HINTS),
});

export const schemaPair: fc.Arbitrary<SchemaPair> = fc.oneof(
  { weight: 4, arbitrary: mutatedPair },
  { weight: 3, arbitrary: renamedPair },
  { weight: 1, arbitrary: unrelatedPair },
);

/** What became of a pair: SQLite may refuse one of the two schemas. */
export type Verdict = "kept" | "refused";

/**
 * The law of plans: the up leads from the first schema to exactly the second and the down back, on
 * tables with rows, which keep their values and rowids.
 *
 * @throws {AludelError} where it does not hold.
 */
export async function keepsTheLaw(pair: SchemaPair, sqlite: Release): Promise<Verdict> {
  const scratch = new Scratch({ doubleQuotedStrings: false });
  const load = async (recipe: SchemaRecipe) =>
    await loadSchema(
      [{ file: "s.sql", text: `${schemaSql(recipe).join(";\n")};\n` }],
      scratch.open,
    );
  let comparison;
  try {
    const { schema: from } = await load(pair.before);
    const { schema: to } = await load(pair.after);
    comparison = compareWith({ exclude: [], columnOrder: false }, from, to, pair.hints);
  } catch (error) {
    if (error instanceof AludelError && error.code.startsWith("schema-")) return "refused";
    throw error;
  }
  const request = {
    comparison,
    message: "law",
    down: true,
    sqlite,
    columnOrder: false,
    scratch,
  };
  try {
    await autogenerate({ ...request, extent: "whole" });
    // What holds for the whole holds for the part that is tried of a large schema, and is written just so.
    await autogenerate({ ...request, extent: "reached" });
  } catch (error) {
    if (error instanceof AludelError && isForSqliteToMend(error)) return "refused";
    throw explained(error, pair);
  }
  return "kept";
}

/**
 * A foreign key without a matching key in its parent, which upgrade would refuse too; and RENAME COLUMN of an
 * integer key that a UNIQUE of a WITHOUT ROWID table has too, which SQLite 3.53 cannot do (measured).
 */
function isForSqliteToMend({ code, sqlite = "" }: AludelError): boolean {
  return code === "foreign-key-violations" || /^error in table .* after rename: /s.test(sqlite);
}

/** The counterexample as SQL, which is what one wants to read. */
function explained(error: unknown, { before, after, hints }: SchemaPair): unknown {
  if (!(error instanceof AludelError)) return error;
  const facts = [error.message, error.sqlite ?? "", ...error.notes, JSON.stringify(hints)];
  const schemas = [schemaSql(before).join(";\n"), "-- becomes", schemaSql(after).join(";\n")];
  return new Error([...facts, ...schemas].join("\n"), { cause: error });
}
