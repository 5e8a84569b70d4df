import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { say, shell } from "../../text/next_step.ts";
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
    next: [shell`export EDITOR=nano`],
  });
}

/** How an editor is started. */
export interface EditorCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Whether Windows gets the arguments as they are: cmd does not know how others put them in quotes. */
  readonly raw: boolean;
}

/** The system's shell splits the editor's command line; the files reach the editor as arguments, whatever their names. */
export function editorCommand(
  editor: string,
  files: readonly string[],
  os = host.os,
): EditorCommand {
  if (os !== "windows") {
    return { program: "sh", args: ["-c", `${editor} "$@"`, "editor", ...files], raw: false };
  }
  // With /s cmd takes away the outermost quotes, and reads the rest as it stands. A name of a file has no quotes there.
  const line = [editor, ...files.map((file) => `"${file}"`)].join(" ");
  return { program: "cmd", args: ["/d", "/s", "/c", `"${line}"`], raw: true };
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
  const { program, args, raw } = editorCommand(editor, files);
  const code = await host.processes.runAttached(program, {
    args,
    cwd: runtime.cwd,
    rawArguments: raw,
  });
  if (code === 0) return;
  throw new AludelError("editor-failed", `The editor "${editor}" ended with exit code ${code}`, {
    notes: files.map((file) => `to edit: ${file}`),
    next: [say("Set VISUAL or EDITOR to an editor that works, or edit the files yourself")],
  });
}
