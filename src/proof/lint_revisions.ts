import { AludelError } from "../errors.ts";
import { MATH_FUNCTIONS } from "../db/math_functions.ts";
import { openScratch, type ScratchConnection } from "../db/open_scratch.ts";
import { refusalOf } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { lint } from "../lint/lint.ts";
import { type LintSubject, type ScriptSubject, walkScript } from "../lint/subject.ts";
import { checkScript } from "../replay/check_script.ts";
import { type Finding, findingOf } from "../finding.ts";
import { traceTables } from "../runner/table_fates.ts";
import type { Schema } from "../schema/model/model.ts";
import { foldName, unquote } from "../sql/identifier.ts";
import { isKeyword } from "../sql/identifier.ts";
import { releaseOf } from "../sql/sqlite_releases.ts";
import { readDirectives } from "../sql/read_script.ts";
import type { Directive, Script } from "../sql/script.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { replayScript, type ScriptText } from "../replay/history.ts";
import type { Scratch } from "../replay/scratch.ts";
import type { ReplayTree } from "../replay/tree.ts";

/** The arguments of {@linkcode lintRevision}. */
export interface RevisionLintRequest {
  readonly tree: ReplayTree;
  /** The oldest SQLite that must run the revisions, according to the settings. */
  readonly sqlite?: string | undefined;
  /** The number of rows of a table in the given database; undefined if unknown. */
  readonly rows: (table: string) => Promise<number | undefined>;
}

/** The findings in one revision. */
export interface RevisionLint {
  readonly id: RevisionId;
  readonly findings: readonly Finding[];
  /** The number of findings that the files suppress. */
  readonly ignored: number;
}

/** Checks a revision: the runner's refusals, a replay, and every rule of src/lint. */
export async function lintRevision(
  id: RevisionId,
  { tree, sqlite, rows }: RevisionLintRequest,
): Promise<RevisionLint> {
  try {
    const source = tree.sourceOf(id);
    const up = readScriptOf(source.up, id);
    const down = source.down && readScriptOf(source.down, id);
    const schemas = new SchemasAround(id, tree);
    const subject: LintSubject = {
      revision: id,
      up: subjectOf("up", up, schemas, () => tree.before(id), tree.scratch),
      down: down && subjectOf("down", down, schemas, () => tree.at([id]), tree.scratch),
      sqlite: sqlite === undefined ? undefined : releaseOf(sqlite),
      attempt,
      rows,
    };
    const { findings, ignored } = await lint(subject, {
      up: ignoresOf(source.up),
      down: source.down ? ignoresOf(source.down) : [],
    });
    const { failure } = schemas;
    return { id, findings: failure ? [findingOf(failure), ...findings] : findings, ignored };
  } catch (error) {
    // A file that cannot be read, or that a run would refuse.
    if (!(error instanceof AludelError)) throw error;
    return { id, findings: [findingOf(error.with({ revision: id }))], ignored: 0 };
  }
}

function readScriptOf({ file, text }: ScriptText, id: RevisionId): Script {
  return checkScript(file, text, id);
}

function ignoresOf({ file, text }: ScriptText): readonly Directive[] {
  return text.includes("ignore")
    ? readDirectives(file, text, "revision").filter(({ name }) => name === "ignore")
    : [];
}

function subjectOf(
  direction: ScriptSubject["direction"],
  script: Script,
  { before, after }: SchemasAround,
  open: () => Promise<ScratchConnection>,
  scratch: Scratch,
): ScriptSubject {
  const walk = walkScript(script);
  const mentions = walk.flatMap(({ mention }) => mention ?? []);
  const sides = direction === "up" ? { before, after } : { before: after, after: before };
  return {
    direction,
    script,
    walk,
    fates: traceTables(mentions),
    ...sides,
    missingFunctions: () => missingFunctions(script, open, scratch),
  };
}

/** Finds functions that a script calls and SQLite lacks. Other errors of the script are reported elsewhere. */
async function missingFunctions(
  script: Script,
  open: () => Promise<ScratchConnection>,
  scratch: Scratch,
): Promise<readonly string[]> {
  if (!await mayMissFunctions(script.text)) return [];
  try {
    await using connection = await open();
    await connection.execute("BEGIN");
    await replayScript(connection, "trial", script);
    return scratch.missingOn(connection);
  } catch (error) {
    if (error instanceof AludelError) return [];
    throw error;
  }
}

let knownFunctions: Promise<ReadonlySet<string>> | undefined;

async function readFunctions(): Promise<ReadonlySet<string>> {
  await using connection = openScratch();
  const rows = await connection.query("SELECT name FROM pragma_function_list");
  const names = [
    ...rows.map(({ name }) => String(name)),
    ...MATH_FUNCTIONS.map(({ name }) => name),
  ];
  return new Set(names.map(foldName));
}

/**
 * Whether a name before a parenthesis looks like a call, after an operator or keyword, and is neither a function of
 * SQLite nor a keyword; or REGEXP.
 */
async function mayMissFunctions(text: string): Promise<boolean> {
  const known = await (knownFunctions ??= readFunctions());
  const tokenizer = new Tokenizer(text);
  let before = "operator";
  let name: string | undefined;
  let isOfIndex = false;
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    if (current === "(" && name !== undefined) return true;
    const isName = kind === "word" || kind === "quoted";
    const word = foldName(isName ? unquote(current) : "");
    const isKeywordHere = kind === "word" && isKeyword(current);
    if (kind === "word" && word === "regexp") return true;
    const isCall = isName && !isKeywordHere && before !== "name" && !NAMING.has(before);
    name = isCall && !known.has(word) ? word : undefined;
    // After ON there is a table's name in an index, but an expression in a join.
    isOfIndex = word === "index" || (isOfIndex && before !== "table");
    before = isKeywordHere
      ? (word === "on" && isOfIndex ? "table" : word)
      : isName
      ? "name"
      : "operator";
  }
  return false;
}

/** Words before the name of a table or an index, which columns in parentheses can follow. */
const NAMING: ReadonlySet<string> = new Set(
  ["table", "into", "references", "exists", "with", "recursive", "view", "key", "using"],
);

/** The schemas before and after a revision, replayed on demand. */
class SchemasAround {
  readonly #id: RevisionId;
  readonly #tree: ReplayTree;
  #before: Promise<Schema | undefined> | undefined;
  #after: Promise<Schema | undefined> | undefined;
  #failure: AludelError | undefined;

  constructor(id: RevisionId, tree: ReplayTree) {
    this.#id = id;
    this.#tree = tree;
  }

  readonly before = (): Promise<Schema | undefined> =>
    this.#before ??= this.#read(() => this.#tree.before(this.#id));

  readonly after = (): Promise<Schema | undefined> =>
    this.#after ??= this.#read(() => this.#tree.at([this.#id]));

  /** The reason why this revision cannot be replayed, if a rule needed that. Earlier revisions report their own. */
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
  return await refusalOf(async () => {
    for (const sql of statements) await connection.execute(sql);
  });
}
