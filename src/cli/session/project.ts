import { openProject as openProjectOf, type Project } from "../../project/workspace/project.ts";
import type { Settings } from "../../project/workspace/settings.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { Ui } from "../terminal/ui.ts";

/** The project that a command line means: that of `--config`, or the nearest one. */
export function openProject(
  { runtime }: CommandContext,
  flags: { readonly config: string | undefined },
): Project {
  return openProjectOf(runtime.cwd, flags.config);
}

const named = new WeakSet<Settings>();

/** Names the native code that settings have a command load, once and before it is loaded. */
export function nameExtensions(ui: Ui, settings: Settings): void {
  if (named.has(settings)) return;
  named.add(settings);
  for (const extension of settings.extensions) {
    ui.notice(`Loading the extension "${extension}", which ${settings.file} names.`);
  }
}
