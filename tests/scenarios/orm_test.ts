import assert from "node:assert/strict";
import { readBlocks } from "../docs/markdown_block.ts";
import { run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

/** The Python that has SQLAlchemy; undefined where none has. On Debian: apt install python3-sqlalchemy */
const python = await firstPython(["python3", "/usr/bin/python3"]);

/** The lines of docs/autogenerate.md that print the tables of SQLAlchemy models. */
const PRINT_SCHEMA = readBlocks(
  Deno.readTextFileSync(new URL("../../docs/autogenerate.md", import.meta.url)),
).find(({ language }) => language === "python")!.lines.join("\n");

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
    project.write("print_schema.py", PRINT_SCHEMA);
    setSchemaCommand(project, [python!, "print_schema.py"]);
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
    setSchemaCommand(project, ["npx", "--no-install", "drizzle-kit", "export"]);
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

function setSchemaCommand(project: RunProject, command: readonly string[]): void {
  project.write("aludel.json", JSON.stringify({ database: "app.db", schema: { command } }));
}

async function firstPython(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    try {
      const { code } = await run(candidate, ["-c", "import sqlalchemy"], {});
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
