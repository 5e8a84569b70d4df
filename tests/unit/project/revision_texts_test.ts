import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { digest } from "../../../src/digest.ts";
import type { RevisionFiles } from "../../../src/project/workspace/revision_files.ts";
import { RevisionTexts } from "../../../src/project/workspace/revision_texts.ts";
import { sampleRevision } from "../../fixtures/sample_revision.ts";

function filesWith(contents: Readonly<Record<string, string | Uint8Array>>): RevisionFiles {
  return {
    name: "m",
    read: (path) => {
      const content = contents[path];
      return content === undefined || content instanceof Uint8Array
        ? content ?? null
        : new TextEncoder().encode(content);
    },
    folders: () => [],
  };
}

const entry = sampleRevision({ dir: "r" });

Deno.test("RevisionTexts holds canonical texts, whose hashes do not depend on the checkout", () => {
  const unix = filesWith({ "r/up.sql": "SELECT 1;\nSELECT 2;\n" });
  const windows = filesWith({ "r/up.sql": "\ufeffSELECT 1;\r\nSELECT 2;" });
  const text = "SELECT 1;\nSELECT 2;\n";
  const hashes = { up: digest(text), down: "none" };
  for (const files of [unix, windows]) {
    const texts = new RevisionTexts(files, entry);
    assert.deepEqual(texts.up, { file: "m/r/up.sql", text, hash: hashes.up });
    assert.equal(texts.down, null);
    assert.deepEqual(texts.hashes, hashes);
    assert.deepEqual(texts.fileHashes, { up: hashes.up, down: null });
    assert.deepEqual(texts.texts, { up: text, down: null });
  }
  assert.equal(new RevisionTexts(filesWith({ "r/down.sql": text }), entry).hashes, undefined);
});

Deno.test("RevisionTexts names the file that is not UTF-8", () => {
  const files = filesWith({ "r/up.sql": "", "r/down.sql": new Uint8Array([0xff]) });
  assert.throws(
    () => new RevisionTexts(files, entry),
    (error) =>
      error instanceof AludelError && error.code === "sql-encoding" &&
      error.place?.file === "m/r/down.sql",
  );
});

Deno.test("digest() is SHA-256 of the UTF-8 bytes", () => {
  assert.equal(
    digest("abc"),
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assert.equal(
    digest("é"),
    "sha256:4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c",
  );
});
