import type { ScratchConnection, ScratchImage } from "../db/open_scratch.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import { introspect, KnownObjects } from "../schema/read/introspect.ts";
import type { Schema } from "../schema/model/model.ts";
import type { Script } from "../sql/script.ts";
import { checkScript } from "./check_script.ts";
import { replayScript, type ReplaySource } from "./history.ts";
import type { Scratch } from "./scratch.ts";

/** Maximum size of the kept images; a dropped one is replayed when it is asked for again. */
const KEPT_BYTES = 256 * 1024 * 1024;

/**
 * Databases in memory at any revision. Each revision is run once, on an image of what the revisions under it made:
 * asking for every revision of a history costs as much as replaying it.
 *
 * Rows are there as far as the revisions make them.
 */
export class ReplayTree {
  readonly graph: RevisionGraph;
  readonly sourceOf: (id: RevisionId) => ReplaySource;
  readonly scratch: Scratch;
  readonly #images = new Map<RevisionId, ScratchImage>();
  readonly #scripts = new Map<RevisionId, Script>();
  readonly #known = new KnownObjects([]);
  #bytes = 0;

  constructor(
    graph: RevisionGraph,
    sourceOf: (id: RevisionId) => ReplaySource,
    scratch: Scratch,
  ) {
    this.graph = graph;
    this.sourceOf = sourceOf;
    this.scratch = scratch;
  }

  /**
   * A database on which everything has run that a revision needs, and the revision itself has not.
   * @throws {AludelError} `replay-failed` and what {@linkcode checkScript} throws.
   */
  async before(id: RevisionId): Promise<ScratchConnection> {
    return this.scratch.openImage(await this.imageAt(this.#under(id)));
  }

  /** A database at some revisions, all that they need included. @throws {AludelError} As {@linkcode before}. */
  async at(ids: readonly RevisionId[]): Promise<ScratchConnection> {
    return this.scratch.openImage(await this.imageAt(ids));
  }

  /** An image with more revisions run on it, in the order given. @throws {AludelError} As {@linkcode before}. */
  async extend(
    image: ScratchImage | undefined,
    ids: readonly RevisionId[],
  ): Promise<ScratchImage | undefined> {
    return ids.length === 0 ? image : await this.#run(image, ids);
  }

  /** The script of a revision's up, read once. @throws {AludelError} What {@linkcode checkScript} throws. */
  scriptOf(id: RevisionId): Script {
    let script = this.#scripts.get(id);
    if (script === undefined) {
      const { up } = this.sourceOf(id);
      script = checkScript(up.file, up.text, id);
      this.#scripts.set(id, script);
    }
    return script;
  }

  /** The schema of a database that these revisions made; of tables that were read before, SQLite is asked nothing more. */
  async schemaOf(connection: ScratchConnection): Promise<Schema> {
    const schema = await introspect(connection, this.#known);
    this.#known.add(schema);
    return schema;
  }

  /**
   * Runs revisions one after the other, as an upgrade of an empty database would, and shows the database after each.
   *
   * All of it happens on one database: a copy for each revision would make the work grow with the square of the history.
   *
   * @param ids In topological order, with all that they need.
   * @param visit Changes that it makes to the database are undone.
   * @throws {AludelError} `replay-failed`, and what `visit` throws.
   */
  async walk(
    ids: readonly RevisionId[],
    visit: (id: RevisionId, connection: ScratchConnection) => Promise<void>,
  ): Promise<void> {
    await using connection = this.scratch.openImage(undefined);
    for (const id of ids) {
      await connection.execute("BEGIN");
      await replayScript(connection, id, this.scriptOf(id));
      await connection.execute("COMMIT");
      await connection.execute("BEGIN");
      await visit(id, connection);
      await connection.execute("ROLLBACK");
    }
  }

  #under(id: RevisionId): readonly RevisionId[] {
    const { parents, dependsOn } = this.graph.get(id)!;
    if (parents.length + dependsOn.length < 2) return parents.length > 0 ? parents : dependsOn;
    return this.graph.headsOf([...parents, ...dependsOn], "all");
  }

  /**
   * The image behind {@linkcode at}; undefined for an empty database. Every revision under the ids that has no image is run,
   * from the lowest one up. @throws {AludelError} As {@linkcode before}.
   */
  async imageAt(ids: readonly RevisionId[]): Promise<ScratchImage | undefined> {
    const { graph } = this;
    const [only, ...others] = ids;
    if (only === undefined) return undefined;
    if (others.length > 0) return await this.#joined(ids);
    const missing: RevisionId[] = [];
    for (let at: RevisionId | undefined = only; at !== undefined && !this.#images.has(at);) {
      missing.push(at);
      const under = this.#under(at);
      at = under.length === 1 ? under[0] : undefined;
    }
    missing.reverse();
    // A chain is run on one connection; what will be asked for again is kept on the way.
    let image = await this.#imageBelow(missing[0]);
    for (let from = 0; from < missing.length;) {
      let to = from + 1;
      while (to < missing.length && graph.childrenOf(missing[to - 1]!).length === 1) to++;
      image = await this.#run(image, missing.slice(from, to));
      this.#keep(missing[to - 1]!, image);
      from = to;
    }
    return this.#images.get(only);
  }

  /** What the lowest revision without an image runs on; undefined for a base, and if there is no such revision. */
  async #imageBelow(id: RevisionId | undefined): Promise<ScratchImage | undefined> {
    if (id === undefined) return undefined;
    const under = this.#under(id);
    return under.length > 1 ? await this.#joined(under) : this.#images.get(under[0] ?? "");
  }

  /** The image of the one with the longest history, and what the others have beyond it. */
  async #joined(ids: readonly RevisionId[]): Promise<ScratchImage | undefined> {
    // Merges above merges call one another: not all on one stack.
    await Promise.resolve();
    const { graph } = this;
    const histories = ids.map((id) => ({ id, under: graph.ancestors([id], "all") }));
    const longest = histories.reduce((a, b) => b.under.size > a.under.size ? b : a);
    const missing = [...graph.ancestors(ids, "all")].filter((id) => !longest.under.has(id));
    return await this.extend(await this.imageAt([longest.id]), missing);
  }

  async #run(image: ScratchImage | undefined, ids: readonly RevisionId[]): Promise<ScratchImage> {
    await using connection = this.scratch.openImage(image);
    await connection.execute("BEGIN");
    for (const id of ids) await replayScript(connection, id, this.scriptOf(id));
    await connection.execute("COMMIT");
    return connection.image();
  }

  #keep(id: RevisionId, image: ScratchImage): void {
    this.#images.set(id, image);
    this.#bytes += image.length;
    for (const [old, dropped] of this.#images) {
      if (this.#bytes <= KEPT_BYTES) break;
      // Branch points will be asked for again, and the newest one next.
      if (old === id || this.graph.childrenOf(old).length > 1) continue;
      this.#images.delete(old);
      this.#bytes -= dropped.length;
    }
  }
}
