import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { digest } from "../../../src/digest.ts";
import type { RevisionFiles } from "../../../src/project/workspace/revision_files.ts";
import { readRevisionTexts, textHashes } from "../../../src/project/workspace/revision_texts.ts";
import { sampleRevision } from "../manifest/sample_revision.ts";

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

Deno.test("readRevisionTexts() gives canonical texts, whose hashes do not depend on the checkout", () => {
  const unix = filesWith({ "r/up.sql": "SELECT 1;\nSELECT 2;\n" });
  const windows = filesWith({ "r/up.sql": "\ufeffSELECT 1;\r\nSELECT 2;" });
  const text = "SELECT 1;\nSELECT 2;\n";
  const expected = { up: { file: "m/r/up.sql", text, hash: digest(text) }, down: null };
  assert.deepEqual(readRevisionTexts(unix, entry), expected);
  assert.deepEqual(readRevisionTexts(windows, entry), expected);
  assert.deepEqual(textHashes(expected), { up: digest(text), down: "none" });
  assert.equal(textHashes({ up: null, down: expected.up }), undefined);
});

Deno.test("readRevisionTexts() names the file that is not UTF-8", () => {
  const files = filesWith({ "r/up.sql": "", "r/down.sql": new Uint8Array([0xff]) });
  assert.throws(
    () => readRevisionTexts(files, entry),
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
