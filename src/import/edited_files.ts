import { digest } from "../digest.ts";
import { AludelError } from "../errors.ts";
import type { Project } from "../project/workspace/project.ts";
import { readTextPair } from "../project/workspace/revision_texts.ts";
import { sameTokens } from "../sql/read_script.ts";
import { say, shell } from "../text/next_step.ts";
import type { ImportPlan } from "./plan_import.ts";

/**
 * Refuses files whose statements differ from the revision that an earlier import made of them.
 *
 * @param title The name of the tool for messages.
 * @returns A notice for each file that differs only in spaces and comments.
 * @throws {AludelError} `import-edited`.
 */
export function refuseEdits(project: Project, plan: ImportPlan, title: string): readonly string[] {
  const notices: string[] = [];
  for (const { entry, up, bare, down, file, isNew } of plan.revisions) {
    if (isNew) continue;
    const pairs = [[entry.up, entry.down], ...entry.was];
    const isSame = pairs.some(([upNow, downNow]) =>
      down === null
        // If the tool has no down, one may have been planned or written since.
        ? upNow === digest(up) || (upNow === digest(bare) && downNow !== "none")
        : upNow === digest(up) && downNow === digest(down)
    );
    if (isSame) continue;
    const now = readTextPair(project.files, entry.dir);
    const upText = now.up?.text ?? "";
    if (
      [up, bare].some((text) => sameTokens(upText, text)) &&
      (down === null || sameTokens(now.down?.text ?? "", down))
    ) {
      notices.push(`${file} has other spaces or comments than revision ${entry.id}`);
      continue;
    }
    throw new AludelError(
      "import-edited",
      `The file is no longer what revision "${entry.id}" was made of`,
      {
        place: { file },
        revision: entry.id,
        outcome: "Nothing was written",
        next: [
          say(`Put the file back as it was, and write the change as a new migration of ${title}`),
          shell`aludel edit ${entry.id} # or make the same change there, then aludel seal --force ${entry.id}`,
        ],
      },
    );
  }
  return notices;
}
