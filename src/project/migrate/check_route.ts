import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { Route } from "../../graph/route.ts";
import type { CanonicalTexts, ManifestRevision, TextHash } from "../../manifest/manifest.ts";
import { lineages, type TextHashes } from "../../manifest/verdict.ts";
import { checkScript } from "../../replay/check_script.ts";
import type { ScriptText } from "../../replay/history.ts";
import type { CheckedRoute, CheckedStep, CheckedUp, Reseal } from "../../runner/request.ts";
import type { Notice } from "../../finding.ts";
import { sameTokens } from "../../sql/read_script.ts";
import type { Script } from "../../sql/script.ts";
import type { AppliedTexts, StoredTexts } from "../../state/state.ts";
import { again, say, shell } from "../../text/next_step.ts";
import { emptyDown, undoesNothing } from "../author/seal.ts";
import { type Catalogue, messageOf } from "../workspace/catalogue.ts";
import type { RevisionFiles } from "../workspace/revision_files.ts";
import { type RevisionTexts, textReader, type TextsOf } from "../workspace/revision_texts.ts";
import type { DraftPolicy } from "../workspace/setting_table.ts";
import {
  changedTexts,
  compareRecords,
  ranUnder,
  recordLineages,
  type TextFile,
} from "./records.ts";
import { findingError, findingNotice, ranError, textFiles } from "./record_findings.ts";

/** The input for checking a route. */
export interface CheckRequest {
  readonly catalogue: Catalogue;
  /** null if there is no project: then only stored downs can run. */
  readonly files: RevisionFiles | null;
  /** The texts of the files, if the caller has read some of them. */
  readonly textsOf?: TextsOf | undefined;
  readonly drafts: DraftPolicy;
  /** The version of SQLite that will run the route, such as `3.53.2`. */
  readonly sqliteVersion: string;
  /** Reads the texts that the database stored of a revision. */
  readonly storedTexts: (id: RevisionId) => Promise<StoredTexts | undefined>;
  /** Finds the texts with which an edited revision was sealed, if they are known. Used only for error messages. */
  readonly sealedTexts: (entry: ManifestRevision) => CanonicalTexts | undefined;
  /** The source of downs. */
  readonly downFrom: "database" | "disk";
  /**
   * `strict`: a difference between the disk and the records is an error · `lenient`: it is a notice, because undoing
   * must be possible although the files are in disorder.
   */
  readonly records: "strict" | "lenient";
}

/**
 * Reads and parses every file of a route, and compares every record with the disk, before the first statement runs.
 *
 * @throws {AludelError} An error of the areas `sql`, `directive`, `file`, `revision`, `record`.
 */
export async function checkRoute(route: Route, context: CheckRequest): Promise<CheckedRoute> {
  const { catalogue } = context;
  const textsOf = context.textsOf ?? textReader(context.files!);
  const again = new Set(route.filter((step) => step.direction === "down").map((step) => step.id));
  const recorded = recordLineages(catalogue);
  const findings = compareRecords(catalogue, {
    hashesOf: (entry) => textsOf(entry).hashes,
    lineageOf: recorded,
  });
  const notices: Notice[] = [];
  const resealed = new Map<RevisionId, TextHashes>();
  for (const finding of findings) {
    const entry = catalogue.entries.get(finding.id);
    if (finding.kind === "resealed") {
      resealed.set(finding.id, textsOf(entry!).hashes!);
      continue;
    }
    // No notice for a revision that this route undoes.
    const isExpected = finding.kind === "draft-edited" || finding.kind === "unknown";
    if (isExpected && again.has(finding.id)) continue;
    const error = findingError(finding, catalogue, context.files);
    if (error && context.records === "strict" && !again.has(finding.id)) {
      throw finding.kind === "edited" ? await withVerdict(error, textsOf(entry!), context) : error;
    }
    notices.push(findingNotice(finding, catalogue));
  }
  const lineageOf = computeLineages(route, context, { recorded, resealed, textsOf });
  const steps: CheckedStep[] = [];
  for (const { direction, id } of route) {
    steps.push(
      direction === "up"
        ? checkUp(id, context, textsOf, lineageOf)
        : await checkDown(id, context, textsOf),
    );
  }
  const emptyUps = steps.filter((step) =>
    step.direction === "up" && step.script.statements.length === 0 && step.record.parents.length < 2
  );
  if (emptyUps.length > 0) notices.push(emptyUpNotice(emptyUps.map(({ id }) => id)));
  return {
    steps,
    reseals: await findReseals(context, resealed, again, lineageOf, textsOf),
    notices,
  };
}

