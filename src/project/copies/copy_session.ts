import { SqlError } from "../../db/connection.ts";
import {
  type CopyAnswer,
  type CopyOrder,
  type CopyTask,
  CopyTaskRunner,
} from "../../db/page_copier.ts";
import { startCopyWorker } from "../../db/start_copy_worker.ts";
import { AludelError, GO_ON, REPORT_BUG } from "../../errors.ts";
import type { RunHost } from "../../runner/run_request.ts";

/** What copying needs from whoever waits for it. */
export type CopyWatch = Pick<RunHost, "clock" | "emit" | "interrupted">;

/** Smaller ones are copied sooner than a worker starts. */
const WORKER_BYTES = 8 * 1024 * 1024;
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

/** Copies databases beside the thread that waits, so that it hears Ctrl-C and sees progress. To be closed. */
export class CopySession {
  readonly #watch: CopyWatch;
  readonly #worker: Worker | undefined;
  readonly #runner = new CopyTaskRunner();
  #isBusy = false;
  #isClosed = false;

  /** @param bytes The size of the largest file to come. */
  constructor(watch: CopyWatch, bytes: number) {
    this.#watch = watch;
    this.#worker = bytes > WORKER_BYTES ? startCopyWorker() : undefined;
  }

  /**
   * @throws {SqlError} What SQLite refused.
   * @throws {AludelError} `copy-stalled`, `interrupted`; the copying may go on for a while then, in the worker.
   */
  async copy(order: CopyOrder, options: CopyOptions): Promise<void> {
    await this.#run({ kind: "copy", order }, { ...options, file: order.to });
  }

  /** The SHA-256 of a file, in hex. @throws as {@linkcode CopySession.copy}. */
  async digest(path: string, options: CopyOptions): Promise<string> {
    return await this.#run({ kind: "digest", path }, { ...options, file: path });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isBusy) {
      await this.#run({ kind: "close" }, { what: "closing", of: 0, file: "", toEnd: true });
    }
    this.#worker?.terminate();
  }

  async #run(task: CopyTask, options: CopyOptions & { readonly file: string }): Promise<string> {
    this.#isBusy = true;
    const answer = this.#worker === undefined
      ? await this.#runner.run(task)
      : await this.#ask(this.#worker, task, options);
    this.#isBusy = false;
    if (answer.ok) return answer.text;
    throw new SqlError(answer.message, { resultCode: answer.resultCode });
  }

  async #ask(
    worker: Worker,
    task: CopyTask,
    options: CopyOptions & { readonly file: string },
  ): Promise<CopyAnswer> {
    const { clock, emit, interrupted } = this.#watch;
    const { promise, resolve, reject } = Promise.withResolvers<CopyAnswer>();
    worker.onmessage = ({ data }: MessageEvent<CopyAnswer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(
        new AludelError("internal", `The copying worker failed: ${event.message}`, {
          next: [REPORT_BUG],
        }),
      );
    };
    worker.postMessage(task);
    let bytes = 0;
    let grew = clock.monotonicMs();
    let reported = grew;
    for (;;) {
      const answer = await Promise.race([promise, clock.sleep(POLL_MS)]);
      if (answer !== undefined) return answer;
      // Asked even where it is not obeyed: whoever is not heard ends the process.
      if (interrupted() && !options.toEnd) {
        throw new AludelError("interrupted", `Interrupted while ${options.what}`, {
          next: [GO_ON],
        });
      }
      const now = clock.monotonicMs();
      const size = sizeOf(options.file);
      if (size !== bytes) {
        bytes = size;
        grew = now;
      } else if (now - grew > STALLED_MS && task.kind === "copy" && !options.toEnd) {
        throw stalled(options);
      }
      if (now - reported > REPORT_MS) {
        reported = now;
        emit({ type: "copying", what: options.what, bytes, of: options.of });
      }
    }
  }
}

function stalled({ what }: CopyOptions): AludelError {
  return new AludelError("copy-stalled", `Nothing has moved for ${STALLED_MS / 1000} s: ${what}`, {
    notes: ["Another process keeps the database locked, or the disk does not answer"],
    next: ["Look at the disk and at who has the file open, then give the same command again"],
  });
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
