import { toSecond } from "../text/layout.ts";
import { nextOf, type RunContext, Serial } from "./run.ts";
import type { JournalMember } from "./journal_format.ts";
import type { Task, UndoOutcome } from "./task.ts";

/** So many databases are undone in one order. */
const BATCH = 8;

/** How a run was taken back. */
export interface UndoEnd {
  readonly undone: number;
  /** Databases to which the run had done nothing. */
  readonly untouched: number;
  readonly failed: number;
  readonly isInterrupted: boolean;
}

/**
 * Takes back what a run did, in every database that it may have touched; one that cannot be taken back keeps no other from
 * it. May be repeated: what is undone stays so.
 *
 * @param discardWrites Whether restore points are put back also if the database was written to since.
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