/** Replaces the error for an edited revision by a more precise one if its files are wrong, not its record. */
async function withVerdict(
  error: AludelError,
  texts: RevisionTexts,
  { catalogue, storedTexts }: CheckRequest,
): Promise<AludelError> {
  const { id } = texts.entry;
  const hashes = catalogue.records.get(id)!;
  const stored = (await storedTexts(id))?.texts.get(id);
  return texts.editError({ hashes, texts: stored }) ?? error;
}

/** The notice for revisions without a statement that are not merges, because they were probably not written yet. */
function emptyUpNotice(ids: readonly RevisionId[]): Notice {
  const [first] = ids;
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : "";
  const named = ids.slice(0, NAMED).map((id) => `"${id}"`).join(", ");
  return {
    type: "notice",
    code: "empty-up",
    quiet: true,
    message: ids.length === 1
      ? `Revision ${named} does nothing: its up.sql has no statement`
      : `${ids.length} revisions do nothing, as their up.sql has no statement: ${named}${more}`,
    next: [shell`aludel edit ${first!} && aludel redo ${first!}`],
  };
}

/** The number of revisions without a statement that a notice names. */
const NAMED = 3;

/** Computes the lineages of the records and of the route's revisions, from the texts that ran or will run. */
function computeLineages(
  route: Route,
  context: CheckRequest,
  { recorded, resealed, textsOf }: {
    readonly recorded: ReadonlyMap<RevisionId, TextHash>;
    readonly resealed: ReadonlyMap<RevisionId, TextHashes>;
    readonly textsOf: TextsOf;
  },
): ReadonlyMap<RevisionId, TextHash> {
  const { graph, entries, applied, records } = context.catalogue;
  const ups = new Set(route.filter((step) => step.direction === "up").map((step) => step.id));
  // A record whose texts or ancestors will change gets another lineage.
  const isUnchanged = resealed.size === 0 && !applied.values().some((id) => ups.has(id));
  const order = graph.ids
    .filter((id) => ups.has(id) || (!isUnchanged && applied.has(id)))
    .map((id) => graph.get(id)!);
  return lineages(
    order,
    (id) => {
      const entry = entries.get(id);
      if (ups.has(id) && entry) return textsOf(entry).hashes;
      return resealed.get(id) ?? records.get(id);
    },
    isUnchanged ? recorded : new Map(),
  );
}

function checkUp(
  id: RevisionId,
  context: CheckRequest,
  textsOf: TextsOf,
  lineageOf: ReadonlyMap<RevisionId, TextHash>,
): CheckedUp {
  const entry = context.catalogue.entries.get(id);
  if (entry === undefined || context.files === null) {
    throw new AludelError("revision-not-on-disk", `Revision "${id}" is not on disk`, {
      revision: id,
      next: [shell`aludel history`, shell`git log --all -- migrations/manifest.json`],
    });
  }
  const { up, down } = textsOf(entry).requireIntact(() => context.sealedTexts(entry));
  if (entry.up === null && context.drafts === "refuse") {
    throw new AludelError(
      "revision-draft",
      `Revision "${id}" is a draft, but this database accepts only sealed revisions`,
      {
        revision: id,
        next: [shell`aludel seal # seal all drafts`, shell`aludel seal ${id}`],
      },
    );
  }
  // Not for a stamp, which gives such a revision its record.
  const ran = context.records === "strict" ? ranUnder(context.catalogue, up) : undefined;
  if (ran !== undefined) throw ranError(entry, ran, context.catalogue, context.files.name);
  const script = checkScript(up.file, up.text, id, context.sqliteVersion);
  if (down) checkDownForLater(down, id, context.sqliteVersion);
  return {
    direction: "up",
    id,
    message: entry.message,
    script,
    record: {
      id,
      parents: entry.parents,
      dependsOn: entry.dependsOn,
      labels: entry.labels,
      message: entry.message,
      lineage: lineageOf.get(id)!,
      up: up.hash,
      down: down?.hash ?? "none",
    },
    texts: { up: up.text, down: down?.text ?? null },
    ...(entry.up === null && { draft: true as const }),
  };
}

async function checkDown(
  id: RevisionId,
  context: CheckRequest,
  textsOf: TextsOf,
): Promise<CheckedStep> {
  const entry = context.catalogue.entries.get(id);
  const message = messageOf(context.catalogue, id);
  if (context.downFrom === "disk") {
    const down = entry && context.files ? textsOf(entry).down : null;
    if (down === null) throw irreversible(id, "There is no down.sql for it on disk");
    const script = checkScript(down.file, down.text, id, context.sqliteVersion);
    requireUndoing(script, textsOf(entry!).up?.text, id);
    return { direction: "down", from: "disk", id, message, script };
  }
  const isPast = context.catalogue.past.some(({ record }) => record.id === id);
  const all = isPast ? textsToRecord(id, textsOf(entry!)) : await context.storedTexts(id);
  const stored = all?.texts.get(id);
  const record = context.catalogue.records.get(id);
  if (all !== undefined && record !== undefined) {
    const files = changedTexts(record, entry, all);
    if (files.length > 0) throw textChanged(id, files, entry !== undefined);
  }
  if (stored === undefined || stored.down === null) {
    throw irreversible(id, "It was applied without a down.sql");
  }
  const file = entry && context.files
    ? `${context.files.name}/${entry.dir}/down.sql (as stored in the database)`
    : `down.sql of ${id} (as stored in the database)`;
  const script = checkStoredDown(file, stored.down, id, context.sqliteVersion);
  requireUndoing(script, stored.up, id);
  return { direction: "down", from: "database", id, message, script };
}

