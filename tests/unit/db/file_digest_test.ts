import assert from "node:assert/strict";
import { fileDigest } from "../../../src/db/page_copier.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

Deno.test("fileDigest() gives what sha256sum gives, for small files and for large ones", async () => {
  using folder = new TempFolder();
  for (const size of [0, 5, 16 * 1024 * 1024, 16 * 1024 * 1024 + 7]) {
    const path = folder.file(`f${size}`);
    Deno.writeFileSync(path, new Uint8Array(size).map((_, index) => index % 251));
    const { stdout } = await new Deno.Command("sha256sum", { args: [path] }).output();
    assert.equal(await fileDigest(path), new TextDecoder().decode(stdout).slice(0, 64));
  }
});
