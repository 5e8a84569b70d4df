import { AludelError } from "../errors.ts";
import { gitError, spawnGit } from "./git.ts";

// Buffered: a flush after every object makes thousands of small ones ten times as slow.
const ARGS = ["cat-file", "--batch", "--buffer"];
const LF = 0x0a;

/**
 * One `git cat-file --batch`, started when it is made so that it is ready when the names are known, and asked once.
 *
 * https://git-scm.com/docs/git-cat-file, "Batch output"
 */
export class ObjectBatch implements AsyncDisposable {
  readonly #cwd: string;
  readonly #child: Deno.ChildProcess;
  #asked = false;

  /** @throws {AludelError} `git-missing`. */
  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#child = spawnGit({ cwd, args: ARGS }, "piped");
  }

  /**
   * The contents of the named objects, in the order of the names; null where there is none of that name.
   *
   * @param names Object ids, or `REV:./PATH` with the path seen from the batch's folder. A name that holds a line break
   *   cannot be asked for.
   * @throws {AludelError} `git-path`, and what git's failure means.
   */
  async read(names: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    const broken = names.find((name) => name.includes("\n"));
    if (broken !== undefined) throw pathError(broken);
    this.#asked = true;
    const asked = feed(this.#child.stdin, names);
    const { code, stdout, stderr } = await this.#child.output();
    await asked;
    if (code !== 0) throw await gitError(ARGS, code, new TextDecoder().decode(stderr), this.#cwd);
    return parseBatch(stdout, names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#asked) return;
    await this.#child.stdin.close();
    await this.#child.output();
  }
}

async function feed(stdin: WritableStream<Uint8Array>, names: readonly string[]): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(names.map((name) => `${name}\n`).join("")));
    await writer.close();
  } catch {
    // Git ended before it had read everything: its exit code says why.
  }
}

/** Reads `ID TYPE SIZE<lf>CONTENT<lf>` or `NAME missing<lf>` for each name. */
function parseBatch(
  output: Uint8Array,
  names: readonly string[],
): readonly (Uint8Array | null)[] {
  const decoder = new TextDecoder();
  let at = 0;
  return names.map((name) => {
    const end = output.indexOf(LF, at);
    const header = decoder.decode(output.subarray(at, end < 0 ? output.length : end));
    if (end >= 0 && header.startsWith(name) && / (?:missing|ambiguous)$/.test(header)) {
      at = end + 1;
      return null;
    }
    const match = /^[0-9a-f]+ [a-z]+ (\d+)$/.exec(header);
    if (match === null) {
      throw new AludelError("git-failed", `Git answered ${JSON.stringify(header)}`, {
        next: ["git fsck, to see whether the repository is sound"],
      });
    }
    const start = end + 1;
    const length = Number(match[1]);
    at = start + length + 1;
    return output.subarray(start, start + length);
  });
}

function pathError(path: string): AludelError {
  return new AludelError(
    "git-path",
    `The path ${JSON.stringify(path)} holds a line break, and git cannot be asked for it`,
    { next: ["Rename the folder"] },
  );
}
