import type { Notice } from "../../finding.ts";
import type { PlannedMigration } from "../../project/migrate/migration.ts";
import type { Target } from "../../project/workspace/target.ts";
import {
  type CheckedStep,
  type RunEvent,
  type RunOutcome,
  type Segment,
  splitSegments,
  type TransactionMode,
} from "../../runner/request.ts";
import { describeLoss, type TableLoss } from "../../runner/loss/verdict.ts";
import { NO_STATE } from "../../state/state.ts";
import { durationText, megabytes, plural } from "../../text/layout.ts";
import { shell } from "../../text/next_step.ts";
import { firstLine } from "../../text/visible.ts";
import { waitingText } from "../session/database.ts";
import type { Ui } from "../terminal/ui.ts";
import { reportWarning } from "./changes.ts";
import { movementJson, noticesJson } from "./answer.ts";

/** Prints the route of `--dry-run`: the steps and their transactions. */
export function reportPlan(
  ui: Ui,
  target: Target,
  { route, catalogue }: PlannedMigration,
  { transaction, mayLose, online }: {
    readonly transaction: TransactionMode;
    /** Possible losses, a sentence each. */
    readonly mayLose: readonly string[];
    /** The steps that are done beside writers. */
    readonly online: ReadonlySet<CheckedStep>;
  },
): void {
  const segments = splitSegments(route.steps, transaction, online);
  ui.json({
    database: target.name,
    dryRun: true,
    ...movementJson(catalogue, route.steps),
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
    resealed: route.reseals.map((reseal) => reseal.id),
    mayLose,
    notices: noticesJson(route.notices),
  });
  for (const notice of route.notices) reportWarning(ui, notice);
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
        `${direction === "up" ? "upgrade  " : "downgrade"}  ${ui.style.yellow(id)}  ${
          firstLine(message)
        }  ` +
          ui.style.dim(`(${plural(count, "statement")})`),
      );
    }
  }
  for (const { id } of route.reseals) {
    ui.data(
      `reseal     ${ui.style.yellow(id)}  ${ui.style.dim("(the record follows the manifest)")}`,
    );
  }
  for (const loss of mayLose) ui.notice(`may lose   ${loss}`);
  ui.notice(`Nothing was changed: this is what would run on "${target.name}".`);
}

function heading({ mode }: Segment): string {
  switch (mode) {
    case "transaction":
      return "Transaction";
    case "foreign-keys":
      return "Transaction with foreign keys enforced,";
    case "online":
      return "Beside writers, in many short transactions,";
    case "off":
      return "Outside a transaction, statement by statement,";
  }
}

/** The number of losses that are listed; the others are counted. */
const LISTED = 10;

/** Prints a run as it goes, and its result. */
export class RunReport {
  readonly #ui: Ui;
  readonly #target: Target;
  readonly #notices: Notice[] = [];
  readonly #lost: TableLoss[] = [];
  readonly #losses: string[] = [];
  readonly #lostObjects: string[] = [];
  readonly #messages = new Map<string, string>();
  /** The restore points that the run made and kept. Those of rows come one for each transaction. */
  readonly #points: Extract<RunEvent, { readonly type: "restore-point" }>[] = [];

  constructor(ui: Ui, target: Target) {
    this.#ui = ui;
    this.#target = target;
  }

