/** The revisions of a project as another tool's files, or as a module that an application embeds. */
import { AludelError } from "../errors.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import { slugOf } from "../manifest/folder_name.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { readScript, sameTokens } from "../sql/read_script.ts";
import { type Script, splitStatements, type Statement } from "../sql/script.ts";
import { say, shell } from "../text/next_step.ts";
import { cleanScript, withLastSemicolon } from "./cleaning.ts";
import { ForeignFault, type ForeignTool } from "./foreign.ts";
import { golangMigrate } from "./tools/files.ts";
import { dbmate, goose } from "./tools/sections.ts";

/** A revision to export. */
interface ExportedRevision {
  readonly entry: ManifestRevision;
  readonly up: Script;
  /** null if it cannot be undone. */
  readonly down: Script | null;
}

/** The files of an export, and what the other tool does not support. */
export interface Export {
  /** File → text. */
  readonly files: ReadonlyMap<string, string>;
  /** The revisions in the order in which the other tool runs them, with its version of each. */
  readonly versions: readonly { readonly id: string; readonly version: string }[];
  readonly notices: readonly string[];
}

/** How a tool writes a revision. */
interface Writer {
  readonly title: string;
  /** Reads the files back, to check them. */
  readonly reader: ForeignTool;
  /** Whether the tool orders files by name, rather than by number. */
  readonly byName: boolean;
  readonly files: (version: string, slug: string, up: Script, down: Script | null) => Files;
}

type Files = Readonly<Record<string, string>>;

/** The formats, as on the command line. */
export const EXPORT_FORMATS = ["golang-migrate", "goose", "dbmate", "sql", "embed"] as const;

/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The file of a module in a named folder. */
export const MODULE_FILE = "migrations.ts";

/**
 * Writes revisions for another tool. The files are read back as the tool reads them, and must have the same statements.
 *
 * @param revisions All revisions of the graph, in its order.
 * @throws {AludelError} `export-failed` if the statements differ, for example because a comment has a meaning for the
 *   tool.
 */
export function exportRevisions(
  format: Exclude<ExportFormat, "embed">,
  revisions: readonly ExportedRevision[],
  graph: RevisionGraph,
): Export {
  const writer = WRITERS[format];
  const versions = versionsOf(revisions, writer.byName);
  const files = new Map<string, string>();
  const dropping: string[] = [];
  for (const [index, { entry, up, down }] of revisions.entries()) {
    const slug = slugOf(entry.message);
    const written = Object.entries(writer.files(versions[index]!, slug, up, down));
    for (const [name, text] of written) files.set(name, text);
    if ([up, down].some((script) => script !== null && dropsTable(script))) {
      dropping.push(written[0]![0]);
    }
  }
  const notices = [...shapeNotices(graph, writer.title)];
  if (format === "golang-migrate" && dropping.length > 0) {
    notices.push(
      `golang-migrate runs a file in a transaction, in which foreign keys cannot be switched off: open the database without enforcing them, or rows of other tables may be deleted in ${
        dropping.join(", ")
      }`,
    );
  }
  if (format !== "sql") proveExport(writer, revisions, versions, files);
  return {
    files,
    versions: revisions.map(({ entry: { id } }, index) => ({ id, version: versions[index]! })),
    notices,
  };
}

