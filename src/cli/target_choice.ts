import { parseDotenv } from "../project/dotenv.ts";
import { pathExists } from "../project/path_exists.ts";
import type { Project } from "../project/project.ts";
import { chooseTarget, type TargetChoice } from "../project/target.ts";
import type { Runtime } from "./runtime.ts";

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
    return Deno.readTextFileSync(path);
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return "";
    throw error;
  }
}
