// Made by `deno task docs` from the JSON Schemas in this folder.

/** What to do next, best first. */
export type Next = readonly ({
  readonly command: string;
  /** What it is for. */
  readonly why?: string;
} | {
  readonly say: string;
})[];

/** A place in a file. Line and column count from 1; null: all of them. */
export interface Place {
  /** As seen from the working folder. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The source line with a caret under the column. */
  readonly frame: string | null;
}

/** What a check found. */
export interface Finding {
  readonly level: "error" | "warning";
  /** Stable; docs/errors.md and docs/lint.md list the codes. */
  readonly code: string;
  readonly message: string;
  /** Id of the revision that it is about. */
  readonly revision: string | null;
  readonly place: Place | null;
  /** Further facts. */
  readonly notes: readonly string[];
  readonly next: Next;
}

/** What a command tells without stopping for it. */
export interface Notice {
  /** Stable; null for a sentence alone. */
  readonly code: string | null;
  readonly message: string;
  readonly notes: readonly string[];
  readonly next: Next;
}

/** A revision. */
export interface Revision {
  readonly id: string;
  readonly message: string;
  /** Ids. */
  readonly parents: readonly string[];
  /** Ids. */
  readonly dependsOn: readonly string[];
  /** Ids of the revisions that a squashed one stands for. */
  readonly replaces: readonly string[];
  /** The labels that it carries itself. */
  readonly labels: readonly string[];
  /** The labels of the branches that it is on. */
  readonly branches: readonly string[];
  /** UTC to the second; null if only the database knows the revision. */
  readonly created: string | null;
  /** unknown: in the database, not on disk. */
  readonly state: "draft" | "sealed" | "unknown";
  /** Its folder inside the migrations folder. */
  readonly dir: string | null;
  /** Whether the database is at it; null if no database was looked at. */
  readonly isCurrent: boolean | null;
  readonly isHead: boolean;
  readonly isBranchpoint: boolean;
  readonly isMergepoint: boolean;
}

/** A difference between two schemas. */
export interface Change {
  readonly kind:
    | "create-table"
    | "drop-table"
    | "rename-table"
    | "alter-table"
    | "create-object"
    | "drop-object"
    | "replace-object";
  /** Of the table or object. */
  readonly name: string;
  /** The difference in words, a line each. */
  readonly lines: readonly string[];
}

/** A table or column that may have been renamed. */
export interface Suggestion {
  readonly kind: "table" | "column";
  /** The wanted table: the one that is renamed, or that has the column. */
  readonly table: string;
  readonly from: string;
  readonly to: string;
  /** The line for the schema file that declares it. */
  readonly line: string;
}

/** Statements that lead from one schema to another. */
export interface Plan {
  /** The oldest SQLite that runs them; null: any. */
  readonly sqlite: string | null;
  readonly statements: readonly ({
    readonly sql: string;
    /** What it does on a table with rows. */
    readonly cost: "metadata" | "scan" | "rewrite";
    readonly hazards: readonly ({
      readonly code: string;
      readonly message: string;
    })[];
    /** Columns whose values a person must choose. */
    readonly choose: readonly string[];
  })[];
}

/** A diagram of tables. */
export interface Diagram {
  readonly form: "mermaid" | "dot" | "svg";
  readonly text: string;
}

/** How the database differs from what its revisions lead to. */
export interface Drift {
  /** The differences in words, a line each; none: no drift. */
  readonly changes: readonly string[];
  /** Statements that undo the drift, if some were found. */
  readonly sql: string | null;
}

/** A restore point. */
export interface RestorePoint {
  readonly name: string;
  /** Why it was made. */
  readonly kind: string;
  /** A copy of the database, or the rows that a run took. */
  readonly holds: "database" | "rows";
  readonly sequence: number;
  /** UTC to the second. */
  readonly created: string;
  readonly reason: string;
  /** The file that holds it. */
  readonly file: string;
  /** Ids of the revisions that the database was at. */
  readonly heads: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
  /** The permissions of the database. */
  readonly mode: number | null;
  readonly madeBy: string;
}

/** A table whose number of rows changes. */
export interface RowChange {
  readonly table: string;
  /** null: there is no such table. */
  readonly before: number | null;
  /** null: there is no such table. */
  readonly after: number | null;
}

/** A revision that was applied or undone. */
export interface Step {
  readonly direction: "up" | "down";
  readonly id: string;
  readonly durationMs: number;
}

/** What a table lost. */
export interface TableLoss {
  /** Its name before the run. */
  readonly table: string;
  readonly rows: number;
  /** By column, how many values are gone or others. */
  readonly columns: Readonly<Record<string, number>>;
  /** Rows that are there with another rowid. */
  readonly rowids: number;
}

