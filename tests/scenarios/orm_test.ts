import assert from "node:assert/strict";
import { run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

/** The Python that has SQLAlchemy; undefined where none has. On Debian: apt install python3-sqlalchemy */
const python = await firstPython(["python3", "/usr/bin/python3"]);

const MODELS = `
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(100), nullable=False, index=True, unique=True)
`;

const POST = `
class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    author_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    title = Column(String, server_default="untitled")
`;

Deno.test({
  name: "SQLAlchemy models: revision --autogenerate, upgrade head, check" +
    (python === undefined ? " (skipped: no Python here has sqlalchemy)" : ""),
  ignore: python === undefined,
  async fn() {
    using project = runProject();
    project.write("models.py", MODELS);
    setSchema(project, { sqlalchemy: "models:Base", python: python! });
    await project.done("revision", "--autogenerate", "-m", "create users");
    await project.done("upgrade", "head");
    await project.sql("INSERT INTO users (email) VALUES ('a@b')");
    await project.done("check");

    project.write("models.py", MODELS + "    name = Column(String(50))\n" + POST);
    const { stdout } = await project.fails(3, "check");
    assert.match(stdout, /\+ create table posts/);
    assert.match(stdout, /\+ add column users\.name VARCHAR\(50\)/);
    await project.done("revision", "--autogenerate", "-m", "add posts");
    await project.done("upgrade", "head");
    await project.done("check");
    assert.equal(await project.sql("SELECT id, email, name FROM users"), "1|a@b|");
  },
});

Deno.test({
  name: "drizzle-kit export: revision --autogenerate, upgrade head, check" +
    (wantsDrizzle() ? "" : " (skipped: ALUDEL_ORMS=1 installs drizzle-kit from npm)"),
  ignore: !wantsDrizzle(),
  async fn() {
    using project = runProject();
    project.write("package.json", '{"private":true}');
    const packages = ["drizzle-kit@0.31", "drizzle-orm@0.45"];
    const installed = await run("npm", ["install", "--no-audit", "--no-fund", ...packages], {
      cwd: project.path,
    });
    assert.equal(installed.code, 0, installed.stderr);
    project.write(
      "drizzle.config.ts",
      'export default { dialect: "sqlite", schema: "./schema.ts" };\n',
    );
    const table = (more: string) =>
      'import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";\n' +
      'export const users = sqliteTable("users", { id: integer().primaryKey(), ' +
      `email: text().notNull().unique()${more} });\n`;
    project.write("schema.ts", table(""));
    setSchema(project, { drizzle: "drizzle.config.ts" });
    await project.done("revision", "--autogenerate", "-m", "create users");
    await project.done("upgrade", "head");
    await project.sql("INSERT INTO users VALUES (1, 'a@b')");
    await project.done("check");
    project.write("schema.ts", table(', city: text().default("Bern")'));
    assert.equal(
      (await project.fails(3, "check")).stdout,
      "+ add column users.city text DEFAULT 'Bern'\n",
    );
    await project.done("revision", "--autogenerate", "-m", "add city");
    await project.done("upgrade", "head");
    assert.equal(await project.sql("SELECT * FROM users"), "1|a@b|Bern");
    await project.done("check");
  },
});

function setSchema(project: RunProject, schema: Readonly<Record<string, string>>): void {
  project.write("aludel.json", JSON.stringify({ database: "app.db", schema }));
}

async function firstPython(
  candidates: readonly string[],
  module = "sqlalchemy",
): Promise<string | undefined> {
  for (const candidate of candidates) {
    try {
      const { code } = await run(candidate, ["-c", `import ${module}`], {});
      if (code === 0) return candidate;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

function wantsDrizzle(): boolean {
  return Deno.env.get("ALUDEL_ORMS") === "1";
}

Deno.test({
  name:
    "SQLAlchemy in one line: several metadatas, enums, naming conventions, the project's own Python" +
    (python === undefined ? " (skipped: no Python here has sqlalchemy)" : ""),
  ignore: python === undefined,
  async fn() {
    using project = runProject();
    project.write("models.py", MODELS);
    project.write(
      "billing.py",
      `
import enum
from sqlalchemy import CheckConstraint, Column, Enum, Integer, MetaData, Numeric, Table

class State(enum.Enum):
    open = 1
    paid = 2

metadata = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
Table(
    "invoices", metadata, Column("id", Integer, primary_key=True),
    Column("amount", Numeric(10, 2), nullable=False), Column("state", Enum(State)),
    CheckConstraint("amount >= 0", name="positive"),
)
`,
    );
    // The virtual environment of the project is used before the system's Python.
    const real = (await run("which", [python!], {})).stdout.trim();
    project.write(".venv/bin/python", `#!/bin/sh\necho ran >> ran.txt\nexec ${real} "$@"\n`);
    Deno.chmodSync(`${project.path}/.venv/bin/python`, 0o755);
    const schema = { sqlalchemy: "models:Base, billing:metadata" };
    project.write("aludel.json", JSON.stringify({ database: "app.db", schema }));
    const outcome = await project.fails(0, "revision", "--autogenerate", "-m", "models");
    assert.match(
      outcome.stderr,
      /Running: \S*\.venv\/bin\/python with SQLAlchemy's models:Base, billing:metadata/,
    );
    assert.equal(project.has("ran.txt"), true);
    const [up = ""] = outcome.stdout.split("\n");
    assert.match(project.read(up), /CONSTRAINT ck_invoices_positive CHECK \(amount >= 0\)/);
    await project.done("upgrade", "head");
    await project.done("check");
    project.write(
      "aludel.json",
      JSON.stringify({ schema: { ...schema, python: "no-such-python" } }),
    );
    assert.match((await project.fails(1, "check")).stderr, /error\[schema-command-missing\]/);
    project.write("aludel.json", JSON.stringify({ schema: { sqlalchemy: "models:Nothing" } }));
    const failed = await project.fails(1, "check");
    assert.match(
      failed.stderr,
      /error\[schema-command-failed\]: "\S+ with SQLAlchemy's models:Nothing" exited/,
    );
    assert.match(failed.stderr, /has no attribute 'Nothing'/);
  },
});

/** The Python that has Django; undefined if none has. On Debian: apt install python3-django */
const django = await firstPython(["python3", "/usr/bin/python3"], "django");

Deno.test({
  name: "Django's models in one line: revision --autogenerate, upgrade head, check" +
    (django === undefined ? " (skipped: no Python here has django)" : ""),
  ignore: django === undefined,
  async fn() {
    using project = runProject();
    project.write(
      "manage.py",
      'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")\n',
    );
    project.write(
      "site_settings.py",
      'INSTALLED_APPS = ["blog"]\nDEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"\n' +
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "app.db"}}\n',
    );
    const model = (more: string) =>
      "from django.db import models\n\nclass Tag(models.Model):\n    name = models.CharField(max_length=20, db_index=True)\n\n" +
      `class Post(models.Model):\n    title = models.TextField()\n    tags = models.ManyToManyField(Tag)\n${more}`;
    project.write("blog/__init__.py", "");
    project.write("blog/models.py", model(""));
    project.write(
      "aludel.json",
      JSON.stringify({ database: "app.db", schema: { django: true, python: django } }),
    );
    await project.done("revision", "--autogenerate", "-m", "models");
    await project.done("upgrade", "head");
    await project.done("check");
    assert.equal(
      await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'blog_post_tags'"),
      "1",
    );
    project.write("blog/models.py", model("    views = models.IntegerField(default=0)\n"));
    assert.match((await project.fails(3, "check")).stdout, /add column blog_post\.views/);
  },
});

Deno.test("the setting schema names one program", async () => {
  using project = runProject();
  for (
    const schema of [
      {},
      { django: false },
      { sqlalchemy: "models:Base", django: true },
      { sqlalchemy: "models" },
      { drizzle: "drizzle.config.ts", python: "python3" },
    ]
  ) {
    project.write("aludel.json", JSON.stringify({ schema }));
    const { stderr } = await project.fails(1, "check");
    assert.match(stderr, /error\[settings-/, JSON.stringify(schema));
  }
});

Deno.test("Prisma's schema file in one line: the flag that its release has, and what it prints", async () => {
  using project = runProject();
  project.write("prisma/schema.prisma", "model User { id Int @id }\n");
  project.write(
    "aludel.json",
    '{"database": "app.db", "schema": {"prisma": "prisma/schema.prisma"}}',
  );
  project.write("package.json", "{}");
  project.write(
    "node_modules/.bin/prisma",
    '#!/bin/sh\necho "$@" > ran.txt\necho \'CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);\'\n',
  );
  Deno.chmodSync(`${project.path}/node_modules/.bin/prisma`, 0o755);
  for (const [release, flag] of [["6.19.0", "--to-schema-datamodel"], ["7.1.0", "--to-schema"]]) {
    project.write(
      "node_modules/prisma/package.json",
      `{"name": "prisma", "version": "${release}"}`,
    );
    const { stdout, stderr } = await project.fails(3, "check");
    assert.match(stderr, /Running: npx --no-install prisma migrate diff/);
    assert.match(stdout, /create table User/);
    assert.equal(
      project.read("ran.txt"),
      `migrate diff --from-empty ${flag} prisma/schema.prisma --script\n`,
    );
  }
});