const WRITERS: Readonly<Record<Exclude<ExportFormat, "embed">, Writer>> = {
  "golang-migrate": {
    title: "golang-migrate",
    reader: golangMigrate,
    byName: false,
    files: (version, slug, up, down) => ({
      [`${version}_${slug}.up.sql`]: bare(up),
      ...(down !== null && { [`${version}_${slug}.down.sql`]: bare(down) }),
    }),
  },
  goose: {
    title: "goose",
    reader: goose,
    byName: false,
    files: (version, slug, up, down) => {
      const off = [up, down].some((one) => one !== null && needsOwnTransaction(one));
      // The directive applies to both directions, so both have their own transaction.
      const section = (script: Script) => gooseStatements(off ? guarded(script) : bare(script));
      return {
        [`${version}_${slug}.sql`]: (off ? "-- +goose NO TRANSACTION\n" : "") +
          `-- +goose Up\n${section(up)}` +
          (down === null ? "" : `\n-- +goose Down\n${section(down)}`),
      };
    },
  },
  dbmate: {
    title: "dbmate",
    reader: dbmate,
    byName: true,
    files: (version, slug, up, down) => {
      const section = (way: string, script: Script) => {
        const option = needsOwnTransaction(script) ? " transaction:false" : "";
        return `-- migrate:${way}${option}\n${
          needsOwnTransaction(script) ? guarded(script) : bare(script)
        }`;
      };
      return {
        [`${version}_${slug}.sql`]: section("up", up) +
          (down === null ? "" : `\n${section("down", down)}`),
      };
    },
  },
  sql: {
    title: "plain SQL",
    reader: golangMigrate,
    byName: true,
    files: (version, slug, up, down) => ({
      [`${version}_${slug}.up.sql`]: guarded(up),
      ...(down !== null && { [`${version}_${slug}.down.sql`]: guarded(down) }),
    }),
  },
};

/** Versions for a tool that needs numbers: the ids, the times of creation, or 1, 2, 3. */
function versionsOf(revisions: readonly ExportedRevision[], byName: boolean): readonly string[] {
  const ids = revisions.map(({ entry }) => entry.id);
  const times = revisions.map(({ entry }) => entry.created.replace(/\D/g, ""));
  const width = String(revisions.length).length;
  return [ids, times].find((words) => ascend(words, byName)) ??
    revisions.map((_, index) => String(index + 1).padStart(Math.max(4, width), "0"));
}

/** Whether words are numbers of at most 63 bits that a tool runs in this order. */
function ascend(words: readonly string[], byName: boolean): boolean {
  if (!words.every((word) => /^\d{1,18}$/.test(word))) return false;
  return words.every((word, index) => {
    const before = words[index - 1];
    return before === undefined
      ? BigInt(word) > 0n
      : BigInt(before) < BigInt(word) && (!byName || `${before}_` < `${word}_`);
  });
}

function* shapeNotices(graph: RevisionGraph, title: string): Generator<string> {
  const branched = graph.branchPoints.length + graph.mergePoints.length > 0 ||
    graph.bases.length > 1;
  const dependent = graph.ids.some((id) => (graph.get(id)?.dependsOn.length ?? 0) > 0);
  const lost = [...branched ? ["branches"] : [], ...dependent ? ["dependencies"] : []];
  if (lost.length > 0) {
    yield `${title} has no ${
      lost.join(" and no ")
    }: the revisions are in one line, in an order that satisfies them`;
  }
  if (graph.ids.some((id) => (graph.get(id)?.labels.length ?? 0) > 0)) {
    yield `${title} has no branch labels: they are left out`;
  }
}

/** A script without the directives that import writes, which mean nothing to another tool. */
function bare({ text }: Script): string {
  return text.replace(/^-- aludel: (?:transaction=off|ignore=no-down .*)\n/gm, "");
}

function dropsTable({ text, statements }: Script): boolean {
  return statements.some(({ verb, start, end }) =>
    verb === "DROP" && /^DROP\s+TABLE\b/i.test(text.slice(start, end))
  );
}

/** Whether a script cannot run in the tool's transaction: a DROP TABLE needs foreign keys off. */
function needsOwnTransaction(script: Script): boolean {
  const { transaction, foreignKeys } = script.header;
  return transaction === "off" || (foreignKeys === "off" && dropsTable(script));
}

/** A script with its own transaction, in which a DROP TABLE does not delete rows of other tables. */
function guarded(script: Script): string {
  const { transaction, foreignKeys } = script.header;
  const text = withLastSemicolon(bare(script));
  if (transaction === "off") return text;
  const around = `BEGIN;\n${text}COMMIT;\n`;
  return foreignKeys === "on" || !dropsTable(script)
    ? around
    : `PRAGMA foreign_keys = OFF;\n${around}PRAGMA foreign_keys = ON;\n`;
}