/** A run of revisions on a database. */
export interface Run {
  readonly database: string;
  readonly dryRun: false;
  /** Ids of the revisions that the database was at. */
  readonly from: readonly string[];
  /** Ids of the revisions that it is at now. */
  readonly to: readonly string[];
  readonly steps: readonly Step[];
  /** Ids of the revisions whose records follow the manifest now. */
  readonly resealed: readonly string[];
  /** What the scripts said to lose. */
  readonly lost: readonly TableLoss[];
  /** The same for other objects, in words. */
  readonly lostObjects: readonly string[];
  readonly restorePoints: readonly ({
    readonly name: string;
    readonly holds: "database" | "rows";
  })[];
  readonly notices: readonly Notice[];
}

/** The SQL of a revision. */
export interface Texts {
  readonly up: string | null;
  /** null if it has none. */
  readonly down: string | null;
}

/** What running a revision up, down and up again showed. */
export interface Proof {
  readonly id: string;
  readonly verdict: {
    readonly kind: "exact";
  } | {
    readonly kind: "lossy";
    readonly losses: readonly string[];
  } | {
    readonly kind: "untried";
    /** Tables. */
    readonly empty: readonly string[];
  } | {
    readonly kind: "one-way";
  } | {
    readonly kind: "fails";
    readonly stage: string;
    readonly finding: Finding;
  };
  readonly notices: readonly string[];
  /** Rows that it was run on. */
  readonly rows: number;
  /** Tables that had them. */
  readonly tables: number;
}

/** A rebuild beside writers was given up. */
export interface AbortAnswer {
  readonly format: 1;
  readonly database: string;
  /** What was given up; null if nothing was under way. */
  readonly aborted: {
    readonly revision: string;
    readonly table: string;
  } | null;
}

/** Revisions were run. */
export interface RunAnswer {
  readonly format: 1;
  readonly database: string;
  readonly dryRun: false;
  /** Ids of the revisions that the database was at. */
  readonly from: readonly string[];
  /** Ids of the revisions that it is at now. */
  readonly to: readonly string[];
  readonly steps: readonly Step[];
  /** Ids of the revisions whose records follow the manifest now. */
  readonly resealed: readonly string[];
  /** What the scripts said to lose. */
  readonly lost: readonly TableLoss[];
  /** The same for other objects, in words. */
  readonly lostObjects: readonly string[];
  readonly restorePoints: readonly ({
    readonly name: string;
    readonly holds: "database" | "rows";
  })[];
  readonly notices: readonly Notice[];
}

/** What would run, with --dry-run. */
export interface DryRunAnswer {
  readonly format: 1;
  readonly database: string;
  readonly dryRun: true;
  /** Ids of the revisions that the database is at. */
  readonly from: readonly string[];
  /** Ids of the revisions that it would be at. */
  readonly to: readonly string[];
  readonly segments: readonly ({
    readonly mode: "transaction" | "foreign-keys" | "off" | "online";
    readonly steps: readonly ({
      readonly direction: "up" | "down";
      readonly id: string;
      readonly message: string;
      readonly file: string;
      /** Number of statements. */
      readonly statements: number;
    })[];
  })[];
  /** Ids of the revisions whose records would follow the manifest. */
  readonly resealed: readonly string[];
  /** Possible losses, a sentence each. */
  readonly mayLose: readonly string[];
  readonly notices: readonly Notice[];
}

/** Revisions were run on a copy, with --rehearse. */
export interface RehearsalAnswer {
  readonly format: 1;
  readonly database: string;
  readonly dryRun: false;
  /** Ids of the revisions that the database was at. */
  readonly from: readonly string[];
  /** Ids of the revisions that it is at now. */
  readonly to: readonly string[];
  readonly steps: readonly Step[];
  /** Ids of the revisions whose records follow the manifest now. */
  readonly resealed: readonly string[];
  /** What the scripts said to lose. */
  readonly lost: readonly TableLoss[];
  /** The same for other objects, in words. */
  readonly lostObjects: readonly string[];
  readonly restorePoints: readonly ({
    readonly name: string;
    readonly holds: "database" | "rows";
  })[];
  readonly notices: readonly Notice[];
  /** What the run on a copy measured. */
  readonly rehearsal: {
    readonly copyMs: number;
    readonly runMs: number;
    readonly rows: readonly RowChange[];
    /** What integrity_check says. */
    readonly damage: readonly string[];
    /** null: it cannot be checked. */
    readonly foreignKeyViolations: number | null;
    readonly bytesBefore: number;
    readonly bytesAfter: number;
    /** The largest size of the write-ahead log. */
    readonly logBytes: number | null;
    /** The path of the copy. */
    readonly kept: string | null;
  };
}

