/**
 * The one error class of Aludel, and the table of its codes.
 *
 * An error is data: a stable code, a sentence, a place, facts and what to do next. Text for people is
 * made from it in `src/cli/`, JSON likewise; the exit code follows from the code's kind.
 */
import { again, type NextStep, say, stepText } from "./text/next_step.ts";
import type { Place } from "./text/position.ts";

export type { Place };

/** What an error means for the exit code: see {@linkcode exitCodeOf}. */
export type ErrorKind =
  | "failure" // 1: the user's files, settings or database do not allow it
  | "usage" // 2: the command line is not understood
  | "finding" // 3: a check ran and found something
  | "partial" // 4: part of the work is done and stays done
  | "bug" // 70: our mistake
  | "interrupted"; // 130: Ctrl-C

/** Every error code with its kind. docs/errors.md describes each one; a test holds the two together. */
export const ERROR_KINDS = {
  "adopt-failed": "failure",
  "adopt-recorded": "failure",
  "adopt-revisions": "failure",
  "autogenerate-failed": "failure",
  "blame-unknown": "failure",
  "column-order": "finding",
  "copy-failed": "failure",
  "copy-space": "failure",
  "copy-stalled": "failure",
  "copy-unsupported": "failure",
  "database-busy": "failure",
  "database-corrupt": "failure",
  "database-folder-missing": "failure",
  "database-foreign": "failure",
  "database-format": "failure",
  "database-full": "failure",
  "database-is-folder": "failure",
  "database-missing": "failure",
  "database-not-sqlite": "failure",
  "database-other-sqlite": "failure",
  "database-readonly": "failure",
  "database-unreadable": "failure",
  "data-loss": "failure",
  "directive-conflict": "failure",
  "directive-file": "failure",
  "directive-place": "failure",
  "directive-syntax": "failure",
  "directive-unknown": "failure",
  "directive-value": "failure",
  "foreign-key-violations": "failure",
  "dev-pending": "failure",
  "dev-target": "failure",
  "draft-empty": "failure",
  "draft-followed": "failure",
  "draft-hand-written": "failure",
  "draft-none": "failure",
  "draft-sealed": "failure",
  "editor-failed": "failure",
  "editor-no-files": "failure",
  "editor-unset": "failure",
  "export-empty": "failure",
  "export-exists": "failure",
  "export-failed": "failure",
  "extension-failed": "failure",
  "file-is-folder": "failure",
  "file-outside": "failure",
  "file-unreadable": "failure",
  "file-unwritable": "failure",
  "fleet-changed": "failure",
  "fleet-command": "failure",
  "fleet-empty": "failure",
  "fleet-journal": "failure",
  "fleet-moved": "failure",
  "fleet-query": "failure",
  "fleet-run-busy": "failure",
  "fleet-run-missing": "failure",
  "fleet-target": "failure",
  "fleet-undone": "failure",
  "fleet-unknown": "failure",
  "fleet-written": "failure",
  "folder-locked": "failure",
  "folder-template": "failure",
  "git-failed": "failure",
  "git-missing": "failure",
  "git-no-common-commit": "failure",
  "git-not-a-file": "failure",
  "git-not-repository": "failure",
  "git-object-missing": "failure",
  "git-path": "failure",
  "git-ref-unknown": "failure",
  "git-too-old": "failure",
  "git-unmerged": "failure",
  "graph-invalid": "failure",
  "graph-unjoinable": "failure",
  "hook-in-the-way": "failure",
  "hook-managed": "failure",
  "hook-needs-settings": "failure",
  "hook-shared-folder": "failure",
  "import-ambiguous": "failure",
  "import-beside": "failure",
  "import-changed": "failure",
  "import-differs": "failure",
  "import-edited": "failure",
  "import-file": "failure",
  "import-replay": "failure",
  "import-state": "failure",
  "import-tool": "failure",
  "init-not-a-folder": "failure",
  "internal": "bug",
  "interrupted": "interrupted",
  "locate-ambiguous": "failure",
  "locate-recorded": "failure",
  "locate-unknown": "finding",
  "lock-timeout": "failure",
  "manifest-conflict": "failure",
  "manifest-dir": "failure",
  "manifest-duplicate-id": "failure",
  "manifest-duplicate-key": "failure",
  "manifest-encoding": "failure",
  "manifest-missing": "finding",
  "manifest-newer-format": "failure",
  "manifest-syntax": "failure",
  "manifest-too-large": "failure",
  "manifest-unknown-key": "failure",
  "manifest-value": "failure",
  "merge-ancestor": "failure",
  "merge-one-parent": "failure",
  "operand-ambiguous": "failure",
  "operand-unknown": "failure",
  "online-changed": "failure",
  "online-differs": "failure",
  "online-refused": "failure",
  "online-under-way": "failure",
  "policy-no-downgrade": "failure",
  "policy-no-drafts": "failure",
  "policy-no-loss": "failure",
  "policy-script": "failure",
  "policy-unknown": "failure",
  "project-missing": "failure",
  "proof-assert": "finding",
  "proof-assert-statement": "failure",
  "proof-order": "finding",
  "proof-schema": "finding",
  "rebase-applied": "failure",
  "rebase-failed": "failure",
  "rebase-onto-follower": "failure",
  "ref-ambiguous": "failure",
  "ref-not-found": "failure",
  "ref-other-branch": "failure",
  "ref-several-heads": "failure",
  "ref-several-paths": "failure",
  "ref-syntax": "usage",
  "ref-too-far": "failure",
  "ref-wrong-direction": "usage",
  "rehearsal-path-taken": "failure",
  "restore-folder-taken": "failure",
  "restore-journal-left": "failure",
  "restore-point-ambiguous": "failure",
  "restore-point-damaged": "failure",
  "restore-point-missing": "failure",
  "restore-point-rows": "failure",
  "restore-point-whole": "failure",
  "off-changed": "failure",
  "off-interrupted": "failure",
  "record-edited": "failure",
  "record-lineage-changed": "failure",
  "record-moved": "failure",
  "record-parent-missing": "failure",
  "record-text-changed": "failure",
  "replay-failed": "failure",
  "report-exists": "failure",
  "revision-dir-taken": "failure",
  "revision-draft": "failure",
  "revision-edited": "failure",
  "revision-edited-cosmetic": "failure",
  "revision-empty-down": "failure",
  "revision-file-missing": "failure",
  "revision-irreversible": "failure",
  "revision-id": "failure",
  "revision-id-taken": "failure",
  "revision-not-head": "failure",
  "revision-not-on-disk": "failure",
  "revision-ran": "failure",
  "revision-unknown": "failure",
  "revision-unsealed": "finding",
  "route-followed": "failure",
  "route-not-applied": "failure",
  "route-not-related": "failure",
  "schema-command-empty": "failure",
  "schema-command-failed": "failure",
  "schema-command-missing": "failure",
  "schema-conflict": "failure",
  "schema-drift": "finding",
  "schema-duplicate": "failure",
  "schema-empty": "failure",
  "schema-folder-empty": "failure",
  "schema-missing": "failure",
  "schema-rename-hint": "failure",
  "schema-sql": "failure",
  "schema-sqlite": "failure",
  "schema-statement": "failure",
  "schema-unreadable": "failure",
  "seal-edited": "failure",
  "seal-no-up": "failure",
  "seal-text-unknown": "failure",
  "sealed-changed": "finding",
  "sealed-moved": "finding",
  "sealed-removed": "finding",
  "settings-duplicate-key": "failure",
  "settings-missing": "failure",
  "settings-syntax": "failure",
  "settings-unknown-key": "failure",
  "settings-value": "failure",
  "sql-attach": "failure",
  "sql-choose": "failure",
  "sql-comment": "failure",
  "sql-dot-command": "failure",
  "sql-encoding": "failure",
  "sql-ended-transaction": "failure",
  "sql-failed": "failure",
  "sql-foreign-keys": "failure",
  "sql-function-missing": "finding",
  "sql-load-extension": "failure",
  "sql-nul": "failure",
  "sql-outside": "failure",
  "sql-parameter": "failure",
  "sql-placeholder": "failure",
  "sql-pragma": "failure",
  "sql-state-table": "failure",
  "sql-token": "failure",
  "sql-transaction-control": "failure",
  "sql-unfinished": "failure",
  "sql-vacuum": "failure",
  "sqlite-too-old": "failure",
  "squash-draft": "failure",
  "squash-inside": "failure",
  "squash-run": "failure",
  "squash-script": "failure",
  "squash-uncommitted": "failure",
  "squash-unequal": "failure",
  "state-damaged": "failure",
  "state-foreign-tables": "failure",
  "state-newer-format": "failure",
  "server-failed": "failure",
  "server-lock-lost": "failure",
  "server-refuses": "failure",
  "target-none": "failure",
  "target-unknown": "failure",
  "target-unsupported": "failure",
  "target-value": "failure",
  "system-refused": "failure",
  "usage": "usage",
} as const satisfies Record<string, ErrorKind>;

