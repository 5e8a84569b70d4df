/** Plans the revisions that another tool's migrations become. Nothing is read or written here. */
import { digest } from "../digest.ts";
import { AludelError } from "../errors.ts";
import { foldRevisionName, idFault, type RevisionId } from "../graph/revision.ts";
import { folderName } from "../manifest/folder_name.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { canonicalText } from "../sql/canonical_text.ts";
import { cleanScript, type TakenOut } from "./cleaning.ts";
import type { ForeignHistory, ForeignRevision, ForeignScript } from "./foreign.ts";

/** A statement that was removed from a file of the other tool. */
export interface TakenFrom extends TakenOut {
  readonly file: string;
}

/** A migration of the other tool, as a revision. */
export interface ImportedRevision {
  /** Its name in the other tool. */
  readonly key: string;
  /** The file with its up, for messages. */
  readonly file: string;
  /** Its line in the manifest, which is sealed. */
  readonly entry: ManifestRevision;
  /** The canonical texts; `down` is null if it cannot be undone. */
  readonly up: string;
  readonly down: string | null;
  /** `up` without the directive that says why there is no down. */
  readonly bare: string;
  /** The up to run in memory, with the line numbers of the foreign file. */
  readonly trial: string;
  /** Whether the manifest lacks it. */
  readonly isNew: boolean;
}

/** Adds planned downs to revisions. @param downs The texts by id. */
export function withDowns(plan: ImportPlan, downs: ReadonlyMap<RevisionId, string>): ImportPlan {
  const revisions = plan.revisions.map((one): ImportedRevision => {
    const down = downs.get(one.entry.id);
    if (down === undefined) return one;
    const { bare, entry } = one;
    return { ...one, up: bare, down, entry: { ...entry, up: digest(bare), down: digest(down) } };
  });
  return { ...plan, revisions };
}

/** Makes drafts of the new revisions that a person must finish, so that they are not sealed before. */
export function withDrafts(plan: ImportPlan, isUnfinished: (key: string) => boolean): ImportPlan {
  const revisions = plan.revisions.map((one): ImportedRevision =>
    one.isNew && isUnfinished(one.key)
      ? { ...one, entry: { ...one.entry, up: null, down: null } }
      : one
  );
  return { ...plan, revisions };
}

/** The migrations of the other tool as revisions, in its order. */
export interface ImportPlan {
  readonly revisions: readonly ImportedRevision[];
  /** The statements that were removed from new revisions. */
  readonly takenOut: readonly TakenFrom[];
  readonly notices: readonly string[];
}

/** The request for a plan. */
export interface ImportPlanRequest {
  /** The tool's name on the command line, and in sentences. */
  readonly tool: { readonly name: string; readonly title: string };
  readonly history: ForeignHistory;
  /** The revisions that the manifest has. */
  readonly existing: readonly ManifestRevision[];
  readonly folderTemplate: string;
  /** The time of migrations without one. UTC to the second. */
  readonly now: string;
}

/**
 * Gives each migration an id, parents, a folder and sealed texts. The same files give the same revisions, so a second
 * import finds those of the first.
 *
 * @throws {AludelError} `revision-dir-taken` if the template gives two revisions the same folder.
 */
export function planImport(request: ImportPlanRequest): ImportPlan {
  const { history, existing, tool, now, folderTemplate } = request;
  const ids = assignIds(tool.name, history.revisions, existing);
  const known = new Map(existing.map((entry) => [entry.id, entry]));
  const keys = new Map([...ids].map(([key, id]) => [id, key]));
  const parents = parentsOf(
    history.revisions,
    (key) => known.get(ids.get(key)!)?.parents.flatMap((id) => keys.get(id) ?? []),
  );
  const notices = [...history.notices];
  const takenOut: TakenFrom[] = [];
  let emptyDowns = 0;
  const dirs = new Set(existing.map(({ dir }) => dir.toLowerCase()));
  const revisions = history.revisions.map((revision): ImportedRevision => {
    const { key, message, created } = revision;
    const id = ids.get(key)!;
    const before = known.get(id);
    const texts = textsOf(revision, tool.title);
    if (before === undefined) takenOut.push(...texts.takenOut);
    if (texts.isDownEmpty && before === undefined) emptyDowns++;
    const facts = { id, message: message || key, created: created ?? now };
    const entry = before ?? {
      ...facts,
      dir: folderName(folderTemplate, facts),
      parents: parents.get(key)!.map((parent) => ids.get(parent)!).sort(),
      dependsOn: (revision.dependsOn ?? []).map((other) => ids.get(other)!).sort(),
      labels: [...revision.labels ?? []].sort(),
      up: digest(texts.up),
      down: texts.down === null ? "none" : digest(texts.down),
      was: [],
    };
    if (before === undefined) claimDir(dirs, entry);
    const { up, down, bare, trial } = texts;
    const isNew = before === undefined;
    return { key, file: revision.up.file, entry, up, down, bare, trial, isNew };
  });
  if (emptyDowns > 0) {
    const fresh = revisions.filter(({ isNew }) => isNew).length;
    const fact = emptyDowns === 1
      ? "1 has a way back that undoes nothing: it is"
      : `${emptyDowns} have a way back that undoes nothing: they are`;
    notices.push(`Of ${fresh} new, ${fact} taken as irreversible`);
  }
  return { revisions, takenOut, notices };
}

