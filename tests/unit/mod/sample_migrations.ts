import { embedded, type RevisionFiles } from "../../../src/mod.ts";

/** A revision of a test's application: its id and texts. */
export interface SampleRevision {
  readonly id: string;
  readonly up: string;
  readonly parents?: readonly string[];
  readonly labels?: readonly string[];
}

/** Draft revisions as an application carries them; each on top of the one before unless it says otherwise. */
export function sampleMigrations(...revisions: readonly SampleRevision[]): RevisionFiles {
  const entries = revisions.map(({ id, parents, labels = [] }, at) => ({
    id,
    dir: id,
    parents: parents ?? (at === 0 ? [] : [revisions[at - 1]!.id]),
    dependsOn: [],
    labels,
    message: `revision ${id}`,
    created: `2026-11-23T10:15:${String(at).padStart(2, "0")}Z`,
    up: null,
    down: null,
    was: [],
  }));
  return embedded({
    "manifest.json": { format: 1, revisions: [...entries, null] },
    ...Object.fromEntries(revisions.map(({ id, up }) => [`${id}/up.sql`, up] as const)),
  });
}

export const EVENTS = { id: "e1", up: "CREATE TABLE events (id INTEGER PRIMARY KEY);\n" };
export const TITLES = { id: "e2", up: "ALTER TABLE events ADD COLUMN title TEXT;\n" };