/** A script, with --sql. */
export interface ScriptAnswer {
  readonly format: 1;
  /** null for a range, which needs none. */
  readonly database: string | null;
  readonly dryRun: true;
  /** Ids of the revisions that the database must be at. */
  readonly from: readonly string[];
  /** Ids of the revisions that it is at afterwards. */
  readonly to: readonly string[];
  readonly steps: readonly ({
    readonly direction: "up" | "down";
    readonly id: string;
  })[];
  /** Ids. */
  readonly resealed: readonly string[];
  readonly notices: readonly Notice[];
  /** For the sqlite3 shell. */
  readonly script: string;
}

/** A draft. */
export interface DraftAnswer {
  readonly format: 1;
  /** null if nothing was written. */
  readonly id: string | null;
  readonly message: string | null;
  /** Ids. */
  readonly parents: readonly string[] | null;
  /** Ids. */
  readonly dependsOn: readonly string[] | null;
  readonly labels: readonly string[] | null;
  /** UTC to the second. */
  readonly created: string | null;
  /** The path of its up.sql. */
  readonly up: string | null;
  /** The path of its down.sql, if it has one. */
  readonly down: string | null;
  /** null without --autogenerate. */
  readonly changes: readonly Change[] | null;
  readonly suggestions: readonly Suggestion[] | null;
  readonly plan: {
    readonly up: Plan;
    readonly down: Plan;
  } | null;
  readonly notices: readonly Notice[];
  /** What the trial rests on. */
  readonly tried: {
    readonly up: "rows" | "empty" | "no";
    readonly down: "rows" | "empty" | "no";
  } | null;
  /** What the files would hold; null without --dry-run. */
  readonly texts: Texts | null;
  /** The run that undid the draft before it was written again. */
  readonly undone: Run | null;
}

/** A project that was started. */
export interface ProjectAnswer {
  readonly format: 1;
  /** The folder of the project. */
  readonly root: string;
  readonly created: readonly string[];
  /** Files that got further lines. */
  readonly extended: readonly string[];
  /** What was there and was left as it is. */
  readonly kept: readonly string[];
  /** The database that was adopted. */
  readonly database: string | null;
  /** Id of the baseline. */
  readonly revision: string | null;
  /** The path of its up.sql. */
  readonly up: string | null;
  readonly leftOut: readonly ({
    readonly kind: string;
    readonly name: string;
    readonly reason: string;
    readonly owner: string | null;
  })[];
}

/** What kept a database from what was asked. */
export interface FleetError {
  /** Stable. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly place: Place | null;
  /** Id of the revision that it is about. */
  readonly revision: string | null;
  /** SQLite's own words. */
  readonly sqlite: string | null;
  /** Further facts. */
  readonly notes: readonly string[];
  /** What was changed, or that nothing was. */
  readonly outcome: string | null;
  readonly next: Next;
}

/** A database of a fleet, as fleet status prints it. */
export interface FleetSight {
  readonly format: 1;
  /** Its name. */
  readonly database: string;
  /** Its path or URL. */
  readonly url: string;
  /** How it compares with the revisions on disk. */
  readonly state:
    | "pending"
    | "current"
    | "ahead"
    | "foreign"
    | "differs"
    | "interrupted"
    | "locked"
    | "missing"
    | "unreadable";
  /** How many revisions it lacks. */
  readonly pending: number;
  /** Ids of the revisions that it is at; none: base. */
  readonly current: readonly string[];
  readonly error: FleetError | null;
}

/** What became of a database of a fleet. */
export interface FleetOutcome {
  readonly format: 1;
  /** Its name. */
  readonly database: string;
  /** Its path or URL. */
  readonly url: string;
  /** `done`: the run applied something to it; `idle`: it had nothing to apply; `undone`: what the run applied is undone. */
  readonly state: "planned" | "done" | "idle" | "failed" | "undone";
  /** Ids of what the run applied to it, in order. */
  readonly applied: readonly string[];
  /** Ids of the revisions that it is at; null if it could not be read, or was not. */
  readonly current: readonly string[] | null;
  /** Those that the run made. */
  readonly restorePoints: readonly ({
    readonly name: string;
    readonly holds: "database" | "rows";
  })[];
  /** What the run took as its scripts say, a sentence each. */
  readonly lost: readonly string[];
  readonly durationMs: number | null;
  readonly error: FleetError | null;
}

/** The last line of a run of a fleet. */
export interface FleetRun {
  readonly format: 1;
  /** Its name. */
  readonly run: string;
  /** How many the fleet has. */
  readonly databases: number;
  /** How many have not had their turn. */
  readonly planned: number;
  /** How many the run has applied something to. */
  readonly done: number;
  /** How many had nothing to apply. */
  readonly idle: number;
  readonly failed: number;
  /** How many of them are back where they were. */
  readonly undone: number;
  /** Why it ended before its last database; null if it did not. */
  readonly stopped: "errors" | "canary" | "interrupted" | "rehearsal" | null;
}

