import { type EndSignal, host } from "../../host/mod.ts";
import { CLEAR_LINE, progressLine, WatchBoard } from "./watch_board.ts";

/**
 * A worker beside a long run: it handles Ctrl-C and draws progress while SQLite keeps the main
 * thread busy inside one statement. See docs/decisions for why it is this way round and not SQLite in the worker.
 */

/** The first message to the worker. */
export interface SentinelOrder {
  readonly board: SharedArrayBuffer;
  /** Whether progress may be drawn on stderr. */
  readonly progress: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** How long the run had lasted when the sentinel came, in milliseconds. */
  readonly elapsedMs: number;
}

/** A later message: a folder to remove if the worker ends the process. */
export interface TemporaryFolder {
  readonly temporary: string;
}

/** How long the main thread has to hear an interruption before the sentinel ends the process. */
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
  /** Signals that the main thread has not heard yet: the last of them, and how long it has. */
  let pending: { readonly signal: EndSignal; readonly until: number } | undefined;

  port.keepWatch((signal) => {
    const now = performance.now();
    if (signal !== undefined) {
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

  /** @returns Milliseconds to the next progress line. */
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
    // Gone already.
  }
}

function write(text: string): void {
  host.terminal.stderr.write(new TextEncoder().encode(text));
}
