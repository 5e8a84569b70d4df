import fc from "fast-check";
import { Choice } from "./choice.ts";
import { contentsText } from "./contents.ts";
import { HOSTILE_WRITES } from "./hostile_writes.ts";
import { World, type WrittenRevision } from "./world.ts";
import { HONEST_WRITES, type Write } from "./writes.ts";

/** The revisions of one run, as numbers that {@linkcode writeScript} turns into SQL. */
export interface ScriptRecipe {
  /** Whether it is made to lose nothing. */
  readonly honest: boolean;
  readonly revisions: readonly {
    readonly header: Header;
    readonly writes: readonly { readonly kind: string; readonly choice: readonly number[] }[];
  }[];
  readonly transaction: "all" | "each";
  readonly way: Way;
}

/**
 * How the scripts run: as what revisions do, as what undoes them, or as both, in a `redo`, which undoes first.
 */
export type Way = "upgrade" | "downgrade" | "redo";

const ways: fc.Arbitrary<Way> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Way>("upgrade") },
  { weight: 1, arbitrary: fc.constant<Way>("downgrade") },
  { weight: 1, arbitrary: fc.constant<Way>("redo") },
);

type Header = "" | "foreign-keys=on" | "transaction=off" | "allow-loss";

/** What {@linkcode writeScript} wrote. */
export interface WrittenScript {
  readonly revisions: readonly WrittenRevision[];
  /** What it consists of: the names of the writes that SQLite took. */
  readonly kinds: readonly string[];
  /** The whole database as text at every place where a run may stop, the beginning included. */
  readonly boundaries: readonly string[];
}

/** What runs with foreign keys enforced; rebuilds and DROP TABLE are refused there. */
const UNDER_KEYS = ["delete", "update", "replace", "upsert", "insert", "touch", "decoy", "swap"];

const OFF_STATEMENTS = [
  "VACUUM",
  "PRAGMA journal_mode = DELETE",
  "PRAGMA journal_mode = WAL",
  "PRAGMA wal_checkpoint",
];

const write = (kinds: readonly string[]) =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    choice: fc.array(fc.nat(5_039), { minLength: 12, maxLength: 12 }),
  });

const honestNames = Object.keys(HONEST_WRITES);
const hostileNames = Object.keys(HOSTILE_WRITES);

export const honestScript: fc.Arbitrary<ScriptRecipe> = fc.record({
  honest: fc.constant(true),
  revisions: fc.array(
    fc.record({
      header: fc.constant<Header>(""),
      writes: fc.array(write(honestNames), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  transaction: fc.constantFrom("all" as const, "each" as const),
  way: ways,
});

const hostileRevision = (writes: number) =>
  fc.record({
    header: fc.oneof(
      { weight: 12, arbitrary: fc.constant<Header>("") },
      { weight: 2, arbitrary: fc.constant<Header>("foreign-keys=on") },
      { weight: 1, arbitrary: fc.constant<Header>("transaction=off") },
      { weight: 1, arbitrary: fc.constant<Header>("allow-loss") },
    ),
    writes: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: write(hostileNames) },
        { weight: 1, arbitrary: write(honestNames) },
      ),
      { minLength: 1, maxLength: writes },
    ),
  });

/** Losses that no revision has alone: what one moves or renames, a later one drops. */
const inSteps = fc.tuple(
  fc.constantFrom("moveRows", "moveColumn", "renameTable", "renameColumn", "rebuild", "swapTables"),
  fc.constantFrom(
    "dropNewestTable",
    "dropTable",
    "dropColumn",
    "delete",
    "forgetColumn",
    "dropColumnAndAdd",
  ),
).chain((kinds) =>
  fc.tuple(
    ...kinds.map((kind) =>
      fc.record({ header: fc.constant<Header>(""), writes: fc.tuple(write([kind])) })
    ),
  )
);

/** Most are short: a loss that is seen makes a copy, and the copy would have what is lost unseen. */
export const hostileScript: fc.Arbitrary<ScriptRecipe> = fc.record({
  honest: fc.constant(false),
  revisions: fc.oneof(
    { weight: 3, arbitrary: fc.array(hostileRevision(2), { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(hostileRevision(1), { minLength: 2, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(hostileRevision(4), { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: inSteps },
  ),
  transaction: fc.oneof(
    { weight: 3, arbitrary: fc.constant("all" as const) },
    { weight: 1, arbitrary: fc.constant("each" as const) },
  ),
  way: ways,
});

/**
 * Writes the script for a database, trying each write on a copy.
 * @param copy The path of a copy, which is changed.
 */
export function writeScript(recipe: ScriptRecipe, copy: string): WrittenScript {
  using world = new World(copy);
  const revisions: WrittenRevision[] = [];
  const kinds: string[] = [];
  const boundaries = [contentsText(world.contents())];
  for (const { header, writes } of recipe.revisions) {
    const statements: string[] = [];
    const headers = header === "" ? [] : [header as string];
    if (header === "allow-loss") {
      const table = new Choice(writes[0]!.choice).of(world.tables());
      headers[0] = `allow-loss="${table?.name ?? "t"}" it is meant`;
    }
    world.foreignKeys = header === "foreign-keys=on";
    for (const { kind, choice: numbers } of writes) {
      const choice = new Choice(numbers);
      if (header === "foreign-keys=on" && !UNDER_KEYS.includes(kind)) continue;
      if (header === "transaction=off" && !choice.oneIn(6)) {
        const statement = choice.of(OFF_STATEMENTS);
        if (!world.attemptAlone(statement)) continue;
        statements.push(statement);
        kinds.push("off");
        boundaries.push(contentsText(world.contents()));
        continue;
      }
      const made = firstTaken(world, kind, numbers, choice);
      if (kind === "typo") {
        if (!choice.oneIn(3)) continue;
        // What only another reading of the script would run: SQLite refuses it, and so must the run.
        statements.push(...made);
        kinds.push(kind);
        continue;
      }
      const parts = header === "transaction=off" ? made.map((each) => [each]) : [made];
      for (const part of parts) {
        if (part.length === 0 || !world.attempt(part)) break;
        statements.push(...part);
        if (kinds.at(-1) !== kind) kinds.push(kind);
        if (header === "transaction=off") boundaries.push(contentsText(world.contents()));
      }
    }
    world.dropTemporary();
    boundaries.push(contentsText(world.contents()));
    const { dropped } = world;
    revisions.push({ header: headers, statements, renames: world.renames(), dropped });
  }
  return { revisions, kinds, boundaries };
}

/** The first of a few variants of a write that SQLite takes; the last of them if it takes none. */
function firstTaken(
  world: World,
  kind: string,
  numbers: readonly number[],
  first: Choice,
): readonly string[] {
  let made: readonly string[] = [];
  for (let variant = 0; variant < 4; variant++) {
    const choice = variant === 0 ? first : new Choice(numbers.map((each) => each + variant));
    made = writeOf(kind)(world, choice);
    if (made.length > 0 && world.attempt(made, true)) break;
  }
  return made;
}

function writeOf(kind: string): Write {
  return (HONEST_WRITES[kind] ?? HOSTILE_WRITES[kind])!;
}
