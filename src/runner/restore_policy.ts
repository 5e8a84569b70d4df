/**
 * When a run makes a restore point first. `hazard`: when it takes rows, columns or tables away on purpose ·
 * `always`: whenever there is something to keep · `never`.
 */
export type RestorePolicy = "hazard" | "always" | "never";

/** A copy of the database that a run made before it changed anything. */
export interface KeptPoint {
  /** What `aludel restore` takes. */
  readonly name: string;
  /** The path of its folder. */
  readonly path: string;
  readonly bytes: number;
  /** Removes it, because nothing came of the run. */
  discard(): void;
  /** Removes older ones beyond the number to keep, because the run is done. */
  settle(): void;
}

/** Makes restore points for a run. */
export interface RestorePointMaker {
  readonly policy: RestorePolicy;
  /**
   * Copies the database as it stands. Called while the run holds the write lock and has changed nothing.
   * @param reason For the list of restore points.
   * @throws {AludelError} `copy-failed`, `copy-space`, `copy-stalled`, `interrupted`.
   */
  make(reason: string): Promise<KeptPoint>;
}
