import { host, type Thread } from "../host/mod.ts";
import { backup } from "node:sqlite";
import { fileUri } from "./open.ts";
import { type NativeDatabase, openNative } from "./node_connection.ts";
import { toHex } from "../text/sha256.ts";
import { toSqlError } from "./sqlite_error.ts";

/** A copy of a whole database, page by page. */
export interface CopyOrder {
  /** The path of the database that is copied. */
  readonly from: string;
  /** The path of the file that it is copied into. It must exist, but may be empty; its mode stays. */
  readonly to: string;
  /**
   * The database that another connection of this process has locked with BEGIN EXCLUSIVE: it is opened without locks,
   * because that connection protects it.
   */
  readonly guarded?: "from" | "to";
  /** Whether nobody can write to `from`, so that it is read without a lock and without files beside it. */
  readonly immutable?: boolean;
}

/** 16 MB with pages of the usual size. After each step, the copy can be cancelled. */
const PAGES_A_STEP = 4_096;

/** The largest number that Node accepts, more pages than nearly any database has. It refuses SQLite's own -1. */
const ALL_PAGES = 2 ** 31 - 1;

/** SQLite's file layer without locks: https://sqlite.org/vfs.html */
const LOCKLESS = host.os === "windows" ? "vfs=win32-none" : "vfs=unix-none";

/** https://sqlite.org/uri.html#uriimmutable */
const IMMUTABLE = "mode=ro&immutable=1";

/**
 * Copies databases with SQLite's backup API (https://sqlite.org/backup.html), so that a copy includes the write-ahead
 * log, and a copy into a database is a transaction there.
 *
 * On POSIX systems, closing any descriptor of a file releases every lock that the process has on it, so a guarded source
 * stays open until {@linkcode PageCopier.close}.
 */
export class PageCopier {
  readonly #guarded: NativeDatabase[] = [];
  #watched: NativeDatabase | undefined;
  #version: unknown;
  readonly #lockTimeoutMs: number;