  see(event: RunEvent): void {
    const { talkStyle: style } = this.#ui;
    switch (event.type) {
      case "notice":
        this.#notices.push(event);
        reportWarning(this.#ui, event);
        break;
      case "waiting":
        this.#ui.notice(waitingText(event.holder, this.#target));
        break;
      case "replanned":
        this.#ui.notice(
          event.steps === 0
            ? "Another process already did it."
            : `Another process moved the database meanwhile; ${steps(event.steps)} left.`,
        );
        break;
      case "restore-point": {
        this.#points.push(event);
        const size = this.#target.server?.engine === "d1"
          ? "a bookmark of Time Travel"
          : event.holds === "rows"
          ? `${megabytes(event.bytes)} of rows`
          : megabytes(event.bytes);
        this.#ui.notice(
          `kept       ${style.yellow(event.name)}  ${size}  ${
            style.dim(durationText(event.durationMs))
          }`,
        );
        break;
      }
      case "lost":
        this.#lost.push(...event.tables);
        this.#lostObjects.push(...event.objects);
        for (const loss of [...event.tables.map(describeLoss), ...event.objects]) {
          const kept = event.restorePoint === null ? "not kept" : `kept ${event.restorePoint}`;
          this.#losses.push(`${loss}  (${kept})`);
        }
        break;
      case "restore-point-removed":
        this.#points.splice(0, Infinity, ...this.#points.filter(({ name }) => name !== event.name));
        this.#ui.notice(`removed    ${style.yellow(event.name)}  the database is unchanged`);
        break;
      case "step-started":
        this.#messages.set(event.id, event.message);
        break;
      case "step-done": {
        const way = event.direction === "up" ? "upgrade  " : "downgrade";
        const message = firstLine(this.#messages.get(event.id) ?? "");
        this.#ui.notice(
          `${way}  ${style.yellow(event.id)}  ${message}  ${
            style.dim(durationText(event.durationMs))
          }`,
        );
        break;
      }
      case "resealed":
        this.#ui.notice(`resealed   ${style.yellow(event.id)}`);
        break;
      // The error that follows reports the rollback.
      case "rolled-back":
      case "statement":
      case "committed":
      case "copying":
      case "online":
      case "temporary":
        break;
    }
  }

  nothingToDo(planned: PlannedMigration): void {
    this.#ui.json(this.document({ steps: [], resealed: [] }, planned));
    const heads = planned.catalogue.graph.headsOf(planned.catalogue.applied, "parents");
    this.#ui.notice(`Nothing to do: "${this.#target.name}" is at ${list(heads)}.`);
    const { goal } = planned;
    if (goal.kind !== "upgrade") return;
    const above = goal.ids.find((id) => !heads.includes(id));
    if (above !== undefined) this.#ui.hint(shell`aludel downgrade ${above} # go back to ${above}`);
  }

  done(outcome: RunOutcome, planned: PlannedMigration): void {
    this.#ui.json(this.document(outcome, planned));
    this.tell(outcome, planned);
  }

  /** Prints the result of a run that is only part of a command. */
  tell(outcome: RunOutcome, planned: PlannedMigration): void {
    const { graph, applied } = planned.catalogue;
    const after = new Set(applied);
    for (const { direction, id } of outcome.steps) {
      if (direction === "up") after.add(id);
      else after.delete(id);
    }
    if (outcome.steps.length === 0) return;
    if (planned.state === NO_STATE && this.#target.kind === "file") {
      this.#ui.notice(`created    ${this.#target.name}`);
    }
    const lost = this.#losses;
    for (const loss of lost.slice(0, LISTED)) this.#ui.notice(`lost       ${loss}`);
    if (lost.length > LISTED) this.#ui.notice(`           and ${lost.length - LISTED} more`);
    this.#ui.notice(`"${this.#target.name}" is now at ${list(graph.headsOf(after, "parents"))}.`);
    this.#hintAtPoints();
  }

  /** Suggests how to restore losses: from a copy, which has everything, or transaction by transaction, newest first. */
  #hintAtPoints(): void {
    const [first] = this.#points;
    if (first?.holds === "database") {
      return this.#ui.hint(shell`aludel restore ${first.name} # get dropped data back`);
    }
    for (const { name, holds } of this.#points.toReversed()) {
      this.#ui.hint(
        holds === "rows"
          ? shell`aludel restore ${name} --rows # put the rows back`
          : shell`aludel restore ${name} # go back to before that transaction`,
      );
    }
  }

  /** The run for the JSON. */
  document(outcome: RunOutcome, { catalogue }: PlannedMigration) {
    return {
      database: this.#target.name,
      dryRun: false,
      ...movementJson(catalogue, outcome.steps),
      ...outcome,
      lost: this.#lost,
      lostObjects: this.#lostObjects,
      restorePoints: this.#points.map(({ name, holds }) => ({ name, holds })),
      notices: noticesJson(this.#notices),
    };
  }
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "base" : ids.join(", ");
}

function steps(count: number): string {
  return count === 1 ? "1 step is" : `${count} steps are`;
}
