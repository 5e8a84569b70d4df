import { AludelError } from "../errors.ts";
import { gitError, spawnGit } from "./git.ts";

const ARGS = ["cat-file", "--batch"];
const LF = 0x0a;

/**
 * Reads objects of a repository over one `git cat-file --batch`, which is started at once and ended on disposal.
 *
 * https://git-scm.com/docs/git-cat-file, "Batch output"
 */
export class ObjectReader implements AsyncDisposable {
  readonly #cwd: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #errors: Promise<string>;
  /** What came from git, and how much of it has been taken. */
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** @throws {AludelError} `git-missing`. */
  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#child = spawnGit({ cwd, args: ARGS }, "piped");
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  /**
   * The contents of the named objects, in the order of the names; null where there is none of that name.
   *
   * @param names Object ids, or `REV:./PATH` with the path seen from the reader's folder. Asked for all at once, so
   *   calls must not overlap.
   * @throws {AludelError} `git-path` (a name that holds a line break), and what git's failure means.
   */
  async read(names: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    const broken = names.find((name) => name.includes("\n"));
    if (broken !== undefined) {
      throw new AludelError(
        "git-path",
        `The path ${JSON.stringify(broken)} holds a line break, and git cannot be asked for it`,
        { next: ["Rename the folder"] },
      );
    }
    if (names.length === 0) return [];
    const asked = this.#input.write(new TextEncoder().encode(names.join("\n") + "\n"))
      .catch(() => {}); // Git ended: reading says so.
    const contents: (Uint8Array | null)[] = [];
    for (const name of names) contents.push(await this.#reply(name));
    await asked;
    return contents;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#child.status;
    await this.#errors;
  }

  async #reply(name: string): Promise<Uint8Array | null> {
    const header = await this.#line();
    if (header.startsWith(name) && / (missing|ambiguous)$/.test(header)) return null;
    const match = /^[0-9a-f]+ [a-z]+ (\d+)$/.exec(header);
    if (match === null) {
      throw new AludelError("git-failed", `Git answered ${JSON.stringify(header)}`);
    }
    const content = await this.#bytes(Number(match[1]));
    await this.#bytes(1); // the line break after the content
    return content;
  }

  async #line(): Promise<string> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const end = this.#chunk.indexOf(LF, this.#at);
      if (end >= 0) {
        parts.push(this.#chunk.subarray(this.#at, end));
        this.#at = end + 1;
        break;
      }
      parts.push(this.#chunk.subarray(this.#at));
      await this.#more();
    }
    const decoder = new TextDecoder();
    return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
  }

  async #bytes(count: number): Promise<Uint8Array> {
    if (this.#chunk.length - this.#at >= count) {
      this.#at += count;
      return this.#chunk.subarray(this.#at - count, this.#at);
    }
    const content = new Uint8Array(count);
    for (let filled = 0;;) {
      const part = this.#chunk.subarray(this.#at, this.#at + count - filled);
      content.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      if (filled === count) return content;
      await this.#more();
    }
  }

  /** Replaces the chunk, all of which has been taken, by the next one. */
  async #more(): Promise<void> {
    const { value } = await this.#output.read();
    if (value === undefined) {
      const { code } = await this.#child.status;
      throw await gitError(ARGS, code, await this.#errors, this.#cwd);
    }
    this.#chunk = value;
    this.#at = 0;
  }
}
