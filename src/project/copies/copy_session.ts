import { host, type Thread } from "../../host/mod.ts";
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

/** What copying needs from its caller. */
export type CopyWatch = Pick<RunHost, "clock" | "emit" | "interrupted">;

/** Smaller ones are copied sooner than a worker starts. */
const WORKER_BYTES = 8 * 1024 * 1024;
const SQLITE_BUSY = 5;
const POLL_MS = 25;
const REPORT_MS = 250;
/** Copying is given up when its target has not grown for so long, in milliseconds. */
const STALLED_MS = 300_000;

/** How the copying of one file is watched. */
export interface CopyOptions {
  /** For the progress line: `copying app.db`. */
  readonly what: string;
  /** How many bytes it will have, roughly. */
  readonly of: number;
  /** Ctrl-C is not obeyed and nothing is given up: stopping in the middle would be undone by a rollback only. */
  readonly toEnd?: boolean;
}

/** How a replacement is watched. */
export interface ReplaceOptions extends Omit<CopyOptions, "toEnd"> {
  /** How long to wait for a writer who was quicker, in milliseconds. */
  readonly lockTimeoutMs: number;
}

/** A task with what is to be watched meanwhile. */
interface WatchedTask extends CopyOptions {
  readonly task: CopyTask;
  /** The file that grows. */
  readonly file: string;
  /** Calls the task off, if it can be. */
  readonly control?: CopyControl;
  readonly lockTimeoutMs?: number;
}

/** Copies databases beside the thread that waits, so that it hears Ctrl-C and sees progress. To be closed. */
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
   * @throws {SqlError} What SQLite refused.
   * @throws {AludelError} `copy-stalled`, `interrupted`; the copying may go on for a while then, in the worker.
   */
  async copy(order: CopyOrder, options: CopyOptions): Promise<void> {
    await this.#run({ ...options, task: { kind: "copy", order }, file: order.to });
  }

  /** The SHA-256 of a file, in hex. @throws as {@linkcode CopySession.copy}. */
  async digest(path: string, options: CopyOptions): Promise<string> {
    return await this.#run({ ...options, task: { kind: "digest", path }, file: path });
  }

  /**
   * Remembers what a database in WAL mode holds, while the caller keeps writers out of it. In a worker always: the copy
   * that follows may have to wait for a lock, and blocks its thread meanwhile.
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
   * Copies into the database that is watched. @returns as {@linkcode PageCopier.replace}.
   * @throws {SqlError} What SQLite refused; it is busy if a writer kept the lock for longer than it may.
   * @throws {AludelError} `interrupted`; nothing is changed then.
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
      const size = sizeOf(watched.file);
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
    // Asked even if it is not obeyed: a host that is not heard ends the process.
    if (!this.#watch.interrupted() || toEnd) return;
    if (control !== undefined && !control.cancel()) return;
    throw new AludelError("interrupted", `Interrupted while ${what}`, { next: [GO_ON] });
  }
}

/** Whether a writer who was quicker has kept the lock for too long, and the copy is called off. */
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

function sizeOf(path: string): number {
  try {
    return host.files.stat(path).size;
  } catch {
    return 0;
  }
}
