import { AludelError } from "../errors.ts";
import { git } from "./git.ts";

/** The text of one of the files that git gives to a merge driver. @throws {AludelError} `file-unreadable`. */
export function readMergeFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new AludelError("file-unreadable", `"${path}" could not be read`, {
      place: { file: path },
      notes: cause instanceof Error ? [cause.message] : [],
      next: ["Name the three files as git does: aludel merge-driver %O %A %B"],
      cause,
    });
  }
}

/** Merges three files line by line as git does without a driver; conflicts are marked in `ours`. */
export async function mergeAsText(
  cwd: string,
  files: { readonly base: string; readonly ours: string; readonly theirs: string },
): Promise<void> {
  const labels = ["-L", "ours", "-L", "base", "-L", "theirs"];
  // The exit code is the number of conflicts, up to 127.
  const answers = Array.from({ length: 127 }, (_, at) => at + 1);
  const args = ["merge-file", ...labels, files.ours, files.base, files.theirs];
  await git({ cwd, args, answers });
}
