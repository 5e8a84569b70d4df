import type { ScratchImage } from "../../db/open_scratch.ts";
import { AludelError } from "../../errors.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import type { Project } from "../../project/workspace/project.ts";
import { readTextPair } from "../../project/workspace/revision_texts.ts";
import type { Settings } from "../../project/workspace/settings.ts";
import {
  BASELINE,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignRevision,
  joinPath,
} from "../foreign.ts";
import { knownRevisions } from "../plan_import.ts";
import { Scratch } from "../../replay/scratch.ts";
import { again, say } from "../../text/next_step.ts";
import { tablesNaming } from "./any_tool.ts";
import { orderSteps, type Step, type StepCommands } from "./step.ts";
import { type RowsLeft, type StepSql, StepWriter } from "./step_sql.ts";
import type { StepRunner } from "./step_runner.ts";

/** The steps to replay, and how. */
export interface ReplayRequest {
  /** The tool's name on the command line, and in sentences. */
  readonly tool: { readonly name: string; readonly title: string };
  /** The tool's own table; null if the records of the first step must reveal it. */
  readonly table: string | null;
  /** The tool's folder, relative to the project. */
  readonly folder: string;
  readonly steps: readonly Step[];
  readonly commands: StepCommands;
  readonly runner: StepRunner;
  readonly project: Project;
  readonly settings: Settings;
  /** The revisions that the manifest has. */
  readonly existing: readonly ManifestRevision[];
  /** Whether a step was applied to the live database. */
  readonly isApplied: (rev: string) => boolean;
  /** Called before each step. @param at The number of the step, from 1. */
  readonly onStep: (step: Step, at: number, of: number) => void;
  /** Called after the first step, to check that it changed only the scratch file. */
  readonly onSafe: () => Promise<void>;
}

/** The SQL of a tool's migrations, and the changes of rows that a person must still write. */
export interface ReplayedHistory {
  readonly history: ForeignHistory;
  /** The changes that are missing in the SQL, by key. */
  readonly rowsLeft: ReadonlyMap<string, RowsLeft>;
  /** The tool's own table; null if it is unknown because no step was taken. */
  readonly table: string | null;
}

/**
 * Runs a tool's steps on a scratch file, each one on a database with the steps before it, and writes SQL for each new
 * step. The live database is not used.
 *
 * @throws {AludelError} `import-replay`, and the errors of {@linkcode StepWriter.write}.
 */
