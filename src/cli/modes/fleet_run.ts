import { AludelError } from "../../errors.ts";
import { parseCanary, parseErrorPolicy } from "../../fleet/error_policy.ts";
import type { Journal } from "../../fleet/journal.ts";
import { carryOn, type FleetEvent, type RunEnd, type RunLimits } from "../../fleet/run.ts";
import type { UpgradeOutcome } from "../../fleet/task.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { TextHash } from "../../manifest/manifest.ts";
import { lineages } from "../../manifest/verdict.ts";
import { RevisionTexts } from "../../project/workspace/revision_texts.ts";
import { resolvePath, writeAtomically } from "../../project/workspace/files.ts";
import type { Workspace } from "../../project/workspace/workspace.ts";
import { durationText } from "../../text/layout.ts";
import { again, shell } from "../../text/next_step.ts";
import type { FlagValues } from "../arguments/flag.ts";
import { grouped, hereOf, memberErrorJson } from "../render/fleet.ts";
import {
  countsText,
  junitReport,
  markdownReport,
  readFleetReport,
} from "../render/fleet_report.ts";
import type { Session } from "../session/session.ts";
import { nextLine } from "../terminal/here.ts";
import type { Runtime } from "../terminal/runtime.ts";
import type { Ui } from "../terminal/ui.ts";
import { CommandCrew, jobCount } from "./fleet.ts";

/** The flags that limit a run. */
export const LIMIT_FLAGS = {
  canary: { kind: "text", value: "N|P%", help: "stop after this number of databases" },
  onError: {
    kind: "text",
    value: "stop|continue|max=N",
    help: "when to stop (default: at the first error of a new kind)",
  },
  noRehearse: {
    kind: "switch",
    help: "do not upgrade a copy of one database of each group first",
  },
} as const;

/** The flags for reports of a run. */
export const REPORT_FLAGS = {
  markdown: { kind: "switch", help: "print the report as Markdown" },
  junit: { kind: "text", value: "FILE", help: "write a JUnit report for a CI system" },
} as const;

/** Reads the values of {@linkcode LIMIT_FLAGS}. @throws {AludelError} `usage` for invalid values. */
export function readLimits(
  { canary, onError, noRehearse }: FlagValues<typeof LIMIT_FLAGS>,
): RunLimits {
  const policy = onError === undefined ? { kind: "new-kind" } as const : parseErrorPolicy(onError);
  if (policy === undefined) {
    throw new AludelError("usage", `"${onError}" is not a value of --on-error`, {
      next: [again`--on-error continue`, again`--on-error max=5`, again`--on-error stop`],
    });
  }
  const size = canary === undefined ? undefined : parseCanary(canary);
  if (canary !== undefined && size === undefined) {
    throw new AludelError("usage", `"${canary}" is not a number of databases`, {
      next: [again`--canary 10`, again`--canary 5%`],
    });
  }
  return { onError: policy, canary: size, rehearse: !noRehearse };
}

/** The lineages of the goal's revisions, from the texts on disk. */
export function goalLineages(
  { graph, entries, files }: Workspace,
  goal: readonly RevisionId[],
): readonly TextHash[] {
  const under = graph.ancestors(goal.filter((id) => entries.has(id)), "all");
  const order = graph.ids.filter((id) => under.has(id)).map((id) => graph.get(id)!);
  const known = lineages(order, (id) => {
    const entry = entries.get(id);
    return entry && new RevisionTexts(files, entry).hashes;
  });
  return goal.flatMap((id) => known.get(id) ?? []);
}

/** The number of failures that are printed at once; the others are counted. */
const TOLD_FAILURES = 10;

/** Continues a run and prints its results. @returns The exit code. */
export async function runFleet(
  session: Session,
  journal: Journal,
  { jobs, limits, reports }: {
    readonly jobs: number | undefined;
    readonly limits: RunLimits;
    readonly reports: FlagValues<typeof REPORT_FLAGS>;
  },
): Promise<number> {
  const { ui, runtime } = session;
  const { facts } = journal;
  const total = await journal.size();
  const report = new RunTalk(ui);
  let end: RunEnd;
  {
    using work = new CommandCrew(session, {
      jobs: jobCount(jobs, total, runtime),
      goal: facts.goal,
      options: facts.options,
      appliedBy: facts.appliedBy,
    });
    const context = {
      journal,
      crew: work.crew,
      halt: work.halt,
      clock: runtime,
      interrupted: work.interrupted,
      emit: (event: FleetEvent) => {
        report.see(event);
        work.show(report.doing);
      },
    };
    end = await carryOn(context, limits);
  }
  await writeReports(ui, runtime, journal, reports);
  return await tellEnd(session, journal, end, { total, isTold: reports.markdown });
}

/** Prints and writes the requested reports. */
export async function writeReports(
  ui: Ui,
  { cwd }: Runtime,
  journal: Journal,
  { markdown, junit }: FlagValues<typeof REPORT_FLAGS>,
): Promise<void> {
  if (!markdown && junit === undefined) return;
  const report = await readFleetReport(journal);
  if (markdown) ui.data(await markdownReport(report, journal.members()));
  if (junit === undefined) return;
  writeAtomically(resolvePath(junit, cwd), await junitReport(report, journal.members()));
  ui.notice(`written    ${junit}`);
}

