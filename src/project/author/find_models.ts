/** Models of an application that can be the wanted schema. */
import { host } from "../../host/mod.ts";
import { pathExists } from "../workspace/files.ts";
import type { SchemaProgram } from "../workspace/setting_table.ts";

/** How many Python files are looked into, and how deep. */
const LOOKED_INTO = 500;
const DEPTH = 2;

/** A model that was found, as the setting `schema` names it. */
export interface FoundModels {
  /** For sentences: `Drizzle`. */
  readonly title: string;
  readonly schema: SchemaProgram;
}

/**
 * Looks for models beside the settings, by the files that each library has.
 * @param root The project's folder, absolute.
 */
export function findModels(root: string): readonly FoundModels[] {
  const found: FoundModels[] = [];
  if (/DJANGO_SETTINGS_MODULE/.test(textOf(`${root}/manage.py`))) {
    found.push({ title: "Django", schema: { django: true } });
  }
  const drizzle = ["ts", "js", "mjs", "json"].map((end) => `drizzle.config.${end}`)
    .find((name) => /sqlite|turso|d1-http/.test(textOf(`${root}/${name}`)));
  if (drizzle !== undefined) found.push({ title: "Drizzle", schema: { drizzle } });
  const prisma = ["prisma/schema.prisma", "schema.prisma"]
    .find((name) => /provider\s*=\s*"sqlite"/.test(textOf(`${root}/${name}`)));
  if (prisma !== undefined) found.push({ title: "Prisma", schema: { prisma } });
  const sqlalchemy = findBase(root);
  if (sqlalchemy !== undefined) found.push({ title: "SQLAlchemy", schema: { sqlalchemy } });
  return found;
}

/** https://docs.sqlalchemy.org/en/20/orm/declarative_styles.html */
const BASE =
  /^(?:(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*declarative_base\(|class\s+(\w+)\s*\([^)]*\bDeclarativeBase\b)/m;

function findBase(root: string): string | undefined {
  let left = LOOKED_INTO;
  for (const path of pythonFiles(root, "", DEPTH)) {
    if (left-- === 0) return undefined;
    const match = BASE.exec(textOf(`${root}/${path}`));
    const name = match?.[1] ?? match?.[2];
    const module = path.replace(/(?:\/__init__)?\.py$/, "").replaceAll("/", ".");
    if (name !== undefined) return `${module}:${name}`;
  }
  return undefined;
}

function* pythonFiles(root: string, below: string, depth: number): Generator<string> {
  const entries = [...listOf(`${root}/${below}`)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isFile } of entries) {
    if (isFile && /^[A-Za-z_]\w*\.py$/.test(name)) yield `${below}${name}`;
  }
  if (depth === 0) return;
  for (const { name, isDirectory } of entries) {
    if (!isDirectory || !/^[A-Za-z_]\w*$/.test(name)) continue;
    if (/^(?:node_modules|venv|env|tests?|migrations|alembic)$/.test(name)) continue;
    yield* pythonFiles(root, `${below}${name}/`, depth - 1);
  }
}

function listOf(folder: string): ReturnType<typeof host.files.list> {
  try {
    return host.files.list(folder);
  } catch (error) {
    if (host.fault(error) === undefined) throw error;
    return [];
  }
}

function textOf(path: string): string {
  try {
    return pathExists(path) ? host.files.readText(path) : "";
  } catch (error) {
    if (host.fault(error) === undefined) throw error;
    return "";
  }
}
