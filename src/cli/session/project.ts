import { openProject as openProjectOf, type Project } from "../../project/workspace/project.ts";
import type { CommandContext } from "../arguments/command.ts";

/** The project that a command line means: that of `--config`, or the nearest one. */
export function openProject(
  { runtime }: CommandContext,
  flags: { readonly config: string | undefined },
): Project {
  return openProjectOf(runtime.cwd, flags.config);
}
