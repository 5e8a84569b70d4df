import { accessTo, type DatabaseAccess } from "../project/database_access.ts";
import type { Project } from "../project/project.ts";
import type { Target } from "../project/target.ts";
import type { CommandContext } from "./command.ts";
import { targetChoice } from "./target_choice.ts";

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
  const { target, notices } = targetChoice(runtime, project, flags.database);
  for (const notice of notices) ui.notice(notice);
  if (target.from === "DATABASE_URL") ui.database = target.path;
  return { target, access: accessTo(target) };
}
