/** Plans downs for migrations that have none in their tool. */
import { libraryVersion } from "../db/node_connection.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { autogenerate } from "../project/author/autogenerate.ts";
import { compareWith } from "../project/author/schema_reader.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { checkScript } from "../replay/check_script.ts";
import { replayScript, type ScriptText } from "../replay/history.ts";
import { Scratch } from "../replay/scratch.ts";
import { ownSchema } from "../schema/model/foreign_objects.ts";
import type { Schema } from "../schema/model/model.ts";
import { introspect } from "../schema/read/introspect.ts";
import { canonicalText } from "../sql/canonical_text.ts";
import type { Script } from "../sql/script.ts";
import { releaseOf } from "../sql/sqlite_releases.ts";
import { writesOf } from "./replay/trace.ts";

/** The revisions of a history, and those that need a down. */
export interface PlannedDownsRequest {
  /** The revisions in topological order. */
  readonly ids: readonly RevisionId[];
  readonly textOf: (id: RevisionId) => ScriptText;
  /** The messages of the revisions without a down, by id. */
  readonly wanted: ReadonlyMap<RevisionId, string>;
  readonly settings: Settings;
  /** The tool's name in sentences. */
  readonly title: string;
}

/**
 * Runs the history in memory, and plans a down from each schema to the previous one. Each planned down was run and
 * checked. A migration that writes rows gets no down, because the schemas do not tell the old rows.
 *
 * @returns The texts of the downs by id.
 * @throws {AludelError} `replay-failed`, and the errors of reading the scripts.
 */
export async function planDowns(
  request: PlannedDownsRequest,
): Promise<ReadonlyMap<RevisionId, string>> {
  const { ids, textOf, wanted, settings } = request;
  const scratch = new Scratch(settings);
  const downs = new Map<RevisionId, string>();
  if (wanted.size === 0) return downs;
  const read = async (connection: Parameters<typeof introspect>[0]) =>
    ownSchema(await introspect(connection), settings.exclude);
  await using _replayed = await scratch.after(async (connection) => {
    let before: Schema | undefined;
    await connection.execute("BEGIN");
    for (const id of ids) {
      const { file, text } = textOf(id);
      const script = checkScript(file, text, id);
      const message = wanted.get(id);
      if (message !== undefined) before ??= await read(connection);
      await replayScript(connection, id, script);
      const after = message === undefined ? undefined : await read(connection);
      if (after !== undefined && isUndoable(script, after)) {
        const down = await planDown(request, {
          message: message!,
          before: before!,
          after,
          scratch,
        });
        if (down !== undefined) downs.set(id, down);
      }
      before = after;
    }
    await connection.execute("COMMIT");
  });
  return downs;
}

/** Whether a script changes only the schema. @param after The schema after it. */
function isUndoable({ text, header, statements }: Script, after: Schema): boolean {
  const texts = statements.map(({ start, end }) => text.slice(start, end));
  return header.transaction === "on" && writesOf([texts], after).length === 0;
}

interface SchemaStep {
  readonly message: string;
  readonly before: Schema;
  readonly after: Schema;
  readonly scratch: Scratch;
}

async function planDown(
  { settings, title }: PlannedDownsRequest,
  { message, before, after, scratch }: SchemaStep,
): Promise<string | undefined> {
  const comparison = compareWith({ ...settings, exclude: [] }, before, after);
  if (comparison.changes.length === 0) return undefined;
  try {
    const { texts, down } = await autogenerate({
      comparison,
      message,
      down: true,
      sqlite: releaseOf(settings.sqlite ?? libraryVersion()),
      columnOrder: settings.columnOrder,
      scratch,
    });
    if (down.statements.some(({ choice }) => choice !== undefined)) return undefined;
    const [first = "", ...rest] = texts.down.split("\n");
    return canonicalText(
      `${first}\n-- It had no way back in ${title}: aludel import has planned this one.\n${
        rest.join("\n")
      }`,
    );
  } catch (error) {
    // The migration stays irreversible.
    if (error instanceof AludelError) return undefined;
    throw error;
  }
}
