import { type Connection, SqlError } from "../db/connection.ts";
import { openScratch, type ScratchConnection, type ScratchImage } from "../db/open_scratch.ts";
import type { Schema } from "../schema/model/model.ts";
import { schemaObjects } from "../schema/source/write_schema.ts";
import { foldName } from "../sql/identifier.ts";

const NO_FUNCTION = "no such function: ";

/**
 * Opens databases in memory. Functions that only the application has are noticed when SQLite asks for
 * them, and from then on stand for NULL.
 */
export class Scratch {
  /** Whether its databases allow strings in double quotes. */
  readonly doubleQuotedStrings: boolean;
  readonly #functions: string[] = [];

  constructor(doubleQuotedStrings: boolean) {
    this.doubleQuotedStrings = doubleQuotedStrings;
  }

  /** An empty database. @param functions More functions to register. */
  readonly open = (functions: readonly string[] = []): Promise<ScratchConnection> =>
    Promise.resolve(openScratch({
      doubleQuotedStrings: this.doubleQuotedStrings,
      functions: [...new Set([...this.#functions, ...functions])],
    }));

  /** A database as it was when its image was made. @param image undefined: an empty one. */
  openImage(image: ScratchImage | undefined): ScratchConnection {
    return openScratch({
      doubleQuotedStrings: this.doubleQuotedStrings,
      functions: this.#functions,
      ...(image !== undefined && { image }),
    });
  }

  /**
   * A database after some work. Where the work fails for want of a function, it is done again on another
   * database that has it.
   *
   * @throws What the work throws; the database is closed then.
   */
  async after(work: (connection: Connection) => Promise<void>): Promise<ScratchConnection> {
    for (;;) {
      const connection = await this.open();
      try {
        await work(connection);
        return connection;
      } catch (error) {
        await connection.close();
        if (!this.learns(error)) throw error;
      }
    }
  }

  /** A database with a schema and no rows. @throws {SqlError} */
  with(schema: Schema): Promise<ScratchConnection> {
    return this.after(async (connection) => {
      for (const { sql } of schemaObjects(schema)) await connection.execute(sql);
    });
  }

  /** Gives a database that was opened earlier the functions that were noticed since. */
  equip(connection: ScratchConnection): void {
    connection.provide(this.#functions);
  }

  /** Whether an error names a function that is missing and will now be there in the next database. */
  learns(error: unknown): boolean {
    const message = error instanceof SqlError
      ? error.sqlite
      : (error as { readonly sqlite?: unknown } | null)?.sqlite;
    if (typeof message !== "string") return false;
    // An ALTER TABLE says "error in view v: " first.
    const at = message.lastIndexOf(NO_FUNCTION);
    if (at < 0) return false;
    const name = foldName(message.slice(at + NO_FUNCTION.length));
    if (this.#functions.includes(name)) return false;
    this.#functions.push(name);
    return true;
  }
}
