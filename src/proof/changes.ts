import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { renamesOf } from "../runner/table_fates.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import type { Change } from "../schema/model/change.ts";
import { EMPTY_SCHEMA, type Schema } from "../schema/model/model.ts";

/** The changes that a revision makes to the schema. */
export interface RevisionChanges {
  readonly id: RevisionId;
  /**
   * The schema after it; null if it cannot be replayed. Unchanged objects are the same objects as in the schema before.
   */
  readonly schema: Schema | null;
  readonly changes: readonly Change[];
  /** The reason why it cannot be replayed, or null. */
  readonly failure: AludelError | null;
}

/** Replays revisions, and compares the schemas before and after each. */
export class ChangeReader {
  readonly #tree: ReplayTree;
  readonly #schemas = new Map<RevisionId, Schema>();

  constructor(tree: ReplayTree) {
    this.#tree = tree;
  }

  /**
   * Finds the changes of a revision. Renames are followed if its statements make them. It is fastest after its parent.
   * An AludelError becomes part of the result, so that other revisions can still be shown.
   */
  async of(id: RevisionId): Promise<RevisionChanges> {
    const tree = this.#tree;
    try {
      const before = this.#knownBefore(id) ?? await this.#read(tree.before(id));
      const schema = await this.#read(tree.at([id]));
      this.#schemas.set(id, schema);
      const renames = renamesOf(tree.scriptOf(id));
      return { id, schema, changes: compareSchemas(before, schema, { renames }), failure: null };
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      return { id, schema: null, changes: [], failure: error };
    }
  }

  /** The known schema before a revision with at most one parent, which needs no replay. */
  #knownBefore(id: RevisionId): Schema | undefined {
    const { parents, dependsOn } = this.#tree.graph.get(id)!;
    const [under, ...others] = [...parents, ...dependsOn];
    if (others.length > 0) return undefined;
    return under === undefined ? EMPTY_SCHEMA : this.#schemas.get(under);
  }

  async #read(opening: ReturnType<ReplayTree["at"]>): Promise<Schema> {
    await using connection = await opening;
    return await this.#tree.schemaOf(connection);
  }
}
