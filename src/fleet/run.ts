import { AludelError } from "../errors.ts";
import type { Clock } from "../runner/request.ts";
import { toSecond } from "../text/layout.ts";
import { say, shell } from "../text/next_step.ts";
import { canaryCount, type CanarySize, ErrorCount, type ErrorPolicy } from "./error_policy.ts";
import type { Crew } from "./crew.ts";
import type { Journal } from "./journal.ts";
import type { JournalMember, MemberState, RunFacts } from "./journal_format.ts";
import { errorKind } from "./member_error.ts";
import type { Sight } from "./survey.ts";
import type {
  Halt,
  RehearsalOutcome,
  Task,
  TaskReply,
  UndoOutcome,
  UpgradeOutcome,
} from "./task.ts";

/** What a run reports while it works. */
export type FleetEvent =
  /** So many databases of the fleet have been looked at. */
  | { readonly type: "looked"; readonly count: number; readonly of: number }
  /** The upgrade of a group was rehearsed on a copy of its largest database. */
  | {
    readonly type: "rehearsed";
    readonly name: string;
    readonly url: string;
    readonly members: number;
    readonly outcome: RehearsalOutcome;
  }
  /** A database is where it was before the run. */
  | {
    readonly type: "undone";
    readonly name: string;
    readonly url: string;
    readonly outcome: UndoOutcome;
  }
  /** A database is done with. */
  | {
    readonly type: "member";
    readonly name: string;
    readonly url: string;
    readonly outcome: UpgradeOutcome;
  }
  /** So many of those whose turn it is have had it. */
  | { readonly type: "advanced"; readonly count: number; readonly of: number };

/** How far a run goes. */
export interface RunLimits {
  readonly onError: ErrorPolicy;
  /** How many databases to stop after; all if left out. */
  readonly canary?: CanarySize | undefined;
  /** Whether a database of each group is upgraded as a copy first. */
  readonly rehearse: boolean;
}

/** What a run works with. */
export interface RunContext {
  readonly journal: Journal;
  readonly crew: Crew;
  readonly halt: Halt;
  readonly clock: Pick<Clock, "now">;
  readonly emit: (event: FleetEvent) => void;
  /** Whether the user asked to stop. */
  readonly interrupted: () => boolean;
}

/** Why a run ended before its last database. */
export type StopReason =
  | { readonly kind: "errors"; readonly what: string }
  | { readonly kind: "canary"; readonly count: number }
  | { readonly kind: "interrupted" };

/** How a run ended. */
export interface RunEnd {
  /** undefined if every database has had its turn. */
  readonly stopped: StopReason | undefined;
  readonly counts: Readonly<Record<MemberState, number>>;
}

/** So many databases are looked at in one order, and so many upgraded: few, so that a stop comes soon. */
const LOOK_BATCH = 64;
const UPGRADE_BATCH = 8;

/**
 * Begins a run, or goes on with one that was stopped: looks at the databases that nobody has looked at, writes down how each
 * stands and whose turn is when, and upgrades them. What cannot be upgraded counts as an error of the run, before anything
 * has run. The kinds of errors that a run had before stop it no more: somebody has seen them.
 */
export async function carryOn(context: RunContext, limits: RunLimits): Promise<RunEnd> {
  const { journal, clock } = context;
  const errors = new ErrorCount(limits.onError, await journal.errorKinds());
  if (await journal.unseen() > 0) {
    await lookAtAll(context, async ({ position, sight }) => {
      await journal.setSight(position, sight, toSecond(clock.now()));
      const { error, standing } = sight;
      if (error !== undefined && standing !== "locked") errors.add(errorKind(error));
    });
    await journal.setTurns();
  }
  if (limits.rehearse && errors.reason === undefined) await rehearseGroups(context, errors);
  return await upgradeAll(context, limits, errors);
}