/** A database from which a run was taken back. */
export interface FleetUndone {
  readonly format: 1;
  /** Its name. */
  readonly database: string;
  /** Its path or URL. */
  readonly url: string;
  /** `undone`: it is where it was before the run; `failed`: it was left as it is. */
  readonly state: "undone" | "failed";
  /** Ids of the revisions that were undone. */
  readonly undone: readonly string[];
  /** Ids of the revisions that it is at; null if that is not known. */
  readonly current: readonly string[] | null;
  /** Those that the undoing made. */
  readonly restorePoints: readonly ({
    readonly name: string;
    readonly holds: "database" | "rows";
  })[];
  readonly durationMs: number;
  readonly error: FleetError | null;
}

/** Restore points. */
export interface BackupListAnswer {
  readonly format: 1;
  readonly database: string;
  readonly folder: string;
  /** Newest first. */
  readonly points: readonly RestorePoint[];
  /** Names of what is no restore point. */
  readonly others: readonly string[];
  /** Folders that a crash left. */
  readonly leftovers: readonly string[];
}

/** A new restore point. */
export interface BackupAnswer {
  readonly format: 1;
  readonly database: string;
  readonly point: RestorePoint;
  readonly path: string;
}

/** After which revision a query fails. */
export interface BisectAnswer {
  readonly format: 1;
  /** Whether it returns no rows at the end: the exit code is 0, else 3. */
  readonly clean: boolean;
  /** Revisions that it was asked after. */
  readonly count: number;
  /** The revisions at which the result changes. */
  readonly turns: readonly ({
    /** Id. */
    readonly revision: string;
    readonly state: {
      readonly kind: "holds";
    } | {
      readonly kind: "fails";
      readonly rows: number;
    } | {
      readonly kind: "unknown";
      /** Why it cannot run. */
      readonly sqlite: string;
    };
  })[];
}

/** Which revision made each part of a table. */
export interface BlameAnswer {
  readonly format: 1;
  readonly lines: readonly ({
    /** Id. */
    readonly revision: string;
    /** Its first line. */
    readonly message: string;
    readonly line: string;
  })[];
}

/** The revisions where branches split. */
export interface BranchesAnswer {
  readonly format: 1;
  readonly revisions: readonly ({
    readonly id: string;
    readonly message: string;
    /** Ids. */
    readonly parents: readonly string[];
    /** Ids. */
    readonly dependsOn: readonly string[];
    /** Ids of the revisions that a squashed one stands for. */
    readonly replaces: readonly string[];
    /** The labels that it carries itself. */
    readonly labels: readonly string[];
    /** The labels of the branches that it is on. */
    readonly branches: readonly string[];
    /** UTC to the second; null if only the database knows the revision. */
    readonly created: string | null;
    /** unknown: in the database, not on disk. */
    readonly state: "draft" | "sealed" | "unknown";
    /** Its folder inside the migrations folder. */
    readonly dir: string | null;
    /** Whether the database is at it; null if no database was looked at. */
    readonly isCurrent: boolean | null;
    readonly isHead: boolean;
    readonly isBranchpoint: boolean;
    readonly isMergepoint: boolean;
    /** Ids. */
    readonly children: readonly string[];
  })[];
}

