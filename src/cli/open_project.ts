import type { Project } from "../project/project.ts";
import { openProject as openProjectOf } from "../project/project.ts";
import type { CommandContext } from "./command.ts";

/** The project that a command line means: that of `--config`, or the nearest one. */
export function openProject(
  { runtime }: CommandContext,
  flags: { readonly config: string | undefined },
): Project {
  return openProjectOf(runtime.cwd, flags.config);
}