export async function replaySteps(request: ReplayRequest): Promise<ReplayedHistory> {
  const { tool, commands, runner, existing, settings } = request;
  const names = request.steps.map(({ rev, message }) => ({ key: rev, message }));
  const known = knownRevisions(tool.name, names, existing);
  const steps = orderSteps(request.steps, [(rev) => known.has(rev), request.isApplied]);
  const parentsOf = parentsIn(steps, known, request.isApplied);
  let { table } = request;
  const images = new Map<string, ScratchImage>();
  const revisions: ForeignRevision[] = [];
  const rowsLeft = new Map<string, RowsLeft>();
  const notices: string[] = [];
  let isSafe = false;
  const take = async (image: ScratchImage | undefined, rev: string) => {
    const result = await runner.take(image, commands.run(rev, runner.scratch));
    if (!isSafe) await request.onSafe();
    isSafe = true;
    return result;
  };
  const byRev = new Map(steps.map((step) => [step.rev, step]));
  /** Some steps and all that they need, in order. */
  const upTo = (revs: readonly string[]): ReadonlySet<string> => {
    const needed = new Set(revs);
    for (const step of steps.toReversed()) {
      if (!needed.has(step.rev)) continue;
      for (const rev of [...parentsOf(step), ...step.dependsOn]) needed.add(rev);
    }
    return new Set(steps.map(({ rev }) => rev).filter((rev) => needed.has(rev)));
  };
  /** The database after a known step. */
  const imageAt = async (rev: string): Promise<ScratchImage> => {
    const there = images.get(rev);
    if (there !== undefined) return there;
    const before = commands.takesOne ? await startOf(byRev.get(rev)!) : undefined;
    const { image } = await take(before, rev);
    images.set(rev, image);
    return image;
  };
  /** The database before a step, with all steps that it needs; undefined if it needs none. */
  const startOf = async (step: Step): Promise<ScratchImage | undefined> => {
    const [first, ...others] = [...parentsOf(step), ...step.parents === null ? [] : step.dependsOn];
    if (first === undefined) return undefined;
    let image = await imageAt(first);
    const there = upTo([first]);
    const missing = commands.takesOne ? [...upTo(others)].filter((rev) => !there.has(rev)) : others;
    for (const rev of missing) image = (await take(image, rev)).image;
    return image;
  };
  for (const [at, step] of steps.entries()) {
    const parents = parentsOf(step);
    const entry = known.get(step.rev);
    if (entry !== undefined) {
      revisions.push(knownRevision(request, step, parents, entry));
      continue;
    }
    request.onStep(step, at + 1, steps.length);
    const before = await startOf(step);
    if (before !== undefined && table !== null) await refuseTaken(before, table, step, settings);
    const result = await take(before, step.rev);
    images.set(step.rev, result.image);
    table ??= await recordTable(result.image, step.rev, settings);
    const sql = await new StepWriter(settings, table).write({
      message: step.message || step.rev,
      title: tool.title,
      before,
      result,
      again: (image) => runner.take(image, commands.run(step.rev, runner.scratch)),
    }).catch((error) => {
      throw explained(error, step);
    });
    if (sql.rowsLeft !== null) rowsLeft.set(step.rev, sql.rowsLeft);
    for (const name of sql.kept) {
      notices.push(
        `${tool.title} loses rows of ${name} in "${step.rev}", because it rebuilds the table that they refer to; the SQL keeps them`,
      );
    }
    revisions.push(newRevision(request, step, parents, sql));
  }
  return { history: { revisions, notices, isMade: true }, rowsLeft, table };
}

/**
 * Lists the steps of a tool.
 * @param title The tool's name in sentences.
 * @throws {AludelError} `import-replay`; `import-tool` if there are none.
 */
export async function listSteps(
  { list, read }: StepCommands,
  runner: StepRunner,
  source: ForeignFolder,
  title: string,
): Promise<readonly Step[]> {
  const steps = read(list === null ? "" : await runner.print(list), source);
  requireSteps(steps, title);
  return steps;
}

/** Makes a history of the steps without SQL, which is enough to read the tool's records. */
export function untakenHistory(steps: readonly Step[]): ForeignHistory {
  const script = { file: "", text: "", transaction: true };
  const revisions = steps.map((step): ForeignRevision => ({
    ...factsOf(step, step.parents ?? []),
    dependsOn: step.dependsOn,
    up: script,
    down: null,
  }));
  return { revisions, notices: [], isMade: true };
}

/**
 * Finds the table in which a tool recorded a step.
 * @throws {AludelError} `import-replay` unless exactly one has its name.
 */
async function recordTable(image: ScratchImage, rev: string, settings: Settings): Promise<string> {
  await using connection = new Scratch(settings).openImage(image);
  const tables = await tablesNaming(connection, [rev]);
  if (tables.length === 1) return tables[0]!;
  throw new AludelError(
    "import-replay",
    tables.length === 0
      ? `No table of the scratch file names the step "${rev}" after it was taken`
      : `More than one table names the step "${rev}": ${tables.join(", ")}`,
    {
      outcome: "Nothing was written",
      next: [again`--table NAME # the table in which the tool records its steps`, BASELINE],
    },
  );
}

/**
 * Returns a function that gives the parents of each step. In a line, a known step keeps its parents, and a new one
 * follows all steps before it. But an applied step does not follow steps that are not applied, because the tool ran it
 * without them; it becomes a branch beside them.
 */