/** How the wanted schema differs from the revisions. */
export interface CheckAnswer {
  readonly format: 1;
  /** Whether it does not: the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly changes: readonly Change[];
  readonly suggestions: readonly Suggestion[];
}

/** A script for a shell. */
export interface CompletionsAnswer {
  readonly format: 1;
  readonly shell: "bash" | "zsh" | "fish" | "powershell";
  readonly script: string;
}

/** The revisions that the database is at. */
export interface CurrentAnswer {
  readonly format: 1;
  readonly database: string;
  /** Whether there is such a database. */
  readonly exists: boolean;
  /** Ids of the revisions that it is at; none: base. */
  readonly current: readonly string[];
  /** Ids of the heads on disk; null without a project. */
  readonly heads: readonly string[] | null;
  /** Whether it is at all heads; null without a project. */
  readonly atHeads: boolean | null;
  /** The current ones. */
  readonly revisions: readonly Revision[];
}

/** What became of a development database. */
export interface DevAnswer {
  readonly format: 1;
  readonly database: string;
  /** followed: it has the wanted schema; clean: it had what its records say; reached: revisions were recorded whose schema it has; back: it went back to its revisions. */
  readonly kind: "followed" | "clean" | "reached" | "back";
  /** What was changed. */
  readonly changes: readonly Change[];
  /** The statements that ran; empty if none did. */
  readonly sql: string;
}

/** How two schemas differ. */
export interface DiffAnswer {
  readonly format: 1;
  readonly a: string;
  readonly b: string;
  /** Whether they are the same. */
  readonly clean: boolean;
  readonly changes: readonly Change[];
  readonly suggestions: readonly Suggestion[];
  /** The statements that lead from a to b; null without --sql. */
  readonly plan: Plan | null;
  /** null without --svg. */
  readonly diagram: Diagram | null;
}

/** Revisions that were undone. */
export type DowngradeAnswer = RunAnswer | DryRunAnswer | RehearsalAnswer | ScriptAnswer;

/** A draft that was taken out. */
export interface DropAnswer {
  readonly format: 1;
  readonly id: string;
  readonly folder: string;
  /** The run that undid it; null if it was not applied. */
  readonly undone: Run | null;
}

/** Files that were edited. */
export interface EditAnswer {
  readonly format: 1;
  readonly files: readonly string[];
}

/** The answer of a command that failed. docs/errors.md lists the codes with cause and cure. */
export interface ErrorAnswer {
  readonly format: 1;
  readonly error: {
    /** Stable. */
    readonly code: string;
    /** One sentence. */
    readonly message: string;
    readonly exitCode: number;
    readonly place: Place | null;
    /** Id of the revision that it is about. */
    readonly revision: string | null;
    /** SQLite's own words. */
    readonly sqlite: string | null;
    /** Further facts. */
    readonly notes: readonly string[];
    /** What was changed, or that nothing was. */
    readonly outcome: string | null;
    readonly next: Next;
  };
}

/** Files for another tool. */
export interface ExportAnswer {
  readonly format: 1;
  readonly tool: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly revisions: readonly ({
    readonly id: string;
    /** What the other tool calls it. */
    readonly version: string;
  })[];
  readonly notices: readonly Notice[];
}

/** Each line: a database of the run, and at the end the run. */
export type FleetReportAnswer = FleetOutcome | FleetRun;

/** Each line: a database that has had its turn, and at the end the run. */
export type FleetResumeAnswer = FleetOutcome | FleetRun;

/** Each line: a database, and at the end all of them. */
export type FleetStatusAnswer = FleetSight | {
  readonly format: 1;
  /** How many there are. */
  readonly databases: number;
  /** Ids of the heads on disk. */
  readonly heads: readonly string[];
  /** How many are in each state. */
  readonly states: {
    readonly pending: number;
    readonly current: number;
    readonly ahead: number;
    readonly foreign: number;
    readonly differs: number;
    readonly interrupted: number;
    readonly locked: number;
    readonly missing: number;
    readonly unreadable: number;
  };
  /** Whether the exit code is 0, else 3. */
  readonly clean: boolean;
};

/** Each line: a database from which the run was taken back, and at the end the run. */
export type FleetUndoAnswer = FleetUndone | FleetRun;

/** Each line: a database that has had its turn, and at the end the run. */
export type FleetUpgradeAnswer = FleetOutcome | FleetRun;

/** The revisions that nothing follows. */
export interface HeadsAnswer {
  readonly format: 1;
  /** Ids. */
  readonly heads: readonly string[];
  /** The same ones. */
  readonly revisions: readonly Revision[];
}

/** Revisions, newest first. */
export interface HistoryAnswer {
  readonly format: 1;
  /** Ids of the revisions that the database is at; null if none was looked at. */
  readonly current: readonly string[] | null;
  readonly revisions: readonly Revision[];
}

/** Hooks that were installed. */
export interface HookInstallAnswer {
  readonly format: 1;
  readonly dryRun: boolean;
  /** What was changed in the repository, or would be. */
  readonly edits: readonly ({
    readonly kind: "write";
    readonly path: string;
    readonly text: string;
    readonly executable: boolean;
    /** The lines that are added, if the others stay. */
    readonly adds?: readonly string[];
  } | {
    readonly kind: "move";
    readonly path: string;
    readonly to: string;
  } | {
    readonly kind: "remove";
    readonly path: string;
  } | {
    readonly kind: "configure";
    readonly key: string;
    readonly value: string;
  } | {
    readonly kind: "unconfigure";
    readonly section: string;
  })[];
}

/** Which hooks are there. */
export interface HookStatusAnswer {
  readonly format: 1;
  /** Whether all are installed: the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly hooks: readonly ({
    readonly name: string;
    readonly path: string;
    readonly kind: "none" | "other" | "aludel";
    /** The settings files of the projects that it checks. */
    readonly checks: readonly string[];
    /** Whether an earlier hook is kept, and run first. */
    readonly chained: boolean;
    /** Whether it checks this project. */
    readonly verifies: boolean;
  })[];
  /** Whether it is registered. */
  readonly mergeDriver: boolean;
}

