import { backup } from "node:sqlite";
import { fileDigest } from "./file_digest.ts";
import { fileUri } from "./file_uri.ts";
import { type NativeDatabase, openNative } from "./native_database.ts";
import { toSqlError } from "./sqlite_message.ts";

/** A copy of a whole database, page by page. */
export interface CopyOrder {
  /** The path of the database that is copied. */
  readonly from: string;
  /** The path of the file that it is copied into. It must exist, be it empty; its mode stays. */
  readonly to: string;
  /**
   * The side that another connection of this process has locked with BEGIN EXCLUSIVE: it is opened without locks of
   * its own, under the protection of that one.
   */
  readonly guarded?: "from" | "to";
  /** Whether nobody can write to `from`, so that it is read as it stands: without a lock, and without files beside it. */
  readonly immutable?: boolean;
}

/** SQLite's file layer without locks: https://sqlite.org/vfs.html */
const LOCKLESS = Deno.build.os === "windows" ? "vfs=win32-none" : "vfs=unix-none";

/** https://sqlite.org/uri.html#uriimmutable */
const IMMUTABLE = "mode=ro&immutable=1";

/**
 * Copies databases with SQLite's own means, so that the write-ahead log is part of the copy and a copy into a
 * database is a transaction there: https://sqlite.org/backup.html
 *
 * On a POSIX system closing any descriptor of a file drops every lock that the process has on it, so a source that is
 * guarded stays open until {@linkcode PageCopier.close}.
 */
export class PageCopier {
  readonly #guarded: NativeDatabase[] = [];

  /**
   * All pages in one step: copied in several, it would begin again each time that somebody writes.
   * @throws What node:sqlite throws; the target is as it was then, or empty where it was new.
   */
  async copy({ from, to, guarded, immutable = false }: CopyOrder): Promise<void> {
    const access = guarded === "from" ? LOCKLESS : immutable ? IMMUTABLE : "mode=rw";
    const source = openNative(fileUri(from, access), {});
    if (guarded === "from") this.#guarded.push(source);
    try {
      await backup(source, guarded === "to" ? fileUri(to, LOCKLESS) : to, { rate: -1 });
    } finally {
      if (guarded !== "from") source.close();
    }
  }

  /** To be called when everything is done: it may end the protection, see above. */
  close(): void {
    for (const database of this.#guarded.splice(0)) database.close();
  }
}

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
