import { toSecond } from "../text/layout.ts";
import { nextOf, type RunContext, Serial } from "./run.ts";
import type { JournalMember } from "./journal_format.ts";
import type { Task, UndoOutcome } from "./task.ts";

/** The number of databases in one order to a worker. */
const BATCH = 8;

/** The result of undoing a run. */
export interface UndoEnd {
  readonly undone: number;
  /** The databases that the run had not changed. */
  readonly untouched: number;
  readonly failed: number;
  readonly isInterrupted: boolean;
}

/**
 * Undoes a run in every database that it may have touched. Continues after a failure. It may be repeated: a database
 * that is undone already is left alone.
 *
 * @param discardWrites Whether to restore restore points even if the database was written to since.
 */
export async function undoRun(
  { journal, crew, halt, emit, clock, interrupted }: RunContext,
  { discardWrites }: { readonly discardWrites: boolean },
): Promise<UndoEnd> {
  await journal.beginUndo(toSecond(clock.now()));
  const source = journal.members("touched");
  const members = new Map<number, JournalMember["member"]>();
  const done: { position: number; outcome: UndoOutcome }[] = [];
  const counts = { undone: 0, untouched: 0, failed: 0 };
  const writer = new Serial();
  const keep = async () => {
    const some = done.splice(0);
    const at = toSecond(clock.now());
    await journal.together(async () => {
      for (const { position, outcome } of some) await journal.setUndone(position, outcome, at);
    });
  };
  const { run } = journal.facts;
  await crew.work(
    () =>
      writer.run(async () => {
        if (done.length > 0) await keep();
        if (halt.isAsked) return [];
        const tasks = await nextOf(source, BATCH, (member) =>
          undoTask(member, { run, discardWrites }));
        for (const { position, member } of tasks) {
          members.set(position, member);
        }
        return tasks;
      }),
    ({ position, result }) => {
      const member = members.get(position)!;
      members.delete(position);
      if (result.kind !== "undo" || result.outcome.error?.code === "interrupted") return;
      const { outcome } = result;
      done.push({ position, outcome });
      counts[outcome.result]++;
      if (outcome.result === "untouched") return;
      emit({ type: "undone", name: member.name, url: member.database.url, outcome });
    },
  );
  if (done.length > 0) await keep();
  return { ...counts, isInterrupted: interrupted() };
}

function undoTask(
  { position, member, state, standing, before, applied, points, lost, stamp }: JournalMember,
  asked: { readonly run: string; readonly discardWrites: boolean },
): Task {
  return {
    position,
    member,
    work: {
      kind: "undo",
      ...asked,
      before: standing === null || standing === "locked" ? null : before,
      isKnown: state !== "planned",
      applied,
      points,
      lost,
      stamp,
    },
  };
}
