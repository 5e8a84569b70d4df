import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { parseSettings } from "../../src/project/workspace/settings.ts";
import { documents, ROOT } from "./documents.ts";

/** The published schemas, with the reader that must agree. What has revisions is a manifest, everything else settings. */
const MANIFEST = { validate: compiled("manifest"), read: parseManifest };
const SETTINGS = {
  validate: compiled("settings"),
  read: (text: string, path: string) => parseSettings(text, path, "/"),
};

for (const { path, blocks } of documents()) {
  for (const { language, lines, line } of blocks) {
    if (language !== "json") continue;
    Deno.test(`${path}:${line}: the JSON is one of the published formats, and can be read`, () => {
      const text = lines.join("\n");
      const value = JSON.parse(text);
      const format = Object.hasOwn(value, "revisions") ? MANIFEST : SETTINGS;
      assert.ok(format.validate(value), JSON.stringify(format.validate.errors, null, 2));
      assert.doesNotThrow(() => format.read(text, path));
    });
  }
}

function compiled(name: string) {
  const schema = Deno.readTextFileSync(new URL(`schemas/${name}.schema.json`, ROOT));
  return new Ajv2020({ strict: true, strictRequired: false, strictTuples: false })
    .compile(JSON.parse(schema));
}
