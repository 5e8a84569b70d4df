// deno-lint-ignore-file no-console
/**
 * Records the pictures of the documents: runs real sessions in a real terminal, and draws what it showed.
 *
 * `deno task pictures` records all, `deno task pictures NAME` one. A picture is written again only if more has changed
 * than ids, dates and durations.
 */
import { drawPicture } from "./pictures/draw_picture.ts";
import { pictureShape } from "./pictures/picture_shape.ts";
import { PICTURES } from "./pictures/pictures.ts";
import { whyNoTerminal } from "./pictures/pseudo_terminal.ts";
import { recordSession } from "./pictures/record_session.ts";

const ROOT = new URL("../", import.meta.url);
const PROGRAM = [Deno.execPath(), "run", "-A", "--quiet", new URL("main.ts", ROOT).pathname];

const missing = await whyNoTerminal();
if (missing !== undefined) {
  console.error(`This ${missing}.`);
  Deno.exit(1);
}
const unknown = Deno.args.find((name) => !PICTURES.some((picture) => picture.name === name));
if (unknown !== undefined) {
  const names = PICTURES.map(({ name }) => name).join(", ");
  console.error(`"${unknown}" is no picture of these: ${names}`);
  Deno.exit(2);
}
for (const picture of PICTURES) {
  const { name, alt, moves, steps } = picture;
  if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
  const path = new URL(`docs/pictures/${name}.svg`, ROOT);
  const drawn = drawPicture(await recordSession(steps, PROGRAM), { label: alt, moves });
  const before = await Deno.readTextFile(path).catch(() => "");
  const same = pictureShape(before) === pictureShape(drawn);
  if (!same) await Deno.writeTextFile(path, drawn);
  const size = `${(new TextEncoder().encode(same ? before : drawn).length / 1e3).toFixed(1)} kB`;
  console.log(`${same ? "as it was" : "written"}  docs/pictures/${name}.svg  ${size}`);
}