/** Hooks that were removed. */
export interface HookUninstallAnswer {
  readonly format: 1;
  readonly dryRun: boolean;
  /** What was changed in the repository, or would be. */
  readonly edits: readonly ({
    readonly kind: "write";
    readonly path: string;
    readonly text: string;
    readonly executable: boolean;
    /** The lines that are added, if the others stay. */
    readonly adds?: readonly string[];
  } | {
    readonly kind: "move";
    readonly path: string;
    readonly to: string;
  } | {
    readonly kind: "remove";
    readonly path: string;
  } | {
    readonly kind: "configure";
    readonly key: string;
    readonly value: string;
  } | {
    readonly kind: "unconfigure";
    readonly section: string;
  })[];
}

/** Another tool's project. */
export type ImportAnswer = {
  readonly format: 1;
  readonly tool: string;
  /** The folder of its files. */
  readonly folder: string;
  readonly database: string | null;
  readonly dryRun: boolean;
  readonly created: readonly string[];
  readonly extended: readonly string[];
  readonly revisions: readonly ({
    readonly id: string;
    /** The other tool's name of it. */
    readonly key: string;
    readonly message: string;
    /** Ids. */
    readonly parents: readonly string[];
    readonly file: string;
    readonly isNew: boolean;
    readonly isApplied: boolean;
    readonly hasDown: boolean;
  })[];
  /** Ids that were recorded as applied. */
  readonly stamped: readonly string[];
  /** What steps that are programs do to rows, and the SQL written for them does not. */
  readonly rowsLeft: readonly ({
    readonly id: string;
    /** Rows before and after, a sentence each. */
    readonly facts: readonly string[];
    /** What the tool ran on its own rows, as far as it is known. */
    readonly statements: readonly string[];
  })[];
  readonly takenOut: readonly ({
    readonly file: string;
    readonly line: number;
    readonly sql: string;
    readonly why: "runner" | "connection" | "transaction";
  })[];
  readonly notices: readonly Notice[];
} | ProjectAnswer;

/** A new project. */
export type InitAnswer = ProjectAnswer;

/** Hazards in the SQL of revisions. */
export interface LintAnswer {
  readonly format: 1;
  /** Whether the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly revisions: readonly ({
    readonly id: string;
    readonly message: string;
  })[];
  readonly findings: readonly Finding[];
  /** Findings that the SQL says to ignore. */
  readonly ignored: number;
}

/** The revision whose schema a database has. */
export interface LocateAnswer {
  readonly format: 1;
  readonly database: string;
  /** Whether one has exactly this schema: the exit code is 0, else 3. */
  readonly clean: boolean;
  /** Ids of the revisions whose schema it is, or the nearest one. */
  readonly heads: readonly string[];
  /** Other places with the same schema, by their heads. */
  readonly others: readonly (readonly string[])[];
  readonly changes: readonly Change[];
}

/** Two manifests merged. */
export interface MergeDriverAnswer {
  readonly format: 1;
  readonly conflicts: readonly string[];
  readonly problems: readonly string[];
  /** Ids. */
  readonly heads: readonly string[];
}

/** A new draft that joins heads. */
export type MergeAnswer = DraftAnswer;

/** The policies of a database. */
export interface ProtectAnswer {
  readonly format: 1;
  readonly database: string;
  readonly policies: readonly string[];
  readonly changed: boolean;
}

/** What running revisions showed. */
export interface ProveAnswer {
  readonly format: 1;
  /** Whether the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly revisions: readonly Proof[];
  readonly orders: readonly ({
    /** Ids. */
    readonly heads: readonly string[];
    /** Orders that were run. */
    readonly count: number;
    /** null: each order gives the same schema. */
    readonly finding: Finding | null;
  })[];
  /** Answers from earlier runs. */
  readonly fromCache: number;
}

/** A draft with other parents. */
export interface RebaseAnswer {
  readonly format: 1;
  readonly id: string;
  /** Ids. */
  readonly parents: readonly string[];
  /** The drafts that moved. */
  readonly moved: readonly Proof[];
  /** Whether it commutes with what it follows now; null: nothing is new there. */
  readonly commutes: boolean | null;
}

/** Revisions that were undone and applied again. */
export type RedoAnswer = RunAnswer | DryRunAnswer | RehearsalAnswer | ScriptAnswer;

/** A report of revisions. */
export interface ReportAnswer {
  readonly format: 1;
  /** Newest first. */
  readonly revisions: readonly ({
    readonly id: string;
    readonly message: string;
  })[];
  /** The file that was written. */
  readonly out: string | null;
  /** null without --markdown. */
  readonly markdown: string | null;
}

