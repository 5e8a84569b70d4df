import { AludelError } from "../../errors.ts";
import { parseRange, parseRef, type Ref, type RefRange } from "../../graph/ref.ts";
import {
  rangeNeedsApplied,
  refNeedsApplied,
  resolveRange,
  resolveRef,
} from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { Catalogue } from "../../project/workspace/catalogue.ts";
import { shell } from "../../text/next_step.ts";
import type { DatabaseCatalogue } from "./database.ts";
import type { Session } from "./session.ts";

/** Revisions that a command line names, and the catalogue that contains them. */
export interface FoundRevisions {
  readonly ids: readonly RevisionId[];
  readonly catalogue: Catalogue;
}

/**
 * Finds revisions in the files, which is quick, and in the database too if that is needed: for refs that depend on
 * applied revisions, and for names that are not on disk because another branch is checked out.
 *
 * @param needsDatabase Whether the refs depend on applied revisions.
 * @param find Resolves the refs.
 * @throws {AludelError} The errors of `find`, and of opening the project and the database.
 */
export async function findRevisions(
  session: Session,
  needsDatabase: boolean,
  find: (catalogue: Catalogue) => readonly RevisionId[],
): Promise<FoundRevisions> {
  // A database that was named must exist.
  if (needsDatabase || session.database !== undefined) return await findInDatabase(session, find);
  const { catalogue } = session;
  try {
    return { ids: find(catalogue), catalogue };
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "ref-not-found") throw error;
    return await findInDatabase(session, find).catch(() => {
      throw error; // The name is wrong, whatever is wrong with the database.
    });
  }
}

async function findInDatabase(
  session: Session,
  find: (catalogue: Catalogue) => readonly RevisionId[],
): Promise<FoundRevisions> {
  const { openDatabase } = await import("./database.ts");
  const { catalogue } = await openDatabase(session);
  return { ids: find(catalogue), catalogue };
}

/**
 * Finds the revisions that one ref names, as {@linkcode findRevisions} does.
 * @throws {AludelError} `ref-syntax`, and as {@linkcode findRevisions}.
 */
export function findRef(session: Session, text: string): Promise<FoundRevisions> {
  const { needsApplied, find } = refChoice(parseRef(text));
  return findRevisions(session, needsApplied, find);
}

/** The revisions for a command, in topological order. */
export interface ChosenRevisions {
  readonly ids: readonly RevisionId[];
  /** The database that was read; undefined if none was needed, or there is none. */
  readonly database: DatabaseCatalogue | undefined;
}

/**
 * Resolves refs and ranges of revisions on disk.
 *
 * @param otherwise The choice if no ref is given: every revision on disk, or with `unfinished` the drafts and the
 *   revisions that the database has not applied; without a database, these are all.
 * @throws {AludelError} `project-missing`, `revision-not-on-disk`, an error of the area `ref`, and the errors of
 *   settings, manifest and database.
 */
export async function chooseRevisions(
  session: Session,
  texts: readonly string[],
  otherwise: "all" | "unfinished",
): Promise<ChosenRevisions> {
  const choices = texts.map((text) =>
    text.includes(":") ? rangeChoice(parseRange(text)) : refChoice(parseRef(text))
  );
  const needsDatabase = choices.some(({ needsApplied }) => needsApplied);
  const looks = needsDatabase || session.database !== undefined ||
    (texts.length === 0 && otherwise === "unfinished");
  const { catalogue, database } = looks
    ? await (await import("./database.ts")).openDatabaseIfPossible(session, needsDatabase)
    : { catalogue: session.catalogue, database: undefined };
  const { graph } = session.workspace;
  const ids = texts.length > 0
    ? catalogue.graph.sorted(choices.flatMap(({ find }) => find(catalogue)))
    : catalogue.graph.ids.filter((id) =>
      catalogue.onDisk.has(id) && (otherwise === "all" || isUnfinished(id, catalogue))
    );
  const stray = ids.find((id) => !graph.has(id));
  if (stray !== undefined) {
    throw new AludelError("revision-not-on-disk", `Revision "${stray}" is not on disk`, {
      revision: stray,
      notes: ["The database has it, perhaps from a branch that is not checked out"],
      next: [shell`aludel status`],
    });
  }
  return { ids, database };
}

function isUnfinished(id: RevisionId, { applied, entries }: Catalogue): boolean {
  return !applied.has(id) || entries.get(id)?.up === null;
}

/** A ref or range that is parsed but not resolved. */
interface Choice {
  readonly needsApplied: boolean;
  readonly find: (catalogue: Catalogue) => readonly RevisionId[];
}

function rangeChoice(range: RefRange): Choice {
  return {
    needsApplied: rangeNeedsApplied(range),
    find: ({ graph, applied, onDisk }) => resolveRange(graph, range, { applied, onDisk }),
  };
}

function refChoice(ref: Ref): Choice {
  return {
    needsApplied: refNeedsApplied(ref),
    find: ({ graph, applied, onDisk }) =>
      resolveRef(graph, ref, { applied, onDisk, purpose: "look" }),
  };
}
