import type { RunEvent } from "../runner/run_event.ts";
import type { Runtime } from "./runtime.ts";
import type { SentinelOrder } from "./sentinel.ts";
import { WatchBoard } from "./watch_board.ts";

/** A run that has lasted so long gets a sentinel; starting one takes as long as two empty Deno programs. */
const SENTINEL_AFTER_MS = 500;
/** A database of this size gets one at once: any single statement may take long. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * Ctrl-C and progress during a run.
 *
 * Short runs are watched by the main thread itself, between statements. Long ones get a worker, since the
 * main thread hears nothing while it is inside a statement.
 */
export class RunWatch implements Disposable {
  readonly #runtime: Runtime;
  readonly #progress: boolean;
  readonly #started: number;
  readonly #board = new WatchBoard();
  #stopListening: (() => void) | undefined;
  #worker: Worker | undefined;
  #interrupted = false;
  #step = "";

  /**
   * @param databaseBytes The size of the database's file; 0 where there is none.
   * @param progress Whether progress may be drawn on stderr.
   */
  constructor(runtime: Runtime, databaseBytes: number, progress: boolean) {
    this.#runtime = runtime;
    this.#progress = progress;
    this.#started = runtime.monotonicMs();
    if (databaseBytes > LARGE_BYTES) this.#startSentinel();
    else this.#stopListening = runtime.onInterrupt(() => this.#interrupted = true);
  }

  /** Whether the user asked to stop. Called between statements. */
  readonly interrupted = (): boolean => {
    if (this.#worker === undefined && !this.#interrupted) {
      const elapsed = this.#runtime.monotonicMs() - this.#started;
      if (elapsed > SENTINEL_AFTER_MS) this.#startSentinel();
    }
    if (this.#board.interrupted) this.#interrupted = true;
    if (this.#interrupted) this.#board.hear();
    return this.#interrupted;
  };

  /** Notes what is being done, for the progress line. */
  see(event: RunEvent): void {
    if (!this.#progress || this.#worker === undefined) return;
    if (event.type === "step-started") {
      const way = event.direction === "up" ? "upgrade" : "downgrade";
      this.#step = `${event.position}/${event.of} ${way} ${event.id} ${event.message}`;
      this.#board.doing = this.#step;
    } else if (event.type === "statement" && event.of > 1) {
      this.#board.doing =
        `${this.#step}  statement ${event.position} of ${event.of}: ${event.verb}`;
    }
  }

  [Symbol.dispose](): void {
    this.#board.finish();
    this.#stopListening?.();
    if (this.#worker === undefined) return;
    this.#worker.terminate();
    if (this.#progress) this.#runtime.stderr.write("\r\x1b[K");
  }

  #startSentinel(): void {
    // With a listener of its own left, the main thread would swallow the signal that the sentinel sends.
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#worker = new Worker(new URL("./sentinel.ts", import.meta.url).href, { type: "module" });
    const order: SentinelOrder = {
      board: this.#board.buffer,
      progress: this.#progress,
      columns: this.#runtime.columns,
      elapsedMs: this.#runtime.monotonicMs() - this.#started,
    };
    this.#worker.postMessage(order);
  }
}