/** Whether goose ends a statement at a line: the last word before a comment ends in a semicolon. */
function endsForGoose(line: string): boolean {
  const words = line.trim().split(/\s+/);
  const comment = words.findIndex((word) => word.startsWith("--"));
  return (comment < 0 ? words : words.slice(0, comment)).at(-1)?.endsWith(";") ?? false;
}

/** The text with marks around statements that goose would end too early. */
function gooseStatements(text: string): string {
  let marked = "";
  let at = 0;
  const hasInner = ({ start, end }: Statement) =>
    text.slice(start, end).split("\n").slice(0, -1).some(endsForGoose);
  for (const statement of splitStatements(text)) {
    if (!hasInner(statement)) continue;
    const { start, end } = statement;
    const until = text[end] === "\n" ? end + 1 : end;
    marked += `${text.slice(at, start)}-- +goose StatementBegin\n${text.slice(start, end)}\n` +
      "-- +goose StatementEnd\n";
    at = until;
  }
  return marked + withLastSemicolon(text.slice(at));
}

/** Checks the files by reading them back as the tool does. @throws {AludelError} `export-failed`. */
function proveExport(
  { reader, title }: Writer,
  revisions: readonly ExportedRevision[],
  versions: readonly string[],
  files: ReadonlyMap<string, string>,
): void {
  const names = [...files.keys()].sort().map((name) => ({ name, isFolder: false }));
  const project = { read: (path: string) => files.get(path) ?? null, list: () => names };
  const history = readBack(() => reader.read(project, { folder: "", table: reader.table }));
  const same = (written: string | undefined, script: Script | null) =>
    script === null ? written === undefined : written !== undefined && sameTokens(
      cleanScript(written).text,
      cleanScript(withLastSemicolon(bare(script))).text,
    );
  for (const [index, { entry, up, down }] of revisions.entries()) {
    const back = history?.revisions[index];
    const isIn = back !== undefined && BigInt(back.key) === BigInt(versions[index]!) &&
      sameEnded(back.up.text, up, same) && sameEnded(back.down?.text, down, same);
    if (isIn) continue;
    throw new AludelError(
      "export-failed",
      `${title} would read other statements for revision "${entry.id}"`,
      {
        revision: entry.id,
        notes: [`Its file was read back as ${title} reads it, and its statements differ`],
        outcome: "Nothing was written",
        next: [
          shell`aludel show ${entry.id} # one of its comments may have a meaning for the other tool`,
          say("Or export it as plain SQL: aludel export sql --out DIR"),
        ],
      },
    );
  }
}

function readBack<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ForeignFault) return undefined;
    throw error;
  }
}

function sameEnded(
  written: string | undefined,
  script: Script | null,
  same: (written: string | undefined, script: Script | null) => boolean,
): boolean {
  return same(written === undefined ? undefined : withLastSemicolon(written), script);
}

/** The first line of a module, by which it is recognised. */
export const MODULE_MARK = "// Made by aludel export embed: run it again instead of editing this.";

/**
 * Writes one module with the manifest and all texts, for `embedded()` of the library. It is valid TypeScript and
 * JavaScript.
 *
 * @param manifest The text of manifest.json.
 * @param texts Path in the migrations folder → text.
 */
export function exportModule(manifest: string, texts: ReadonlyMap<string, string>): string {
  const entries = [["manifest.json", manifest] as const, ...texts]
    .map(([path, text]) => `  ${JSON.stringify(path)}: ${literal(text)},\n`);
  return `${MODULE_MARK}\n\n/** For embedded() of the package aludel. */\nexport const migrations = {\n${
    entries.join("")
  }};\n`;
}

/** A text as a template literal, whose lines stay readable. */
function literal(text: string): string {
  const escaped = text.replace(/[\\`]|\$(?=\{)/g, "\\$&").replaceAll("\r", "\\r");
  return `\`${escaped}\``;
}

/** The scripts of a revision. @throws {AludelError} An error of the area `directive`. */
export function exportedRevision(
  entry: ManifestRevision,
  up: { readonly file: string; readonly text: string },
  down: { readonly file: string; readonly text: string } | null,
): ExportedRevision {
  return {
    entry,
    up: readScript(up.file, up.text),
    down: down === null ? null : readScript(down.file, down.text),
  };
}
