import assert from "node:assert/strict";
import { editorCommand } from "../../../src/cli/terminal/editor.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

Deno.test("editorCommand() reaches an editor in quotes, and files whatever their names", () => {
  using folder = new TempFolder();
  const script = folder.file("my editor.ts");
  Deno.writeTextFileSync(script, "console.log(JSON.stringify(Deno.args));\n");
  const files = ["migrations/a/up.sql", "my steps/b&c (1)/up.sql", "ü^%/down.sql", "$x;'y/up.sql"];
  const editor = `"${Deno.execPath()}" run "${script}" --wait`;
  const { program, args, raw } = editorCommand(editor, files);
  const { stdout, stderr } = new Deno.Command(program, {
    args: [...args],
    windowsRawArguments: raw,
  }).outputSync();
  const text = new TextDecoder();
  assert.equal(
    text.decode(stdout),
    JSON.stringify(["--wait", ...files]) + "\n",
    text.decode(stderr),
  );
});

Deno.test("editorCommand() puts the whole line in quotes for cmd, which takes them away again", () => {
  assert.deepEqual(editorCommand('"C:\\my editor\\e.exe" -n', ["my steps/up.sql"], "windows"), {
    program: "cmd",
    args: ["/d", "/s", "/c", '""C:\\my editor\\e.exe" -n "my steps/up.sql""'],
    raw: true,
  });
});
