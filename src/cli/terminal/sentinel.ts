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

const SIGNALS: readonly EndSignal[] = host.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];

const temporary: string[] = [];

host.threads.port<SentinelOrder | TemporaryFolder, never>().onOrder((order) => {
  if ("temporary" in order) temporary.push(order.temporary);
  else watch(order);
});

function watch(data: SentinelOrder): void {
  const board = new WatchBoard(data.board);
  const started = performance.now() - data.elapsedMs;
  let drawn = false;

  const onInterrupt = (signal: EndSignal) => {
    board.interrupt();
    setTimeout(() => {
      if (board.heard || board.finished) return;
      write(
        `${
          drawn ? CLEAR_LINE : ""
        }Interrupted inside a statement. Nothing of the open transaction is kept: ` +
          "SQLite rolls it back when the database is opened next.\n",
      );
      temporary.forEach(remove);
      // Without a listener the signal has its usual effect again, and the parent sees what ended the process.
      for (const listener of listeners) listener[Symbol.dispose]();
      host.process.endBy(signal);
    }, HEARING_MS);
  };
  const listeners = host.process.hearsSignals
    ? SIGNALS.map((signal) => host.process.onSignal(signal, () => onInterrupt(signal)))
    : [];

  if (!data.progress) return;
  const timer = setInterval(() => {
    if (board.finished) return clearInterval(timer);
    const elapsed = performance.now() - started;
    const { doing } = board;
    if (elapsed < PROGRESS_AFTER_MS || doing === "") return;
    drawn = true;
    board.draw(() => write(CLEAR_LINE + progressLine(elapsed, doing, data.columns)));
  }, PROGRESS_EVERY_MS);
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
