import type { RevisionId } from "../graph/revision.ts";
import type { TextHash } from "../manifest/manifest.ts";

/** What a restore point was made for: a run that takes something away, `backup`, or the state that `restore` replaced. */
export type RestorePointKind = "run" | "backup" | "restore";

/** A copy of a whole database to go back to, as `point.json` in its folder describes it. */
export interface RestorePoint {
  /** The name of its folder: `2026-11-23_101500`. */
  readonly name: string;
  readonly kind: RestorePointKind;
  /** UTC to the second. */
  readonly created: string;
  readonly reason: string;
  /** The copy's file name: the same as the database's. */
  readonly file: string;
  /** Where the database stood, with the lineages; empty without records. */
  readonly heads: readonly { readonly id: RevisionId; readonly lineage: TextHash }[];
  readonly bytes: number;
  /** Of the copy's bytes, in hex. */
  readonly sha256: string;
  /** The original's permissions; null where the system has none. */
  readonly mode: number | null;
  /** Such as `aludel 0.1.0`. */
  readonly madeBy: string;
}

/** The name of the file that describes a restore point. */
export const POINT_FILE = "point.json";

const FORMAT = 1;

/** The text of `point.json`. */
export function formatRestorePoint(point: RestorePoint): string {
  return `${JSON.stringify({ format: FORMAT, ...point }, null, 2)}\n`;
}

/** Reads the text of `point.json`; undefined where it is none that this Aludel can use. */
export function parseRestorePoint(text: string): RestorePoint | undefined {
  let value: Partial<Record<"format" | keyof RestorePoint, unknown>>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isPoint = typeof value === "object" && value !== null && value.format === FORMAT &&
    ["name", "created", "reason", "file", "madeBy"].every((key) =>
      typeof value[key as keyof RestorePoint] === "string"
    ) &&
    ["run", "backup", "restore"].includes(value.kind as string) &&
    typeof value.bytes === "number" && Array.isArray(value.heads) &&
    (value.mode === null || typeof value.mode === "number") &&
    /^[0-9a-f]{64}$/.test(String(value.sha256)) && !/[/\\]/.test(value.file as string);
  if (!isPoint) return undefined;
  const { format: _, ...point } = value;
  return point as unknown as RestorePoint;
}
