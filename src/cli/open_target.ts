import { accessTo, type DatabaseAccess } from "../project/database_access.ts";
import { parseDotenv } from "../project/dotenv.ts";
import type { Project } from "../project/project.ts";
import { chooseTarget, type Target } from "../project/target.ts";
import type { CommandContext } from "./command.ts";

/** The database that a command line means, and the ways to reach it. */
export interface OpenTarget {
  readonly target: Target;
  readonly access: DatabaseAccess;
}

/**
 * Chooses the database; opens nothing yet.
 * @throws {AludelError} An error of the area `target`.
 */
export function openTarget(
  { runtime, ui }: CommandContext,
  project: Project,
  flags: { readonly database: string | undefined },
): OpenTarget {
  const { target, notices } = chooseTarget({
    flag: flags.database,
    environment: runtime.env,
    settings: project.settings,
    dotenv: () => parseDotenv(readIfThere(`${project.settings.root}/.env`)),
    folder: runtime.cwd,
  });
  for (const notice of notices) ui.notice(notice);
  return { target, access: accessTo(target) };
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
