import { AludelError } from "../../errors.ts";
import { upgradeRoute } from "../../graph/route.ts";
import { replay } from "../../replay/history.ts";
import { Scratch } from "../../replay/scratch.ts";
import type { Ancestors } from "../../runner/request.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";

/**
 * Replays in memory what a step's script was written for. Gives undefined if not all of that is on disk, or it does not
 * run there: then the step's own statements are all there is to judge by.
 */
export function ancestorSchemas(
  { workspace }: { readonly workspace: Workspace | null },
): Ancestors {
  return async ({ id, direction }) => {
    const revision = workspace?.graph.get(id);
    if (workspace === null || revision === undefined) return undefined;
    const { graph, entries, files } = workspace;
    const ids = direction === "down" ? [id] : [...revision.parents, ...revision.dependsOn];
    try {
      const ups = upgradeRoute(graph, new Set(), ids).map((step) => ({
        id: step.id,
        up: new RevisionTexts(files, entries.get(step.id)!).up!,
      }));
      // What an old history takes for text in double quotes was judged when it was applied.
      const scratch = new Scratch({ doubleQuotedStrings: true });
      await using connection = await replay(ups, scratch);
      return await introspect(connection);
    } catch (error) {
      if (error instanceof AludelError) return undefined;
      throw error;
    }
  };
}
