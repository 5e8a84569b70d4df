import assert from "node:assert/strict";
import { OTHER_BLOCKS, otherBlock, runnerOf } from "./block_runner.ts";
import { documents, ROOT } from "./documents.ts";

Deno.test("every block of every document is run, or listed with the reason why not", () => {
  const all = documents();
  const listed = new Set(OTHER_BLOCKS);
  const found: string[] = [];
  for (const document of all) {
    for (const block of document.blocks) {
      if (runnerOf(document, block) !== undefined) continue;
      const other = otherBlock(document, block);
      if (other !== undefined) listed.delete(other);
      else found.push(`${document.path}:${block.line - 1}: a block \`\`\`${block.language}`);
    }
  }
  assert.deepEqual(found, [], "run by nothing, and not in OTHER_BLOCKS");
  assert.deepEqual([...listed], [], "in OTHER_BLOCKS, and in no document or run all the same");
  assert.ok(all.length > 20 && all.flatMap(({ blocks }) => blocks).length > 100);
});

Deno.test("the picture of the layers in CONTRIBUTING.md has every folder of src/", () => {
  const [picture] = documents().find(({ path }) => path === "CONTRIBUTING.md")!.blocks;
  const drawn = picture!.lines.join("\n").matchAll(/\bsrc\/(\w+)(?!\w*\.ts)\b/g);
  const folders = [...Deno.readDirSync(new URL("src/", ROOT))].filter((entry) => entry.isDirectory);
  assert.deepEqual(
    [...new Set(Array.from(drawn, ([, name]) => name!))].sort(),
    folders.map(({ name }) => name).sort(),
  );
});

Deno.test("the tests that read the other blocks name their documents", () => {
  for (const { path, test } of OTHER_BLOCKS) {
    if (test === undefined) continue;
    assert.ok(Deno.readTextFileSync(new URL(test, ROOT)).includes(path), `${test}: ${path}`);
  }
});
