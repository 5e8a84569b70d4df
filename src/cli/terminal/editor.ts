import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { say, shell } from "../../text/next_step.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Finds the user's editor: `$VISUAL`, else `$EDITOR`. It is a command line, as for git (`code --wait`).
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

/** The program and arguments that start an editor. */
export interface EditorCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Whether Windows must pass the arguments on unquoted, because cmd has its own rules for quotes. */
  readonly raw: boolean;
}

/**
 * Makes the command of an editor. The system's shell splits its command line, and gets the files as separate arguments.
 */
export function editorCommand(
  editor: string,
  files: readonly string[],
  os = host.os,
): EditorCommand {
  if (os !== "windows") {
    return { program: "sh", args: ["-c", `${editor} "$@"`, "editor", ...files], raw: false };
  }
  // With /s, cmd removes the outermost quotes and leaves the rest as it is. File names have no quotes on Windows.
  const line = [editor, ...files.map((file) => `"${file}"`)].join(" ");
  return { program: "cmd", args: ["/d", "/s", "/c", `"${line}"`], raw: true };
}

/**
 * Opens files in an editor and waits until it exits.
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
