import { fileDigest } from "./file_digest.ts";
import { type CopyOrder, PageCopier } from "./page_copier.ts";
import { toSqlError } from "./sqlite_message.ts";

/** What the worker is asked for. */
export type CopyTask =
  | { readonly kind: "copy"; readonly order: CopyOrder }
  | { readonly kind: "digest"; readonly path: string }
  | { readonly kind: "close" };

/** What it answers: the digest, or an empty text. */
export type CopyAnswer =
  | { readonly ok: true; readonly text: string }
  | {
    readonly ok: false;
    readonly message: string;
    /** SQLite's primary result code, where it was SQLite that refused. */
    readonly resultCode: number | undefined;
  };

/** Does tasks one after the other, in a worker or, for small files, without one. Never throws. */
export class CopyTaskRunner {
  readonly #copier = new PageCopier();

  async run(task: CopyTask): Promise<CopyAnswer> {
    try {
      switch (task.kind) {
        case "copy":
          await this.#copier.copy(task.order);
          return { ok: true, text: "" };
        case "digest":
          return { ok: true, text: await fileDigest(task.path) };
        case "close":
          this.#copier.close();
          return { ok: true, text: "" };
      }
    } catch (thrown) {
      const { sqlite, resultCode } = toSqlError(thrown, "", undefined);
      return { ok: false, message: sqlite, resultCode };
    }
  }
}
