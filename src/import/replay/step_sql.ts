import { SqlError } from "../../db/connection.ts";
import { libraryVersion } from "../../db/node_connection.ts";
import type { ScratchConnection, ScratchImage } from "../../db/open_scratch.ts";
import { AludelError } from "../../errors.ts";
import { autogenerate } from "../../project/author/autogenerate.ts";
import { compareWith, type Comparison } from "../../project/author/schema_reader.ts";
import type { Settings } from "../../project/workspace/settings.ts";
import { checkScript } from "../../replay/check_script.ts";
import { fittingDatabase, ROWS_TO_FIT } from "../../replay/rows/fitting.ts";
import { fillTables } from "../../replay/rows/fill.ts";
import { deleteOrphans } from "../../replay/rows/orphans.ts";
import { insertLiterals, readLiterals, rowParts } from "../../replay/rows/literals.ts";
import { Scratch } from "../../replay/scratch.ts";
import { tryScript } from "../../runner/try_script.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { ownSchema } from "../../schema/model/foreign_objects.ts";
import { mentionedNames, type Schema } from "../../schema/model/model.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { canonicalText } from "../../sql/canonical_text.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { releaseOf } from "../../sql/sqlite_releases.ts";
import { cleanScript } from "../cleaning.ts";
import { BASELINE } from "../foreign.ts";
import { compareTables, describeRows, insertsOf, type RowDifference } from "./step_rows.ts";
import type { StepResult } from "./step_runner.ts";
import {
  ended,
  mayRemoveRows,
  type OwnStatements,
  ownStatements,
  sameStatements,
  verbOf,
  writesOf,
  writesRows,
} from "./trace.ts";

/** A step that the tool took on a database with only the steps before it. */
export interface TakenStep {
  readonly message: string;
  /** The tool's name in sentences. */
  readonly title: string;
  readonly before: ScratchImage | undefined;
  readonly result: StepResult;
  /** Takes the step again on another database. */
  readonly again: (before: ScratchImage) => Promise<StepResult>;
}

/** The changes of rows that a step makes, but its SQL does not. */
export interface RowsLeft {
  /** A line for each row, or the reason why the rows are unknown. */
  readonly facts: readonly string[];
  /** The tool's statements that write rows; empty if they are unknown. */
  readonly statements: readonly string[];
}

/** A step as SQL. */
export interface StepSql {
  readonly up: string;
  /** null if it cannot be undone. */
  readonly down: string | null;
  /** The reason why there is no down. */
  readonly noDown?: string;
  /**
   * `schema`: planned · `rows`: planned, with the new rows of the step · `statements`: with the tool's own statements.
   */
  readonly made: "schema" | "rows" | "statements";
  /** null if the SQL changes rows as the tool does. */
  readonly rowsLeft: RowsLeft | null;
  /** The tables whose rows the tool loses but the SQL keeps. */
  readonly kept: readonly string[];
}

/** The comparison of an up with the step. */
interface Verdict {
  /** The reason why the up is wrong; null if it runs and leads to the same schema. */
  readonly failure: string | null;
  /** A line for each row that differs from the tool's. */
  readonly facts: readonly string[];
  /** As {@linkcode StepSql.kept}. */
  readonly kept: readonly string[];
}

/** Whether an up has the same result as the tool. */
function isSame({ failure, facts }: Pick<Verdict, "failure" | "facts">): boolean {
  return failure === null && facts.length === 0;
}

/**
 * Whether the tool lost rows that none of its statements deletes: it rebuilt their parent in a transaction with foreign
 * keys enforced, so that ON DELETE CASCADE deleted them. See https://sqlite.org/pragma.html#pragma_foreign_keys.
 *
 * @param writes The tool's statements that write rows; null if they are unknown.
 */
function isLostByTool(
  { table, after }: RowDifference,
  writes: readonly string[] | null,
): boolean {
  return after.length === 0 && writes !== null &&
    !writes.some((sql) => mayRemoveRows(sql) && mentionedNames(sql).has(foldName(table)));
}

