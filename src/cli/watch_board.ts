/**
 * The memory that the main thread and the sentinel share: the main thread is deaf while SQLite works, so it
 * leaves here what it is doing, and finds here whether the user wants it to stop.
 */

/** Takes a progress line off the terminal. */
export const CLEAR_LINE = "\r\x1b[K";

const FIELDS = 4;
const INTERRUPTED = 0;
const HEARD = 1;
const FINISHED = 2;
const TEXT_LENGTH = 3;
const TEXT_BYTES = 512;

/** A view on the shared memory, for either side. */
export class WatchBoard {
  /** What the other side is given to make its own view. */
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

  /** Set by the main thread when it has seen the interruption and is rolling back. */
  get heard(): boolean {
    return Atomics.load(this.#fields, HEARD) === 1;
  }

  hear(): void {
    Atomics.store(this.#fields, HEARD, 1);
  }

  /** Set by the main thread when the run is over, before it prints anything. */
  get finished(): boolean {
    return Atomics.load(this.#fields, FINISHED) === 1;
  }

  finish(): void {
    Atomics.store(this.#fields, FINISHED, 1);
  }

  /** What the main thread is doing, one line. Cut at 512 bytes. */
  get doing(): string {
    const length = Atomics.load(this.#fields, TEXT_LENGTH);
    // A copy: TextDecoder takes no shared memory.
    return new TextDecoder().decode(this.#text.slice(0, length));
  }

  set doing(text: string) {
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_BYTES);
    Atomics.store(this.#fields, TEXT_LENGTH, 0);
    this.#text.set(bytes);
    Atomics.store(this.#fields, TEXT_LENGTH, bytes.length);
  }
}
