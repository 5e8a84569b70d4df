/** The colours that Aludel prints in: see src/cli/terminal/style.ts. */
export type ScreenColour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

/** How characters look. */
export interface ScreenStyle {
  readonly colour?: ScreenColour;
  readonly bold?: true;
  readonly dim?: true;
}

/** Words of a line that look alike, with single spaces between them; or characters that draw a line. */
export interface ScreenRun {
  /** The column of the first one, from 0. */
  readonly column: number;
  /** How many columns they take: wide characters take two. */
  readonly width: number;
  readonly text: string;
  readonly style: ScreenStyle;
}

/** A line of a terminal, without the empty cells at its end. */
export type ScreenLine = readonly ScreenRun[];

/** What a terminal shows: its lines from the top, without the empty ones at the end. */
export type Screen = readonly ScreenLine[];

/** Whether two lines look the same. */
export function sameLine(one: ScreenLine | undefined, other: ScreenLine | undefined): boolean {
  return JSON.stringify(one ?? []) === JSON.stringify(other ?? []);
}

/** The characters of a line, in their columns. */
export function lineText(line: ScreenLine): string {
  let text = "";
  let end = 0;
  for (const run of line) {
    text += " ".repeat(run.column - end) + run.text;
    end = run.column + run.width;
  }
  return text;
}
