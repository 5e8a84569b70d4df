import { AludelError } from "../../errors.ts";
import { displayName, foldName } from "../../sql/identifier.ts";
import { again, say } from "../../text/next_step.ts";
import type { TableMeasure } from "./measure_table.ts";

/** The loss of one table in numbers. The event `lost` and `--json` have the same shape. */
export interface TableLoss {
  /** The table's name before the run. */
  readonly table: string;
  /** The number of rows that are gone. */
  readonly rows: number;
  /** The number of values by column that are gone or changed. */
  readonly columns: Readonly<Record<string, number>>;
  /** The number of rows that have another rowid. */
  readonly rowids: number;
}

/** A loss that no statement declares. */
export interface UndeclaredLoss {
  /** The name for `-- aludel: allow-loss=`. */
  readonly name: string;
  /** A description: `table "users": 3 of 10 rows are gone`. */
  readonly fact: string;
}

/** The losses of a segment that its script declares or allows. */
export interface DeclaredLoss {
  readonly tables: readonly TableLoss[];
  /** Descriptions for other objects: `view "v" no longer compiles: no such table: main.t`. */
  readonly objects: readonly string[];
}

/** The losses of a segment. It must be rolled back unless `undeclared` is empty. */
export interface LossVerdict {
  readonly lost: DeclaredLoss;
  readonly undeclared: readonly UndeclaredLoss[];
}

/** Joins verdicts, and moves the losses that `allow-loss` names from `undeclared` to `lost`. */
export function joinVerdicts(
  parts: readonly LossVerdict[],
  allowed: ReadonlySet<string>,
): LossVerdict {
  const isAllowed = ({ name }: UndeclaredLoss) => allowed.has(foldName(name));
  const undeclared = parts.flatMap((part) => part.undeclared);
  return {
    lost: {
      tables: parts.flatMap(({ lost }) => lost.tables),
      objects: [
        ...parts.flatMap(({ lost }) => lost.objects),
        ...undeclared.filter(isAllowed).map(({ fact }) => fact),
      ],
    },
    undeclared: undeclared.filter((loss) => !isAllowed(loss)),
  };
}

/** Whether anything was lost that a restore point must have. */
export function isLoss({ tables, objects }: DeclaredLoss): boolean {
  return tables.length + objects.length > 0;
}

/** The terms for a verdict: how the script ran, and what it allows. */
export interface LossTerms {
  /** Whether foreign keys were enforced, so that the script declares the losses of their actions. */
  readonly enforced: boolean;
  /** The folded names in `allow-loss`. */
  readonly allowed: ReadonlySet<string>;
}

/** Decides which of the measured losses the script declares. */
export function judgeLoss(measures: readonly TableMeasure[], terms: LossTerms): LossVerdict {
  const lost: TableLoss[] = [];
  const undeclared: UndeclaredLoss[] = [];
  for (const measure of measures) {
    const loss = lossOf(measure);
    if (loss === undefined) continue;
    lost.push(loss);
    const names = [measure.table, measure.now ?? measure.table].map(foldName);
    if (names.some((name) => terms.allowed.has(name))) continue;
    const name = measure.now ?? measure.table;
    for (const { fact, column } of undeclaredFacts(measure, terms)) {
      if (column !== undefined && terms.allowed.has(foldName(column))) continue;
      undeclared.push({ name, fact: `table "${name}": ${fact}` });
    }
  }
  const objects = measures.flatMap(({ table, entries = 0 }) =>
    entries === "unknown"
      ? [`index ${table}: words, which this server does not list`]
      : entries > 0
      ? [`index ${table}: ${countOf(entries, "word")}`]
      : []
  );
  return { lost: { tables: lost, objects }, undeclared };
}