/** The texts that the database will store for a squash before the down runs. Until then it has the squashed records. */
function textsToRecord(id: RevisionId, { up, down }: ReturnType<TextsOf>): StoredTexts {
  const texts = new Map(up === null ? [] : [[id, { up: up.text, down: down?.text ?? null }]]);
  return { texts, replaced: new Map() };
}

/**
 * Checks the down of a revision whose up will run. Values that are still to be chosen do not stop the up.
 * @throws {AludelError} The errors of {@linkcode checkScript}, except `sql-choose`.
 */
function checkDownForLater({ file, text }: ScriptText, id: RevisionId, version: string): void {
  try {
    checkScript(file, text, id, version);
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "sql-choose") throw error;
  }
}

/** Checks a stored down. @throws {AludelError} The errors of {@linkcode checkScript}. */
function checkStoredDown(file: string, text: string, id: RevisionId, version: string): Script {
  try {
    return checkScript(file, text, id, version);
  } catch (error) {
    if (!(error instanceof AludelError) || error.code !== "sql-choose") throw error;
    throw error.with({
      next: [
        shell`aludel edit ${id}`,
        say("Choose the values in its down.sql, then repeat the command with --from-disk"),
      ],
    });
  }
}

/** Refuses a down that undoes nothing. @throws {AludelError} `revision-empty-down`. */
function requireUndoing({ file, text, statements }: Script, up: string | undefined, id: string) {
  if (statements.length > 0 || up === undefined) return;
  if (undoesNothing({ up, down: text }, file)) throw emptyDown(id, file);
}

/** The error for a stored text that was changed, so that the text that would undo it is unknown. */
function textChanged(id: RevisionId, files: readonly TextFile[], onDisk: boolean): AludelError {
  return new AludelError(
    "record-text-changed",
    `The database's own ${textFiles(files)} of revision "${id}" ${
      files.length === 1 ? "is" : "are"
    } not what ran`,
    {
      revision: id,
      notes: ["The hashes recorded with it belong to other texts"],
      outcome: "Nothing was run",
      next: onDisk
        ? [
          again`--from-disk # run the down.sql of the file`,
          shell`aludel show ${id}`,
        ]
        : [shell`aludel show ${id}`, shell`aludel verify`, shell`aludel backup list`],
    },
  );
}

function irreversible(id: RevisionId, fact: string): AludelError {
  return new AludelError("revision-irreversible", `Revision "${id}" cannot be undone`, {
    revision: id,
    notes: [fact],
    next: [
      again`--from-disk # once a down.sql is written`,
      say("Or restore a copy of the database"),
    ],
  });
}

/** Finds the records that are out of date because they, or revisions that they follow, were signed again. */
async function findReseals(
  context: CheckRequest,
  resealed: ReadonlyMap<RevisionId, TextHashes>,
  again: ReadonlySet<RevisionId>,
  lineageOf: ReadonlyMap<RevisionId, TextHash>,
  textsOf: TextsOf,
): Promise<Reseal[]> {
  if (resealed.size === 0) return [];
  const reseals: Reseal[] = [];
  for (const record of context.catalogue.records.values()) {
    const lineage = lineageOf.get(record.id);
    if (again.has(record.id) || lineage === undefined || lineage === record.lineage) continue;
    const { up, down } = resealed.get(record.id) ?? record;
    const entry = context.catalogue.entries.get(record.id);
    const texts = resealed.has(record.id) && entry
      ? sameTokenTexts((await context.storedTexts(record.id))?.texts.get(record.id), textsOf(entry))
      : null;
    reseals.push({ id: record.id, record: { up, down, lineage }, texts });
  }
  return reseals;
}

/** The new texts, if they have the same tokens as the texts that ran. */
function sameTokenTexts(
  stored: AppliedTexts | undefined,
  { up, down: newDown }: RevisionTexts,
): AppliedTexts | null {
  if (stored === undefined || up === null || !sameTokens(stored.up, up.text)) return null;
  const down = newDown?.text ?? null;
  const sameDown = down === null || stored.down === null
    ? down === stored.down
    : sameTokens(down, stored.down);
  return sameDown ? { up: up.text, down } : null;
}
