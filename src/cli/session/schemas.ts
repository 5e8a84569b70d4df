import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { SchemaReader } from "../../project/author/schema_reader.ts";
import { resolvePath } from "../../project/workspace/files.ts";
import { NO_HINTS, type RenameHints } from "../../schema/diff/renames.ts";
import { EMPTY_SCHEMA, type Schema } from "../../schema/model/model.ts";
import { instead, shell } from "../../text/next_step.ts";
import { reportSchemaNotices } from "../render/changes.ts";
import { openTarget } from "./database.ts";
import { findRef } from "./revisions.ts";
import type { Session } from "./session.ts";

/**
 * Makes the reader of the project's schemas. It works without a manifest, and reads on demand.
 * @throws {AludelError} The errors of settings and manifest.
 */
export function schemaReader(session: Session): SchemaReader {
  const { project, workspaceIfAny: workspace } = session;
  session.announceExtensions();
  return new SchemaReader(project, workspace);
}

/** The schema of an argument such as `head`, `app.db` or `schema.sql`. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: Schema;
  /** The renames that a schema file declares. */
  readonly hints: RenameHints;
}

type OperandKind = "empty" | "rev" | "db" | "sql";

/**
 * Reads the schema of an argument: `empty`, a ref, a database (a path, a URL, a name of the settings), an SQL file or a
 * folder of them. A prefix `rev:`, `db:` or `sql:` decides between them.
 *
 * @throws {AludelError} `operand-ambiguous`, `operand-unknown`, and the errors of reading.
 */
export async function readOperand(
  session: Session,
  reader: SchemaReader,
  text: string,
): Promise<NamedSchema> {
  const prefix = /^(rev|db|sql):(.+)$/s.exec(text);
  const kind = (prefix?.[1] ?? await kindOf(session, text)) as OperandKind;
  const rest = prefix?.[2] ?? text;
  const named = (schema: Schema, hints = NO_HINTS): NamedSchema => ({ name: text, schema, hints });
  switch (kind) {
    case "empty":
      return named(EMPTY_SCHEMA);
    case "rev":
      return named(await reader.ofRevisions((await findRef(session, rest)).ids));
    case "db": {
      const { target, access } = openTarget(session, "run", rest);
      return named(await reader.ofDatabase(access, target.name));
    }
    case "sql": {
      const path = resolvePath(rest, session.runtime.cwd);
      const loaded = await reader.ofFiles(path, rest);
      reportSchemaNotices(session.ui, loaded);
      return named(loaded.schema, loaded.hints);
    }
  }
}

async function kindOf(session: Session, text: string): Promise<OperandKind> {
  if (text === "empty") return "empty";
  const kinds: OperandKind[] = [];
  const found = fileKind(resolvePath(text, session.runtime.cwd));
  if (found !== undefined) kinds.push(found);
  if (Object.hasOwn(session.settings.databases, text)) kinds.push("db");
  else if (found === undefined && /^[A-Za-z][A-Za-z0-9+.-]+:/.test(text)) kinds.push("db");
  let refusal: unknown;
  if (session.workspaceIfAny !== null && !/[/\\.]/.test(text)) {
    try {
      await findRef(session, text);
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

/** The kind of a path. A folder has SQL files; a file is a database if it has SQLite's header or is empty. */
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
  // An ambiguous ref, or one that goes too far, is not the name of a missing file.
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
