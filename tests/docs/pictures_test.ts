import assert from "node:assert/strict";
import { drawPicture } from "../../scripts/pictures/draw_picture.ts";
import { pictureShape } from "../../scripts/pictures/picture_shape.ts";
import { PICTURES } from "../../scripts/pictures/pictures.ts";
import { whyNoTerminal } from "../../scripts/pictures/pseudo_terminal.ts";
import { recordSession } from "../../scripts/pictures/record_session.ts";
import { aludelCommand } from "../scenarios/cli.ts";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);

const missing = await whyNoTerminal();

// A binary is one word; Deno by itself might tell of what it downloads.
const program = aludelCommand().length === 1
  ? aludelCommand()
  : aludelCommand().toSpliced(2, 0, "--quiet");

for (const { name, alt, moves, steps } of PICTURES) {
  Deno.test({
    name: `docs/pictures/${name}.svg shows what really happens${missing ? ` (${missing})` : ""}`,
    ignore: missing !== undefined,
    async fn() {
      const drawn = drawPicture(await recordSession(steps, program), { label: alt, moves });
      const committed = Deno.readTextFileSync(new URL(`${name}.svg`, FOLDER));
      assert.equal(
        pictureShape(drawn),
        pictureShape(committed),
        "If this is meant: deno task pictures",
      );
    },
  });
}

Deno.test("every picture is in README.md, with the text that says what it shows", () => {
  const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));
  const unfolded = readme.replace(/\s+/g, " ");
  for (const { name, alt } of PICTURES) {
    assert.ok(unfolded.includes(`![${alt}](docs/pictures/${name}.svg)`), name);
  }
  assert.ok(unfolded.includes("](docs/pictures/report.png)"), "report");
  const files = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name)
    .filter((name) => name !== "report.png").sort();
  assert.deepEqual(files, PICTURES.map(({ name }) => `${name}.svg`).sort());
});
