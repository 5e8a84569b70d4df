import { SqlError } from "../db/connection.ts";
import type { ScratchImage } from "../db/open_scratch.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Finding } from "../project/finding.ts";
import { compareSchemas } from "../schema/compare.ts";
import { describeChange } from "../schema/describe.ts";
import type { Schema } from "../schema/model.ts";
import type { Script, Statement } from "../sql/script.ts";
import { placeOf } from "../text/code_frame.ts";
import type { TrialContext } from "../replay/trial.ts";
import { schemaText } from "../replay/schema_text.ts";

/** Two branches that do not commute, on what they have in common. */
export interface BranchConflict {
  readonly a: RevisionId;
  readonly b: RevisionId;
  readonly image: ScratchImage | undefined;
  /** The revisions of each beyond that, parents first. */
  readonly ofA: readonly RevisionId[];
  readonly ofB: readonly RevisionId[];
}

/** A statement with where it stands. */
interface PlacedStatement {
  readonly script: Script;
  readonly statement: Statement;
}

/** What running statements in one order gave: the schema, or the statement that failed. */
type Outcome =
  | { readonly text: string; readonly schema: Schema }
  | { readonly failed: PlacedStatement; readonly words: string };

/**
 * Names the two statements because of which two branches do not commute: the shortest beginnings of both that do
 * not, by halving.
 */
export async function findConflict(
  { a, b, image, ofA, ofB }: BranchConflict,
  context: TrialContext,
): Promise<Finding> {
  const all = {
    a: ofA.flatMap((id) => statementsOf(context.tree.scriptOf(id))),
    b: ofB.flatMap((id) => statementsOf(context.tree.scriptOf(id))),
  };
  const clash = (countA: number, countB: number) =>
    clashOf(image, all.a.slice(0, countA), all.b.slice(0, countB), context);
  const countA = await leastThat(all.a.length, async (n) => !!await clash(n, all.b.length));
  const countB = await leastThat(all.b.length, async (n) => !!await clash(countA, n));
  const facts = await clash(countA, countB) ?? [];
  const pair = [all.a[countA - 1], all.b[countB - 1]].filter((one) => one !== undefined);
  const [first] = pair;
  return {
    level: "error",
    code: "proof-order",
    message: `"${a}" and "${b}" do not commute`,
    ...(first && { place: placeOf(first.script.file, first.script.text, first.statement.start) }),
    notes: [...pair.map(describeStatement), ...facts],
    next: [
      "Change one of the two statements",
      "Or put one branch on top of the other, so that every database runs them in one order",
    ],
  };
}

function statementsOf(script: Script): PlacedStatement[] {
  return script.statements.map((statement) => ({ script, statement }));
}

/** What goes wrong when both run, in either order; undefined where nothing does. */
async function clashOf(
  image: ScratchImage | undefined,
  a: readonly PlacedStatement[],
  b: readonly PlacedStatement[],
  context: TrialContext,
): Promise<readonly string[] | undefined> {
  const one = await run(image, [...a, ...b], context);
  const other = await run(image, [...b, ...a], context);
  for (const outcome of [one, other]) {
    if ("failed" in outcome) {
      return [`SQLite says: ${outcome.words}`, `at ${whereIs(outcome.failed)}`];
    }
  }
  if (!("schema" in one) || !("schema" in other)) return undefined;
  if (one.text === other.text) return undefined;
  const differences = compareSchemas(one.schema, other.schema).flatMap(describeChange);
  return differences.length === 0
    ? undefined
    : differences.map((line) => `the other order also needs: ${line}`);
}

/** Each statement by itself: what matters here is the schema, not what a failure would roll back. */
async function run(
  image: ScratchImage | undefined,
  statements: readonly PlacedStatement[],
  { scratch, tree }: TrialContext,
): Promise<Outcome> {
  await using connection = scratch.openImage(image);
  for (const placed of statements) {
    const { script, statement } = placed;
    try {
      await connection.execute(script.text.slice(statement.start, statement.end));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { failed: placed, words: error.sqlite };
    }
  }
  return { text: await schemaText(connection), schema: await tree.schemaOf(connection) };
}

/** The least number up to `most`, for which it holds, for which it does. */
async function leastThat(
  most: number,
  holds: (number: number) => Promise<boolean>,
): Promise<number> {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

function describeStatement(placed: PlacedStatement): string {
  const { script, statement } = placed;
  const [line = ""] = script.text.slice(statement.start, statement.end).split("\n", 1);
  return `${whereIs(placed)}: ${line}`;
}

function whereIs({ script, statement }: PlacedStatement): string {
  const { file, line, column } = placeOf(script.file, script.text, statement.start);
  return `${file}:${line}:${column}`;
}
