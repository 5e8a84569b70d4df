import { host } from "../../host/mod.ts";
import { AludelError, type ErrorCode, REPORT_BUG } from "../../errors.ts";
import { folderTemplateProblem } from "../../manifest/folder_name.ts";
import { type JsonPath, offsetAt, readJson, valueOf } from "../../manifest/strict_json.ts";
import { excerpt } from "../../text/layout.ts";
import { type NextStep, say, shell } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";
import { isFolder, pathExists, resolvePath } from "./files.ts";
import { schemaProblems } from "./json_schema.ts";
import { SETTING_TABLE, SETTINGS_SCHEMA, type SettingValues } from "./setting_table.ts";

/** The number of problems that one error lists; the others are counted. */
const MAX_NOTES = 20;
/** The greatest length of a problem's message, which may quote a long value. */
const LONGEST_MESSAGE = 500;

const CODES = { "unknown-key": "settings-unknown-key", value: "settings-value" } as const;

const CURES = {
  "settings-duplicate-key": say("Delete one of the two"),
  "settings-unknown-key": say("Correct the name or delete the key: docs/settings.md has them all"),
  "settings-value": say("Correct the value at the caret: docs/settings.md says what it may be"),
} as const satisfies { readonly [code in ErrorCode]?: NextStep };

/** The name of the settings file. */
export const SETTINGS_FILE = "aludel.json";

/** A project's settings. */
export interface Settings extends SettingValues {
  /** The folder of the settings file, to which the settings' paths are relative. */
  readonly root: string;
  /** The settings file; undefined if there is none, so that the defaults apply. */
  readonly file: string | undefined;
}

/** The size of a database from which, and the share of it up to which, a run keeps only lost rows; undefined: never. */
export function rowsOnlyFrom(
  { restoreRowsFrom, restoreRowsShare }: SettingValues,
): { readonly fromBytes: number; readonly share: number } | undefined {
  if (restoreRowsShare === 0) return undefined;
  return { fromBytes: restoreRowsFrom * 1_000_000, share: restoreRowsShare / 100 };
}

/** The settings of a project without a settings file. */
export function defaultSettings(root: string): Settings {
  return { ...withDefaults({}), root, file: undefined };
}

/**
 * Parses `aludel.json`, which is plain JSON. One error reports all problems: it has the code and the place of the first
 * one, and its notes list the others.
 *
 * @param text The decoded file.
 * @param file The name of the file for messages.
 * @param root The folder of the file.
 * @throws {AludelError} `settings-syntax`, `settings-duplicate-key`, `settings-unknown-key`, `settings-value`.
 */
export function parseSettings(text: string, file: string, root: string): Settings {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  const reading = readJson(body);
  if (!reading.ok) {
    const about = body.trim() === "" ? "is empty" : reading.problem;
    throw new AludelError("settings-syntax", `The settings file ${about}`, {
      place: placeOf(file, body, reading.offset),
      next: [
        /^<{7}(?: |$)/m.test(body)
          ? say("Resolve the merge conflict in it, and delete git's marks")
          : body.trim() === ""
          ? say("Write {} into it for the defaults")
          : say("Correct it at the caret: plain JSON, without comments and trailing commas"),
      ],
    });
  }
  const value = valueOf(reading.root);
  const problems: SettingProblem[] = reading.duplicates.map(({ key, offset }) => ({
    code: "settings-duplicate-key",
    offset,
    message: `Duplicate key ${JSON.stringify(key)}`,
  }));
  for (
    const { kind, path, message } of [...schemaProblems(SETTINGS_SCHEMA, value), ...more(value)]
  ) {
    const offset = offsetAt(reading.root, path, kind === "unknown-key" ? "key" : "value");
    problems.push({ code: CODES[kind], offset, message });
  }
  if (problems.length > 0) throw settingsError(problems, body, file);
  const values = withDefaults(value as Partial<SettingValues>);
  return {
    ...values,
    extensions: values.extensions.map((extension) => extensionAt(extension, root)),
    root,
    file,
  };
}

/** Resolves a path from the settings file. A bare name is left to the system's loader. */
function extensionAt(extension: string, root: string): string {
  return /[/\\]|\.(?:so|dll|dylib)$/i.test(extension) ? resolvePath(extension, root) : extension;
}

