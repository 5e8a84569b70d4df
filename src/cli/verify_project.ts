import { mend } from "../project/mend.ts";
import type { Finding } from "../project/finding.ts";
import type { Target } from "../project/target.ts";
import { verify } from "../project/verify.ts";
import type { CommandContext } from "./command.ts";
import { type FindingFormat, printFindings } from "./finding_format.ts";
import { lookForDrift } from "./look_for_drift.ts";
import { openProject } from "./open_project.ts";
import { openVerification } from "./open_verification.ts";
import { waitingFor } from "./report_draft.ts";

/** The project's own database may be made later; that nothing was compared with it is said. */
function notThere({ name }: Target): Finding {
  return {
    level: "warning",
    code: "database-missing",
    message: `Database "${name}" does not exist, so no records were compared`,
    notes: [],
    next: ["aludel verify --database PATH", "aludel upgrade"],
  };
}

/** Verifies the files on disk and the records of the database. @returns The exit code. */
export async function verifyProject(
  context: CommandContext,
  flags: {
    readonly config: string | undefined;
    readonly database: string | undefined;
    readonly fix: boolean;
    readonly drift: boolean;
    readonly format: FindingFormat;
  },
): Promise<number> {
  const { ui, runtime } = context;
  const mendings = flags.fix ? await fix() : [];
  const open = await openVerification(context, flags, { storedTexts: true });
  const { present, target, context: verification } = open;
  const drift = flags.drift ? await lookForDrift(open) : null;
  const findings = [
    ...verify(verification).findings,
    ...(target !== undefined && !present ? [notThere(target)] : []),
    ...(drift ? [drift.finding] : []),
  ];
  const failed = findings.some((finding) => finding.level === "error");
  const count = verification.workspace.manifest.revisions.length;
  ui.json({
    ok: !failed,
    revisions: count,
    findings,
    mended: mendings,
    ...(flags.drift && { drift: drift && { changes: drift.changes, sql: drift.sql } }),
  });
  const tell = flags.format === "text" ? ui.data.bind(ui) : ui.notice.bind(ui);
  for (const { done, what } of mendings) tell(`${done ? "mended" : "left  "}  ${what}`);
  printFindings(ui, findings, flags.format);
  if (drift?.sql && flags.format === "text") ui.data(`\n${drift.sql.trimEnd()}`);
  const what = `${count} ${count === 1 ? "revision" : "revisions"}` +
    (present ? ` and the records of "${target?.name}"` : "");
  const whole = !failed && (present || target === undefined);
  ui.notice(`Verified ${what}${whole ? ": all is as it should be." : "."}`);
  return failed ? 3 : 0;

  function fix() {
    const project = openProject(context, flags);
    return mend(project, {
      now: runtime.now(),
      newId: () => runtime.randomId(),
      onWait: waitingFor(ui, project),
    });
  }
}
