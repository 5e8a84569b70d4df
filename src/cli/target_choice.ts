import { parseDotenv } from "../project/dotenv.ts";
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
  project: Project,
  database: string | undefined,
): TargetChoice {
  return chooseTarget({
    flag: database,
    environment: runtime.env,
    settings: project.settings,
    dotenv: () => parseDotenv(readIfThere(`${project.settings.root}/.env`)),
    folder: runtime.cwd,
  });
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