function parentsIn(
  steps: readonly Step[],
  known: ReadonlyMap<string, ManifestRevision>,
  isApplied: (rev: string) => boolean,
): (step: Step) => readonly string[] {
  const revs = new Map([...known].map(([rev, { id }]) => [id, rev]));
  const parents = new Map<string, readonly string[]>();
  const headsOf = (there: readonly string[]) => {
    const followed = new Set(there.flatMap((rev) => parents.get(rev)!));
    return there.filter((rev) => !followed.has(rev));
  };
  for (const step of steps) {
    const { rev } = step;
    const entry = known.get(rev);
    const there = [...parents.keys()];
    parents.set(
      rev,
      step.parents ?? entry?.parents.flatMap((id) => revs.get(id) ?? []) ??
        headsOf(isApplied(rev) ? there.filter(isApplied) : there),
    );
  }
  return ({ rev }) => parents.get(rev)!;
}

/**
 * Refuses a step that the tool already took together with an earlier one, so that there is nothing left to write.
 * @throws {AludelError} `import-replay`.
 */
async function refuseTaken(
  before: ScratchImage,
  table: string,
  { rev }: Step,
  settings: Settings,
): Promise<void> {
  await using connection = new Scratch(settings).openImage(before);
  if (!(await tablesNaming(connection, [rev])).includes(table)) return;
  throw new AludelError("import-replay", `"${rev}" can no longer be taken as a separate step`, {
    notes: ["The tool takes it before steps that were taken over without it"],
    outcome: "Nothing was written",
    next: [say("Rename it so that it comes last, or let {rev} stand for one step alone"), BASELINE],
  });
}

function requireSteps(steps: readonly Step[], title: string): void {
  if (steps.length === 0) {
    throw new AludelError("import-tool", `${title} lists no migration`, { next: [BASELINE] });
  }
  const seen = new Set<string>();
  for (const { rev } of steps) {
    if (seen.has(rev)) {
      throw new AludelError("import-replay", `${title} lists "${rev}" twice`, {
        outcome: "Nothing was written",
        next: [BASELINE],
      });
    }
    seen.add(rev);
  }
}

function factsOf(step: Step, parents: readonly string[]) {
  return {
    key: step.rev,
    message: step.message,
    parents,
    // In a line, each step follows all steps on which it could depend.
    dependsOn: step.parents === null ? [] : step.dependsOn,
    labels: step.labels,
    created: step.created,
    replaces: step.replaces,
    checksums: [],
  };
}

function fileOf({ folder }: ReplayRequest, { rev, file }: Step): string {
  return file === null ? rev : joinPath(folder, ...file.split(/[/\\]/));
}

function newRevision(
  request: ReplayRequest,
  step: Step,
  parents: readonly string[],
  { up, down, noDown }: StepSql,
): ForeignRevision {
  const file = fileOf(request, step);
  const script = (text: string) => ({ file, text, transaction: true });
  return {
    ...factsOf(step, parents),
    up: script(up),
    down: down === null ? null : script(down),
    ...(noDown !== undefined && { noDown }),
  };
}

/** Makes a revision from the files of an earlier import. */
function knownRevision(
  request: ReplayRequest,
  step: Step,
  parents: readonly string[],
  { dir }: ManifestRevision,
): ForeignRevision {
  const file = fileOf(request, step);
  const { up, down } = readTextPair(request.project.files, dir);
  const script = (text: string) => ({ file, text, transaction: true });
  return {
    ...factsOf(step, parents),
    up: script(up?.text ?? "\n"),
    down: down === null ? null : script(down.text),
  };
}

function explained(error: unknown, { rev }: Step): unknown {
  if (!(error instanceof AludelError)) return error;
  return new AludelError("import-replay", `No SQL could be written for step "${rev}"`, {
    notes: [error.message, ...error.notes],
    ...(error.sqlite !== undefined && { sqlite: error.sqlite }),
    outcome: "Nothing was written",
    next: [BASELINE],
    cause: error,
  });
}
