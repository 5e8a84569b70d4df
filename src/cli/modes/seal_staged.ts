import { gitFolder } from "../../git/git.ts";
import { sealStaged } from "../../git/seal_staged.ts";
import { requireProject } from "../../project/workspace/project.ts";
import type { Session } from "../session/session.ts";
import { waitingFor } from "../render/draft.ts";

/** Seals the staged version of drafts, and prints their ids. */
export async function sealIndex(session: Session, refs: readonly string[]): Promise<void> {
  const { runtime, ui, project } = session;
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
    ui.warning("the manifest on disk has other changes of the same lines, so it was not changed");
  }
}
