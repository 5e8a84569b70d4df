import { type Connection, mayChangeSettings, restoreSettings, SqlError } from "../db/connection.ts";
import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import { dropTemporaryObjects } from "../runner/temporary_objects.ts";
import type { Schema } from "../schema/model/model.ts";
import type { Script } from "../sql/script.ts";
import { offsetOfByte, placeOf } from "../text/position.ts";
import { checkScript } from "./check_script.ts";
import type { Scratch } from "./scratch.ts";
import { shell } from "../text/next_step.ts";

/** A file of a revision: its name for messages, and its canonical text. */
export interface ScriptText {
  readonly file: string;
  readonly text: string;
}

/** What the folder of a revision holds, as far as it can be run. */
export interface ReplaySource extends Revision {
  readonly up: ScriptText;
  /** null if it cannot be undone. */
  readonly down: ScriptText | null;
  /** Rows to have before the up, and queries that must give no row after it. */
  readonly seed: ScriptText | null;
  readonly asserts: ScriptText | null;
}

/**
 * Runs the ups of a history on an empty database in memory, under the settings that the runner gives them.
 *
 * All of them share one transaction unless a header asks for something else. Losses and violations are not
 * judged here: they were when the revision was applied.
 *
 * @throws {AludelError} `replay-failed` with the place; what {@linkcode checkScript} throws.
 */
export async function replay(
  ups: readonly { readonly id: RevisionId; readonly up: ScriptText }[],
  scratch: Scratch,
): Promise<ScratchConnection> {
  const scripts = ups.map(({ id, up }) => ({
    id,
    script: checkScript(up.file, up.text, id),
  }));
  return await scratch.after(async (connection) => {
    await connection.execute("BEGIN");
    for (const { id, script } of scripts) await replayScript(connection, id, script);
    await connection.execute("COMMIT");
  });
}

/**
 * Runs one up inside an open transaction, which is open again afterwards even if the script asks for none.
 * @throws {AludelError} `replay-failed`
 */
export async function replayScript(
  connection: Connection,
  id: RevisionId,
  script: Script,
): Promise<void> {
  const { transaction, foreignKeys } = script.header;
  const commits = commitsOnItsWay(script);
  if (commits) {
    await connection.execute("COMMIT");
    if (foreignKeys === "on") await connection.execute("PRAGMA foreign_keys = ON");
    if (transaction === "on") await connection.execute("BEGIN");
  }
  await runStatements(connection, id, script);
  if (commits) {
    if (transaction === "on") await connection.execute("COMMIT");
    await connection.execute("PRAGMA foreign_keys = OFF");
    await connection.execute("BEGIN");
  }
  await dropTemporaryObjects(connection, script.text);
  if (mayChangeSettings(script.text)) await restoreSettings(connection);
}

/** Whether {@linkcode replayScript} commits before the script has ended, so that no ROLLBACK undoes all of it. */
function commitsOnItsWay({ header }: Script): boolean {
  return header.transaction === "off" || header.foreignKeys === "on";
}

async function runStatements(
  connection: Connection,
  id: RevisionId,
  { file, text, statements }: Script,
): Promise<void> {
  for (const statement of statements) {
    try {
      await connection.execute(text.slice(statement.start, statement.end));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const offset = error.byteOffset === undefined
        ? statement.start
        : offsetOfByte(text, statement.start, error.byteOffset);
      throw new AludelError(
        "replay-failed",
        `Revision "${id}" fails on a database made by its ancestors`,
        {
          revision: id,
          place: placeOf(file, text, offset),
          sqlite: error.sqlite,
          notes: ["The revisions are run in memory to learn which schema they lead to"],
          next: [shell`aludel edit ${id}`],
          cause: error,
        },
      );
    }
  }
}

/** What revisions lead to: the schema, and databases to try on what comes after them. */
export class ReplayedParent implements AsyncDisposable {
  readonly schema: Schema;
  readonly #replay: () => Promise<ScratchConnection>;
  #ready: ScratchConnection | undefined;

  /**
   * @param replay Runs the revisions on an empty database.
   * @param ready What this gave already, if the schema was read from it.
   */
  constructor(
    schema: Schema,
    replay: () => Promise<ScratchConnection>,
    ready?: ScratchConnection,
  ) {
    this.schema = schema;
    this.#replay = replay;
    this.#ready = ready;
  }

  /**
   * A database in memory on which the revisions were run, for the caller to change and to close.
   * @throws {AludelError} `replay-failed` and its like.
   */
  async database(): Promise<ScratchConnection> {
    const ready = this.#ready;
    this.#ready = undefined;
    return ready ?? await this.#replay();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ready?.close();
    this.#ready = undefined;
  }
}