/** Has every member looked at that nobody has looked at, and hands on what was seen. */
async function lookAtAll(
  { journal, crew, emit, halt }: RunContext,
  see: (seen: { readonly position: number; readonly sight: Sight }) => Promise<void>,
): Promise<void> {
  const of = await journal.unseen();
  const source = journal.members("unseen");
  const seen: { position: number; sight: Sight }[] = [];
  const keep = async () => {
    const some = seen.splice(0);
    await journal.together(async () => {
      for (const one of some) await see(one);
    });
  };
  const writer = new Serial();
  let count = 0;
  await crew.work(
    () =>
      writer.run(async () => {
        if (seen.length > 0) await keep();
        if (halt.isAsked) return [];
        return await nextOf(source, LOOK_BATCH, ({ position, member }) => ({
          position,
          member,
          work: { kind: "look", groups: true },
        }));
      }),
    ({ position, result }) => {
      if (result.kind !== "look") return;
      seen.push({ position, sight: result.sight });
      emit({ type: "looked", count: ++count, of });
    },
  );
  if (seen.length > 0) await keep();
}

/**
 * Rehearses the upgrade of each group of equal databases on a copy of its largest one. A database that is alone in its group
 * needs none: its own transaction rolls back.
 */
async function rehearseGroups(context: RunContext, errors: ErrorCount): Promise<void> {
  const { journal, crew, halt, clock, emit } = context;
  const groups = await journal.unrehearsed();
  const queue = groups.toReversed();
  const begun = new Map(groups.map((group) => [group.largest.position, group]));
  const done: { position: number; outcome: RehearsalOutcome }[] = [];
  await crew.work(
    () => {
      const next = halt.isAsked || errors.reason !== undefined ? undefined : queue.pop()?.largest;
      return Promise.resolve(
        next === undefined
          ? []
          : [{ position: next.position, member: next.member, work: { kind: "rehearse" } }],
      );
    },
    ({ position, result }) => {
      if (result.kind !== "rehearse" || result.outcome.error?.code === "interrupted") return;
      const { outcome } = result;
      done.push({ position, outcome });
      if (outcome.error !== undefined) errors.add(errorKind(outcome.error));
      const { members, largest } = begun.get(position)!;
      emit({
        type: "rehearsed",
        name: largest.member.name,
        url: largest.member.database.url,
        members,
        outcome,
      });
    },
  );
  const at = toSecond(clock.now());
  await journal.together(async () => {
    for (const { position, outcome } of done) {
      await journal.setRehearsal(begun.get(position)!, outcome, at);
    }
  });
}

/** The next members of a generator as tasks. */
export async function nextOf(
  source: AsyncGenerator<JournalMember>,
  count: number,
  toTask: (member: JournalMember) => Task,
): Promise<Task[]> {
  const tasks: Task[] = [];
  while (tasks.length < count) {
    const next = await source.next();
    if (next.done) break;
    tasks.push(toTask(next.value));
  }
  return tasks;
}

