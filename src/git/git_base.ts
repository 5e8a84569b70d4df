import { AludelError } from "../errors.ts";
import { git } from "./git.ts";

/** The commit that a verification compares with. */
export interface GitBase {
  /** For git: an object id, or `HEAD`. */
  readonly commit: string;
  /** For people. */
  readonly name: string;
}

/** What a commit is compared with before it is made. */
export const HEAD: GitBase = { commit: "HEAD", name: "HEAD" };

/** Digits of an object id that are shown. */
const SHORT = 10;

/**
 * The commit where the history of HEAD and that of a ref parted.
 *
 * @throws {AludelError} `git-ref-unknown`, `git-no-common-commit`, and what git's failure means.
 */
export async function mergeBase(cwd: string, ref: string): Promise<GitBase> {
  // What begins with a dash would be an option to git.
  if (ref.startsWith("-") || ref === "") throw unknownRef(ref, []);
  const { code, text } = await git({ cwd, args: ["merge-base", ref, "HEAD"], answers: [1] })
    .catch((error) => {
      const isGit = error instanceof AludelError && error.code === "git-failed";
      throw isGit ? unknownRef(ref, error.notes) : error;
    });
  if (code === 0) return { commit: text, name: `${ref} (${text.slice(0, SHORT)})` };
  const { text: shallow } = await git({ cwd, args: ["rev-parse", "--is-shallow-repository"] });
  throw new AludelError("git-no-common-commit", `HEAD and "${ref}" have no commit in common`, {
    notes: shallow === "true" ? ["This clone is shallow: the common commit may be cut off"] : [],
    next: shallow === "true"
      ? ["git fetch --unshallow"]
      : ["Name a ref that shares history with HEAD, such as origin/main"],
  });
}

function unknownRef(ref: string, notes: readonly string[]): AludelError {
  return new AludelError("git-ref-unknown", `Git knows no commit "${ref}"`, {
    notes,
    next: ["git fetch origin", "In CI, check out the whole history: fetch-depth: 0"],
  });
}
