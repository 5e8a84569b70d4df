// deno-lint-ignore-file no-console
import { peakMemory, type Program, type RunTime, timeRun } from "./process.ts";

/** One of the programs that are measured against each other. */
export interface Contender extends Program {
  readonly name: string;
  /** A physical limit, Aludel, or another tool. A peer that fails is left out with a note. */
  readonly role: "limit" | "own" | "peer";
  /** Puts its folder into the state before a run; not measured. */
  readonly prepare?: () => void;
  /** Throws unless its first run has led to what is expected; not measured. */
  readonly check?: () => void;
  /** The most rounds it takes part in, where it is slow. */
  readonly rounds?: number;
  /** Whether its memory is measured too, in a run of its own. */
  readonly memory?: boolean;
}

/** Programs that do the same job. */
export interface Contest {
  /** The name that `--only` takes, and what the work is counted in. */
  readonly kind: string;
  readonly count: number;
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** The contenders that the others are compared with. */
  readonly references: readonly string[];
  /** What is left out, and why. */
  readonly notes: readonly string[];
}

/** A contender's result. */
export interface Standing {
  readonly name: string;
  readonly role: Contender["role"];
  readonly rounds: number;
  readonly wallMs: { readonly median: number; readonly least: number; readonly most: number };
  readonly cpuMs: number;
  /** The medians of the paired ratios to each reference: of the time, and of the processor time. */
  readonly ratios: readonly { readonly wall: number; readonly cpu: number }[];
  /** The same to the first of Aludel's own: of the time. */
  readonly toOwn: number;
  readonly memoryMiB: number | null;
}

/** What a contest led to. */
export interface Result {
  readonly kind: string;
  readonly count: number;
  readonly title: string;
  readonly references: readonly string[];
  readonly standings: readonly Standing[];
  readonly notes: readonly string[];
}

/**
 * Measures in rounds: each contender once, then each once again. What disturbs the machine for a while so disturbs
 * all of them, and the ratios within a round stay true.
 * @throws {Error} When a program fails that is no peer.
 */
export async function hold(contest: Contest, rounds: number): Promise<Result> {
  const times = new Map(contest.contenders.map(({ name }) => [name, [] as RunTime[]]));
  const notes = [...contest.notes];
  for (let round = 0; round < rounds; round++) {
    for (const contender of contest.contenders) {
      const own = times.get(contender.name);
      if (own === undefined || round >= (contender.rounds ?? rounds)) continue;
      try {
        contender.prepare?.();
        own.push(await timeRun(contender));
        if (round === 0) contender.check?.();
      } catch (error) {
        if (contender.role !== "peer") throw error;
        times.delete(contender.name);
        notes.push(`\`${contender.name}\` failed, and is left out.`);
        console.error(error instanceof Error ? error.message : error);
      }
    }
  }
  const first = contest.contenders.find(({ role }) => role === "own");
  const own = times.get(first?.name ?? "") ?? [];
  const standings: Standing[] = [];
  for (const contender of contest.contenders) {
    const runs = times.get(contender.name);
    if (runs === undefined) continue;
    const walls = runs.map((time) => time.wallMs);
    standings.push({
      name: contender.name,
      role: contender.role,
      rounds: runs.length,
      wallMs: { median: median(walls), least: Math.min(...walls), most: Math.max(...walls) },
      cpuMs: median(runs.map((time) => time.cpuMs)),
      ratios: contest.references.map((name) => pairedRatios(runs, times.get(name) ?? [])),
      toOwn: pairedRatios(runs, own).wall,
      memoryMiB: await memoryOf(contender),
    });
  }
  const { kind, count, title, references } = contest;
  return { kind, count, title, references, standings, notes };
}

async function memoryOf(contender: Contender): Promise<number | null> {
  if (!contender.memory) return null;
  contender.prepare?.();
  return await peakMemory(contender);
}

function pairedRatios(
  own: readonly RunTime[],
  reference: readonly RunTime[],
): { readonly wall: number; readonly cpu: number } {
  const pairs = own.slice(0, reference.length).map((time, round) => [time, reference[round]!]);
  return {
    wall: median(pairs.map(([a, b]) => a!.wallMs / b!.wallMs)),
    cpu: median(pairs.map(([a, b]) => a!.cpuMs / b!.cpuMs)),
  };
}

/** The middle value, or the mean of the two in the middle; NaN if there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1] ?? NaN) / 2 + (sorted[middle] ?? NaN) / 2;
}
