/** Alembic and Django, whose migrations are Python. */
import { AludelError } from "../../errors.ts";
import { host } from "../../host/mod.ts";
import { pythonsOf } from "../../project/author/schema_models.ts";
import { quoteName } from "../../sql/identifier.ts";
import { say, shell } from "../../text/next_step.ts";
import {
  BASELINE,
  foldersOf,
  type ForeignFolder,
  type ForeignPlace,
  joinPath,
} from "../foreign.ts";
import { readSteps, recorded, type StepTool, withAncestors } from "./step.ts";

export const alembic: StepTool = {
  name: "alembic",
  title: "Alembic",
  table: "alembic_version",
  apply: "alembic upgrade heads",
  onEdit: "ignores",
  find: (project) =>
    placesOf(
      project,
      "alembic_version",
      (folder) =>
        project.read(joinPath(folder, "alembic.ini")) !== null ||
        /^\[tool\.alembic\]/m.test(project.read(joinPath(folder, "pyproject.toml")) ?? ""),
    ),
  commands(root) {
    const python = pythonWith("alembic.config", alembic, root);
    return {
      list: { program: python, args: ["-c", ALEMBIC_STEPS], name: `${python}, Alembic's scripts` },
      read: readSteps,
      run: (rev) => {
        const args = ["-m", "alembic", "upgrade", rev];
        return { program: python, args, name: [python, ...args].join(" ") };
      },
      takesOne: false,
    };
  },
  async state(query, { table }, history) {
    const rows = await query(`SELECT version_num AS rev FROM ${quoteName(table)}`);
    return recorded(table, withAncestors(history, rows.map(({ rev }) => String(rev))));
  },
};

export const django: StepTool = {
  name: "django",
  title: "Django",
  table: "django_migrations",
  apply: "python manage.py migrate",
  onEdit: "ignores",
  find: (project) =>
    placesOf(
      project,
      "django_migrations",
      (folder) => /DJANGO_SETTINGS_MODULE/.test(project.read(joinPath(folder, "manage.py")) ?? ""),
    ),
  commands(root) {
    const python = pythonWith("django.db", django, root);
    return {
      list: {
        program: python,
        args: ["-c", DJANGO_STEPS],
        name: `${python}, Django's migration plan`,
      },
      read: readSteps,
      // "manage.py migrate" is not used, because it also fills the tables of permissions and content types after each
      // step.
      run: (rev) => ({
        program: python,
        args: ["-c", DJANGO_STEP, rev],
        name: `${python}, Django's migration ${rev}`,
      }),
      takesOne: true,
    };
  },
  async state(query, { table }, { revisions }) {
    const rows = await query(
      `SELECT app || '.' || name AS rev FROM ${quoteName(table)} ORDER BY id`,
    );
    const there = new Set(rows.map(({ rev }) => String(rev)));
    // https://docs.djangoproject.com/en/stable/topics/migrations/#squashing-migrations
    for (const { key, replaces = [] } of revisions) {
      const has = replaces.filter((rev) => there.has(rev));
      if (replaces.length === 0 || (has.length === 0 && !there.has(key))) continue;
      if (has.length < replaces.length && !there.has(key)) {
        const missing = replaces.find((rev) => !there.has(rev));
        const fault = `"${key}" is squashed, and "${missing}" of it is not applied`;
        return { ...recorded(table, []), fault };
      }
      for (const rev of replaces) there.delete(rev);
      there.add(key);
    }
    return recorded(table, [...there]);
  },
};

function placesOf(
  project: ForeignFolder,
  table: string,
  isPlace: (folder: string) => boolean,
): readonly ForeignPlace[] {
  return [...foldersOf(project)].filter(isPlace).map((folder) => ({ folder, table }));
}

/**
 * Finds a Python interpreter that has a tool: that of the project's virtual environment, or the first of the system's.
 * @param module A module inside the tool's package, because a folder in the project may have the name of the package.
 * @throws {AludelError} `import-tool` if there is none.
 */
function pythonWith(module: string, { name, title }: StepTool, root: string): string {
  for (const python of pythonsOf(root)) {
    try {
      const { code } = host.processes.runSync(python, {
        args: ["-c", `import ${module}`],
        cwd: root,
      });
      if (code === 0) return python;
    } catch (error) {
      if (host.fault(error) === undefined) throw error;
    }
  }
  throw new AludelError("import-tool", `No Python here has ${title}`, {
    notes: [`Tried: ${pythonsOf(root).join(", ")}`],
    outcome: "Nothing was written",
    next: [
      say("Activate the project's virtual environment, then run the same command again"),
      shell`aludel import ${name} --replay COMMAND # or say how to run it`,
      BASELINE,
    ],
  });
}

/** https://alembic.sqlalchemy.org/en/latest/api/script.html */
const ALEMBIC_STEPS = `
import json, os, re
from alembic.config import Config
from alembic.script import ScriptDirectory

def words(value):
    return [] if value is None else [value] if isinstance(value, str) else list(value)

options = {} if os.path.exists("alembic.ini") else {"toml_file": "pyproject.toml"}
scripts = ScriptDirectory.from_config(Config("alembic.ini", **options))
for script in reversed(list(scripts.walk_revisions())):
    made = re.search(r"Create Date:\\s*(\\S+ \\S+)", script.module.__doc__ or "")
    print(json.dumps({
        "rev": script.revision,
        "message": script.doc,
        "parents": words(script.down_revision),
        "dependsOn": words(getattr(script, "_resolved_dependencies", script.dependencies)),
        "labels": words(getattr(script, "_orig_branch_labels", ())),
        "created": made and made.group(1),
        "file": os.path.relpath(script.path),
    }))
`;

const DJANGO_START = `
import json, os, re, sys
if "DJANGO_SETTINGS_MODULE" not in os.environ:
    named = re.search(r"DJANGO_SETTINGS_MODULE['\\"],\\s*['\\"]([\\w.]+)", open("manage.py").read())
    os.environ["DJANGO_SETTINGS_MODULE"] = named.group(1)
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
`;

const DJANGO_STEPS = `${DJANGO_START}
graph = executor.loader.graph
for migration, _ in executor.migration_plan(graph.leaf_nodes(), clean_start=True):
    key = (migration.app_label, migration.name)
    file = os.path.relpath(sys.modules[type(migration).__module__].__file__)
    print(json.dumps({
        "rev": ".".join(key),
        "message": migration.app_label + " " + migration.name.replace("_", " "),
        "dependsOn": [".".join(node.key) for node in graph.node_map[key].parents],
        "replaces": [".".join(one) for one in migration.replaces],
        "file": None if file.startswith("..") else file,
    }))
`;

const DJANGO_STEP = `${DJANGO_START}
executor.migrate([tuple(sys.argv[1].split(".", 1))])
`;
