import { host } from "../../host/mod.ts";
import { databaseMissing } from "../../db/sqlite_error.ts";
import { AludelError } from "../../errors.ts";
import { accessTo, type DatabaseAccess } from "../../project/workspace/database_access.ts";
import { pathExists } from "../../project/workspace/files.ts";
import { type Project, requireProject } from "../../project/workspace/project.ts";
import {
  chooseTarget,
  parseDotenv,
  type Target,
  type TargetChoice,
} from "../../project/workspace/target.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { Runtime } from "../terminal/runtime.ts";

/**
 * Chooses the database that a command line means; opens nothing.
 *
 * @param database The value of `--database`.
 * @throws {AludelError} An error of the area `target`.
 */
export function targetChoice(
  runtime: Pick<Runtime, "cwd" | "env">,
  project: Pick<Project, "settings">,
  database: string | undefined,
): TargetChoice {
  return chooseTarget({
    flag: database,
    environment: runtime.env,
    settings: project.settings,
    dotenv: () => parseDotenv(readIfThere(`${project.settings.root}/.env`)),
    folder: runtime.cwd,
    exists: pathExists,
  });
}

function readIfThere(path: string): string {
  try {
    return host.files.readText(path);
  } catch (error) {
    const fault = host.fault(error);
    if (fault === "not-found" || fault === "not-folder") return "";
    throw error;
  }
}

/** What is said of a lock that is waited for. */
export function waitingText(holder: string | undefined, { name }: Pick<Target, "name">): string {
  return `Waiting for ${holder ?? "another connection"}, which holds the lock on "${name}" …`;
}

/** The database that a command line means, and the ways to reach it. */
export interface OpenTarget {
  readonly target: Target;
  readonly access: DatabaseAccess;
}

/**
 * For a database that does not exist: one that a command was told to look at must; the project's own may be made later.
 * @throws {AludelError} `database-missing`.
 */
export function requirePresent({ name, from, kind }: Target): void {
  if (kind === "memory") return;
  if (from === "flag" || from === "ALUDEL_DATABASE") throw databaseMissing(name);
}

/**
 * Chooses the database; opens nothing yet.
 *
 * @param purpose Whether SQL of the project's runs on it, which may need the extensions of the settings.
 * @throws {AludelError} An error of the area `target`; `project-missing` where nothing names one and there is no project.
 */
export function openTarget(
  { runtime, ui }: CommandContext,
  project: Project,
  flags: { readonly database: string | undefined },
  purpose: "look" | "run" = "look",
): OpenTarget {
  const { target: chosen, notices } = choose();
  const target = purpose === "run" ? chosen : { ...chosen, extensions: [] };
  for (const notice of notices) ui.notice(notice);
  if (target.from === "DATABASE_URL") ui.databaseVariable = target.path;
  const access = accessTo(target, (holder) => ui.notice(waitingText(holder, target)));
  return { target, access };

  function choose(): TargetChoice {
    try {
      return targetChoice(runtime, project, flags.database);
    } catch (error) {
      // Where there is neither a project nor a database, it is the wrong folder.
      if (error instanceof AludelError && error.code === "target-none") requireProject(project);
      throw error;
    }
  }
}
