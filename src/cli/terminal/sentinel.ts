import { type EndSignal, host } from "../../host/mod.ts";
import { CLEAR_LINE, progressLine, WatchBoard } from "./watch_board.ts";

/**
 * A worker beside a long run. It handles Ctrl-C and draws progress while SQLite blocks the main thread inside a
 * statement. docs/decisions explains why SQLite is not in the worker instead.
 */

/** The first message to the worker. */
export interface SentinelOrder {
  readonly board: SharedArrayBuffer;
  /** Whether to draw progress on stderr. */
  readonly progress: boolean;
  /** The width of the terminal in columns. */
  readonly columns: number;
  /** The duration of the run before the sentinel started, in milliseconds. */
  readonly elapsedMs: number;
}

/** A later message: a folder to remove if the worker ends the process. */
export interface TemporaryFolder {
  readonly temporary: string;
}

/** The time for the main thread to notice an interruption before the sentinel ends the process. */
const HEARING_MS = 80;
const PROGRESS_AFTER_MS = 1_000;
const PROGRESS_EVERY_MS = 250;

const temporary: string[] = [];

const port = host.threads.port<SentinelOrder | TemporaryFolder, never>();
port.onOrder((order) => {
  if ("temporary" in order) temporary.push(order.temporary);
  else watch(order);
});

function watch(order: SentinelOrder): void {
  const board = new WatchBoard(order.board);
  const started = performance.now() - order.elapsedMs;
  let drawn = false;
  /** The last signal that the main thread has not noticed, and the time until which it may. */
  let pending: { readonly signal: EndSignal; readonly until: number } | undefined;

  port.keepWatch((signal) => {
    const now = performance.now();
    if (signal !== undefined) {
      board.endDrawing();
      board.interrupt();
      pending = { signal, until: pending?.until ?? now + HEARING_MS };
    }
    if (pending === undefined) return draw(now);
    if (now < pending.until) return pending.until - now;
    if (!board.heard && !board.finished) {
      write(
        `${
          drawn ? CLEAR_LINE : ""
        }Interrupted inside a statement. Nothing of the open transaction is kept: ` +
          "SQLite rolls it back when the database is opened next.\n",
      );
      temporary.forEach(remove);
      return pending.signal;
    }
    pending = undefined;
    return draw(now);
  });

  /** Draws progress. @returns Milliseconds until the next progress line. */
  function draw(now: number): number {
    if (!order.progress || board.finished) return Infinity;
    const elapsed = now - started;
    const { doing } = board;
    if (elapsed >= PROGRESS_AFTER_MS && doing !== "") {
      drawn = true;
      board.draw(() => write(CLEAR_LINE + progressLine(elapsed, doing, order.columns)));
    }
    return PROGRESS_EVERY_MS;
  }
}

function remove(folder: string): void {
  try {
    host.files.remove(folder, { recursive: true });
  } catch {
    // It is already gone.
  }
}

function write(text: string): void {
  host.terminal.stderr.write(new TextEncoder().encode(text));
}