/** Does pieces of asynchronous work one after the other, in the order in which they are asked for. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** Upgrades the databases whose turn has not come yet. */
async function upgradeAll(
  context: RunContext,
  { canary }: RunLimits,
  errors: ErrorCount,
): Promise<RunEnd> {
  const { journal, crew, halt, emit, clock } = context;
  const { planned } = await journal.counts();
  const most = canary === undefined ? Infinity : canaryCount(canary, planned);
  const queue = new Turns(journal, Math.min(planned, most));
  const begun = new Map<number, Task>();
  const done: { position: number; outcome: UpgradeOutcome }[] = [];
  const writer = new Serial();
  const keep = async () => {
    const some = done.splice(0);
    const at = toSecond(clock.now());
    await journal.together(async () => {
      for (const { position, outcome } of some) await journal.setOutcome(position, outcome, at);
    });
  };
  let count = 0;
  if (errors.reason !== undefined) halt.afterTask();
  await crew.work(
    () =>
      writer.run(async () => {
        if (done.length > 0) await keep();
        if (halt.isAsked) return [];
        const tasks = await queue.take(UPGRADE_BATCH);
        for (const task of tasks) begun.set(task.position, task);
        return tasks;
      }),
    ({ position, result }: TaskReply) => {
      const task = begun.get(position)!;
      begun.delete(position);
      if (result.kind === "skipped") return queue.giveBack(task);
      if (result.kind !== "upgrade" || isInterruption(result.outcome)) return;
      const { member } = task;
      const { outcome } = result;
      done.push({ position, outcome });
      if (outcome.error !== undefined && !errors.add(errorKind(outcome.error))) halt.afterTask();
      emit({ type: "member", name: member.name, url: member.database.url, outcome });
      emit({ type: "advanced", count: ++count, of: queue.of });
    },
  );
  if (done.length > 0) await keep();
  const counts = await journal.counts();
  return {
    stopped: stopReason(context, errors, canary && { count, left: counts.planned }),
    counts,
  };
}

/**
 * Makes sure that a run that goes on brings all of its databases to the same.
 * @param lineages Those that the goal of the run has on disk now.
 * @throws {AludelError} `fleet-changed`.
 */
export function requireSameTexts({ run, lineages: then }: RunFacts, lineages: readonly string[]) {
  if (then.length === lineages.length && then.every((one, index) => one === lineages[index])) {
    return;
  }
  throw new AludelError("fleet-changed", `The revisions have changed since run "${run}" began`, {
    notes: ["Its databases would not all get the same"],
    outcome: "Nothing was run",
    next: [
      say("Begin a new run: what is up to date has nothing to do in it"),
      shell`aludel fleet report ${run}`,
    ],
  });
}

/** @throws {AludelError} `fleet-undone` for a run that was taken back. */
export function requireNotUndone({ run, undone }: RunFacts): void {
  if (undone === undefined) return;
  throw new AludelError("fleet-undone", `The run "${run}" was taken back`, {
    notes: [`aludel fleet undo began at ${undone}`],
    outcome: "Nothing was run",
    next: [say("Begin a new run with aludel fleet upgrade"), shell`aludel fleet report ${run}`],
  });
}

/** What Ctrl-C rolled back is as it was: its turn has not come. */
function isInterruption({ error, applied }: UpgradeOutcome): boolean {
  return error?.code === "interrupted" && applied.length === 0;
}

function stopReason(
  { interrupted }: RunContext,
  errors: ErrorCount,
  canary: { readonly count: number; readonly left: number } | undefined,
): StopReason | undefined {
  if (interrupted()) return { kind: "interrupted" };
  if (errors.reason !== undefined) return { kind: "errors", what: errors.reason };
  if (canary === undefined || canary.left === 0) return undefined;
  return { kind: "canary", count: canary.count };
}

/** The planned databases of a journal, in the order of their turns; first what was taken and not done. */
class Turns {
  readonly #journal: Journal;
  readonly of: number;
  #taken = 0;
  #lastTurn = 0;
  #page: { turn: number; member: JournalMember }[] = [];
  readonly #back: Task[] = [];

  /** @param of How many there are to take. */
  constructor(journal: Journal, of: number) {
    this.#journal = journal;
    this.of = of;
  }

  async take(count: number): Promise<Task[]> {
    const tasks = this.#back.splice(0, count);
    while (tasks.length < count && this.#taken < this.of) {
      if (this.#page.length === 0) {
        this.#page = [...await this.#journal.planned(this.#lastTurn)].reverse();
      }
      const next = this.#page.pop();
      if (next === undefined) break;
      this.#lastTurn = next.turn;
      this.#taken++;
      const { position, member } = next.member;
      tasks.push({ position, member, work: { kind: "upgrade" } });
    }
    return tasks;
  }

  giveBack(task: Task): void {
    this.#back.push(task);
  }
}
