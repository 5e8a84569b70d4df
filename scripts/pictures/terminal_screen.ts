import xterm from "@xterm/headless";
import { isBoxCharacter } from "./box_drawing.ts";
import type { Screen, ScreenColour, ScreenLine, ScreenRun, ScreenStyle } from "./screen.ts";

/** What a terminal has between a program and the eye: takes bytes, has a screen. */
export class TerminalScreen implements Disposable {
  readonly #terminal: xterm.Terminal;
  readonly #columns: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    // The buffer, where the cells are, is behind this switch.
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  /** Shows what a program printed. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  /** The row that the cursor is in, from 0. */
  get cursorRow(): number {
    return this.#terminal.buffer.active.cursorY;
  }

  /**
   * What is on the screen now.
   * @throws Error where text has left it at the top, or looks like nothing that Aludel prints.
   */
  read(): Screen {
    const buffer = this.#terminal.buffer.active;
    if (buffer.baseY > 0) throw new Error(`The session is longer than ${this.#terminal.rows} rows`);
    const lines = Array.from({ length: this.#terminal.rows }, (_, row) => this.#readLine(row));
    while (lines.length > 0 && lines[lines.length - 1]!.length === 0) lines.pop();
    return lines;
  }

  #readLine(row: number): ScreenLine {
    const line = this.#terminal.buffer.active.getLine(row);
    const runs: ScreenRun[] = [];
    for (let column = 0; column < this.#columns; column++) {
      const cell = line?.getCell(column);
      const text = cell?.getChars().trim() ?? "";
      // Nothing is there, or the right half of a wide character.
      if (cell === undefined || text === "") continue;
      const run = { column, width: cell.getWidth(), text, style: styleOf(cell) };
      const last = runs[runs.length - 1];
      if (last !== undefined && belongsTo(last, run)) {
        const gap = " ".repeat(column - last.column - last.width);
        runs[runs.length - 1] = {
          ...last,
          width: column + run.width - last.column,
          text: last.text + gap + text,
        };
      } else runs.push(run);
    }
    return runs;
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }
}

/** The numbers of the colours that Aludel uses, in a terminal's palette. */
const COLOURS: Readonly<Record<number, ScreenColour>> = {
  1: "red",
  2: "green",
  3: "yellow",
  4: "blue",
  5: "magenta",
  6: "cyan",
};

function styleOf(cell: xterm.IBufferCell): ScreenStyle {
  const colour = cell.isFgDefault() ? undefined : COLOURS[cell.getFgColor()];
  const odd = cell.isInverse() || cell.isUnderline() || cell.isItalic() || !cell.isBgDefault();
  if (odd || !cell.isFgDefault() && (colour === undefined || !cell.isFgPalette())) {
    throw new Error(`The pictures do not know how "${cell.getChars()}" looks`);
  }
  return {
    ...(colour !== undefined && { colour }),
    ...(cell.isBold() && { bold: true }),
    ...(cell.isDim() && { dim: true }),
  };
}

/** Whether a character goes on with what stands before it: with at most a space between, and looking the same. */
function belongsTo(last: ScreenRun, next: ScreenRun): boolean {
  return next.column - last.column - last.width <= 1 &&
    last.style.colour === next.style.colour &&
    last.style.bold === next.style.bold &&
    last.style.dim === next.style.dim &&
    isBoxCharacter(last.text[0]!) === isBoxCharacter(next.text);
}
