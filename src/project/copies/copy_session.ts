import type { Thread } from "../../host/mod.ts";
import { SqlError } from "../../db/connection.ts";
import {
  type CopyAnswer,
  CopyControl,
  type CopyOrder,
  type CopyTask,
  CopyTaskRunner,
  startCopyWorker,
} from "../../db/page_copier.ts";
import { say } from "../../text/next_step.ts";
import { AludelError, GO_ON, REPORT_BUG } from "../../errors.ts";
import type { RunHost } from "../../runner/request.ts";
import { fileBytes } from "./database_files.ts";

/** The services that copying needs. */
export type CopyWatch = Pick<RunHost, "clock" | "emit" | "interrupted">;

/** @throws {AludelError} `interrupted` if the user has pressed Ctrl-C. */
export function throwIfInterrupted({ interrupted }: Pick<CopyWatch, "interrupted">): void {
  if (interrupted()) throw new AludelError("interrupted", "Interrupted", { next: [GO_ON] });
}

/** Copying a smaller database takes less time than starting a worker. */
const WORKER_BYTES = 8 * 1024 * 1024;
const SQLITE_BUSY = 5;
const POLL_MS = 25;
const REPORT_MS = 250;
/** Copying ends with an error if its target has not grown for this time, in milliseconds. */
const STALLED_MS = 300_000;

/** How to watch the copying of one file. */
export interface CopyOptions {
  /** For the progress line: `copying app.db`. */
  readonly what: string;
  /** The expected size in bytes. */
  readonly of: number;
  /** Whether to ignore Ctrl-C and stalls: a copy that stops in the middle must be rolled back. */
  readonly toEnd?: boolean;
}

/** How to watch a replacement. */
export interface ReplaceOptions extends Omit<CopyOptions, "toEnd"> {
  /** How long to wait for a writer who came first, in milliseconds. */
  readonly lockTimeoutMs: number;
}

/** A task and how to watch it. */
interface WatchedTask extends CopyOptions {
  readonly task: CopyTask;
  /** The file that grows. */
  readonly file: string;
  /** Cancels the task, if that is possible. */
  readonly control?: CopyControl;
  readonly lockTimeoutMs?: number;
}

/** Copies databases in another thread, so that this one can react to Ctrl-C and report progress. It must be closed. */
export class CopySession {
  readonly #watch: CopyWatch;
  readonly #runner = new CopyTaskRunner();
  #worker: Thread<CopyTask, CopyAnswer> | undefined;
  #isBusy = false;
  #isClosed = false;

  /** @param bytes The size of the largest file to come. */
  constructor(watch: CopyWatch, bytes: number) {
    this.#watch = watch;
    if (bytes > WORKER_BYTES) this.#worker = startCopyWorker();
  }

  /**
   * @throws {SqlError}
   * @throws {AludelError} `copy-stalled`, `interrupted`; the worker may go on copying for a while.
   */
  async copy(order: CopyOrder, options: CopyOptions): Promise<void> {
    await this.#run({ ...options, task: { kind: "copy", order }, file: order.to });
  }

  /** The SHA-256 of a file, in hex. @throws as {@linkcode CopySession.copy}. */
  async digest(path: string, options: CopyOptions): Promise<string> {
    return await this.#run({ ...options, task: { kind: "digest", path }, file: path });
  }

  /**
   * Remembers the version of a database in WAL mode, while the caller keeps writers out of it. This always uses a
   * worker, because the following copy may have to wait for a lock, and blocks its thread.
   */
  async watch(path: string): Promise<void> {
    this.#worker ??= startCopyWorker();
    await this.#run({
      task: { kind: "watch", path },
      what: "looking",
      of: 0,
      file: "",
      toEnd: true,
    });
  }

  /**
   * Copies into the watched database. @returns as {@linkcode PageCopier.replace}.
   * @throws {SqlError} Also if a writer kept the lock for too long.
   * @throws {AludelError} `interrupted`; the database is unchanged.
   */
  async replace(order: CopyOrder, options: ReplaceOptions): Promise<"done" | "moved"> {
    const control = new CopyControl();
    const outcome = await this.#run({
      ...options,
      task: { kind: "replace", order, control: control.shared },
      file: `${order.to}-wal`,
      control,
    });
    return outcome === "moved" ? "moved" : "done";
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isBusy) {
      await this.#run({ task: { kind: "close" }, what: "closing", of: 0, file: "", toEnd: true });
    }
    this.#worker?.terminate();
  }

  async #run(watched: WatchedTask): Promise<string> {
    this.#isBusy = true;
    const answer = this.#worker === undefined
      ? await this.#runner.run(watched.task)
      : await this.#ask(this.#worker, watched);
    this.#isBusy = false;
    if (answer.ok) return answer.text;
    throw new SqlError(answer.message, { resultCode: answer.resultCode });
  }

  async #ask(worker: Thread<CopyTask, CopyAnswer>, watched: WatchedTask): Promise<CopyAnswer> {
    const { clock, emit } = this.#watch;
    const { promise, resolve, reject } = Promise.withResolvers<CopyAnswer>();
    worker.onAnswer(resolve);
    worker.onFault((message) =>
      reject(
        new AludelError("internal", `The copying thread failed: ${message}`, {
          next: [REPORT_BUG],
        }),
      )
    );
    worker.send(watched.task);
    const started = clock.monotonicMs();
    let bytes = 0;
    let grew = started;
    let reported = started;
    for (;;) {
      const answer = await Promise.race([promise, clock.sleep(POLL_MS)]);
      if (answer !== undefined) return answer;
      this.#obeyInterruption(watched);
      const now = clock.monotonicMs();
      if (isLockedOut(watched, now - started)) {
        throw new SqlError("database is locked", { resultCode: SQLITE_BUSY });
      }
      const size = fileBytes(watched.file);
      if (size !== bytes) {
        bytes = size;
        grew = now;
      } else if (now - grew > STALLED_MS && watched.task.kind === "copy" && !watched.toEnd) {
        throw stalled(watched);
      }
      if (now - reported > REPORT_MS) {
        reported = now;
        emit({ type: "copying", what: watched.what, bytes, of: watched.of });
      }
    }
  }

  #obeyInterruption({ what, toEnd, control }: WatchedTask): void {
    // The host is asked even if Ctrl-C is ignored: otherwise it would end the process.
    if (!this.#watch.interrupted() || toEnd) return;
    if (control !== undefined && !control.cancel()) return;
    throw new AludelError("interrupted", `Interrupted while ${what}`, { next: [GO_ON] });
  }
}

/** Cancels a copy if a writer who came first has kept the lock for too long. @returns Whether it is cancelled. */
function isLockedOut({ control, lockTimeoutMs }: WatchedTask, elapsedMs: number): boolean {
  if (control === undefined || lockTimeoutMs === undefined) return false;
  return elapsedMs > lockTimeoutMs && control.isWaiting && control.cancel();
}

function stalled({ what }: CopyOptions): AludelError {
  return new AludelError("copy-stalled", `Nothing has moved for ${STALLED_MS / 1000} s: ${what}`, {
    notes: ["Another process keeps the database locked, or the disk does not answer"],
    next: [
      say("Check the disk, and which program has the file open, then run the same command again"),
    ],
  });
}
