import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { formatManifest } from "../../manifest/manifest.ts";
import { shell } from "../../text/next_step.ts";
import {
  isAbsolutePath,
  pathExists,
  resolvePath,
  splitPath,
  writeAtomically,
} from "../workspace/files.ts";
import { readSettingsFile, SETTINGS_FILE } from "../workspace/settings.ts";

/** The files of a project that was started. Paths are relative to the project's folder. */
export interface StartedProject {
  /** Absolute. */
  readonly root: string;
  readonly created: readonly string[];
  /** Files to which lines were added. */
  readonly extended: readonly string[];
  /** Existing files that were not changed. */
  readonly kept: readonly string[];
}

/** New settings. */
interface NewSettings {
  /** A path relative to the settings, or a URL; missing if `DATABASE_URL` names the database. */
  readonly database?: string;
  /** The migrations folder, if it is not the default. */
  readonly migrations?: string;
  readonly doubleQuotedStrings?: boolean;
  readonly exclude?: readonly string[];
}

/**
 * Creates the missing files of a project: settings, with their `$schema` if the project has the npm package; an empty
 * manifest; lines in `.gitattributes` that let git merge manifests and keep line ends; and, with new settings, a line in
 * `.gitignore` for the database. It overwrites nothing, so a second call has no effect.
 *
 * Existing settings name the migrations folder.
 *
 * @param root The project's folder, absolute. It is created if it is missing.
 * @param settings The content of a new settings file.
 * @param database The path of the database for new settings; null if it is not a file.
 * @throws {AludelError} `init-not-a-folder`, `file-unwritable`, and as `readSettingsFile`.
 */
export function startProject(
  root: string,
  settings: NewSettings = { database: "sqlite:app.db" },
  database: string | null = "app.db",
): StartedProject {
  const created: string[] = [];
  const extended: string[] = [];
  const kept: string[] = [];
  makeFolder(root);
  const create = (path: string, content: string) => {
    const full = resolvePath(path, root);
    if (pathExists(full)) kept.push(path);
    else {
      writeAtomically(full, content);
      created.push(path);
    }
  };
  const $schema = schemaOfPackage(root);
  const content = { ...($schema !== undefined && { $schema }), ...settings };
  create(SETTINGS_FILE, `${JSON.stringify(content, null, 2)}\n`);
  const { migrations } = readSettingsFile(SETTINGS_FILE, root);
  makeFolder(resolvePath(migrations, root));
  create(`${migrations}/manifest.json`, formatManifest({ revisions: [] }));
  if (!isAbsolutePath(migrations)) {
    const attributes = addLines(`${root}/.gitattributes`, attributeLines(migrations));
    ({ created, extended, kept })[attributes].push(".gitattributes");
  }
  const ignored = database === null ? undefined : ignoreLine(resolvePath(database, root), root);
  if (ignored !== undefined && created.includes(SETTINGS_FILE)) {
    const ignores = addLines(`${root}/.gitignore`, [ignored]);
    ({ created, extended, kept })[ignores].push(".gitignore");
  }
  return { root, created, extended, kept };
}

/**
 * The path, relative to the project, of the settings' JSON Schema in an installed npm package, for editors. A URL would
 * not work offline, and the path of a global package would be wrong on other machines.
 */
function schemaOfPackage(root: string): string | undefined {
  const inside = "node_modules/aludel/schemas/settings.schema.json";
  for (let folder = root, way = "./";;) {
    if (pathExists(`${folder}/${inside}`)) return way + inside;
    const parent = splitPath(folder).folder;
    if (parent === folder || parent === ".") return undefined;
    folder = parent;
    way = way === "./" ? "../" : `../${way}`;
  }
}

/** Lines that let two branches with new revisions merge without a conflict, and keep the hashed line ends. */
function attributeLines(migrations: string): readonly string[] {
  // A pattern with a space is quoted as in C: https://git-scm.com/docs/gitattributes
  const quoted = (pattern: string) => /[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern;
  return [
    `${quoted(`${migrations}/manifest.json`)} merge=union`,
    `${quoted(`${migrations}/**/*.sql`)} text eol=lf`,
  ];
}

/** A pattern for the database, its journals and restore points; undefined if it is outside the project. */
function ignoreLine(database: string, root: string): string | undefined {
  const prefix = `${root.replace(/[/\\]$/, "")}/`;
  if (!database.startsWith(prefix) || /(?:^|[/\\])\.\.[/\\]/.test(database)) return undefined;
  // Characters with a meaning in a pattern: https://git-scm.com/docs/gitignore
  return `/${database.slice(prefix.length).replace(/[*?[\\]/g, "\\$&")}*`;
}

function addLines(path: string, lines: readonly string[]): "created" | "extended" | "kept" {
  const before = pathExists(path) ? host.files.readText(path) : undefined;
  const present = new Set(before?.split(/\r?\n/).map((line) => line.trim()));
  const missing = lines.filter((line) => !present.has(line));
  if (before !== undefined && missing.length === 0) return "kept";
  const start = before === undefined || before === "" || before.endsWith("\n")
    ? before ?? ""
    : before + "\n";
  writeAtomically(path, start + missing.map((line) => line + "\n").join(""));
  return before === undefined ? "created" : "extended";
}

function makeFolder(path: string): void {
  try {
    if (host.files.stat(path).isDirectory) return;
  } catch (error) {
    if (host.fault(error) === "not-found") {
      host.files.makeFolder(path, { recursive: true });
      return;
    }
    throw error;
  }
  throw new AludelError("init-not-a-folder", `"${path}" is a file; a folder is expected`, {
    outcome: "Nothing was written",
    next: [shell`aludel init ANOTHER_FOLDER`],
  });
}
