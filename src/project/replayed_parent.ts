import type { ScratchConnection } from "../db/open_scratch.ts";
import type { Schema } from "../schema/model.ts";
import type { Scratch } from "./scratch.ts";

/** What revisions lead to: the schema, and databases to try on what comes after them. */
export class ReplayedParent implements AsyncDisposable {
  readonly schema: Schema;
  readonly #scratch: Scratch;
  readonly #replay: () => Promise<ScratchConnection>;
  #ready: ScratchConnection | undefined;

  /**
   * @param scratch What opens the databases.
   * @param replay Runs the revisions on an empty database.
   * @param ready What this gave already, where the schema was read from it.
   */
  constructor(
    schema: Schema,
    scratch: Scratch,
    replay: () => Promise<ScratchConnection>,
    ready?: ScratchConnection,
  ) {
    this.schema = schema;
    this.#scratch = scratch;
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
    if (ready === undefined) return await this.#replay();
    this.#scratch.equip(ready);
    return ready;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ready?.close();
    this.#ready = undefined;
  }
}
