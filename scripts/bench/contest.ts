import { peakMemory, type Program, type RunTime, timeRun } from "./process.ts";

/** One of the programs that are measured against each other. */
export interface Contender extends Program {
  readonly name: string;
  /** Puts its folder into the state before a run; not measured. */
  readonly prepare?: () => void;
  /** The most rounds it takes part in, where it is slow. */
  readonly rounds?: number;
  /** Whether its memory is measured too, in a run of its own. */
  readonly memory?: boolean;
}

/** Programs that do the same job. */
export interface Contest {
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
  readonly rounds: number;
  readonly wallMs: { readonly median: number; readonly least: number; readonly most: number };
  readonly cpuMs: number;
  /** The medians of the paired ratios to each reference: of the time, and of the processor time. */
  readonly ratios: readonly { readonly wall: number; readonly cpu: number }[];
  readonly memoryMiB: number | null;
}

/**
 * Measures in rounds: each contender once, then each once again. What disturbs the machine for a while so disturbs
 * all of them, and the ratios within a round stay true.
 */
export async function hold(
  { contenders, references }: Contest,
  rounds: number,
): Promise<Standing[]> {
  const times = new Map(contenders.map(({ name }) => [name, [] as RunTime[]]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      if (round >= (contender.rounds ?? rounds)) continue;
      contender.prepare?.();
      times.get(contender.name)!.push(await timeRun(contender));
    }
  }
  const standings: Standing[] = [];
  for (const contender of contenders) {
    const own = times.get(contender.name)!;
    const walls = own.map((time) => time.wallMs);
    standings.push({
      name: contender.name,
      rounds: own.length,
      wallMs: { median: median(walls), least: Math.min(...walls), most: Math.max(...walls) },
      cpuMs: median(own.map((time) => time.cpuMs)),
      ratios: references.map((name) => pairedRatios(own, times.get(name) ?? [])),
      memoryMiB: await memoryOf(contender),
    });
  }
  return standings;
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

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1] ?? NaN) / 2 + (sorted[middle] ?? NaN) / 2;
}
