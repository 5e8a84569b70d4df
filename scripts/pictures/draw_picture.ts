import { drawBoxCharacter, isBoxCharacter } from "./box_drawing.ts";
import { PICTURE_STYLE } from "./picture_style.ts";
import type { ScreenRun } from "./screen.ts";
import { type LineSpan, type Recording, spansOf, type Typing } from "./timeline.ts";

/** A cell of the terminal, in pixels. Text is stretched to it, since every font has another width. */
const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 20;
/** From a cell's top to the line that letters stand on. */
const BASELINE = 14.5;
/** Around the text. */
const MARGIN = 16;
/** The window's title bar. */
const BAR = 32;

/**
 * Draws a recorded session as an SVG of its own: with window and background, in a light and a dark dress, all text as
 * text. One line of the file is one line of the screen.
 *
 * A picture that moves shows its end where motion is not wanted, or not known.
 *
 * @param label What it shows, for those who cannot see it.
 */
export function drawPicture(
  recording: Recording,
  { label, moves }: { readonly label: string; readonly moves: boolean },
): string {
  const end = recording.frames[recording.frames.length - 1]?.screen ?? [];
  const spans = moves
    ? spansOf(recording.frames)
    : end.map((line, row): LineSpan => ({ row, line, fromMs: 0, toMs: undefined }));
  const rows = Math.max(...spans.map(({ row }) => row + 1));
  const width = 2 * MARGIN + recording.columns * CELL_WIDTH;
  const height = BAR + rows * CELL_HEIGHT + MARGIN;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" ` +
    `viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-label="${escaped(label)}">`,
    `<style>${PICTURE_STYLE}</style>`,
    `<rect class="w" x=".5" y=".5" width="${n(width - 1)}" height="${n(height - 1)}" rx="8"/>`,
    [0, 1, 2].map((at) => `<circle class="o" cx="${18 + at * 18}" cy="17" r="5"/>`).join(""),
    ...spans.filter(({ line }) => line.length > 0).map(drawSpan),
    ...(moves ? recording.typings.map(drawCover) : []),
    "</svg>",
  ];
  return lines.join("\n") + "\n";
}

function drawSpan({ row, line, fromMs, toMs }: LineSpan): string {
  const drawn = line.map((run) => drawRun(run, row)).join("");
  if (toMs !== undefined) {
    const lasts = seconds(toMs - fromMs);
    return `<g class="t" style="animation-delay:${
      seconds(fromMs)
    };animation-duration:${lasts}">${drawn}</g>`;
  }
  return fromMs === 0
    ? `<g>${drawn}</g>`
    : `<g class="a" style="animation-delay:${seconds(fromMs)}">${drawn}</g>`;
}

function drawRun({ text, column, width, style }: ScreenRun, row: number): string {
  const x = MARGIN + column * CELL_WIDTH;
  const y = BAR + row * CELL_HEIGHT;
  if (isBoxCharacter(text[0]!)) return drawBoxRun(text, x, y);
  const classes = [style.colour, style.bold && "bold", style.dim && "dim"].filter(Boolean);
  const attribute = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  return `<text${attribute} x="${n(x)}" y="${n(y + BASELINE)}" ` +
    `textLength="${n(width * CELL_WIDTH)}">${escaped(text)}</text>`;
}

function drawBoxRun(text: string, x: number, y: number): string {
  let path = "";
  let dots = "";
  [...text].forEach((character, at) => {
    if (character === " ") return;
    const box = { x: x + at * CELL_WIDTH, y, width: CELL_WIDTH, height: CELL_HEIGHT };
    const drawn = drawBoxCharacter(character, box);
    if ("dot" in drawn) dots += `<circle class="d" ${drawn.dot}/>`;
    else path += drawn.path;
  });
  return (path === "" ? "" : `<path class="l" d="${path}"/>`) + dots;
}

/** What lies over a command until it has been typed. */
function drawCover({ row, column, letters, fromMs, toMs }: Typing): string {
  const x = MARGIN + column * CELL_WIDTH;
  const y = BAR + row * CELL_HEIGHT;
  return `<rect class="c" x="${n(x)}" y="${n(y)}" width="${n(letters * CELL_WIDTH)}" ` +
    `height="${CELL_HEIGHT}" style="animation:c ${seconds(toMs - fromMs)} steps(${letters}) ` +
    `${seconds(fromMs)} backwards"/>`;
}

function seconds(ms: number): string {
  return `${Math.round(ms) / 1_000}s`;
}

/** A tenth of a pixel is enough. */
function n(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
