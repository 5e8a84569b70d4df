import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import { pathExists, readIfThere } from "../../project/workspace/files.ts";
import { openProject, type Project, projectMissing } from "../../project/workspace/project.ts";
import type { Settings } from "../../project/workspace/settings.ts";
import { parseDotenv } from "../../project/workspace/dotenv.ts";
import { chooseTarget, type TargetChoice } from "../../project/workspace/target.ts";
import { openWorkspace, type Workspace } from "../../project/workspace/workspace.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { Runtime } from "../terminal/runtime.ts";
import type { Ui } from "../terminal/ui.ts";

/** The flags that name the project and the database of a command. */
export interface SessionFlags {
  readonly config?: string | undefined;
  readonly database?: string | undefined;
  /** Seconds. */
  readonly lockTimeout?: number | undefined;
}

/**
 * The project of one command line. Each part is opened on demand. Parts that need SQLite are opened from a session by
 * the other files of this folder, so that a command loads only the code that it uses.
 */
export class Session {
  readonly runtime: Runtime;
  readonly ui: Ui;
  /** The value of `--database`. */
  readonly database: string | undefined;
  readonly #config: string | undefined;
  readonly #lockTimeout: number | undefined;
  #project: Project | undefined;
  #workspace: Workspace | null | undefined;
  #catalogue: Catalogue | undefined;
  #announced = false;

  constructor({ runtime, ui }: CommandContext, { config, database, lockTimeout }: SessionFlags) {
    this.runtime = runtime;
    this.ui = ui;
    this.database = database;
    this.#config = config;
    this.#lockTimeout = lockTimeout;
  }

  /**
   * The project of `--config`, or else the nearest one. It need not have a manifest.
   * @throws {AludelError} An error of the area `settings`.
   */
  get project(): Project {
    return this.#project ??= openProject(this.runtime.cwd, this.#config);
  }

  /** The settings of the project. */
  get settings(): Settings {
    return this.project.settings;
  }

  /** The time to wait for another process, from the flag or else the settings. */
  get lockTimeoutMs(): number {
    return (this.#lockTimeout ?? this.settings.lockTimeout) * 1_000;
  }

  /** The name of the migrations folder for messages. */
  get folder(): string {
    return this.project.files.name;
  }

  /**
   * The revisions on disk; null if there is no manifest.
   * @throws {AludelError} The errors of reading the manifest.
   */
  get workspaceIfAny(): Workspace | null {
    if (this.#workspace === undefined) this.#workspace = openWorkspace(this.project.files);
    return this.#workspace;
  }

  /**
   * The revisions on disk.
   * @throws {AludelError} `project-missing`, and the errors of reading the manifest.
   */
  get workspace(): Workspace {
    const workspace = this.workspaceIfAny;
    if (workspace === null) throw projectMissing(this.project);
    return workspace;
  }

  /**
   * The revisions on disk, without the records of a database.
   * @throws {AludelError} As {@linkcode Session.workspace}.
   */
  get catalogue(): Catalogue {
    return this.#catalogue ??= joinCatalogue(this.workspace, []);
  }

  /**
   * Chooses the database of a name, or without one that of this command line. It opens nothing.
   * @throws {AludelError} An error of the area `target`.
   */
  targetChoice(database = this.database): TargetChoice {
    return targetChoice(this.runtime, this.settings, database);
  }

  /** Prints the native code that the settings load, once and before it is loaded. */
  announceExtensions(): void {
    if (this.#announced) return;
    this.#announced = true;
    announceExtensions(this.ui, this.settings);
  }
}

/** Prints the native code that a command loads because of settings. */
export function announceExtensions(ui: Ui, { extensions, file }: Settings): void {
  for (const extension of extensions) {
    ui.notice(`Loading the extension "${extension}", which ${file} names.`);
  }
}

/**
 * Chooses a database without opening it.
 *
 * @param database The value of `--database`.
 * @throws {AludelError} An error of the area `target`.
 */
export function targetChoice(
  runtime: Pick<Runtime, "cwd" | "env">,
  settings: Settings,
  database: string | undefined,
): TargetChoice {
  return chooseTarget({
    flag: database,
    environment: runtime.env,
    settings,
    dotenv: () => parseDotenv(readIfThere(`${settings.root}/.env`)),
    folder: runtime.cwd,
    exists: pathExists,
  });
}
