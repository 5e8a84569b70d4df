import { AludelError } from "../errors.ts";
import { pathExists } from "./path_exists.ts";
import { resolvePath } from "./resolve_path.ts";
import { defaultSettings, parseSettings, type Settings, SETTINGS_FILE } from "./settings.ts";

/**
 * Reads the settings that hold in a folder: those of the nearest `aludel.json` in it or above it, so
 * that commands work from subfolders; the search ends at the root of a git working tree. Without a
 * file the defaults hold, relative to the folder itself.
 *
 * @param folder An absolute path.
 * @throws {AludelError} As {@linkcode parseSettings}, `file-is-folder` and `file-unreadable`.
 */
export function readSettings(folder: string): Settings {
  for (let at = folder;;) {
    const text = readText(`${at}/${SETTINGS_FILE}`);
    if (text !== undefined) return parseSettings(text, nameOf(at, folder), at);
    const parent = at.replace(/[/\\][^/\\]*$/, "");
    if (parent === at || parent === "" || pathExists(`${at}/.git`)) return defaultSettings(folder);
    at = parent;
  }
}

/**
 * Reads a settings file that was named, such as by `--config`. A folder stands for the file in it; without one the
 * defaults hold there.
 *
 * @param file The path, relative to `folder` or absolute.
 * @throws {AludelError} `settings-missing` if there is none.
 */
export function readSettingsFile(file: string, folder: string): Settings {
  const path = resolvePath(file, folder);
  if (isFolder(path)) {
    const inside = `${path.replace(/(?<=.)[/\\]+$/, "")}`;
    const text = readText(`${inside}/${SETTINGS_FILE}`);
    const name = `${file.replace(/(?<=.)[/\\]+$/, "")}/${SETTINGS_FILE}`;
    return text === undefined ? defaultSettings(inside) : parseSettings(text, name, inside);
  }
  const text = readText(path);
  if (text === undefined) {
    throw new AludelError("settings-missing", `There is no settings file "${file}"`, {
      place: { file },
      next: ["aludel init"],
    });
  }
  return parseSettings(text, file, path.replace(/[/\\][^/\\]*$/, ""));
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    if (cause instanceof Deno.errors.IsADirectory) {
      throw new AludelError("file-is-folder", `"${path}" is a folder, not a file`, {
        place: { file: path },
        next: ["Name a settings file with `--config`, or move the folder away"],
        cause,
      });
    }
    throw new AludelError("file-unreadable", `"${path}" could not be read`, {
      place: { file: path },
      notes: cause instanceof Error ? [cause.message] : [],
      next: ["Make the file readable for you"],
      cause,
    });
  }
}

/** How a file above the working folder is called in messages: by its whole path. */
function nameOf(at: string, folder: string): string {
  return at === folder ? SETTINGS_FILE : `${at}/${SETTINGS_FILE}`;
}