function claimDir(dirs: Set<string>, { id, dir }: ManifestRevision): void {
  if (!dirs.has(dir.toLowerCase())) return void dirs.add(dir.toLowerCase());
  throw new AludelError("revision-dir-taken", `Two revisions would have the folder "${dir}"`, {
    revision: id,
    outcome: "Nothing was written",
    next: [{ say: 'Put {id} into the setting "folderTemplate"' }],
  });
}

/** The facts on which the id of a migration depends. */
type NamedMigration = Pick<ForeignRevision, "key" | "message">;

/** Finds the revisions of earlier imports, by key. @param tool The tool's name on the command line. */
export function knownRevisions(
  tool: string,
  migrations: readonly NamedMigration[],
  existing: readonly ManifestRevision[],
): ReadonlyMap<string, ManifestRevision> {
  const entries = new Map(existing.map((entry) => [entry.id, entry]));
  const ids = assignIds(tool, migrations, existing);
  return new Map([...ids].flatMap(([key, id]) => {
    const entry = entries.get(id);
    return entry === undefined ? [] : [[key, entry] as const];
  }));
}

/**
 * Chooses ids: the leading digits of a migration's key if they are unique, the key itself if it is a legal id, and
 * otherwise a hash of the key. They depend only on the tool's migrations and on earlier imports.
 */
function assignIds(
  tool: string,
  revisions: readonly NamedMigration[],
  existing: readonly ManifestRevision[],
): ReadonlyMap<string, RevisionId> {
  const known = new Map(existing.map((entry) => [foldRevisionName(entry.id), entry]));
  const taken = new Set(known.keys());
  const counts = new Map<string, number>();
  for (const { key } of revisions) {
    const digits = leadingDigits(key);
    if (digits !== undefined) counts.set(digits, (counts.get(digits) ?? 0) + 1);
  }
  const made = (key: string) => digest(`${tool}\0${key}`).slice("sha256:".length).slice(0, 12);
  const ids = new Map<string, RevisionId>();
  for (const { key, message } of revisions) {
    const digits = leadingDigits(key);
    const before = [digits, key, made(key)]
      .map((id) => known.get(foldRevisionName(id ?? "")))
      .find((entry) => entry !== undefined && (entry.id !== digits || entry.message === message));
    if (before !== undefined) ids.set(key, before.id);
  }
  for (const { key } of revisions) {
    if (ids.has(key)) continue;
    const digits = leadingDigits(key);
    const candidates = [digits !== undefined && counts.get(digits) === 1 ? digits : "", key];
    const id = candidates.find((id) => idFault(id) === null && !taken.has(foldRevisionName(id))) ??
      made(key);
    taken.add(foldRevisionName(id));
    ids.set(key, id);
  }
  return ids;
}

/** `0001` of `0001_users.sql`; undefined if the key has only digits, or does not begin with digits. */
function leadingDigits(key: string): string | undefined {
  return /^\d+(?=[_-])/.exec(key)?.[0];
}

/**
 * Chooses the parents of each migration, by key. In a line, a new migration that comes before imported ones becomes a
 * branch beside them, because a sealed revision keeps its parents, and databases may run the two in either order. The
 * next new migration merges all branches.
 *
 * @param parentsBefore The parents of an imported migration; undefined for a new one.
 */
function parentsOf(
  revisions: readonly ForeignRevision[],
  parentsBefore: (key: string) => readonly string[] | undefined,
): ReadonlyMap<string, readonly string[]> {
  const parents = new Map(
    revisions.map(({ key, parents }) => [key, parentsBefore(key) ?? parents]),
  );
  const isLine = revisions.every(({ parents }, index) =>
    index === 0
      ? parents.length === 0
      : parents.length === 1 && parents[0] === revisions[index - 1]!.key
  );
  const last = revisions.findLastIndex(({ key }) => parentsBefore(key) !== undefined);
  const next = revisions[last + 1];
  if (!isLine || last < 0 || next === undefined) return parents;
  const there = revisions.slice(0, last + 1).map(({ key }) => key);
  const followed = new Set(there.flatMap((key) => parents.get(key)!));
  return parents.set(next.key, there.filter((key) => !followed.has(key)));
}

interface RevisionTextsMade {
  readonly up: string;
  readonly bare: string;
  readonly down: string | null;
  readonly trial: string;
  readonly takenOut: readonly TakenFrom[];
  readonly isDownEmpty: boolean;
}

function textsOf(revision: ForeignRevision, title: string): RevisionTextsMade {
  const clean = (script: ForeignScript) => {
    const cleaned = cleanScript(canonicalText(script.text));
    const header = cleaned.transaction === "off" ? "-- aludel: transaction=off\n" : "";
    const takenOut = cleaned.takenOut.map((one) => ({ ...one, file: script.file }));
    const text = canonicalText(header + cleaned.text.replace(/^(?:[ \t]*\n)+/, ""));
    return { ...cleaned, text, takenOut };
  };
  const up = clean(revision.up);
  const down = revision.down === null ? null : clean(revision.down);
  const isDownEmpty = down !== null && down.isEmpty && !up.isEmpty;
  const hasDown = down !== null && !isDownEmpty;
  // Lint does not ask for a down, because the authors of the migration decided not to write one.
  const reason = revision.noDown ??
    `in ${title} it ${isDownEmpty ? "has a way back that undoes nothing" : "has no way back"}`;
  const header = hasDown ? "" : `-- aludel: ignore=no-down ${reason}\n`;
  return {
    up: canonicalText(header + up.text),
    bare: canonicalText(up.text),
    down: hasDown ? down.text : null,
    trial: up.transaction === "off" ? up.text : up.blanked,
    takenOut: [...up.takenOut, ...hasDown ? down.takenOut : []],
    isDownEmpty,
  };
}
