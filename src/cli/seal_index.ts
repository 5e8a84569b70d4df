import { gitFolder } from "../git/git.ts";
import { sealStaged } from "../git/seal_staged.ts";
import type { CommandContext } from "./arguments/command.ts";
import { requireProject } from "../project/workspace/project.ts";
import { openProject } from "./session/project.ts";
import { waitingFor } from "./render/draft.ts";

/** Seals what is staged, and says so. */
export async function sealIndex(
  context: CommandContext,
  flags: { readonly config: string | undefined },
  refs: readonly string[],
): Promise<void> {
  const { runtime, ui } = context;
  const project = openProject(context, flags);
  requireProject(project);
  const result = await sealStaged(project, {
    folder: gitFolder(project.migrations, runtime.cwd),
    refs,
    indexFile: runtime.env("GIT_INDEX_FILE"),
    onWait: waitingFor(ui, project),
  });
  ui.json({ ...result, resealed: [] });
  for (const id of result.sealed) ui.data(`sealed    ${id}`);
  if (result.sealed.length === 0) ui.notice("Nothing to seal: no draft is staged.");
  if (result.onDisk === "left") {
    ui.warning("the manifest on disk has other changes of the same lines, and was left as it is");
  }
}
