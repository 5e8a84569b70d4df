import { AludelError } from "../errors.ts";
import type { Revision, RevisionId } from "../graph/revision.ts";
import {
  readRevisionText,
  type RevisionText,
  RevisionTexts,
} from "../project/workspace/revision_texts.ts";
import type { Workspace } from "../project/workspace/workspace.ts";
import { shell } from "../text/next_step.ts";

/** A revision with its place in the graph and the files of its folder. It can be sent to a worker. */
export interface RevisionSource extends Revision {
  readonly up: RevisionText;
  /** null if it cannot be undone. */
  readonly down: RevisionText | null;
  /** Rows to insert before the up, and queries that must return no rows after it. */
  readonly seed: RevisionText | null;
  readonly asserts: RevisionText | null;
}

/** Reads the sources of a project's revisions on demand, each once. */
export class RevisionSources {
  readonly #workspace: Workspace;
  readonly #known = new Map<RevisionId, RevisionSource>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /**
   * @throws {AludelError} `revision-not-on-disk`; `revision-edited` and similar errors if a sealed file was edited;
   * errors of the areas `file` and `sql` about reading.
   */
  readonly of = (id: RevisionId): RevisionSource => {
    let source = this.#known.get(id);
    if (source === undefined) this.#known.set(id, source = this.#read(id));
    return source;
  };

  #read(id: RevisionId): RevisionSource {
    const { files, entries } = this.#workspace;
    const entry = entries.get(id);
    if (entry === undefined) {
      throw new AludelError("revision-not-on-disk", `Revision "${id}" is not on disk`, {
        revision: id,
        next: [shell`aludel history`],
      });
    }
    const { up, down } = new RevisionTexts(files, entry).requireIntact();
    const { parents, dependsOn, labels, dir } = entry;
    return {
      id,
      parents,
      dependsOn,
      labels,
      up,
      down,
      seed: readRevisionText(files, `${dir}/seed.sql`),
      asserts: readRevisionText(files, `${dir}/assert.sql`),
    };
  }
}
