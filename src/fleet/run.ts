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

/** An event of a run. */
export type FleetEvent =
  /** The number of databases that were looked at. */
  | { readonly type: "looked"; readonly count: number; readonly of: number }
  /** The upgrade of a group was rehearsed on a copy of its largest database. */
  | {
    readonly type: "rehearsed";
    readonly name: string;
    readonly url: string;
    readonly members: number;
    readonly outcome: RehearsalOutcome;
  }
  /** Undoing the run on a database ended. */
  | {
    readonly type: "undone";
    readonly name: string;
    readonly url: string;
    readonly outcome: UndoOutcome;
  }
  /** The upgrade of a database ended. */
  | {
    readonly type: "member";
    readonly name: string;
    readonly url: string;
    readonly outcome: UpgradeOutcome;
  }
  /** The number of databases that were upgraded, of those that this run takes. */
  | { readonly type: "advanced"; readonly count: number; readonly of: number };

/** The limits of a run. */
export interface RunLimits {
  readonly onError: ErrorPolicy;
  /** The number of databases after which the run stops; all if left out. */
  readonly canary?: CanarySize | undefined;
  /** Whether the upgrade is tried first on a copy of one database of each group. */
  readonly rehearse: boolean;
}

/** The tools of a run. */
export interface RunContext {
  readonly journal: Journal;
  readonly crew: Crew;
  readonly halt: Halt;
  readonly clock: Pick<Clock, "now">;
  readonly emit: (event: FleetEvent) => void;
  /** Whether the user asked to stop. */
  readonly interrupted: () => boolean;
}

/** The reason why a run ended before its last database. */
export type StopReason =
  | { readonly kind: "errors"; readonly what: string }
  | { readonly kind: "canary"; readonly count: number }
  | { readonly kind: "interrupted" };

/** The end of a run. */
export interface RunEnd {
  /** undefined if every database was upgraded. */
  readonly stopped: StopReason | undefined;
  readonly counts: Readonly<Record<MemberState, number>>;
}

/** The number of databases in one order to a worker. Upgrades are few, so that the run stops soon after an error. */
const LOOK_BATCH = 64;
const UPGRADE_BATCH = 8;

/**
 * Begins or continues a run: looks at the databases that were not looked at yet, records what it found and their order,
 * and upgrades them. A database that cannot be upgraded counts as an error before any database is changed.
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

/** Looks at every member that was not looked at yet. @param see Called for each one, many in one transaction. */
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
 * Rehearses the upgrade of each group of equal databases on a copy of its largest one. A group of one database is not
 * rehearsed: a failed upgrade is rolled back, and no other database depends on it.
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

/** Takes at most `count` members from a generator, and makes them tasks. */
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

/** Runs asynchronous functions one at a time, in the order of the calls. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

/** Upgrades the planned databases in the order of their turns, up to the size of a canary. */
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
 * Refuses to continue a run whose revisions have changed, because its databases would get different texts.
 * @param lineages The lineages of the run's goal on disk.
 * @throws {AludelError} `fleet-changed`.
 */
export function requireSameTexts({ run, lineages: then }: RunFacts, lineages: readonly string[]) {
  if (then.length === lineages.length && then.every((one, index) => one === lineages[index])) {
    return;
  }
  throw new AludelError("fleet-changed", `The revisions have changed since run "${run}" began`, {
    notes: ["Its databases would not all get the same revisions"],
    outcome: "Nothing was run",
    next: [
      say("Begin a new run: what is up to date has nothing to do in it"),
      shell`aludel fleet report ${run}`,
    ],
  });
}

/** Refuses to continue a run that was undone. @throws {AludelError} `fleet-undone`. */
export function requireNotUndone({ run, undone }: RunFacts): void {
  if (undone === undefined) return;
  throw new AludelError("fleet-undone", `The run "${run}" was taken back`, {
    notes: [`aludel fleet undo began at ${undone}`],
    outcome: "Nothing was run",
    next: [say("Begin a new run with aludel fleet upgrade"), shell`aludel fleet report ${run}`],
  });
}

/** Whether Ctrl-C rolled back the whole upgrade, so that the database is still planned. */
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

/** A queue of the planned databases of a journal. Tasks that workers gave back come first. */
class Turns {
  readonly #journal: Journal;
  readonly of: number;
  #taken = 0;
  #lastTurn = 0;
  #page: { turn: number; member: JournalMember }[] = [];
  readonly #back: Task[] = [];

  /** @param of The number of databases to take. */
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
