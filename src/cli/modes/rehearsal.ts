import type { MigrationContext, MigrationRequest } from "../../project/migrate/migration.ts";
import { type Rehearsal, rehearse } from "../../project/copies/rehearse.ts";
import type { RowChange } from "../../project/copies/row_counts.ts";
import { resolvePath } from "../../project/workspace/files.ts";
import { describeLoss } from "../../runner/loss/verdict.ts";
import type { Notice } from "../../finding.ts";
import type { ResumeChoice, TransactionMode } from "../../runner/request.ts";
import { reportWarning } from "../render/changes.ts";
import { durationText, megabytes } from "../../text/layout.ts";
import type { OpenTarget } from "../session/database.ts";
import { runHost } from "../session/run.ts";
import type { Session } from "../session/session.ts";
import type { Ui } from "../terminal/ui.ts";
import { movementJson, noticesJson } from "../render/answer.ts";
import type { Catalogue } from "../../project/workspace/catalogue.ts";

/** A checked migration with its database. */
export interface OpenMigration {
  readonly target: OpenTarget;
  readonly migration: MigrationContext;
  readonly request: MigrationRequest;
  readonly catalogue: Catalogue;
}

/** The flags of a rehearsal. */
export interface RehearsalFlags {
  readonly rehearseKeep: string | undefined;
  readonly transaction: TransactionMode | undefined;
  readonly resume: ResumeChoice | undefined;
}

/** Runs a migration on a copy and prints the result. @returns The exit code: 3 if there is damage. */
export async function rehearseMigration(
  session: Session,
  flags: RehearsalFlags,
  { target, migration, request, catalogue }: OpenMigration,
): Promise<number> {
  const { ui, runtime } = session;
  const keep = flags.rehearseKeep === undefined
    ? undefined
    : resolvePath(flags.rehearseKeep, runtime.cwd);
  const notices: Notice[] = [];
  using host = runHost(session, target, (event) => {
    if (event.type !== "notice") return;
    notices.push(event);
    reportWarning(ui, event);
  }, { leavesCopies: true });
  const rehearsal = await rehearse(migration, {
    target: target.target,
    migration: request,
    keep,
    transaction: flags.transaction ?? "all",
    ...(flags.resume !== undefined && { resume: flags.resume }),
  }, host);
  const { outcome, lost, ...measured } = rehearsal;
  ui.json({
    database: target.target.name,
    dryRun: false,
    ...movementJson(catalogue, outcome.steps),
    ...outcome,
    lost: lost.tables,
    lostObjects: lost.objects,
    restorePoints: [],
    notices: noticesJson(notices),
    rehearsal: { ...measured, kept: keep ?? null },
  });
  print(ui, rehearsal);
  ui.notice(
    keep === undefined
      ? `This was a rehearsal: "${target.target.name}" was not touched.`
      : `This was a rehearsal: "${target.target.name}" was not touched, and the copy is "${flags.rehearseKeep}".`,
  );
  return rehearsal.damage.length > 0 ? 3 : 0;
}

function print(ui: Ui, rehearsal: Rehearsal): void {
  const { style } = ui;
  for (const { direction, id, durationMs } of rehearsal.outcome.steps) {
    const way = direction === "up" ? "upgrade  " : "downgrade";
    ui.data(`${way}   ${style.yellow(id)}  ${durationText(durationMs)}`);
  }
  const { copyMs, runMs, bytesBefore, bytesAfter, logBytes, damage, foreignKeyViolations } =
    rehearsal;
  ui.data(`Time        ${durationText(runMs)}, after ${durationText(copyMs)} for the copy`);
  ui.data(`Size        ${megabytes(bytesBefore)} before, ${megabytes(bytesAfter)} after`);
  if (logBytes !== null) ui.data(`Log         grew to ${megabytes(logBytes)}`);
  rehearsal.rows.forEach((change, index) =>
    ui.data(`${(index === 0 ? "Rows" : "").padEnd(12)}${rowText(change)}`)
  );
  if (rehearsal.rows.length === 0) ui.data("Rows        the same number in every table");
  const losses = [...rehearsal.lost.tables.map(describeLoss), ...rehearsal.lost.objects];
  losses.forEach((loss, index) => ui.data(`${(index === 0 ? "Lost" : "").padEnd(12)}${loss}`));
  if (losses.length === 0) ui.data("Lost        nothing");
  ui.data(`Integrity   ${damage.length === 0 ? "ok" : style.red(damage.join("\n            "))}`);
  ui.data(
    `Keys        ${
      foreignKeyViolations === null
        ? "cannot be checked: a foreign key's parent has no matching key"
        : foreignKeyViolations === 0
        ? "ok"
        : `${foreignKeyViolations} rows violate foreign keys`
    }`,
  );
}

function rowText({ table, before, after }: RowChange): string {
  if (before === null) return `${table}: new, ${after}`;
  if (after === null) return `${table}: gone, had ${before}`;
  return `${table}: ${before} before, ${after} after`;
}
