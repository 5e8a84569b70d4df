import { AludelError } from "../errors.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The user's editor: `$VISUAL`, else `$EDITOR`, a command line as git takes it (`code --wait`).
 *
 * @throws {AludelError} `editor-unset`.
 */
export function findEditor(runtime: Runtime): string {
  const editor = runtime.env("VISUAL") || runtime.env("EDITOR");
  if (editor) return editor;
  throw new AludelError("editor-unset", "Neither VISUAL nor EDITOR is set, so no editor is known", {
    next: ["export EDITOR=nano"],
  });
}

/**
 * Opens files in an editor and waits for it to end.
 *
 * @throws {AludelError} `editor-failed`.
 */
export async function openInEditor(
  runtime: Runtime,
  editor: string,
  files: readonly string[],
): Promise<void> {
  // The shell splits the editor's command line; the files reach it as arguments, whatever their names.
  const [shell, ...args] = Deno.build.os === "windows"
    ? ["cmd", "/c", editor, ...files]
    : ["sh", "-c", `${editor} "$@"`, "editor", ...files];
  const child = new Deno.Command(shell!, {
    args,
    cwd: runtime.cwd,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const { code } = await child.status;
  if (code === 0) return;
  throw new AludelError("editor-failed", `The editor "${editor}" ended with exit code ${code}`, {
    notes: files.map((file) => `to edit: ${file}`),
    next: ["Set VISUAL or EDITOR to an editor that works, or edit the files yourself"],
  });
}
