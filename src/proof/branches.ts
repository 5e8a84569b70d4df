import { SqlError } from "../db/connection.ts";
import type { ScratchImage } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import { type Finding, findingOf } from "../finding.ts";
import { missingFor, schemaText } from "../replay/contents.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import { describeChange } from "../schema/diff/describe.ts";
import type { Schema } from "../schema/model/model.ts";
import type { Script, Statement } from "../sql/script.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";

/** Two branches that do not commute, with their common history. */
export interface BranchConflict {
  readonly a: RevisionId;
  readonly b: RevisionId;
  readonly image: ScratchImage | undefined;
  /** The revisions of each branch beyond the common history, parents first. */
  readonly ofA: readonly RevisionId[];
  readonly ofB: readonly RevisionId[];
}

/** A statement and its place. */
interface PlacedStatement {
  readonly script: Script;
  readonly statement: Statement;
}

/** The result of running statements in one order: the schema, or the statement that failed. */
type Outcome =
  | { readonly text: string; readonly schema: Schema }
  | { readonly failed: PlacedStatement; readonly words: string };

/**
 * Finds the two statements because of which two branches do not commute, by bisection: the shortest beginnings of both
 * that do not commute.
 */
async function findConflict(
  { a, b, image, ofA, ofB }: BranchConflict,
  tree: ReplayTree,
): Promise<Finding> {
  const all = {
    a: ofA.flatMap((id) => statementsOf(tree.scriptOf(id))),
    b: ofB.flatMap((id) => statementsOf(tree.scriptOf(id))),
  };
  const clash = (countA: number, countB: number) =>
    clashOf(image, all.a.slice(0, countA), all.b.slice(0, countB), tree);
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
      say("Change one of the two statements"),
      say(
        "Or put one branch on top of the other, so that every database runs them in the same order",
      ),
    ],
  };
}

function statementsOf(script: Script): PlacedStatement[] {
  return script.statements.map((statement) => ({ script, statement }));
}

/** The problem of running both branches, in either order; undefined if there is none. */
async function clashOf(
  image: ScratchImage | undefined,
  a: readonly PlacedStatement[],
  b: readonly PlacedStatement[],
  tree: ReplayTree,
): Promise<readonly string[] | undefined> {
  const one = await run(image, [...a, ...b], tree);
  const other = await run(image, [...b, ...a], tree);
  for (const outcome of [one, other]) {
    if ("failed" in outcome) {
      return [`SQLite says: ${outcome.words}`, `at ${placeText(outcome.failed)}`];
    }
  }
  if (!("schema" in one) || !("schema" in other)) return undefined;
  if (one.text === other.text) return undefined;
  const differences = compareSchemas(one.schema, other.schema).flatMap(describeChange);
  return differences.length === 0
    ? undefined
    : differences.map((line) => `the other order also needs: ${line}`);
}

/** Runs statements one by one. Only the schema matters here, not the effect of a failure. */
async function run(
  image: ScratchImage | undefined,
  statements: readonly PlacedStatement[],
  tree: ReplayTree,
): Promise<Outcome> {
  await using connection = tree.scratch.openImage(image);
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

/** The least number up to `most` for which `holds` is true. It must be true for `most`. */
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
  return `${placeText(placed)}: ${line}`;
}

function placeText({ script, statement }: PlacedStatement): string {
  const { file, line, column } = placeOf(script.file, script.text, statement.start);
  return `${file}:${line}:${column}`;
}

/** The result of running parallel branches in several orders. Plain data, as {@linkcode Proof} is. */
export interface OrderProof {
  readonly heads: readonly RevisionId[];
  /** The number of orders that were run. */
  readonly orders: number;
  /** null if all orders give the same schema. */
  readonly finding: Finding | null;
}

/**
 * Maximum number of branches that are run in all orders (4! = 24). Of more branches, every pair is run in both orders.
 */
const ALL_ORDERS_OF = 4;

/**
 * Proves that parallel branches commute: databases that ran them in different orders have the same schema.
 *
 * @param heads Several revisions, none of which is under another one.
 */