/** A stable code, such as `ref-ambiguous`. */
export type ErrorCode = keyof typeof ERROR_KINDS;

/** What an {@linkcode AludelError} is made of, besides its code and message. */
export interface ErrorFacts {
  /** Where the fact is. */
  readonly place?: Place;
  /** The revision that the error is about. */
  readonly revision?: string;
  /** Further facts, a line each: candidates, the parts of a cycle, the rows that violate. */
  readonly notes?: readonly string[];
  /** SQLite's own message, verbatim. */
  readonly sqlite?: string;
  /** What happened to the work already done: "Nothing was applied; …". */
  readonly outcome?: string;
  /** Revisions that were committed before the failure and stay so: the exit code is 4 then. */
  readonly committed?: readonly string[];
  /** What to type or do next, best first. */
  readonly next?: readonly NextStep[];
  /** What was thrown below. */
  readonly cause?: unknown;
}

/** What a new error is made of: the code that throws it says what to do next. */
export interface NewErrorFacts extends ErrorFacts {
  readonly next: readonly NextStep[];
}

/** The next step after an error that should not happen. */
export const REPORT_BUG: NextStep = say(
  "Report it, with these lines and the command that you typed",
);

/** The next step after Ctrl-C: completed steps were reported, and nothing needs repair. */
export const GO_ON: NextStep = again` # go on`;

