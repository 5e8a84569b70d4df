import assert from "node:assert/strict";
import { ObjectBatch } from "../../../src/git/objects.ts";
import { gitFolderWithout } from "../../scenarios/git_project.ts";

Deno.test("ObjectBatch reads contents byte for byte, and null for what is not there", async () => {
  using folder = await gitFolderWithout();
  const all = Uint8Array.from({ length: 300_000 }, (_, i) => i % 256);
  Deno.writeFileSync(`${folder.path}/bytes`, all);
  folder.write("empty", "");
  folder.write("a b", "0123456789abcdef missing\n");
  await folder.commit();
  await using batch = new ObjectBatch(folder.path);
  const [bytes, nothing, empty, spaced, none] = await batch.read([
    "HEAD:./bytes",
    "HEAD:./nothing",
    "HEAD:./empty",
    "HEAD:./a b",
    "0".repeat(40),
  ]);
  assert.deepEqual(bytes, all);
  assert.deepEqual([nothing, none], [null, null]);
  assert.equal(empty?.length, 0);
  assert.equal(new TextDecoder().decode(spaced!), "0123456789abcdef missing\n");
});

Deno.test("ObjectBatch refuses a name that git would read as two", async () => {
  await using batch = new ObjectBatch(".");
  await assert.rejects(batch.read(["HEAD:./a\nb"]), { code: "git-path" });
});
