/**
 * Ranges of code points that a terminal draws two columns wide: East Asian wide and full-width
 * characters and emoji (https://www.unicode.org/reports/tr11/), rounded to whole blocks.
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18d8f],
  [0x1b000, 0x1b2ff],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/**
 * How many terminal columns a text takes: 0 for marks that sit on the character before, 2 for wide
 * characters, 1 for everything else. Control characters count as 1; show them as something visible.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The terminal columns of one character (one code point): see {@linkcode displayWidth}. */
export function characterWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}]$/u.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** The beginning of a text that fits into a number of columns. */
export function firstColumns(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** A text padded with spaces to a number of columns: `padEnd` for what a terminal shows. */
export function padColumns(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** Marks for colours, which take no columns, and are replaced when a text is written. */
export const STYLE_MARKS = /[\ufdd0-\ufdd9]/g;
/** In a narrower terminal, lines are not broken here. */
const LEAST_COLUMNS = 40;
/** The indentation of continuation lines. */
const HANGING = "  ";

/**
 * Breaks prose at spaces, because a terminal would break it inside words.
 *
 * It does not break text to copy (`next: command`, unlike advice, which begins with a capital; `at FILE`), lines of
 * source code (`3 | …`), or rows of columns, which are separated by two spaces.
 *
 * @param text It may have several lines, and colours.
 * @param columns The width of the terminal.
 */
export function foldLines(text: string, columns: number): string {
  if (columns < LEAST_COLUMNS) return text;
  return text.split("\n").flatMap((line) => foldLine(line, columns)).join("\n");
}

function foldLine(line: string, columns: number): readonly string[] {
  const [indent = ""] = /^ */.exec(line)!;
  const visible = line.replace(STYLE_MARKS, "").trimStart();
  if (indent.length + displayWidth(visible) <= columns) return [line];
  if (/^at \S+$|^next: (?!\p{Lu})|^(\d+ )?\| | {2}/u.test(visible)) return [line];
  const lines: string[] = [];
  let last = "";
  const words = line.slice(indent.length).split(" ");
  for (const word of words) {
    const hang = lines.length === 0 ? indent : indent + HANGING;
    const longer = last === "" ? hang + word : `${last} ${word}`;
    if (last !== "" && displayWidth(longer.replace(STYLE_MARKS, "")) > columns) {
      lines.push(last);
      last = indent + HANGING + word;
    } else last = longer;
  }
  return [...lines, last];
}

/**
 * The beginning of a foreign text, for a message; a longer text ends in `…`.
 *
 * @param length In UTF-16 code units; a character is not cut in two.
 */
export function excerpt(text: string, length = 200): string {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "") + "…";
}

/** A count with its noun, whose plural ends in "s": `1 row`, `3 rows`. */
export function plural(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

/** A duration for people: `12 ms`, `4.3 s`, `2 min 5 s`, `1 h 3 min`. @param ms Milliseconds, 0 or more. */
export function durationText(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (Math.round(seconds * 10) < 600) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return whole < 3_600
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A size in bytes for people, in decimal units as disks are sold: `12.3 MB`. */
export function megabytes(bytes: number): string {
  if (bytes < 100_000) return `${Math.ceil(bytes / 1_000)} kB`;
  const size = bytes / 1_000_000;
  return size < 1_000 ? `${size.toFixed(1)} MB` : `${(size / 1_000).toFixed(1)} GB`;
}

/** A moment in UTC to the second, as in records and the manifest: `2026-11-23T10:15:00Z`. */
export function toSecond(moment: Date): string {
  return moment.toISOString().replace(/\.\d+Z$/, "Z");
}

/** A moment in UTC for people: `2026-11-23 10:15:00 UTC`. @param utc As {@linkcode toSecond} gives it, fractions allowed. */
export function utcText(utc: string): string {
  return utc.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}

/** Names in double quotes for a sentence: `"a"`, `"a" and "b"`, `"a", "b" and "c"`. */
export function quotedList(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2
    ? quoted.join("")
    : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