/** Finds problems that the schema cannot express. */
function more(
  value: unknown,
): readonly { readonly kind: "value"; readonly path: JsonPath; readonly message: string }[] {
  const problems: ReturnType<typeof more>[number][] = [];
  const { schema, fleets } = (value ?? {}) as {
    readonly schema?: unknown;
    readonly fleets?: unknown;
  };
  for (const [name, fleet] of Object.entries(objectOf(fleets))) {
    if (typeof fleet === "string" || Object.keys(objectOf(fleet)).length === 1) continue;
    const message = `The fleet "${name}" needs one of "glob", "query", "d1" and "command"`;
    problems.push({ kind: "value", path: ["fleets", name], message });
  }
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) {
    const { django, python, ...others } = schema as Readonly<Record<string, unknown>>;
    const count = Object.keys(others).length + (django === true ? 1 : 0);
    const needless = python !== undefined && django !== true && !("sqlalchemy" in others);
    const message = count !== 1
      ? 'The setting "schema" names one of "command", "sqlalchemy", "django": true, "drizzle" and "prisma"'
      : 'The setting "schema" has "python", which is for "sqlalchemy" and "django"';
    if (count !== 1 || needless) problems.push({ kind: "value", path: ["schema"], message });
  }
  const template = (value as { readonly folderTemplate?: unknown } | null)?.folderTemplate;
  const problem = typeof template === "string" && template !== ""
    ? folderTemplateProblem(template)
    : undefined;
  if (problem === undefined) return problems;
  const message = `The setting "folderTemplate" ${problem}`;
  return [...problems, { kind: "value", path: ["folderTemplate"], message }];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function withDefaults(given: Partial<SettingValues>): SettingValues {
  const values = Object.fromEntries(
    Object.entries(SETTING_TABLE).map(([key, { fallback }]) => [
      key,
      Object.hasOwn(given, key) ? given[key as keyof SettingValues] : fallback,
    ]),
  );
  return values as unknown as SettingValues;
}

interface SettingProblem {
  readonly code: keyof typeof CURES;
  readonly offset: number;
  readonly message: string;
}

function settingsError(
  problems: readonly SettingProblem[],
  text: string,
  file: string,
): AludelError {
  const [first, ...others] = problems.toSorted((a, b) => a.offset - b.offset);
  if (first === undefined) {
    throw new AludelError("internal", "The problems of the settings were lost", {
      next: [REPORT_BUG],
    });
  }
  const notes = others.slice(0, MAX_NOTES).map(({ message, offset }) => {
    const { line, column } = placeOf(file, text, offset);
    return `${file}:${line}:${column}: ${excerpt(message, LONGEST_MESSAGE)}`;
  });
  if (others.length > MAX_NOTES) notes.push(`and ${others.length - MAX_NOTES} more`);
  return new AludelError(first.code, excerpt(first.message, LONGEST_MESSAGE), {
    place: placeOf(file, text, first.offset),
    notes,
    next: [CURES[first.code]],
  });
}

/**
 * Reads the settings for a folder: those of the nearest `aludel.json` in it or above it, so that commands work in
 * subfolders. The search ends at the root of a git working tree. Without a file the defaults apply, relative to the
 * folder itself.
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
 * Reads a settings file that was given, for example by `--config`. A folder means the file in it, or the defaults if it
 * has none.
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
      next: [shell`aludel init`],
    });
  }
  return parseSettings(text, file, path.replace(/[/\\][^/\\]*$/, ""));
}

function readText(path: string): string | undefined {
  try {
    return host.files.readText(path);
  } catch (cause) {
    if (host.fault(cause) === "not-found" || host.fault(cause) === "not-folder") {
      return undefined;
    }
    if (host.fault(cause) === "is-folder") {
      throw new AludelError("file-is-folder", `"${path}" is a folder, not a file`, {
        place: { file: path },
        next: [say("Name a settings file with --config, or move the folder away")],
        cause,
      });
    }
    throw new AludelError("file-unreadable", `"${path}" could not be read`, {
      place: { file: path },
      notes: cause instanceof Error ? [cause.message] : [],
      next: [say("Give yourself permission to read the file")],
      cause,
    });
  }
}

/** The name for messages of a file above the working folder: its whole path. */
function nameOf(at: string, folder: string): string {
  return at === folder ? SETTINGS_FILE : `${at}/${SETTINGS_FILE}`;
}