export async function proveOrders(
  heads: readonly RevisionId[],
  tree: ReplayTree,
): Promise<OrderProof> {
  let orders = 0;
  try {
    for (const pair of pairsOf(heads)) {
      orders += 2;
      const finding = await provePair(pair, tree);
      if (finding !== null) return { heads, orders, finding };
    }
    if (heads.length > 2 && heads.length <= ALL_ORDERS_OF) {
      const all = permutationsOf(heads);
      orders += all.length;
      return { heads, orders, finding: await compareOrders(all, tree) };
    }
    return { heads, orders, finding: null };
  } catch (error) {
    // A revision that fails by itself is reported by its own proof.
    if (!(error instanceof AludelError)) throw error;
    return { heads, orders, finding: findingOf(error) };
  }
}

async function provePair(
  [a, b]: readonly [RevisionId, RevisionId],
  tree: ReplayTree,
): Promise<Finding | null> {
  const { graph } = tree;
  try {
    const finding = await compareOrders([[a, b], [b, a]], tree);
    if (finding === null) return null;
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "replay-failed") throw error;
    // A branch that fails by itself conflicts with none.
    for (const head of [a, b]) await tree.imageAt([head]);
  }
  const { base, own } = branchesOf(graph, [a, b]);
  const image = await tree.imageAt(graph.headsOf(base, "all"));
  return await findConflict({ a, b, image, ofA: own.get(a)!, ofB: own.get(b)! }, tree);
}

/** The branches' common history, and the remaining revisions of each. */
function branchesOf(graph: RevisionGraph, heads: readonly RevisionId[]) {
  const histories = heads.map((id) => graph.ancestors([id], "all"));
  const [first = new Set<RevisionId>(), ...others] = histories;
  const base = [...first].filter((id) => others.every((other) => other.has(id)));
  const shared = new Set(base);
  const own = new Map(heads.map((head, at) => [
    head,
    [...histories[at]!].filter((id) => !shared.has(id)),
  ]));
  return { base, own };
}

async function compareOrders(
  orders: readonly (readonly RevisionId[])[],
  tree: ReplayTree,
): Promise<Finding | null> {
  const { graph, scratch } = tree;
  const { base, own } = branchesOf(graph, orders[0]!);
  const start = await tree.imageAt(graph.headsOf(base, "all"));
  // Orders with the same beginning share images.
  const images = new Map<string, ScratchImage | undefined>([["", start]]);
  let first: { readonly text: string; readonly schema: Schema } | undefined;
  for (const order of orders) {
    const done = new Set<RevisionId>();
    let key = "";
    let image = start;
    for (const head of order) {
      key += ` ${head}`;
      const missing = own.get(head)!.filter((id) => !done.has(id));
      if (!images.has(key)) images.set(key, await tree.extend(image, missing));
      image = images.get(key);
      for (const id of missing) done.add(id);
    }
    await using connection = scratch.openImage(image);
    first ??= { text: await schemaText(connection), schema: await tree.schemaOf(connection) };
    const { text, schema } = first;
    const differences = await missingFor(
      connection,
      text,
      () => schema,
      scratch.doubleQuotedStrings,
    );
    if (differences.length > 0) return orderFinding(orders[0]!, order, differences);
  }
  return null;
}

function orderFinding(
  one: readonly RevisionId[],
  other: readonly RevisionId[],
  differences: readonly string[],
): Finding {
  return {
    level: "error",
    code: "proof-order",
    message: `The order ${one.join(", ")} gives another schema than ${other.join(", ")}`,
    notes: differences.map((line) => `after the second, the first also has: ${line}`),
    next: [say("Put one branch on top of the other")],
  };
}

function pairsOf(heads: readonly RevisionId[]): (readonly [RevisionId, RevisionId])[] {
  return heads.flatMap((a, at) => heads.slice(at + 1).map((b) => [a, b] as const));
}

function permutationsOf(heads: readonly RevisionId[]): RevisionId[][] {
  if (heads.length < 2) return [[...heads]];
  return heads.flatMap((head, at) =>
    permutationsOf(heads.toSpliced(at, 1)).map((rest) => [head, ...rest])
  );
}
