import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { refNeedsApplied, resolveRef } from "../../graph/resolve_ref.ts";
import { SchemaReader } from "../../project/author/schema_reader.ts";
import { resolvePath } from "../../project/workspace/files.ts";
import type { Project } from "../../project/workspace/project.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import { NO_HINTS, type RenameHints } from "../../schema/diff/renames.ts";
import { EMPTY_SCHEMA, type Schema } from "../../schema/model/model.ts";
import { instead, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { reportSchemaNotices } from "../render/changes.ts";
import { type CatalogueFlags, findInCatalogue } from "./catalogue.ts";
import { nameExtensions, openProject } from "./project.ts";
import { openTarget } from "./target.ts";

/** A project, with what reads its schemas. */
interface OpenSchemas {
  readonly project: Project;
  /** null where there is no manifest. */
  readonly workspace: Workspace | null;
  readonly reader: SchemaReader;
  /** The SQLite that is built in, such as `3.53.2`. */
}

/**
 * Opens what reads schemas; reads none yet.
 * @throws {AludelError} What settings and manifest throw.
 */
export function openSchemas(
  context: CommandContext,
  flags: { readonly config: string | undefined },
): OpenSchemas {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  nameExtensions(context.ui, project.settings);
  const reader = new SchemaReader({ project, workspace });
  return { project, workspace, reader };
}

/** What an argument such as `head`, `app.db` or `schema.sql` names: a schema. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: Schema;
  /** Renames that a schema file speaks of. */
  readonly hints: RenameHints;
}

type OperandKind = "empty" | "rev" | "db" | "sql";

/**
 * Reads the schema that an argument names: `empty`, a ref, a database (a path, a URL, a name of the
 * settings), an SQL file or a folder of them. `rev:`, `db:` and `sql:` before it say which.
 *
 * @throws {AludelError} `operand-ambiguous`, `operand-unknown`, and what reading throws.
 */
export async function readOperand(
  context: CommandContext,
  flags: CatalogueFlags,
  open: OpenSchemas,
  text: string,
): Promise<NamedSchema> {
  const prefix = /^(rev|db|sql):(.+)$/s.exec(text);
  const kind = (prefix?.[1] ?? await kindOf(context, flags, open, text)) as OperandKind;
  const rest = prefix?.[2] ?? text;
  const named = (schema: Schema, hints = NO_HINTS): NamedSchema => ({ name: text, schema, hints });
  switch (kind) {
    case "empty":
      return named(EMPTY_SCHEMA);
    case "rev":
      return named(await open.reader.ofRevisions(await resolve(context, flags, rest)));
    case "db": {
      const { target, access } = openTarget(context, open.project, { database: rest }, "run");
      return named(await open.reader.ofDatabase(access, target.name));
    }
    case "sql": {
      const path = resolvePath(rest, context.runtime.cwd);
      const loaded = await open.reader.ofFiles(path, rest);
      reportSchemaNotices(context.ui, loaded);
      return named(loaded.schema, loaded.hints);
    }
  }
}

async function resolve(
  context: CommandContext,
  flags: CatalogueFlags,
  text: string,
): Promise<readonly string[]> {
  const ref = parseRef(text);
  const { found } = await findInCatalogue(
    context,
    flags,
    refNeedsApplied(ref),
    ({ graph, applied, onDisk }) => resolveRef(graph, ref, { applied, onDisk, purpose: "look" }),
  );
  return found;
}

async function kindOf(
  context: CommandContext,
  flags: CatalogueFlags,
  { project, workspace }: OpenSchemas,
  text: string,
): Promise<OperandKind> {
  if (text === "empty") return "empty";
  const kinds: OperandKind[] = [];
  const found = fileKind(resolvePath(text, context.runtime.cwd));
  if (found !== undefined) kinds.push(found);
  if (Object.hasOwn(project.settings.databases, text)) kinds.push("db");
  else if (found === undefined && /^[A-Za-z][A-Za-z0-9+.-]+:/.test(text)) kinds.push("db");
  let refusal: unknown;
  if (workspace !== null && !/[/\\.]/.test(text)) {
    try {
      await resolve(context, flags, text);
      kinds.push("rev");
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      refusal = error;
    }
  }
  const [kind, ...others] = kinds;
  if (kind === undefined) throw unknown(text, refusal);
  if (others.length > 0) {
    throw new AludelError("operand-ambiguous", `"${text}" names more than one thing`, {
      notes: kinds.map((one) => NAMES[one]),
      next: kinds.map((one) => instead(text, `${one}:${text}`)),
    });
  }
  return kind;
}

const NAMES: Readonly<Record<OperandKind, string>> = {
  empty: "the empty schema",
  rev: "a revision",
  db: "a database",
  sql: "an SQL file or a folder of them",
};

/** A folder holds SQL files; a file is a database if it begins as one, or is as empty as a new one. */
function fileKind(path: string): "db" | "sql" | undefined {
  try {
    const info = host.files.stat(path);
    if (info.isDirectory || /\.sql$/i.test(path)) return "sql";
    if (!info.isFile) return undefined;
    using file = host.files.open(path, { read: true });
    const head = new Uint8Array(16);
    const length = file.read(head);
    const text = new TextDecoder().decode(head.subarray(0, length ?? 0));
    return length === null || text.startsWith("SQLite format 3") ? "db" : "sql";
  } catch (error) {
    if (host.fault(error) === "not-found") return undefined;
    if (host.fault(error) === "not-folder") return undefined;
    throw error;
  }
}

function unknown(text: string, refusal: unknown): AludelError {
  // A file's name that is not there is no ref that is ambiguous or goes too far.
  if (refusal instanceof AludelError && refusal.code !== "ref-not-found") return refusal;
  return new AludelError(
    "operand-unknown",
    `"${text}" is neither a revision nor a file nor a database`,
    {
      next: [
        shell`aludel history`,
        shell`aludel diff head app.db`,
        shell`aludel diff empty schema.sql`,
      ],
    },
  );
}