/** A database put back. */
export type RestoreAnswer = {
  readonly format: 1;
  readonly database: string;
  readonly dryRun: boolean;
  readonly point: RestorePoint;
  /** What the database held before. */
  readonly kept: RestorePoint | null;
  /** Ids of the revisions that it was at; null if there was no database. */
  readonly from: readonly string[] | null;
  /** Ids of the revisions that it is at now, or would be. */
  readonly to: readonly string[];
  /** With --dry-run and a database: the tables whose number of rows would change. */
  readonly rows: readonly RowChange[] | null;
  readonly notices: readonly Notice[];
} | {
  readonly format: 1;
  readonly database: string;
  readonly dryRun: boolean;
  readonly point: RestorePoint;
  /** The values that were replaced. */
  readonly kept: RestorePoint | null;
  readonly tables: readonly ({
    readonly table: string;
    /** The table that takes the rows today; null: none. */
    readonly into: string | null;
    readonly inserted: number;
    readonly changed: number;
    readonly there: number;
    readonly missed: readonly ({
      readonly reason: string;
      readonly count: number;
    })[];
  })[];
  readonly notices: readonly Notice[];
};

/** A new draft. */
export type RevisionAnswer = DraftAnswer;

/** A schema. */
export interface SchemaAnswer {
  readonly format: 1;
  /** What was asked for. */
  readonly schema: string;
  /** null if a diagram was asked for. */
  readonly objects:
    | readonly ({
      readonly kind: string;
      readonly name: string;
      readonly description: string;
      readonly sql: string;
    })[]
    | null;
  readonly diagram: Diagram | null;
}

/** Revisions that were sealed. */
export interface SealAnswer {
  readonly format: 1;
  /** Ids. */
  readonly sealed: readonly string[];
  /** Ids of those that were sealed again. */
  readonly resealed: readonly string[];
  /** Ids. */
  readonly unchanged: readonly string[];
  /** Ids of those whose down.sql has no statement. */
  readonly emptyDowns: readonly string[];
  /** Ids of those that are sealed and whose files differ. */
  readonly edited: readonly string[];
}

/** Everything about revisions. */
export interface ShowAnswer {
  readonly format: 1;
  /** null if none was looked at. */
  readonly database: string | null;
  readonly revisions: readonly ({
    readonly id: string;
    readonly message: string;
    /** Ids. */
    readonly parents: readonly string[];
    /** Ids. */
    readonly dependsOn: readonly string[];
    /** Ids of the revisions that a squashed one stands for. */
    readonly replaces: readonly string[];
    /** The labels that it carries itself. */
    readonly labels: readonly string[];
    /** The labels of the branches that it is on. */
    readonly branches: readonly string[];
    /** UTC to the second; null if only the database knows the revision. */
    readonly created: string | null;
    /** unknown: in the database, not on disk. */
    readonly state: "draft" | "sealed" | "unknown";
    /** Its folder inside the migrations folder. */
    readonly dir: string | null;
    /** Whether the database is at it; null if no database was looked at. */
    readonly isCurrent: boolean | null;
    readonly isHead: boolean;
    readonly isBranchpoint: boolean;
    readonly isMergepoint: boolean;
    /** How the files compare with the manifest; null if they are not on disk. */
    readonly seal: {
      readonly kind: "draft" | "sealed" | "was";
    } | {
      readonly kind: "missing" | "unexpected";
      readonly file: "up" | "down";
    } | {
      readonly kind: "edited";
      readonly files: readonly ("up" | "down")[];
      readonly change: "cosmetic" | "changed" | "unknown";
    } | null;
    /** Paths of its files. */
    readonly files: {
      readonly up: string | null;
      readonly down: string | null;
    };
    /** Its record in the database; null if it has none, or none was looked at. */
    readonly applied: {
      readonly database: string;
      /** UTC. */
      readonly at: string;
      readonly kind: "ran" | "stamped";
      readonly durationMs: number;
      /** The program that did it. */
      readonly by: string;
      readonly lineage: string;
    } | null;
    /** null with --summary. */
    readonly sql: Texts | null;
  })[];
}

/** A revision in the place of many. */
export interface SquashAnswer {
  readonly format: 1;
  /** null with --dry-run. */
  readonly id: string | null;
  readonly message: string;
  /** Ids. */
  readonly parents: readonly string[];
  /** Ids. */
  readonly dependsOn: readonly string[];
  readonly labels: readonly string[];
  /** Ids. */
  readonly replaces: readonly string[];
  /** A path. */
  readonly up: string | null;
  /** A path. */
  readonly down: string | null;
  /** The schema at once, or the scripts one after the other. */
  readonly made: "schema" | "scripts";
  /** Databases in memory on which both ways gave the same. */
  readonly trials: number;
  readonly notices: readonly Notice[];
  /** null without --dry-run. */
  readonly texts: Texts | null;
}

