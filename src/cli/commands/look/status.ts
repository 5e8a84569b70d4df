import { readStatus, type Status } from "../../../project/migrate/verify.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG, DRIFT_FLAG } from "../../arguments/flag.ts";
import { findingText } from "../../render/finding.ts";
import { Session } from "../../session/session.ts";
import { type OpenVerification, openVerification } from "../../session/verification.ts";
import { titleOf } from "../../render/revision.ts";
import { isOfAnotherProject } from "../../../project/workspace/catalogue.ts";
import { locateUnknown, NAME_ANOTHER, SWITCH_DATABASE } from "../../../git/branches.ts";
import { shell } from "../../../text/next_step.ts";
import { driftJson, findingJson } from "../../render/answer.ts";
import type { Ui } from "../../terminal/ui.ts";

/** The number of revisions of one kind that are listed before the others are counted. */
const LISTED = 10;

export const command = defineCommand({
  name: "status",
  description: [
    "Shows the state of the database and what needs doing on one screen: pending revisions, drafts, edited files, revisions that are not on disk, interrupted runs. Exits 3 if anything needs doing, 0 if nothing does.",
    "--drift also checks whether the database's schema is the one that its revisions lead to. That replays them in memory, so it takes longer.",
  ],
  flags: { ...DATABASE_FLAG, ...DRIFT_FLAG },
  positional: [],
  examples: [
    { command: "aludel status", says: "shows the default database" },
    { command: "aludel status -d production", says: "shows another one" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const session = new Session(context, flags);
    const open = await openVerification(session, { storedTexts: false });
    const { target, present, policies, request: verification } = open;
    const status = readStatus(verification);
    const drift = flags.drift
      ? (await (await import("../../session/verification.ts")).lookForDrift(session, open)).drift
      : null;
    const clean = status.clean && drift === null;
    const elsewhere = await locateUnknown(session.project.migrations, status.unknown);
    ui.json({
      database: target?.name ?? null,
      exists: target === undefined ? null : present,
      clean,
      policies: target === undefined ? null : policies,
      current: target === undefined ? null : status.current,
      heads: status.heads,
      pending: target === undefined ? null : status.pending,
      drafts: status.drafts,
      unknown: target === undefined ? null : status.unknown,
      gitBranches: elsewhere.map(({ id, branches }) => ({ id, branches })),
      findings: status.findings.map(findingJson),
      drift: flags.drift && present ? driftJson(drift) : null,
    });
    printFields(ui, open, status);
    // Unknown revisions are listed below, with their branches.
    const findings = status.findings.filter((finding) => finding.code !== "revision-unknown");
    if (drift !== null) findings.push(drift.finding);
    if (findings.length + elsewhere.length > 0) ui.data("");
    for (const finding of findings) ui.prose(findingText(finding, ui.style, ui.here));
    for (const { says } of elsewhere) ui.data(says);
    if (clean) ui.notice("Nothing to do.");
    // A file with an error must be fixed first.
    const refused = findings.some(({ level }) => level === "error");
    suggest(ui, open, { status, refused, isElsewhere: elsewhere.length > 0 });
    return clean ? 0 : 3;
  },
});

/** Prints the database with its policies, and the revisions by their state. */
function printFields(ui: Ui, open: OpenVerification, status: Status): void {
  const { target, present, policies, request: { catalogue } } = open;
  const titled = (id: RevisionId) => `${ui.style.yellow(id)}  ${titleOf(catalogue, id)}`;
  const field = (name: string, values: readonly string[]) => {
    const shown = values.length > LISTED + 1
      ? [...values.slice(0, LISTED + 1), `… and ${values.length - LISTED - 1} more`]
      : values;
    shown.forEach((value, i) =>
      ui.data(`${ui.style.bold((i === 0 ? name : "").padEnd(10))}${value}`)
    );
  };
  field("Database", [
    target === undefined
      ? "none is named"
      : `${target.name}${present ? "" : " (does not exist yet)"}`,
  ]);
  field("Policies", policies.length === 0 ? [] : [policies.join(", ")]);
  field("Current", status.current.length === 0 ? ["base"] : status.current.map(titled));
  field("Heads", status.heads.map(titled));
  for (const name of ["pending", "drafts", "unknown"] as const) {
    const ids = status[name];
    const total = ids.length > 1 ? [`${ids.length} revisions`] : [];
    field(name[0]!.toUpperCase() + name.slice(1), [...total, ...ids.map(titled)]);
  }
}

/** Suggests the next steps. @param facts Whether there are unknown revisions, and errors that stop an upgrade. */
function suggest(
  ui: Ui,
  { target, request: { catalogue } }: OpenVerification,
  { status, refused, isElsewhere }: {
    readonly status: Status;
    readonly refused: boolean;
    readonly isElsewhere: boolean;
  },
): void {
  const foreign = isOfAnotherProject(catalogue);
  if (foreign) {
    ui.notice(`"${target?.name}" belongs to another project: none of its revisions is on disk.`);
  }
  if (isElsewhere && catalogue.inside.length === 0) {
    ui.hint(foreign ? NAME_ANOTHER : SWITCH_DATABASE);
  }
  if (target === undefined) ui.hint(shell`aludel status --database app.db # include a database`);
  else if (status.pending.length > 0 && !refused && !foreign) ui.hint(shell`aludel upgrade heads`);
  if (status.drafts.length > 0) ui.hint(shell`aludel seal # when the drafts are finished`);
}
