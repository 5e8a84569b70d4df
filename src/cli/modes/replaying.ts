import { AludelError } from "../../errors.ts";
import type { ForeignFolder, ForeignHistory, FoundTool } from "../../import/foreign.ts";
import {
  anyCommands,
  anyTool,
  commandTemplate,
  tablesNaming,
} from "../../import/replay/any_tool.ts";
import { listSteps, replaySteps, untakenHistory } from "../../import/replay/replay_steps.ts";
import type { Step, StepCommands, StepTool } from "../../import/replay/step.ts";
import { readForeignState } from "../../import/foreign_records.ts";
import { StepRunner } from "../../import/replay/step_runner.ts";
import type { RowsLeft } from "../../import/replay/step_sql.ts";
import { type Connection, SqlError } from "../../db/connection.ts";
import { accessTo } from "../../project/workspace/database_access.ts";
import { pathExists, resolvePath } from "../../project/workspace/files.ts";
import type { Project } from "../../project/workspace/project.ts";
import type { Target } from "../../project/workspace/target.ts";
import { openWorkspace } from "../../project/workspace/workspace.ts";
import { again } from "../../text/next_step.ts";
import type { Ui } from "../terminal/ui.ts";
import type { CommandContext } from "../arguments/command.ts";

/** The flags about the tool's commands. */
export interface ReplayFlags {
  readonly replay: string | undefined;
  readonly steps: string | undefined;
  readonly table: string | undefined;
}

/** A tool and its steps, none of which has run. */
export interface OpenedReplay {
  readonly found: FoundTool<StepTool>;
  readonly commands: StepCommands;
  readonly steps: readonly Step[];
  /** The tool's folder, absolute. */
  readonly cwd: string;
  /** Whether the command for a step was already announced. */
  readonly isAnnounced: boolean;
  /** The database that the tool itself opens, if no other was given and it exists: absolute. */
  readonly database: string | undefined;
}

/**
 * Lists the steps of a tool, and finds its database.
 *
 * @param place The tool's folder relative to the project's.
 * @throws {AludelError} `usage`, `import-tool`, `import-replay`.
 */
export async function openReplay(
  { ui }: CommandContext,
  found: FoundTool<StepTool>,
  flags: ReplayFlags,
  { project, root }: { readonly project: ForeignFolder; readonly root: string },
  findsDatabase: boolean,
): Promise<OpenedReplay> {
  const { title } = found.tool;
  const cwd = resolvePath(found.place.folder || ".", root);
  const commands = commandsOf(found, cwd, flags);
  using runner = new StepRunner(cwd, null);
  if (commands.list !== null) ui.notice(`Running: ${commands.list.name}`);
  const steps = await listSteps(commands, runner, project, title);
  const opened = { found, commands, steps, cwd };
  if (!findsDatabase) return { ...opened, isAnnounced: false, database: undefined };
  announce(ui, commands, runner);
  await runner.take(undefined, commands.run(steps[0]!.rev, runner.scratch));
  const there = runner.opened.map((path) => resolvePath(path.replace(/^file:/, ""), cwd))
    .filter((path) => pathExists(path));
  return { ...opened, isAnnounced: true, database: there.length === 1 ? there[0] : undefined };
}

/** Prints the commands from another tool's settings before they run. */
function announce(ui: Ui, commands: StepCommands, runner: StepRunner): void {
  ui.notice(`Running: ${commands.run("{rev}", runner.scratch).name}, on scratch files`);
}

function commandsOf(
  { tool, place }: FoundTool<StepTool>,
  cwd: string,
  { replay, steps }: ReplayFlags,
): StepCommands {
  if (steps === undefined) {
    const own = tool.commands(cwd, place);
    return replay === undefined ? own : { ...own, run: commandTemplate(replay), takesOne: false };
  }
  if (replay !== undefined) return anyCommands(steps, replay);
  throw new AludelError("usage", '"--steps" needs "--replay"', {
    next: [again`--replay ${"COMMAND {rev}"}`],
  });
}

/** A tool's history as SQL, and the place where its steps ran. */
export interface Replayed {
  readonly found: FoundTool;
  readonly history: ForeignHistory;
  readonly rowsLeft: ReadonlyMap<string, RowsLeft>;
}

/**
 * Runs the tool's steps on scratch files. Until the first step has shown that it uses the scratch file, the live
 * database is locked, so that a program that opens it by mistake fails.
 *
 * @throws {AludelError} The errors of `replaySteps`.
 */
export async function replayHere(
  { ui }: CommandContext,
  opened: OpenedReplay,
  { table: named }: ReplayFlags,
  project: Project,
  target: Target | undefined,
  connection: Connection | null,
): Promise<Replayed> {
  const { found: { tool, place }, commands, steps, cwd } = opened;
  const isFile = target !== undefined && target.kind === "file";
  using runner = new StepRunner(cwd, isFile ? target.path : null);
  await using live = new HeldDatabase(connection === null || !isFile ? undefined : target);
  await live.hold();
  const existing = openWorkspace(project.files)?.manifest.revisions ?? [];
  const table = named ?? (tool === anyTool ? await tableOf(connection, steps) : place.table);
  const state = connection === null || table === null ? null : await readForeignState(
    connection,
    { tool, place: { ...place, table } },
    untakenHistory(steps),
  );
  const applied = new Set(state?.applied.map(({ key }) => key));
  let { isAnnounced } = opened;
  const replayed = await replaySteps({
    tool,
    table,
    folder: place.folder,
    steps,
    commands,
    runner,
    project,
    settings: project.settings,
    existing,
    isApplied: (rev) => applied.has(rev),
    onStep: ({ rev, message }, at, of) => {
      if (!isAnnounced) announce(ui, commands, runner);
      isAnnounced = true;
      if (ui.wantsProgress) ui.notice(`step ${at} of ${of}: ${rev} ${message}`);
    },
    onSafe: () => live.release(),
  });
  return { ...replayed, found: { tool, place: { ...place, table: replayed.table ?? "" } } };
}

/** The table in which a tool has recorded its steps; null if the first step must show it. */
async function tableOf(
  connection: Connection | null,
  steps: readonly Step[],
): Promise<string | null> {
  if (connection === null) return null;
  const tables = await tablesNaming(connection, steps.map(({ rev }) => rev));
  return tables.length === 1 ? tables[0]! : null;
}

/** The lock of an existing database. */
class HeldDatabase implements AsyncDisposable {
  readonly #target: Target | undefined;
  #connection: Connection | undefined;

  constructor(target: Target | undefined) {
    this.#target = target;
  }

  /** Takes the lock. A database that cannot be written needs none. */
  async hold(): Promise<void> {
    if (this.#target === undefined || this.#target.mode === "ro") return;
    const connection = await accessTo(this.#target).connect({ doubleQuotedStrings: true });
    this.#connection = connection;
    try {
      await connection.execute("PRAGMA busy_timeout = 5000");
      await connection.execute("BEGIN IMMEDIATE");
    } catch (error) {
      if (!(error instanceof SqlError) || error.busy) throw error;
    }
  }

  async release(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
