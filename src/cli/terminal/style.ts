import { STYLE_MARKS } from "../../text/layout.ts";

/** Ways to highlight text. Without colour, each returns the text unchanged. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
}

const same = (text: string) => text;

/** The style for pipes, files and NO_COLOR. */
export const plainStyle: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
  blue: same,
  magenta: same,
};

/**
 * Select Graphic Rendition codes (ECMA-48), each with the mark that represents it until a text is written: control
 * characters of files and databases are escaped first, which must not affect our colours. The marks are noncharacters
 * of Unicode.
 */
const RENDITIONS = new Map(
  [1, 22, 2, 31, 32, 33, 36, 39, 34, 35].map((code, index) =>
    [code, String.fromCharCode(0xfdd0 + index)] as const
  ),
);
const CODES = new Map([...RENDITIONS].map(([code, mark]) => [mark, code]));

const rendition = (start: number, end: number) => (text: string) =>
  `${RENDITIONS.get(start)}${text}${RENDITIONS.get(end)}`;

/** Replaces the marks in a styled text by codes. */
export function rendered(text: string): string {
  return text.replace(STYLE_MARKS, (mark) => `\x1b[${CODES.get(mark)}m`);
}

/** The style for terminals. */
export const terminalStyle: Style = {
  bold: rendition(1, 22),
  dim: rendition(2, 22),
  red: rendition(31, 39),
  green: rendition(32, 39),
  yellow: rendition(33, 39),
  cyan: rendition(36, 39),
  blue: rendition(34, 39),
  magenta: rendition(35, 39),
};
