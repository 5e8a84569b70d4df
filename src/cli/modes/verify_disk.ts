import { gitFolder } from "../../git/git.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { plural } from "../../text/layout.ts";
import { changedTexts } from "../../project/migrate/records.ts";
import { type Memory, repair } from "../../project/author/repair.ts";
import {
  type AppliedRevision,
  type AppliedTexts,
  readState,
  readStoredTexts,
} from "../../state/state.ts";
import type { Finding } from "../../finding.ts";
import type { Target } from "../../project/workspace/target.ts";
import { verify } from "../../project/migrate/verify.ts";
import { type FindingFormat, printFindings } from "../render/finding.ts";
import { lookForDrift, openVerification } from "../session/verification.ts";
import { openTargetIfNamed } from "../session/database.ts";
import type { Session } from "../session/session.ts";
import { waitingFor } from "../render/draft.ts";
import { elsewhere, shell } from "../../text/next_step.ts";
import { driftJson, findingJson } from "../render/answer.ts";

/** Reads the records of the database: none if no database is named, or it does not exist. */
async function readMemory(session: Session): Promise<Pick<Memory, "records" | "texts">> {
  const connection = await openTargetIfNamed(session)?.access.look() ?? null;
  if (connection === null) {
    return { records: [], texts: new Map<RevisionId, AppliedTexts>() };
  }
  try {
    const { applied } = await readState(connection);
    const stored = await readStoredTexts(connection);
    const isSound = (record: AppliedRevision) =>
      changedTexts(record, undefined, stored).length === 0;
    const sound = new Set(applied.filter(isSound).map(({ id }) => id));
    return {
      records: applied,
      texts: new Map([...stored.texts].filter(([id]) => sound.has(id))),
    };
  } finally {
    await connection.close();
  }
}

/** The warning for a missing database. It is no error, because the project's own may be created later. */
function notThere({ name }: Target): Finding {
  return {
    level: "warning",
    code: "database-missing",
    message: `Database "${name}" does not exist, so no records were compared`,
    notes: [],
    next: [shell`aludel upgrade # create it`, elsewhere(name, "PATH", "name another one")],
  };
}

/** Verifies the files on disk and the records of the database. @returns The exit code. */
export async function verifyProject(
  session: Session,
  flags: {
    readonly fix: boolean;
    readonly drift: boolean;
    readonly format: FindingFormat;
  },
): Promise<number> {
  const { ui, runtime } = session;
  const repairs = flags.fix ? await fix() : [];
  const open = await openVerification(session, { storedTexts: true });
  const { present, target, request: verification } = open;
  const { drift, order } = flags.drift
    ? await lookForDrift(session, open)
    : { drift: null, order: null };
  const findings = [
    ...verify(verification).findings,
    ...(target !== undefined && !present ? [notThere(target)] : []),
    ...(drift ? [drift.finding] : []),
    ...(order ? [order] : []),
  ];
  const failed = findings.some((finding) => finding.level === "error");
  const count = verification.workspace.manifest.revisions.length;
  ui.json({
    clean: !failed,
    source: "disk",
    base: null,
    database: present ? target?.name : null,
    count,
    findings: findings.map(findingJson),
    repairs,
    drift: flags.drift && present ? driftJson(drift) : null,
  });
  const tell = flags.format === "text" ? ui.data.bind(ui) : ui.notice.bind(ui);
  for (const { done, what } of repairs) tell(`${done ? "fixed" : "left "}  ${what}`);
  printFindings(ui, findings, flags.format);
  if (drift?.sql && flags.format === "text") ui.data(`\n${drift.sql.trimEnd()}`);
  const what = plural(count, "revision") +
    (present ? ` and the records of "${target?.name}"` : "");
  const whole = !failed && order === null && (present || target === undefined);
  ui.notice(`Verified ${what}${whole ? ": everything matches." : "."}`);
  return failed ? 3 : 0;

  async function fix() {
    const { project } = session;
    const { committedLine } = await import("../../git/base.ts");
    return await repair(project, {
      now: runtime.now(),
      newId: () => runtime.randomId(),
      onWait: waitingFor(ui, project),
      memory: {
        ...await readMemory(session),
        committedLine: committedLine(gitFolder(project.migrations)),
      },
    });
  }
}
