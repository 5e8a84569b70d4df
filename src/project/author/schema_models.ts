import { host } from "../../host/mod.ts";
import type { SchemaProgram } from "../workspace/setting_table.ts";
import { pathExists } from "../workspace/files.ts";

/** A program that prints the wanted schema, ready to be run. */
export interface SchemaRun {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** What to show of it: the Python of Aludel's own is not repeated each time. */
  readonly name: string;
}

/**
 * What to run for the setting `schema`.
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

/** The release of Prisma in a folder, the newest that is known if none is there: it named a flag anew in 7. */
function prismaMajor(root: string): number {
  const path = `${root}/node_modules/prisma/package.json`;
  if (!pathExists(path)) return 7;
  return Number(/"version":\s*"(\d+)/.exec(host.files.readText(path))?.[1] ?? 7);
}

/**
 * The Pythons that may be a project's, the likeliest first: that of the virtual environment that is activated, of the one
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

/** https://docs.sqlalchemy.org/en/20/faq/metadata_schema.html: how to get the CREATE TABLE output as a string. */
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

/** The models' tables by Django's own schema editor, for SQLite whatever database the settings name. */
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
