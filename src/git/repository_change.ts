import { writeAtomically } from "../project/write_atomically.ts";
import { git } from "./git.ts";

/** One change of a clone that is not committed: of a hook, of its own attributes, of its configuration. */
export type RepositoryChange =
  | {
    readonly kind: "write";
    readonly path: string;
    readonly text: string;
    readonly executable: boolean;
    /** What is added, a line each, where the rest stays. */
    readonly adds?: readonly string[];
  }
  | { readonly kind: "move"; readonly path: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "configure"; readonly key: string; readonly value: string }
  | { readonly kind: "unconfigure"; readonly section: string };

/**
 * Makes the changes, in their order.
 * @throws {AludelError} `file-unwritable`, and what git's failure means.
 */
export async function applyChanges(
  root: string,
  changes: readonly RepositoryChange[],
): Promise<void> {
  for (const change of changes) await applyChange(root, change);
}

async function applyChange(root: string, change: RepositoryChange): Promise<void> {
  switch (change.kind) {
    case "write":
      Deno.mkdirSync(change.path.replace(/[/\\][^/\\]*$/, ""), { recursive: true });
      writeAtomically(change.path, change.text);
      if (change.executable && Deno.build.os !== "windows") Deno.chmodSync(change.path, 0o755);
      return;
    case "move":
      return Deno.renameSync(change.path, change.to);
    case "remove":
      return Deno.removeSync(change.path);
    case "configure":
      await git({ cwd: root, args: ["config", "--local", change.key, change.value] });
      return;
    case "unconfigure":
      await git({ cwd: root, args: ["config", "--local", "--remove-section", change.section] });
      return;
  }
}