/** Selects the tables that statements name. */
function written(tables: readonly string[], writes: readonly string[]): readonly string[] {
  return tables.filter((name) => writes.some((sql) => mentionedNames(sql).has(foldName(name))));
}

/** A database before a step and after it. */
interface Trial {
  readonly before: ScratchImage | undefined;
  readonly after: ScratchImage;
  readonly statements: readonly string[] | null;
}

/** Writes steps as SQL, and compares its results with those of the tool. */
export class StepWriter {
  readonly #settings: Settings;
  readonly #table: string;
  readonly #scratch: Scratch;

  /** @param table The tool's own table. */
  constructor(settings: Settings, table: string) {
    this.#settings = settings;
    this.#table = table;
    this.#scratch = new Scratch(settings);
  }

  /**
   * Writes the SQL of a step: the plan for the difference of the schemas if it changes rows as the tool did, otherwise
   * the plan with the new rows, or the tool's own statements. If none of them has the same result, the plan with a
   * comment that lists what is missing.
   *
   * @throws {AludelError} `import-replay`, and the errors of planning.
   */
  async write(step: TakenStep): Promise<StepSql> {
    const comparison = await this.#compare(step);
    const generated = await this.#plan(comparison, step.message);
    const { before, result } = step;
    const trials: Trial[] = [{ before, after: result.image, statements: result.statements }];
    const refusal = await this.#tryWithRows(step, comparison, trials);
    const table = foldName(this.#table);
    const run = trials.map(({ statements }) => ownStatements(statements, table));
    const writes = writesOf(run, comparison.to);
    // A statement that changed no rows here may change rows elsewhere. Without a trace, only the rows can be compared.
    const isTraced = run.every((list) => list !== null);
    const judge = (up: string) => this.#judge(up, trials, comparison, isTraced ? writes : null);
    const planned = await judge(generated.up);
    if (isSame(planned) && (isTraced ? writes.length === 0 : refusal === undefined)) {
      return { ...generated, made: "schema", rowsLeft: null, kept: planned.kept };
    }
    const candidates = refusal === undefined
      ? await this.#candidates(step, generated.up, trials, comparison.to, run, planned)
      : [];
    for (const candidate of candidates) {
      const { kept, ...verdict } = await judge(candidate.up);
      if (!isSame(verdict) || written(kept, writes).length > 0) continue;
      const { down } = generated;
      const isBack = down !== null && await this.#isBack([candidate.up, down], trials, comparison);
      if (isBack || down === null) return { ...generated, ...candidate, rowsLeft: null, kept };
      const noDown = "no way back was found for what it does to rows";
      return { ...candidate, down: null, noDown, rowsLeft: null, kept };
    }
    if (planned.failure !== null) throw unwritable(planned.failure);
    const facts = [
      ...planned.facts,
      ...refusal === undefined ? [] : [`It could not be tried with rows: ${refusal}`],
    ];
    for (const name of written(planned.kept, writes)) {
      facts.push(`It lost the rows of ${name}, so that what it writes there cannot be compared`);
    }
    if (facts.length === 0) facts.push("None of the generated rows was changed by it");
    const rowsLeft = { facts, statements: writes };
    const up = flagged(generated.up, step.title, rowsLeft);
    return { ...generated, up, made: "schema", rowsLeft, kept: planned.kept };
  }

  async #compare({ before, result }: TakenStep): Promise<Comparison> {
    const from = await this.#schemaOf(before);
    const to = await this.#schemaOf(result.image);
    return compareWith({ ...this.#settings, exclude: [] }, from, to);
  }

  async #schemaOf(image: ScratchImage | undefined): Promise<Schema> {
    await using connection = this.#scratch.openImage(image);
    return this.#own(await introspect(connection));
  }

  #own(schema: Schema): Schema {
    return ownSchema(schema, [...this.#settings.exclude, this.#table]);
  }

  async #plan(comparison: Comparison, message: string) {
    const { texts, down } = await autogenerate({
      comparison,
      message,
      down: true,
      sqlite: releaseOf(this.#settings.sqlite ?? libraryVersion()),
      columnOrder: this.#settings.columnOrder,
      scratch: this.#scratch,
    });
    const up = canonicalText(texts.up);
    if (down.statements.some(({ choice }) => choice !== undefined)) {
      const noDown = "the way back needs values that only you can choose";
      return { up, down: null, noDown };
    }
    return { up, down: canonicalText(texts.down) };
  }

  /** Runs the step on generated rows, and adds the result to `trials`. @returns The reason if the tool refused them. */
  async #tryWithRows(
    step: TakenStep,
    comparison: Comparison,
    trials: Trial[],
  ): Promise<string | undefined> {
    if (comparison.from.tables.size === 0) return undefined;
    const before = await this.#filled(step, comparison);
    try {
      const { image, statements } = await step.again(before);
      trials.push({ before, after: image, statements });
      return undefined;
    } catch (error) {
      if (!(error instanceof AludelError && error.code === "import-replay")) throw error;
      return error.notes.findLast((note) => /error|fail|constraint/i.test(note)) ?? error.message;
    }
  }

  /** The database before the step, with generated rows that both schemas allow. */
  async #filled({ before, result }: TakenStep, comparison: Comparison): Promise<ScratchImage> {
    const { from } = comparison;
    const scratch = this.#scratch;
    const texts = (result.statements ?? []).filter(writesRows);
    await using filled = await scratch.with(from);
    await fillTables(filled, from, { seed: 1, rows: ROWS_TO_FIT, plain: true, texts });
    await using fitting = await fittingDatabase({ ...comparison, scratch }, filled);
    await using connection = scratch.openImage(before);
    const triggers = [...from.triggers.values()];
    for (const { name } of triggers) await connection.execute(`DROP TRIGGER ${quoteName(name)}`);
    for (const table of from.tables.values()) {
      const parts = rowParts(table);
      if (parts.length === 0) continue;
      for (const row of await readLiterals(fitting, table.name, parts)) {
        try {
          await insertLiterals(connection, table.name, parts, row);
        } catch (error) {
          // The row contradicts one that an earlier step made.
          if (!(error instanceof SqlError)) throw error;
        }
      }
    }
    for (const { sql } of triggers) await connection.execute(sql);
    await deleteOrphans(connection, from, [...from.tables.values()]);
    return connection.image();
  }

