/** Time, given from outside so that the library reads none of its own. */
export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonicMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The format of every stored moment: UTC to the second, `2026-11-23T10:15:00Z`. */
export function toSecond(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, "Z");
}
