/** Ways to set text apart. Each returns the text itself where there is no colour. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string) => text;

/** For pipes, files and NO_COLOR. */
export const plainStyle: Style = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};

/** Select Graphic Rendition codes (ECMA-48): the code that starts and the one that ends. */
const rendition = (start: number, end: number) => (text: string) =>
  `\x1b[${start}m${text}\x1b[${end}m`;

/** For terminals. */
export const terminalStyle: Style = {
  bold: rendition(1, 22),
  dim: rendition(2, 22),
  red: rendition(31, 39),
  green: rendition(32, 39),
  yellow: rendition(33, 39),
  cyan: rendition(36, 39),
};
