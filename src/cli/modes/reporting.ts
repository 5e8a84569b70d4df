import { AludelError } from "../../errors.ts";
import { type Finding, findingOf as findingOfError } from "../../finding.ts";
import { layLanes } from "../../graph/drawing.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { readStatus, type Status } from "../../project/migrate/verify.ts";
import { readAppliedTexts } from "../../project/migrate/stamp.ts";
import { type Catalogue, messageOf } from "../../project/workspace/catalogue.ts";
import { RevisionTexts } from "../../project/workspace/revision_texts.ts";
import { ChangeReader } from "../../proof/changes.ts";
import { lintRevision } from "../../proof/lint_revisions.ts";
import type { Proof } from "../../proof/proof.ts";
import { provenBefore } from "../../proof/prove.ts";
import {
  type Report,
  type ReportFinding,
  type ReportRevision,
  type ReportTarget,
  SchemaCollection,
} from "../../report/report.ts";
import { PROGRAM, RELEASE } from "../../text/program.ts";
import { toSecond } from "../../text/layout.ts";
import { openTarget } from "../session/database.ts";
import { openReplay } from "../session/replay.ts";
import type { Session } from "../session/session.ts";
import { countOn } from "../terminal/watch_board.ts";
import { lookForDrift, type OpenVerification, openVerification } from "../session/verification.ts";

/**
 * Gathers the content of a report: it replays the revisions, reads the database if one is named, and takes proofs from
 * the cache. It changes nothing but caches.
 *
 * @param choose Chooses revisions of the disk and the database.
 * @throws {AludelError} The errors of settings, manifest, target and database. Problems of a revision are in the
 * report.
 */
export async function gatherReport(
  session: Session,
  choose: (catalogue: Catalogue) => readonly RevisionId[],
): Promise<Report> {
  const { workspace, project, runtime } = session;
  const open = await openVerification(session, { storedTexts: false });
  const { request: { catalogue } } = open;
  const { graph, onDisk, records } = catalogue;
  const status = readStatus(open.request);
  const ids = choose(catalogue);
  const tree = openReplay(session);
  const proofs = proofsOf(() =>
    provenBefore({ project, workspace, ids: ids.filter((id) => onDisk.has(id)) })
  );
  const changes = new ChangeReader(tree);
  const schemas = new SchemaCollection();
  const revisions: ReportRevision[] = [];
  const lanes = new Map(layLanes(graph, ids).map(({ id, ...row }) => [id, row]));
  const progress = countOn(session.ui, runtime, "reading");
  for (const id of graph.sorted(ids)) {
    progress(revisions.length, ids.length);
    const revision = graph.get(id)!;
    const entry = catalogue.entries.get(id);
    const found = entry === undefined ? null : await changes.of(id);
    const texts = await textsOf(session, open, id);
    const record = records.get(id);
    const hazards = entry === undefined ? [] : (await lintRevision(id, {
      tree,
      sqlite: session.settings.sqlite,
      rows: () => Promise.resolve(undefined),
    })).findings;
    const failures = found?.failure ? [findingOfError(found.failure)] : [];
    const proof = proofs.get(id);
    revisions.push({
      id,
      message: messageOf(catalogue, id),
      parents: revision.parents,
      dependsOn: revision.dependsOn,
      replaces: entry?.replaces ?? [],
      labels: revision.labels,
      created: entry?.created ?? null,
      state: entry === undefined ? "unknown" : entry.up === null ? "draft" : "sealed",
      marks: marksOf(id, status, catalogue, open.target !== undefined),
      lanes: lanes.get(id)!,
      ...texts,
      difference: found?.schema
        ? schemas.add(id, revision.parents, found.schema, found.changes)
        : null,
      hazards: [...failures, ...hazards].map(findingOf),
      proof: proof === undefined ? null : proofOf(proof),
      applied: record === undefined ? null : {
        at: record.appliedAt,
        by: record.appliedBy,
        kind: record.kind,
        durationMs: record.durationMs,
      },
    });
  }
  progress(ids.length, ids.length);
  return {
    title: project.settings.root.replace(/^.*[/\\]/, ""),
    made: toSecond(runtime.now()),
    program: `${PROGRAM} ${RELEASE}`,
    target: await targetOf(session, open, status),
    heads: status.heads,
    findings: status.findings.map(findingOf),
    revisions: revisions.toReversed(),
    objects: schemas.objects,
  };
}

/** Reads proofs. If a file was edited, there are none: the findings say so. */
function proofsOf(read: () => ReadonlyMap<RevisionId, Proof>): ReadonlyMap<RevisionId, Proof> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AludelError)) throw error;
    return new Map();
  }
}

async function textsOf(
  session: Session,
  { target, request: { catalogue } }: OpenVerification,
  id: RevisionId,
): Promise<Pick<ReportRevision, "up" | "down">> {
  const entry = catalogue.entries.get(id);
  if (entry === undefined) {
    const stored = target && await readAppliedTexts(openTarget(session).access, id);
    return { up: stored?.up ?? null, down: stored?.down ?? null };
  }
  try {
    const { up, down } = new RevisionTexts(session.project.files, entry);
    return { up: up?.text ?? null, down: down?.text ?? null };
  } catch (error) {
    if (!(error instanceof AludelError)) throw error;
    return { up: null, down: null }; // The findings say why.
  }
}

function marksOf(
  id: RevisionId,
  { current, heads }: Status,
  { applied }: Catalogue,
  looked: boolean,
): ReportRevision["marks"] {
  return [
    ...(heads.includes(id) ? ["head"] as const : []),
    ...(looked && current.includes(id) ? ["current"] as const : []),
    ...(looked ? [applied.has(id) ? "applied" : "pending"] as const : []),
  ];
}

async function targetOf(
  session: Session,
  open: OpenVerification,
  { current, pending, unknown }: Status,
): Promise<ReportTarget | null> {
  const { target, present } = open;
  if (target === undefined) return null;
  const drift = present ? (await lookForDrift(session, open)).drift : null;
  return {
    name: target.name,
    exists: present,
    current,
    pending,
    unknown,
    drift: present ? { changes: drift?.changes ?? [], sql: drift?.sql ?? null } : null,
  };
}

function findingOf({ level, code, message, place, notes }: Finding): ReportFinding {
  const at = place === undefined
    ? null
    : [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
  return { level, code, message, place: at, notes };
}

function proofOf({ verdict, notices }: Proof): ReportRevision["proof"] {
  const details = verdict.kind === "lossy"
    ? verdict.losses.map((loss) => `lost: ${loss}`)
    : verdict.kind === "untried"
    ? verdict.empty.map((table) => `no row was there in ${table}`)
    : verdict.kind === "fails"
    ? [verdict.finding.message, ...verdict.finding.notes]
    : [];
  return { verdict: verdict.kind, details: [...details, ...notices] };
}