  /** @param lockTimeoutMs How long to wait for a database. Callers hold a lock under which it can be read: it is free. */
  constructor(lockTimeoutMs = 5_000) {
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  /**
   * Copies all pages in one step: with several steps, it would start again after each write by others. A read
   * transaction on the source fails if the source is locked; backup() alone would wait for ever.
   * @throws The error of node:sqlite. The target is then unchanged, or empty if it was new.
   */
  async copy({ from, to, guarded, immutable = false }: CopyOrder): Promise<void> {
    const access = guarded === "from" ? LOCKLESS : immutable ? IMMUTABLE : "mode=rw";
    const source = openNative(fileUri(from, access), { busyTimeoutMs: this.#lockTimeoutMs });
    if (guarded === "from") this.#guarded.push(source);
    try {
      source.exec("BEGIN");
      source.prepare("SELECT count(*) FROM main.sqlite_schema").all();
      await backup(source, guarded === "to" ? fileUri(to, LOCKLESS) : to, { rate: ALL_PAGES });
    } finally {
      if (guarded !== "from") source.close();
    }
  }

  /** Remembers the version of a database's content. Called while another connection keeps writers out. */
  watch(path: string): void {
    this.#watched?.close();
    this.#watched = openNative(fileUri(path, "mode=rw"), { busyTimeoutMs: this.#lockTimeoutMs });
    this.#version = dataVersion(this.#watched);
  }

  /**
   * Copies into the watched database, which is in WAL mode, in a transaction beside its readers. The copy has the write
   * lock from its first pages on; only the step with the last pages is final.
   * @returns `moved` if the database was written to since {@linkcode PageCopier.watch}: then it is unchanged.
   */
  async replace({ from, to }: CopyOrder, control: CopyControl): Promise<"done" | "moved"> {
    const source = openNative(fileUri(from, "mode=rw"), { busyTimeoutMs: this.#lockTimeoutMs });
    let isMoved = false;
    try {
      const { pages } = source.prepare("PRAGMA page_count").all().map((row) => ({
        pages: Number(row["page_count"]),
      }))[0]!;
      // At least two steps, so that there is a moment between the lock and the end.
      const rate = Math.min(PAGES_A_STEP, Math.ceil(pages / 2));
      const progress = ({ remainingPages }: { readonly remainingPages: number }) => {
        isMoved ||= dataVersion(this.#watched!) !== this.#version;
        if (isMoved) throw new Error("Another process has written to the database");
        control.go(remainingPages <= rate);
      };
      await backup(source, to, { rate, progress } as Parameters<typeof backup>[2]);
      return "done";
    } catch (error) {
      if (isMoved) return "moved";
      throw error;
    } finally {
      source.close();
      this.#watched?.close();
      this.#watched = undefined;
    }
  }

  /** Called when everything is done, because it may release the locks of the process. */
  close(): void {
    this.#watched?.close();
    this.#watched = undefined;
    for (const database of this.#guarded.splice(0)) database.close();
  }
}

/** A number that changes with each commit of another connection: https://sqlite.org/pragma.html#pragma_data_version */
function dataVersion(database: NativeDatabase): unknown {
  return database.prepare("PRAGMA main.data_version").all()[0]?.["data_version"];
}

/** The phase of a copy that one thread makes and another may cancel. */
const PHASE = { waiting: 0, copying: 1, final: 2, cancelled: 3 } as const;

/** Lets one thread cancel a copy that another one makes, until it becomes final. */
export class CopyControl {
  readonly #phase: Int32Array;

  /** @param shared From {@linkcode CopyControl.shared} of the other thread. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#phase = new Int32Array(shared);
  }

  /** The memory from which the other thread makes its own control. */
  get shared(): SharedArrayBuffer {
    return this.#phase.buffer as SharedArrayBuffer;
  }

  /** Whether the copy still waits for the database's lock. */
  get isWaiting(): boolean {
    return Atomics.load(this.#phase, 0) === PHASE.waiting;
  }

  /** Called by the copying thread between two steps. @throws {Error} if the copy was cancelled. */
  go(isLast: boolean): void {
    const { waiting, copying, final } = PHASE;
    Atomics.compareExchange(this.#phase, 0, waiting, copying);
    if (isLast) Atomics.compareExchange(this.#phase, 0, copying, final);
    if (Atomics.load(this.#phase, 0) === PHASE.cancelled) {
      throw new Error("The copy was cancelled");
    }
  }

  /** Called by the other thread. @returns Whether the copy is cancelled; otherwise it is too late. */
  cancel(): boolean {
    const { waiting, copying, final, cancelled } = PHASE;
    Atomics.compareExchange(this.#phase, 0, waiting, cancelled);
    Atomics.compareExchange(this.#phase, 0, copying, cancelled);
    return Atomics.load(this.#phase, 0) !== final;
  }
}

/** Starts the thread that copies databases. */
export function startCopyWorker(): Thread<CopyTask, CopyAnswer> {
  return host.threads.start(new URL("./copy_worker.ts", import.meta.url));
}

/** A task for the thread. */
export type CopyTask =
  | { readonly kind: "copy"; readonly order: CopyOrder }
  | { readonly kind: "watch"; readonly path: string }
  | { readonly kind: "replace"; readonly order: CopyOrder; readonly control: SharedArrayBuffer }
  | { readonly kind: "digest"; readonly path: string }
  | { readonly kind: "close" };

/** The thread's answer: the digest, how a replacement ended, or an empty text. */
export type CopyAnswer =
  | { readonly ok: true; readonly text: string }
  | {
    readonly ok: false;
    readonly message: string;
    /** SQLite's primary result code, if it was SQLite that refused. */
    readonly resultCode: number | undefined;
  };

/** Runs tasks one after the other, in the thread or, for small files, without one. Never throws. */
export class CopyTaskRunner {
  readonly #copier = new PageCopier();

  async run(task: CopyTask): Promise<CopyAnswer> {
    try {
      switch (task.kind) {
        case "copy":
          await this.#copier.copy(task.order);
          return { ok: true, text: "" };
        case "watch":
          this.#copier.watch(task.path);
          return { ok: true, text: "" };
        case "replace": {
          const control = new CopyControl(task.control);
          return { ok: true, text: await this.#copier.replace(task.order, control) };
        }
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

/** Up to this size a file is read at once: loading the function that hashes in portions takes longer. */
const WHOLE_BYTES = 16 * 1024 * 1024;

/** The SHA-256 of a file of any size, in hex. Never of a file that SQLite has open in this process. */
export async function fileDigest(path: string): Promise<string> {
  if (host.files.stat(path).size > WHOLE_BYTES) return host.sha256OfFile(path);
  const bytes = host.files.read(path) as Uint8Array<ArrayBuffer>;
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
