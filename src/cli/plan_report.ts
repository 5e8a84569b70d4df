import type { PlannedMigration } from "../project/migration.ts";
import type { Target } from "../project/target.ts";
import { type Segment, splitSegments, type TransactionMode } from "../runner/segments.ts";
import type { Ui } from "./ui.ts";

/** Prints the route of `--dry-run`: the steps, and how they are divided into transactions. */
export function reportPlan(
  ui: Ui,
  target: Target,
  { route }: PlannedMigration,
  transaction: TransactionMode,
): void {
  const segments = splitSegments(route.steps, transaction);
  ui.json({
    database: target.name,
    segments: segments.map(({ mode, steps }) => ({
      mode,
      steps: steps.map((step) => ({
        direction: step.direction,
        id: step.id,
        message: step.message,
        file: step.script.file,
        statements: step.script.statements.length,
      })),
    })),
    reseals: route.reseals.map((reseal) => reseal.id),
    notices: route.notices,
  });
  for (const notice of route.notices) ui.warning(notice.message);
  if (segments.length + route.reseals.length === 0) {
    return ui.notice(`Nothing would run on "${target.name}".`);
  }
  for (const [index, segment] of segments.entries()) {
    if (segments.length > 1 || segment.mode !== "transaction") {
      ui.data(ui.style.bold(`${heading(segment)} ${index + 1} of ${segments.length}`));
    }
    for (const { direction, id, message, script } of segment.steps) {
      const count = script.statements.length;
      ui.data(
        `${direction === "up" ? "upgrade  " : "downgrade"}  ${ui.style.yellow(id)}  ${message}  ` +
          ui.style.dim(`(${count} ${count === 1 ? "statement" : "statements"})`),
      );
    }
  }
  for (const { id } of route.reseals) {
    ui.data(
      `reseal     ${ui.style.yellow(id)}  ${ui.style.dim("(the record follows the manifest)")}`,
    );
  }
  ui.notice(`Nothing was changed: this is what would run on "${target.name}".`);
}

function heading({ mode }: Segment): string {
  switch (mode) {
    case "transaction":
      return "Transaction";
    case "foreign-keys":
      return "Transaction with foreign keys enforced,";
    case "off":
      return "Outside a transaction, statement by statement,";
  }
}
