import { openScratch, type ScratchConnection, type ScratchImage } from "../db/open_scratch.ts";
import type { SqliteLimits } from "../db/node_connection.ts";
import type { Schema } from "../schema/model/model.ts";
import { schemaObjects } from "../schema/source/write_schema.ts";
import { foldName } from "../sql/identifier.ts";

/** What a project's settings say about databases in memory. */
export interface ScratchSettings {
  /** Whether `"text"` that names nothing is a string. */
  readonly doubleQuotedStrings: boolean;
  /** Functions of the application, which silently give NULL. */
  readonly functions?: readonly string[];
  /** Loadable extensions, by absolute path or by name. */
  readonly extensions?: readonly string[];
  /** What SQLite takes where the revisions will run; what the built-in one takes if left out. */
  readonly limits?: SqliteLimits;
}

/** No more of a project's settings than databases in memory need: it can be sent to a worker. */
export function scratchSettings(
  { doubleQuotedStrings, functions = [], extensions = [] }: ScratchSettings,
): ScratchSettings {
  return { doubleQuotedStrings, functions: [...functions], extensions: [...extensions] };
}

/**
 * Opens databases in memory. A function that this SQLite lacks gives NULL as soon as SQLite asks for it:
 * `standIns` of the connection tells which did.
 */
export class Scratch {
  readonly #settings: ScratchSettings;
  readonly #expected: ReadonlySet<string>;

  constructor(settings: ScratchSettings) {
    this.#settings = settings;
    this.#expected = new Set((settings.functions ?? []).map(foldName));
  }

  /** Whether its databases allow strings in double quotes. */
  get doubleQuotedStrings(): boolean {
    return this.#settings.doubleQuotedStrings;
  }

  /** An empty database. */
  readonly open = (): Promise<ScratchConnection> => Promise.resolve(this.openImage(undefined));

  /** A database as it was when its image was made. @param image undefined: an empty one. */
  openImage(image: ScratchImage | undefined): ScratchConnection {
    const { doubleQuotedStrings, extensions = [], limits } = this.#settings;
    return openScratch({
      doubleQuotedStrings,
      extensions,
      standIns: true,
      ...(image && { image }),
      ...(limits && { limits }),
    });
  }

  /** The same with SQLite's limits of another place. */
  limited(limits: SqliteLimits): Scratch {
    return new Scratch({ ...this.#settings, limits });
  }

  /** The same database on a connection that has the limits of this one; the one given is closed if it is another. */
  async within(connection: ScratchConnection): Promise<ScratchConnection> {
    if (this.#settings.limits === undefined) return connection;
    const image = connection.image();
    await connection.close();
    return this.openImage(image);
  }

  /**
   * The same database on a connection that was asked for no function yet; the one given is closed if it is another.
   *
   * @param connection Has no open transaction.
   */
  async afresh(connection: ScratchConnection): Promise<ScratchConnection> {
    if (connection.standIns.size === 0) return connection;
    const image = connection.image();
    await connection.close();
    return this.openImage(image);
  }

  /** A database after some work. @throws What the work throws; the database is closed then. */
  async after(work: (connection: ScratchConnection) => Promise<void>): Promise<ScratchConnection> {
    const connection = await this.open();
    try {
      await work(connection);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** A database with a schema and no rows. @throws {SqlError} */
  with(schema: Schema): Promise<ScratchConnection> {
    return this.after(async (connection) => {
      for (const { sql } of schemaObjects(schema)) await connection.execute(sql);
    });
  }

  /** The functions that were asked for on a connection, and that the settings do not name: a run lacks them. */
  missingOn({ standIns }: ScratchConnection): readonly string[] {
    return [...standIns].filter((name) => !this.#expected.has(name));
  }
}
