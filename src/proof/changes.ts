import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { renamesOf } from "../runner/table_fates.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import type { Change } from "../schema/model/change.ts";
import { EMPTY_SCHEMA, type Schema } from "../schema/model/model.ts";

/** What a revision does to the schema. */
export interface RevisionChanges {
  readonly id: RevisionId;
  /** The schema after it; null if it cannot be replayed. Objects that no revision changed are the same ones. */
  readonly schema: Schema | null;
  readonly changes: readonly Change[];
  /** Why it cannot be replayed. */
  readonly failure: AludelError | null;
}

/** Replays revisions, and compares the schemas around each. */
export class ChangeReader {
  readonly #tree: ReplayTree;
  readonly #schemas = new Map<RevisionId, Schema>();

  constructor(tree: ReplayTree) {
    this.#tree = tree;
  }

  /**
   * What a revision changes. Renames are followed if its statements make them. It is quickest after its parent. An error of
   * ours is part of the result: others may still be shown.
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

  /** What only one revision is under, or none, needs no replay for it. */
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
