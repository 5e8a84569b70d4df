import { host, type Thread } from "../../host/mod.ts";
import type { RunEvent } from "../../runner/request.ts";
import type { Runtime } from "./runtime.ts";
import type { SentinelOrder, TemporaryFolder } from "./sentinel.ts";
import type { Drawing } from "./ui.ts";
import { CLEAR_LINE, WatchBoard } from "./watch_board.ts";

/** The duration after which a run gets a sentinel, whose start takes as long as two empty Deno programs. */
const SENTINEL_AFTER_MS = 1_000;
/** The size from which a run gets one at once, because any single statement may take long. */
const LARGE_BYTES = 8 * 1024 * 1024;

const ONLINE = {
  copy: "copying",
  index: "indexing",
  compare: "comparing",
  swap: "exchanging",
  clean: "cleaning up",
} as const;

/**
 * Handles Ctrl-C and shows progress during a run.
 *
 * Long runs get a worker, because the main thread cannot react while it is inside a statement. Short runs get no
 * listener, because one on the main thread would delay the signal until a statement ends. Without it, Ctrl-C ends the
 * process, and SQLite rolls back when the database is opened next.
 */
export class RunWatch implements Disposable, Drawing {
  readonly #runtime: Runtime;
  readonly #progress: boolean;
  readonly #started: number;
  readonly #board = new WatchBoard();
  #sentinel: Thread<SentinelOrder | TemporaryFolder, never> | undefined;
  #step = "";
  #message = "";

  /**
   * @param databaseBytes The size of the database's file; 0 if there is none.
   * @param progress Whether progress may be drawn on stderr.
   */
  constructor(runtime: Runtime, databaseBytes: number, progress: boolean) {
    this.#runtime = runtime;
    this.#progress = progress;
    this.#started = runtime.monotonicMs();
    if (databaseBytes > LARGE_BYTES) this.#startSentinel();
  }

  /** Whether the user asked to stop. Called between statements. */
  readonly interrupted = (): boolean => {
    if (this.#sentinel === undefined) {
      const elapsed = this.#runtime.monotonicMs() - this.#started;
      if (elapsed > SENTINEL_AFTER_MS) this.#startSentinel();
    }
    if (this.#board.interrupted) this.#board.hear();
    return this.#board.interrupted;
  };

  /** Notes the current work, for the progress line. */
  see(event: RunEvent): void {
    if (event.type === "temporary") {
      this.#sentinel?.send({ temporary: event.path });
    }
    // Updated even before there is a sentinel, so that its first line is correct.
    if (!this.#progress) return;
    if (event.type === "step-started") {
      const way = event.direction === "up" ? "upgrade" : "downgrade";
      this.#step = `${event.position}/${event.of} ${way} ${event.id}`;
      this.#message = event.message;
      this.#board.doing = `${this.#step}  ${this.#message}`;
    } else if (event.type === "copying") {
      const percent = event.of === 0
        ? 100
        : Math.min(100, Math.floor(event.bytes / event.of * 100));
      this.#board.doing = `${event.what}, ${percent} %`;
    } else if (event.type === "online") {
      const percent = event.of === 0 ? 100 : Math.floor(event.done / event.of * 100);
      this.#board.doing = `${this.#step}  ${ONLINE[event.phase]} ${event.table}, ${percent} %`;
    } else if (event.type === "statement" && event.of > 1) {
      this.#board.doing =
        `${this.#step}  statement ${event.position} of ${event.of}: ${event.verb}  ${this.#message}`;
    }
  }

  /** Shows the current work, for work without events of a run. */
  show(doing: string): void {
    if (this.#progress) this.#board.doing = doing;
  }

  /** Writes a text on its own lines, so that it does not mix with a progress line. */
  aside(write: () => void): void {
    this.#board.writeAside((isDrawn) => {
      if (isDrawn) this.#runtime.stderr.write(CLEAR_LINE);
      write();
    });
  }

  [Symbol.dispose](): void {
    this.#board.finish();
    if (this.#sentinel === undefined) return;
    this.aside(() => {});
    this.#sentinel.terminate();
  }

  #startSentinel(): void {
    this.#sentinel = host.threads.start(new URL("./sentinel.ts", import.meta.url));
    const order: SentinelOrder = {
      board: this.#board.buffer,
      progress: this.#progress,
      columns: this.#runtime.columns,
      elapsedMs: this.#runtime.monotonicMs() - this.#started,
    };
    this.#sentinel.send(order);
  }
}
