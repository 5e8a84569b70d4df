import type { ScreenColour } from "./screen.ts";

/** The colours of a window; each can be read on its `background`. */
export interface Palette extends Readonly<Record<ScreenColour, string>> {
  readonly background: string;
  /** Of the window and of its three buttons. */
  readonly edge: string;
  readonly text: string;
  readonly bold: string;
  readonly dim: string;
}

export const PALETTES: Readonly<Record<"dark" | "light", Palette>> = {
  dark: {
    background: "#14171c",
    edge: "#3a414b",
    text: "#d3d8df",
    bold: "#ffffff",
    dim: "#949ca8",
    red: "#ff7a72",
    green: "#7bd88f",
    yellow: "#e6b450",
    blue: "#7aa8f5",
    magenta: "#c792ea",
    cyan: "#6cc7d9",
  },
  light: {
    background: "#fbfbfa",
    edge: "#cbd0d6",
    text: "#2a3038",
    bold: "#0b0e12",
    dim: "#666e79",
    red: "#c4232b",
    green: "#1a7a36",
    yellow: "#8a5a00",
    blue: "#1f5fbf",
    magenta: "#8a3fb0",
    cyan: "#0b6f85",
  },
};

function colours(palette: Palette): string {
  return Object.entries(palette).map(([name, value]) => `--${name}:${value}`).join(";");
}

/**
 * The style sheet of a picture. Dark where the reader's system says nothing.
 *
 * `a`: comes at its time and stays · `t`: is there for a time · `c`: lies over a command while it is typed. Without
 * animations, what stays is there and what goes is not.
 */
export const PICTURE_STYLE = `
svg{${colours(PALETTES.dark)}}
@media(prefers-color-scheme:light){svg{${colours(PALETTES.light)}}}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;
fill:var(--text);white-space:pre}
${
  ["red", "green", "yellow", "blue", "magenta", "cyan", "dim"].map((name) =>
    `.${name}{fill:var(--${name})}`
  ).join("")
}
.bold{font-weight:600}text[class=bold]{fill:var(--bold)}
.w{fill:var(--background);stroke:var(--edge)}.o{fill:var(--edge)}.c{fill:var(--background)}
.l{fill:none;stroke:var(--dim);stroke-width:1.5}.d{fill:var(--text)}
.a{animation:a 1ms backwards}.t{opacity:0;animation:t 1ms}
.c{transform:scaleX(0);transform-box:fill-box;transform-origin:right}
@keyframes a{from{opacity:0}}@keyframes t{from,to{opacity:1}}@keyframes c{from{transform:none}}
@media(prefers-reduced-motion:reduce){*{animation:none!important}}
`;
