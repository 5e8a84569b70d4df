import { durationText, firstColumns } from "../../text/layout.ts";
import { visible } from "../../text/visible.ts";
import type { Runtime } from "./runtime.ts";
import type { Ui } from "./ui.ts";

/**
 * The memory that the main thread and the sentinel share. The main thread cannot receive messages while SQLite works,
 * so it writes its progress here, and reads here whether the user interrupted it.
 */

/** Clears a progress line on the terminal. */
export const CLEAR_LINE = "\r\x1b[K";

/**
 * Formats a progress line. The time comes first, because it changes; the rest is cut, because long lines are hard to
 * read.
 */
export function progressLine(elapsedMs: number, doing: string, columns: number): string {
  const time = durationText(Math.floor(elapsedMs / 1_000) * 1_000).replace(/\.0 s$/, " s");
  return firstColumns(visible(`${time}  ${doing}`), Math.min(columns, LONGEST_LINE) - 1);
}

const LONGEST_LINE = 80;

const FIELDS = 6;
const INTERRUPTED = 0;
const HEARD = 1;
const FINISHED = 2;
const TEXT_LENGTH = 3;
const TERMINAL = 4;
const DRAWN = 5;
const TEXT_BYTES = 512;

/** Who writes to the terminal. */
const NOBODY = 0;
const MAIN = 1;
const SENTINEL = 2;

/** A view of the shared memory, for either side. */
export class WatchBoard {
  /** The memory, from which the other side makes its own view. */
  readonly buffer: SharedArrayBuffer;
  readonly #fields: Int32Array;
  readonly #text: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(FIELDS * 4 + TEXT_BYTES)) {
    this.buffer = buffer;
    this.#fields = new Int32Array(buffer, 0, FIELDS);
    this.#text = new Uint8Array(buffer, FIELDS * 4);
  }

  /** Set by the sentinel on Ctrl-C. */
  get interrupted(): boolean {
    return Atomics.load(this.#fields, INTERRUPTED) === 1;
  }

  interrupt(): void {
    Atomics.store(this.#fields, INTERRUPTED, 1);
  }

  /** Set by the main thread when it has noticed the interruption and is rolling back. */
  get heard(): boolean {
    return Atomics.load(this.#fields, HEARD) === 1;
  }

  hear(): void {
    Atomics.store(this.#fields, HEARD, 1);
  }

  /** Set by the main thread when the run is over. Nothing is drawn after that. */
  get finished(): boolean {
    return Atomics.load(this.#fields, FINISHED) === 1;
  }

  finish(): void {
    Atomics.store(this.#fields, FINISHED, 1);
  }

  /**
   * For the sentinel: calls `draw`, which leaves the cursor after a progress line. It does nothing while the main
   * thread writes.
   */
  draw(draw: () => void): void {
    if (Atomics.compareExchange(this.#fields, TERMINAL, NOBODY, SENTINEL) !== NOBODY) return;
    try {
      if (this.finished) return;
      draw();
      Atomics.store(this.#fields, DRAWN, 1);
    } finally {
      this.#leaveTerminal(SENTINEL);
    }
  }

  /** For the sentinel: ends a drawing that a signal broke off, without its `finally`. */
  endDrawing(): void {
    if (Atomics.load(this.#fields, TERMINAL) !== SENTINEL) return;
    Atomics.store(this.#fields, DRAWN, 1);
    this.#leaveTerminal(SENTINEL);
  }

  /**
   * For the main thread: calls `write` while nothing is drawn.
   * @param isDrawn Whether the cursor is after a progress line, which must be cleared first.
   */
  writeAside(write: (isDrawn: boolean) => void): void {
    while (Atomics.compareExchange(this.#fields, TERMINAL, NOBODY, MAIN) !== NOBODY) {
      Atomics.wait(this.#fields, TERMINAL, SENTINEL);
    }
    try {
      write(Atomics.exchange(this.#fields, DRAWN, 0) === 1);
    } finally {
      this.#leaveTerminal(MAIN);
    }
  }

  #leaveTerminal(writer: typeof MAIN | typeof SENTINEL): void {
    Atomics.compareExchange(this.#fields, TERMINAL, writer, NOBODY);
    Atomics.notify(this.#fields, TERMINAL);
  }

  /** The main thread's current work, one line of at most 512 bytes; empty if there is none. */
  get doing(): string {
    const length = Atomics.load(this.#fields, TEXT_LENGTH);
    // Copied, because TextDecoder does not accept shared memory.
    return new TextDecoder().decode(this.#text.slice(0, length));
  }

  set doing(text: string) {
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_BYTES);
    Atomics.store(this.#fields, TEXT_LENGTH, 0);
    this.#text.set(bytes);
    Atomics.store(this.#fields, TEXT_LENGTH, bytes.length);
  }
}

/** Draws a count, such as `proving 3 of 60`, if stderr is a terminal. */
export function countOn(
  ui: Pick<Ui, "wantsProgress">,
  { stderr }: Pick<Runtime, "stderr">,
  verb: string,
): (done: number, of: number) => void {
  if (!ui.wantsProgress) return () => {};
  return (done, of) => {
    stderr.write(done < of ? `${CLEAR_LINE}${verb} ${done} of ${of}` : CLEAR_LINE);
  };
}
