import { AludelError } from "../errors.ts";
import { openScratch } from "../db/open_scratch.ts";
import { SqlError } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { lint } from "../lint/lint.ts";
import {
  type LintFinding,
  type LintSubject,
  type ScriptSubject,
  walkScript,
} from "../lint/subject.ts";
import { checkScript } from "../replay/check_script.ts";
import { type Finding, findingOf } from "../project/workspace/finding.ts";
import type { RevisionText } from "../project/workspace/revision_texts.ts";
import { traceTables } from "../runner/table_fates.ts";
import type { Schema } from "../schema/model/model.ts";
import { readDirectives } from "../sql/read_script.ts";
import type { Directive, Script } from "../sql/script.ts";
import { placeOf } from "../text/position.ts";
import type { ReplayTree } from "../replay/tree.ts";
import type { RevisionSource } from "./revision_source.ts";

/** What linting needs. */
export interface LintContext {
  readonly tree: ReplayTree;
  readonly sourceOf: (id: RevisionId) => RevisionSource;
  readonly sqliteVersion: string;
  /** The number of rows of a table in a database that was named; undefined where nobody knows. */
  readonly rows: (table: string) => Promise<number | undefined>;
}

/** What linting found in one revision. */
export interface RevisionLint {
  readonly id: RevisionId;
  readonly findings: readonly Finding[];
  /** How many findings the files say to ignore. */
  readonly ignored: number;
}

/** Judges a revision: what the runner would refuse, what fails when it is replayed, and every rule of src/lint. */
export async function lintRevision(id: RevisionId, context: LintContext): Promise<RevisionLint> {
  try {
    const source = context.sourceOf(id);
    const up = readScriptOf(source.up, id, context);
    const down = source.down && readScriptOf(source.down, id, context);
    const schemas = new SchemasAround(id, context);
    const subject: LintSubject = {
      up: subjectOf("up", up, schemas.before, schemas.after),
      down: down && subjectOf("down", down, schemas.after, schemas.before),
      attempt,
      rows: context.rows,
    };
    const { findings, ignored } = await lint(subject, {
      up: ignoresOf(source.up),
      down: source.down ? ignoresOf(source.down) : [],
    });
    const placed = findings.map((finding) => placedFinding(finding, source));
    const { failure } = schemas;
    return { id, findings: failure ? [findingOf(failure), ...placed] : placed, ignored };
  } catch (error) {
    // A file that cannot be read, or that a run would refuse.
    if (!(error instanceof AludelError)) throw error;
    return { id, findings: [findingOf(error.with({ revision: id }))], ignored: 0 };
  }
}

function readScriptOf(
  { file, text }: RevisionText,
  id: RevisionId,
  { sqliteVersion }: LintContext,
): Script {
  return checkScript(file, text, id, sqliteVersion);
}

function ignoresOf({ file, text }: RevisionText): readonly Directive[] {
  return text.includes("ignore")
    ? readDirectives(file, text, "revision").filter(({ name }) => name === "ignore")
    : [];
}

function subjectOf(
  direction: ScriptSubject["direction"],
  script: Script,
  before: ScriptSubject["before"],
  after: ScriptSubject["after"],
): ScriptSubject {
  const walk = walkScript(script);
  const mentions = walk.flatMap(({ mention }) => mention ?? []);
  return { direction, script, walk, fates: traceTables(mentions), before, after };
}

/** The schemas on either side of a revision, replayed when a rule first asks. */
class SchemasAround {
  readonly #id: RevisionId;
  readonly #tree: ReplayTree;
  #before: Promise<Schema | undefined> | undefined;
  #after: Promise<Schema | undefined> | undefined;
  #failure: AludelError | undefined;

  constructor(id: RevisionId, { tree }: LintContext) {
    this.#id = id;
    this.#tree = tree;
  }

  readonly before = (): Promise<Schema | undefined> =>
    this.#before ??= this.#read(() => this.#tree.before(this.#id));

  readonly after = (): Promise<Schema | undefined> =>
    this.#after ??= this.#read(() => this.#tree.at([this.#id]));

  /** Why this very revision cannot be replayed, as far as a rule has asked. What is under it is told there. */
  get failure(): AludelError | undefined {
    return this.#failure?.revision === this.#id ? this.#failure : undefined;
  }

  async #read(open: () => ReturnType<ReplayTree["before"]>): Promise<Schema | undefined> {
    try {
      await using connection = await open();
      return await this.#tree.schemaOf(connection);
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      this.#failure = error;
      return undefined;
    }
  }
}

async function attempt(statements: readonly string[]): Promise<string | undefined> {
  await using connection = openScratch();
  try {
    for (const sql of statements) await connection.execute(sql);
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error.sqlite;
    throw error;
  }
}

function placedFinding(
  { code, level, message, script, at, notes, next }: LintFinding,
  { id, up, down }: RevisionSource,
): Finding {
  const { file, text } = (script === "up" ? up : down)!;
  return { level, code, message, revision: id, place: placeOf(file, text, at), notes, next };
}
