import { sameLine, type Screen, type ScreenLine } from "./screen.ts";

/** What the screen showed from a moment on. */
export interface Frame {
  readonly atMs: number;
  readonly screen: Screen;
}

/** A command that is typed, letter by letter. */
export interface Typing {
  readonly row: number;
  readonly column: number;
  readonly letters: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A session as it went. */
export interface Recording {
  readonly columns: number;
  /** In order of time; the first is at 0. */
  readonly frames: readonly Frame[];
  readonly typings: readonly Typing[];
}

/** A line of the screen, for as long as it looks the same. */
export interface LineSpan {
  readonly row: number;
  readonly line: ScreenLine;
  readonly fromMs: number;
  /** undefined: it stands to the end. */
  readonly toMs: number | undefined;
}

/** Divides a session by lines, so that what stays is drawn once. Empty lines are left out. */
export function spansOf(frames: readonly Frame[]): readonly LineSpan[] {
  const spans: LineSpan[] = [];
  const height = Math.max(0, ...frames.map(({ screen }) => screen.length));
  for (let row = 0; row < height; row++) {
    let open: { readonly line: ScreenLine; readonly fromMs: number } | undefined;
    const close = (toMs: number | undefined) => {
      if (open !== undefined && open.line.length > 0) spans.push({ row, ...open, toMs });
    };
    for (const { atMs, screen } of frames) {
      const line = screen[row] ?? [];
      if (sameLine(open?.line, line)) continue;
      close(atMs);
      open = { line, fromMs: atMs };
    }
    close(undefined);
  }
  return spans;
}