/** Records that were written or removed. */
export interface StampAnswer {
  readonly format: 1;
  /** null for a range, which needs none. */
  readonly database: string | null;
  readonly dryRun: boolean;
  /** Ids of the revisions that the records named; null with --purge. */
  readonly from: readonly string[] | null;
  /** Ids of the revisions that they name now, or would. */
  readonly to: readonly string[];
  /** Ids. */
  readonly added: readonly string[];
  /** Ids. */
  readonly removed: readonly string[];
  readonly purged: boolean;
  /** The entry of aludel_log with the texts of removed revisions that are not on disk. */
  readonly kept: {
    readonly entry: number;
    readonly ids: readonly string[];
  } | null;
  /** For the sqlite3 shell; null without --sql. */
  readonly script: string | null;
}

/** What needs doing. */
export interface StatusAnswer {
  readonly format: 1;
  /** null if none is named; then nothing is known of what it has. */
  readonly database: string | null;
  readonly exists: boolean | null;
  /** Whether nothing needs doing: the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly policies: readonly string[] | null;
  /** Ids of the revisions that the database is at. */
  readonly current: readonly string[] | null;
  /** Ids. */
  readonly heads: readonly string[];
  /** Ids of what upgrade heads would run, in its order. */
  readonly pending: readonly string[] | null;
  /** Ids. */
  readonly drafts: readonly string[];
  /** Ids of revisions that are in the database, not on disk. */
  readonly unknown: readonly string[] | null;
  /** Where the unknown ones are. */
  readonly gitBranches: readonly ({
    readonly id: string;
    /** Branches of git that have it. */
    readonly branches: readonly string[];
  })[];
  readonly findings: readonly Finding[];
  /** null without --drift. */
  readonly drift: Drift | null;
}

/** Revisions that were undone and applied. */
export type SwitchAnswer = RunAnswer | DryRunAnswer | RehearsalAnswer | ScriptAnswer;

/** Revisions that were applied. */
export type UpgradeAnswer = RunAnswer | DryRunAnswer | RehearsalAnswer | ScriptAnswer | AbortAnswer;

/** Files against manifest, graph and records. */
export interface VerifyAnswer {
  readonly format: 1;
  /** Whether the exit code is 0, else 3. */
  readonly clean: boolean;
  readonly source: "disk" | "index" | "HEAD";
  /** The commit that was compared with; null without git. */
  readonly base: string | null;
  /** null if none was looked at. */
  readonly database: string | null;
  /** Revisions that were verified. */
  readonly count: number;
  readonly findings: readonly Finding[];
  /** What --fix did. */
  readonly repairs: readonly ({
    readonly done: boolean;
    readonly what: string;
  })[];
  /** null without --drift. */
  readonly drift: Drift | null;
}

/** What each command prints with `--json`, by its name; a failed one prints an `ErrorAnswer`. */
export interface Answers {
  "backup list": BackupListAnswer;
  "backup": BackupAnswer;
  "bisect": BisectAnswer;
  "blame": BlameAnswer;
  "branches": BranchesAnswer;
  "check": CheckAnswer;
  "completions": CompletionsAnswer;
  "current": CurrentAnswer;
  "dev --once --json, aludel dev --stop": DevAnswer;
  "diff": DiffAnswer;
  "downgrade": DowngradeAnswer;
  "drop": DropAnswer;
  "edit": EditAnswer;
  "export": ExportAnswer;
  "fleet report": FleetReportAnswer;
  "fleet resume": FleetResumeAnswer;
  "fleet status": FleetStatusAnswer;
  "fleet undo": FleetUndoAnswer;
  "fleet upgrade": FleetUpgradeAnswer;
  "heads": HeadsAnswer;
  "history": HistoryAnswer;
  "hook install": HookInstallAnswer;
  "hook status": HookStatusAnswer;
  "hook uninstall": HookUninstallAnswer;
  "import": ImportAnswer;
  "init": InitAnswer;
  "lint": LintAnswer;
  "locate": LocateAnswer;
  "merge-driver": MergeDriverAnswer;
  "merge": MergeAnswer;
  "protect": ProtectAnswer;
  "prove": ProveAnswer;
  "rebase": RebaseAnswer;
  "redo": RedoAnswer;
  "report": ReportAnswer;
  "restore": RestoreAnswer;
  "revision": RevisionAnswer;
  "schema": SchemaAnswer;
  "seal": SealAnswer;
  "show": ShowAnswer;
  "squash": SquashAnswer;
  "stamp": StampAnswer;
  "status": StatusAnswer;
  "switch": SwitchAnswer;
  "upgrade": UpgradeAnswer;
  "verify": VerifyAnswer;
}