/** Sums up the loss of a table; undefined if it lost nothing. */
export function lossOf(
  { table, difference, dropped, options }: TableMeasure,
): TableLoss | undefined {
  const columns: Record<string, number> = {};
  for (const [name, count] of [...difference.changed, ...dropped]) {
    if (count > 0) columns[name] = (columns[name] ?? 0) + count;
  }
  const loss = { table, rows: difference.gone, columns, rowids: difference.moved };
  const isNothing = loss.rows + loss.rowids + options.length === 0 &&
    Object.keys(columns).length === 0;
  return isNothing ? undefined : loss;
}

interface Fact {
  readonly fact: string;
  readonly column?: string;
}

function undeclaredFacts(measure: TableMeasure, { enforced }: LossTerms): Fact[] {
  const { difference, declared, of, now, emptied, replaced } = measure;
  if (now === null || emptied) return []; // DROP TABLE declares it.
  const facts: Fact[] = [];
  const { deletes, updates, replaces } = declared;
  const { gone, moved, changed } = difference;
  if (gone > 0 && !deletes && !updates && !enforced) {
    const cause = replaced
      ? "no DELETE names it"
      : "a trigger, a foreign key or a conflict clause took them: no statement of the script names it";
    facts.push({ fact: `${gone} of ${of} rows are gone, and ${cause}` });
  }
  if (moved > 0 && !deletes && !updates && !enforced) {
    facts.push({ fact: "the rowids of its rows have changed; copy the rowid too" });
  }
  for (const [column, count] of changed) {
    const forgotten = difference.forgotten.get(column) ?? 0;
    if (replaced && declared.updated.has(column) && !replaces && forgotten > 0) {
      facts.push({
        column,
        fact:
          `${forgotten} of ${of} values of column "${column}" were not copied, and no UPDATE has changed them since`,
      });
      continue;
    }
    const isDeclared = replaces || declared.updated.has(column) || measure.converted.has(column) ||
      !replaced;
    if (isDeclared) continue;
    facts.push({
      column,
      fact: `${count} of ${of} values of column "${column}" have changed, and no UPDATE names it`,
    });
  }
  if (measure.options.length > 0 && !enforced) {
    facts.push({
      fact: `its settings are gone, and no statement sets them again: ${
        measure.options.join(", ")
      }`,
    });
  }
  return facts;
}

/** Describes the loss of a table in one line: `users: 2 rows, email in 1,204 rows`. */
export function describeLoss({ table, rows, columns, rowids }: TableLoss): string {
  const parts = [
    ...(rows > 0 ? [countOf(rows, "row")] : []),
    ...Object.entries(columns).map(([name, count]) => `${name} in ${countOf(count, "row")}`),
    ...(rowids > 0 ? [`rowids of ${countOf(rowids, "row")}`] : []),
  ];
  return `${table}: ${parts.length === 0 ? "its settings" : parts.join(", ")}`;
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : `${noun}s`}`;
}

/**
 * Makes the error for losses that no statement declares.
 * @param steps The steps that may have caused them; not empty.
 */
export function undeclaredLoss(
  steps: readonly { readonly id: string; readonly script: { readonly file: string } }[],
  losses: readonly UndeclaredLoss[],
): AludelError {
  const [name, ...others] = new Set(losses.map((loss) => displayName(loss.name)));
  const [only, ...more] = steps;
  const message = more.length === 0
    ? `Revision "${only!.id}" would lose something that it does not drop`
    : `The revisions ${
      steps.map(({ id }) => id).join(", ")
    } would lose something that they do not drop`;
  return new AludelError(
    "data-loss",
    message,
    {
      ...(more.length === 0 && { revision: only!.id, place: { file: only!.script.file } }),
      notes: losses.map((loss) => loss.fact),
      next: [
        ...(more.length > 0
          ? [again`--transaction each # commit revision by revision, to see which one it is`]
          : []),
        say("Create again what is missing, or copy it, in the same script"),
        say(
          `Or say in the script that the loss is intended: -- aludel: allow-loss=${name} REASON${
            others.length > 0 ? `, and a line each for ${others.join(", ")}` : ""
          }`,
        ),
      ],
    },
  );
}
