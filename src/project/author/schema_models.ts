import { host } from "../../host/mod.ts";
import type { SchemaProgram } from "../workspace/setting_table.ts";
import { pathExists } from "../workspace/files.ts";

/** A program to run, which prints the wanted schema. */
interface SchemaRun {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The command for messages, without Aludel's own Python code. */
  readonly name: string;
}

/**
 * The program to run for the setting `schema`.
 * @param root The settings file's folder.
 */
export function schemaRun(program: SchemaProgram, root: string): SchemaRun {
  if (program.command !== undefined) {
    return { command: program.command, name: program.command.join(" ") };
  }
  if (program.drizzle !== undefined) {
    const command = ["npx", "--no-install", "drizzle-kit", "export", `--config=${program.drizzle}`];
    return { command, name: command.join(" ") };
  }
  if (program.prisma !== undefined) {
    const flag = prismaMajor(root) >= 7 ? "--to-schema" : "--to-schema-datamodel";
    const command = [
      ...["npx", "--no-install", "prisma", "migrate", "diff", "--from-empty"],
      ...[flag, program.prisma, "--script"],
    ];
    return { command, name: command.join(" ") };
  }
  const python = program.python ?? pythonsOf(root)[0]!;
  if (program.sqlalchemy !== undefined) {
    const names = program.sqlalchemy.split(",").map((name) => name.trim());
    return {
      command: [python, "-c", SQLALCHEMY, ...names],
      name: `${python} with SQLAlchemy's ${names.join(", ")}`,
    };
  }
  return { command: [python, "-c", DJANGO], name: `${python} with Django's models` };
}

/** The major release of Prisma in a folder, by default 7, which renamed a flag. */
function prismaMajor(root: string): number {
  const path = `${root}/node_modules/prisma/package.json`;
  if (!pathExists(path)) return 7;
  return Number(/"version":\s*"(\d+)/.exec(host.files.readText(path))?.[1] ?? 7);
}

/**
 * The Pythons that a project may use, in order of probability: that of the active virtual environment, that of the one
 * in the folder, the system's.
 */
export function pythonsOf(root: string): readonly string[] {
  const isWindows = host.os === "windows";
  const inside = isWindows ? "Scripts/python.exe" : "bin/python";
  const active = host.process.env("VIRTUAL_ENV");
  const folders = [
    ...(active ? [active] : []),
    ...[".venv", "venv", "env"].map((name) => `${root}/${name}`),
  ];
  return [
    ...folders.map((folder) => `${folder}/${inside}`).filter(pathExists),
    ...isWindows ? ["python"] : ["python3", "/usr/bin/python3"],
  ];
}

/** The maximum number and depth of the Python files to read. */
const MOST_FILES = 500;
const DEPTH = 2;

/** Models of an application that can be the wanted schema. */
interface FoundModels {
  /** For sentences: `Drizzle`. */
  readonly title: string;
  readonly schema: SchemaProgram;
}

/**
 * Looks for models beside the settings, by the files of each library.
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

/** The base class of SQLAlchemy's models: https://docs.sqlalchemy.org/en/20/orm/declarative_styles.html */
const BASE =
  /^(?:(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*declarative_base\(|class\s+(\w+)\s*\([^)]*\bDeclarativeBase\b)/m;

function findBase(root: string): string | undefined {
  let left = MOST_FILES;
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

/** Prints the tables of SQLAlchemy's models: https://docs.sqlalchemy.org/en/20/faq/metadata_schema.html */
const SQLALCHEMY = `
import importlib, sys
from sqlalchemy import MetaData, create_mock_engine

def show(statement, *args, **options):
    print(str(statement.compile(dialect=engine.dialect)).strip() + ";")

engine = create_mock_engine("sqlite://", show)
for name in sys.argv[1:]:
    module, _, attribute = name.partition(":")
    found = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    metadata = found if isinstance(found, MetaData) else found.metadata
    metadata.create_all(engine, checkfirst=False)
`;

/** Prints the tables of Django's models by its own schema editor, for SQLite, whatever database the settings name. */
const DJANGO = `
import os, re
if "DJANGO_SETTINGS_MODULE" not in os.environ:
    named = re.search(r"DJANGO_SETTINGS_MODULE['\\"],\\s*['\\"]([\\w.]+)", open("manage.py").read())
    os.environ["DJANGO_SETTINGS_MODULE"] = named.group(1)
import django
django.setup()
from django.apps import apps
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

options = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "OPTIONS": {}}
connection = DatabaseWrapper({**connections["default"].settings_dict, **options}, "default")
with connection.schema_editor(collect_sql=True, atomic=False) as editor:
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
            editor.create_model(model)
for statement in editor.collected_sql:
    print(statement)
`;
