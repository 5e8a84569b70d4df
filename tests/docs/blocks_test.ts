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

Deno.test("the tests that read the other blocks name their documents", () => {
  for (const { path, test } of OTHER_BLOCKS) {
    if (test === undefined) continue;
    assert.ok(Deno.readTextFileSync(new URL(test, ROOT)).includes(path), `${test}: ${path}`);
  }
});
