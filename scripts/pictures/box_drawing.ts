/**
 * The line-drawing characters of `history --graph` as paths, as terminals draw them themselves: a font leaves gaps
 * between the lines of a page, and has them in another width than its letters.
 */

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

/** To which sides each character leads. */
const SIDES: Readonly<Record<string, number>> = {
  "│": UP | DOWN,
  "─": LEFT | RIGHT,
  "├": UP | DOWN | RIGHT,
  "┤": UP | DOWN | LEFT,
  "┬": DOWN | LEFT | RIGHT,
  "┴": UP | LEFT | RIGHT,
  "┼": UP | DOWN | LEFT | RIGHT,
};

/** The rounded corners: the side where a line comes in, and the one where it goes out. */
const CORNERS: Readonly<Record<string, readonly [vertical: number, horizontal: number]>> = {
  "╭": [DOWN, RIGHT],
  "╮": [DOWN, LEFT],
  "╰": [UP, RIGHT],
  "╯": [UP, LEFT],
};

/** Whether {@linkcode drawBoxCharacter} draws a character. */
export function isBoxCharacter(character: string): boolean {
  return character in SIDES || character in CORNERS || character === "┊" || character === "●";
}

/** A cell of the screen, in pixels. */
export interface CellBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What draws a character in its cell.
 * @param character One of which {@linkcode isBoxCharacter} says yes.
 * @returns The data of a path to stroke, or the attributes of a circle to fill.
 */
export function drawBoxCharacter(
  character: string,
  { x, y, width, height }: CellBox,
): { readonly path: string } | { readonly dot: string } {
  const middle = { x: x + width / 2, y: y + height / 2 };
  if (character === "●") return { dot: `cx="${n(middle.x)}" cy="${n(middle.y)}" r="4.2"` };
  if (character === "┊") {
    const dash = height / 6;
    return {
      path: [0, 1, 2].map((at) => `M${n(middle.x)} ${n(y + dash * (2 * at + 0.5))}v${n(dash)}`)
        .join(""),
    };
  }
  const corner = CORNERS[character];
  if (corner !== undefined) {
    const [vertical, horizontal] = corner;
    const from = vertical === DOWN ? y + height : y;
    const to = horizontal === RIGHT ? x + width : x;
    return {
      path: `M${n(middle.x)} ${n(from)}Q${n(middle.x)} ${n(middle.y)} ${n(to)} ${n(middle.y)}`,
    };
  }
  const sides = SIDES[character] ?? 0;
  const top = sides & UP ? y : middle.y;
  const bottom = sides & DOWN ? y + height : middle.y;
  const left = sides & LEFT ? x : middle.x;
  const right = sides & RIGHT ? x + width : middle.x;
  return {
    path: (bottom > top ? `M${n(middle.x)} ${n(top)}V${n(bottom)}` : "") +
      (right > left ? `M${n(left)} ${n(middle.y)}H${n(right)}` : ""),
  };
}

/** A tenth of a pixel is enough. */
function n(number: number): number {
  return Math.round(number * 10) / 10;
}