  /**
   * Runs an up on the databases before the step, and compares the results.
   * @param writes As for {@linkcode isLostByTool}.
   */
  async #judge(
    up: string,
    trials: readonly Trial[],
    { to }: Comparison,
    writes: readonly string[] | null,
  ): Promise<Verdict> {
    const facts = new Set<string>();
    const kept = new Set<string>();
    try {
      for (const { before, after } of trials) {
        await using ours = await this.#run(before, [up]);
        if (!this.#equals(await introspect(ours), to)) {
          return { failure: "It leads to another schema", facts: [], kept: [] };
        }
        await using theirs = this.#scratch.openImage(after);
        const differences = await compareTables(ours, theirs, to);
        const lost = differences.filter((one) => isLostByTool(one, writes));
        for (const { table } of lost) kept.add(table);
        for (const line of describeRows(differences.filter((one) => !lost.includes(one)))) {
          facts.add(line);
        }
      }
      return { failure: null, facts: [...facts], kept: [...kept] };
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      const failure = [error.message, ...error.notes, ...[error.sqlite ?? []].flat()].join("; ");
      return { failure, facts: [], kept: [] };
    }
  }

  /** Makes other ups for a step that changes rows. @param planned The planned up. */
  async #candidates(
    { message, title }: TakenStep,
    planned: string,
    [empty]: readonly Trial[],
    schema: Schema,
    run: readonly OwnStatements[],
    { failure }: Verdict,
  ): Promise<readonly Pick<StepSql, "up" | "made">[]> {
    const candidates: Pick<StepSql, "up" | "made">[] = [];
    if (failure === null && writesOf(run, schema).every((sql) => verbOf(sql) === "INSERT")) {
      await using ours = await this.#run(empty!.before, [planned]);
      await using theirs = this.#scratch.openImage(empty!.after);
      const inserts = insertsOf(await compareTables(ours, theirs, schema));
      if (inserts !== undefined && inserts.length > 0) {
        const up = `${planned}\n-- The rows that ${title} puts in.\n${ended(inserts)}`;
        candidates.push({ up: canonicalText(up), made: "rows" });
      }
    }
    const statements = sameStatements(run);
    if (statements !== null) {
      const up = `-- Up: ${
        firstLine(message)
      }\n-- The statements of ${title}, which also change rows.\n\n${ended(statements)}`;
      candidates.push({
        up: canonicalText(cleanScript(canonicalText(up)).text),
        made: "statements",
      });
    }
    const [writes, ...others] = run.map((list) => writesOf([list], schema));
    const areSame = others.every((list) => list.join("\n") === writes!.join("\n"));
    if (failure === null && writes!.length > 0 && areSame) {
      const own = `-- The statements of ${title} that change rows.\n${ended(writes!)}`;
      const at = planned.indexOf("\n") + 1;
      for (const up of [`${planned}\n${own}`, planned.slice(0, at) + own + planned.slice(at)]) {
        candidates.push({ up: canonicalText(up), made: "statements" });
      }
    }
    return candidates;
  }

  async #isBack(
    texts: readonly string[],
    trials: readonly Trial[],
    { from }: Comparison,
  ): Promise<boolean> {
    try {
      for (const { before } of trials) {
        await using back = await this.#run(before, texts);
        if (!this.#equals(await introspect(back), from)) return false;
      }
      return true;
    } catch (error) {
      if (error instanceof AludelError) return false;
      throw error;
    }
  }

  #equals(schema: Schema, expected: Schema): boolean {
    const { columnOrder, doubleQuotedStrings } = this.#settings;
    return compareSchemas(this.#own(schema), expected, { columnOrder, doubleQuotedStrings })
      .length === 0;
  }

  /** Runs an up, and optionally a down, as the runner would. @param texts The up and the down. */
  async #run(
    before: ScratchImage | undefined,
    texts: readonly string[],
  ): Promise<ScratchConnection> {
    const connection = this.#scratch.openImage(before);
    try {
      for (const [at, text] of texts.entries()) {
        const direction = at === 0 ? "up" : "down";
        const script = checkScript(`${direction}.sql`, text, "trial");
        await tryScript(connection, { id: "trial", direction, script });
      }
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}

function unwritable(reason: string): AludelError {
  return new AludelError("import-replay", "Its rows do not fit what the SQL for its schema does", {
    notes: [reason],
    next: [BASELINE],
  });
}

function firstLine(text: string): string {
  return text.split(/[\r\n\0]/, 1)[0]!.trim();
}

/** The maximum number of lines that describe what is missing in an up. */
const SHOWN_FACTS = 12;

/** Adds a comment to an up that describes the changes which a person must still write. */
function flagged(up: string, title: string, { facts, statements }: RowsLeft): string {
  const lines = [
    `${title} also changes rows in this step, and the SQL below does not.`,
    ...facts.slice(0, SHOWN_FACTS).map((fact) => `  ${fact}`),
    ...statements.length === 0 ? [] : ["What it ran on its own rows:"],
    ...statements.slice(0, SHOWN_FACTS).map((sql) => `  ${sql.replace(/\s+/g, " ").slice(0, 200)}`),
  ];
  const comment = lines.map((line) => `-- ${line.replace(/\p{Cc}/gu, " ")}\n`).join("");
  const [first = "", ...rest] = up.split("\n");
  return canonicalText(`${first}\n${comment}${rest.join("\n")}`);
}