/** Formats the errors of a run, a line each. */
export async function failedFirst({ style }: Ui, journal: Journal): Promise<string[]> {
  return (await journal.errors()).map(({ count, code, message }) =>
    `${style.red(`${grouped(count)} failed`)}  ${code}: ${message}`
  );
}

async function tellEnd(
  { ui }: Session,
  journal: Journal,
  { stopped, counts }: RunEnd,
  { total, isTold }: { readonly total: number; readonly isTold: boolean },
): Promise<number> {
  const { run } = journal.facts;
  ui.json({ run, databases: total, ...counts, stopped: stopped?.kind ?? null });
  if (!isTold) {
    for (const line of await failedFirst(ui, journal)) ui.data(line);
    ui.data(`Run ${ui.style.yellow(run)}: ${countsText(counts)}.`);
  }
  switch (stopped?.kind) {
    case "errors":
      ui.notice(`The run stopped after ${stopped.what}.`);
      break;
    case "canary":
      ui.notice(`The run stopped after ${databases(stopped.count)}, as --canary asks.`);
      break;
    case "interrupted":
      ui.notice("The run was interrupted.");
      break;
    default:
  }
  if (counts.planned > 0) ui.hint(shell`aludel fleet resume ${run} # continue with the others`);
  if (counts.done > 0) ui.hint(shell`aludel fleet undo ${run} # undo this run`);
  if (counts.failed > 0) ui.hint(shell`aludel fleet report ${run} # see every database`);
  if (stopped?.kind === "interrupted") return 130;
  if (counts.failed === 0) return 0;
  return counts.done + counts.idle > 0 ? 4 : 1;
}

function databases(count: number): string {
  return count === 1 ? "1 database" : `${grouped(count)} databases`;
}

/** Prints the result of each database. */
export class RunTalk {
  readonly #ui: Ui;
  #failures = 0;
  #undone = 0;
  /** The text of the progress line. */
  doing = "";

  constructor(ui: Ui) {
    this.#ui = ui;
  }

  see(event: FleetEvent): void {
    switch (event.type) {
      case "looked":
        this.doing = `looked at ${event.count} of ${event.of} databases`;
        break;
      case "advanced":
        this.doing = `${event.count} of ${event.of} databases, ${this.#failures} failed`;
        break;
      case "rehearsed":
        this.doing = `rehearsed on a copy of ${event.name}`;
        this.#tell(event);
        if (event.outcome.error === undefined) this.#tellRehearsal(event);
        break;
      case "undone":
        this.doing = `${++this.#undone} databases undone, ${this.#failures} failed`;
        this.#ui.jsonLine(undoneJson(event), hereOf(event.url));
        this.#tell(event);
        break;
      case "member":
        this.#ui.jsonLine(outcomeJson(event), hereOf(event.url));
        this.#tell(event);
        break;
    }
  }

  #tellRehearsal({ name, members, outcome }: FleetEvent & { readonly type: "rehearsed" }): void {
    const { talkStyle: style } = this.#ui;
    this.#ui.notice(
      `rehearsed  ${databases(members)}, on a copy of ${name}  ${
        style.dim(durationText(outcome.durationMs))
      }`,
    );
    for (const loss of outcome.lost) this.#ui.notice(`           will lose ${loss}`);
  }

  #tell({ name, url, outcome }: FailingEvent): void {
    const { error } = outcome;
    if (error === undefined || ++this.#failures > TOLD_FAILURES) return;
    const { talkStyle: style } = this.#ui;
    this.#ui.notice(
      `${style.red("failed")}  ${name}  ${style.dim(durationText(outcome.durationMs))}`,
    );
    const says = [error.message, ...(error.sqlite === undefined ? [] : [error.sqlite])];
    for (const line of says) this.#ui.notice(`        ${line}`);
    const [next] = error.next;
    if (next !== undefined) this.#ui.notice(`        ${nextLine(next, style, hereOf(url))}`);
  }
}

type FailingEvent = FleetEvent & { readonly type: "member" | "rehearsed" | "undone" };

/** The result of undoing one database, for the JSON. */
function undoneJson({ name, url, outcome }: FleetEvent & { readonly type: "undone" }) {
  const { result, ids, heads, points, durationMs, error } = outcome;
  return {
    database: name,
    url,
    state: result,
    undone: ids,
    current: heads,
    restorePoints: points,
    durationMs,
    error: error === undefined ? null : memberErrorJson(error),
  };
}

/** The result of one database, for the JSON. */
function outcomeJson(
  { name, url, outcome }: {
    readonly name: string;
    readonly url: string;
    readonly outcome: UpgradeOutcome;
  },
) {
  const { result, applied, heads, points, lost, durationMs, error } = outcome;
  return {
    database: name,
    url,
    state: result,
    applied,
    current: heads,
    restorePoints: points,
    lost,
    durationMs,
    error: error === undefined ? null : memberErrorJson(error),
  };
}
