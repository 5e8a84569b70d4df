import type { Row } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { TextHash } from "../manifest/manifest.ts";
import type { Member } from "./member.ts";
import type { MemberError } from "./member_error.ts";
import type { Standing } from "./survey.ts";
import type { FileStamp, PointName, RunOptions } from "./task.ts";

/** The format of the tables. */
export const FORMAT = 1;

/** The tables of a journal. Lists and objects are JSON, so that every SQLite shell can read them. */
export const TABLES = [
  `CREATE TABLE fleet_run (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE fleet_member (
  position INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  database TEXT NOT NULL,
  turn INTEGER,
  state TEXT NOT NULL,
  standing TEXT,
  pending INTEGER,
  bytes INTEGER,
  member_group TEXT,
  before TEXT,
  after TEXT,
  applied TEXT NOT NULL DEFAULT '[]',
  points TEXT NOT NULL DEFAULT '[]',
  lost TEXT NOT NULL DEFAULT '[]',
  stamp TEXT,
  error TEXT,
  error_kind TEXT,
  undo_error TEXT,
  ended_at TEXT,
  duration_ms INTEGER
)`,
  `CREATE TABLE fleet_group (
  member_group TEXT NOT NULL PRIMARY KEY,
  members INTEGER NOT NULL,
  rehearsed TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  lost TEXT NOT NULL,
  error TEXT
) WITHOUT ROWID`,
  `CREATE INDEX fleet_member_turn ON fleet_member (state, turn)`,
];

/**
 * The state of a database in a run. `planned`: it was not upgraded, or the outcome was not recorded · `done`: the run
 * applied revisions · `idle`: there was nothing to apply · `failed` · `undone`: the run was undone on it.
 */
export type MemberState = "planned" | "done" | "idle" | "failed" | "undone";

/** The request of a run and the time it began. These never change. */
export interface RunFacts {
  /** The name of the run, and of its journal. */
  readonly run: string;
  /** The source of the databases, for messages. */
  readonly source: string;
  /** The ref of the upgrade as it was typed, and the revisions that it named. */
  readonly to: string;
  readonly goal: readonly RevisionId[];
  /** The lineages of the goal. A run is continued only if the texts are still the same. */
  readonly lineages: readonly TextHash[];
  readonly options: RunOptions;
  /** UTC to the second. */
  readonly began: string;
  /** Written into the records of the databases. */
  readonly appliedBy: string;
  /** The time when undoing it began; left out if it was never undone. */
  readonly undone?: string;
}

/** One database of a run, as read from the journal. */
export interface JournalMember {
  readonly position: number;
  readonly member: Member;
  readonly state: MemberState;
  readonly standing: Standing | null;
  readonly pending: number;
  readonly bytes: number;
  readonly group: string | null;
  readonly before: readonly RevisionId[] | null;
  readonly after: readonly RevisionId[] | null;
  readonly applied: readonly RevisionId[];
  readonly points: readonly PointName[];
  readonly lost: readonly string[];
  readonly stamp: FileStamp | null;
  readonly error: MemberError | null;
  readonly undoError: MemberError | null;
  readonly ended: string | null;
  readonly durationMs: number | null;
}

/**
 * Conditions that select databases. A database that failed before its upgrade has no duration, and was not touched. A
 * planned one may have been touched, by a process that was killed before it recorded the outcome.
 */
export const CHOSEN = {
  all: "true",
  unseen: "standing IS NULL",
  touched: "applied <> '[]' OR state = 'planned' OR (state = 'failed' AND duration_ms IS NOT NULL)",
} as const;

/** The columns that {@linkcode toMember} reads. */
export const MEMBER_COLUMNS =
  "position, name, database, state, standing, pending, bytes, member_group, " +
  "before, after, applied, points, lost, stamp, error, undo_error, ended_at, duration_ms";

/** Reads a row of `fleet_member`. */
export function toMember(row: Row): JournalMember {
  const json = <T>(key: string): T => JSON.parse(String(row[key] ?? "null"));
  const text = (key: string) => row[key] === null ? null : String(row[key]);
  return {
    position: Number(row["position"]),
    member: { name: String(row["name"]), database: json("database") },
    state: text("state") as MemberState,
    standing: text("standing") as Standing | null,
    pending: Number(row["pending"] ?? 0),
    bytes: Number(row["bytes"] ?? 0),
    group: text("member_group"),
    before: json("before"),
    after: json("after"),
    applied: json("applied"),
    points: json("points"),
    lost: json("lost"),
    stamp: json("stamp"),
    error: json("error"),
    undoError: json("undo_error"),
    ended: text("ended_at"),
    durationMs: row["duration_ms"] === null ? null : Number(row["duration_ms"]),
  };
}