/** The next step after what the system refused, and what its words in the notes tell. */
export const FIX_ACCESS: NextStep = say(
  "Fix the problem in the note (permissions, disk space), then run the same command again",
);

/** An error that Aludel foresaw. Anything else that is thrown is a bug of ours. */
export class AludelError extends Error {
  /** Always `AludelError`. */
  override readonly name = "AludelError";
  /** Stable, such as `ref-ambiguous`: what a program looks at. */
  readonly code: ErrorCode;
  /** Where the fact is. */
  readonly place: Place | undefined;
  /** The revision that the error is about. */
  readonly revision: string | undefined;
  /** Further facts, a line each. */
  readonly notes: readonly string[];
  /** SQLite's own message. */
  readonly sqlite: string | undefined;
  /** What happened to the work already done. */
  readonly outcome: string | undefined;
  /** Revisions that were committed before the failure, and stay. */
  readonly committed: readonly string[];
  /** What to type or do next, best first. */
  readonly next: readonly NextStep[];

  /**
   * Makes an error of what is known where it happens.
   *
   * @param code A code of {@linkcode ERROR_KINDS}.
   * @param message One sentence in sentence case without a final period, values quoted.
   * @param facts Next steps, and what is known of place, notes and outcome.
   */
  constructor(code: ErrorCode, message: string, facts: NewErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.place = facts.place;
    this.revision = facts.revision;
    this.notes = facts.notes ?? [];
    this.sqlite = facts.sqlite;
    this.outcome = facts.outcome;
    this.committed = facts.committed ?? [];
    this.next = facts.next ?? [];
  }

  /** The same error with more facts, for a caller that knows what the thrower could not. */
  with(facts: ErrorFacts): AludelError {
    return new AludelError(this.code, this.message, {
      ...(this.place && { place: this.place }),
      ...(this.revision !== undefined && { revision: this.revision }),
      notes: this.notes,
      ...(this.sqlite !== undefined && { sqlite: this.sqlite }),
      ...(this.outcome !== undefined && { outcome: this.outcome }),
      committed: this.committed,
      next: this.next,
      cause: this.cause,
      ...facts,
    });
  }
}

const EXIT_CODES: Record<ErrorKind, number> = {
  failure: 1,
  usage: 2,
  finding: 3,
  partial: 4,
  bug: 70,
  interrupted: 130,
};

/** The process exit code for an error: 70 for anything that is not an {@linkcode AludelError}. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AludelError)) return EXIT_CODES.bug;
  const kind = ERROR_KINDS[error.code];
  return kind === "failure" && error.committed.length > 0 ? EXIT_CODES.partial : EXIT_CODES[kind];
}

/**
 * An error for an application that may not catch it: its message has the place, SQLite's words, the notes and what to do
 * next as well, a line each, because the message and the stack are all that a runtime prints.
 */
export function inFull(error: unknown): unknown {
  if (!(error instanceof AludelError)) return error;
  const { place, sqlite, notes, outcome, next } = error;
  const at = place && [place.file, place.line, place.column].filter((part) => part !== undefined);
  const full = [
    error.message,
    ...(at ? [`at ${at.join(":")}`] : []),
    ...(sqlite === undefined ? [] : [`SQLite says: ${sqlite}`]),
    ...notes,
    ...(outcome === undefined ? [] : [outcome]),
    ...next.map((step) => `next: ${stepText(step)}`),
  ].join("\n  ");
  const frames = error.stack?.slice(error.stack.search(/^\s+at /m)) ?? "";
  error.message = full;
  error.stack = `${error.name}: ${full}\n${frames}`;
  return error;
}
