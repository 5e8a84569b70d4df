import { AludelError } from "../../../errors.ts";
import { resolvePath } from "../../../project/workspace/files.ts";
import { findModels } from "../../../project/author/schema_models.ts";
import { startProject } from "../../../project/author/start_project.ts";
import { defaultSettings } from "../../../project/workspace/settings.ts";
import type { Target } from "../../../project/workspace/target.ts";
import { typedWord } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import type { Runtime } from "../../terminal/runtime.ts";
import { targetChoice } from "../../session/session.ts";

/** The database in the application's `DATABASE_URL`, if it is one for Aludel. */
function borrowedDatabase(runtime: Runtime, root: string): Target | undefined {
  try {
    const env = (name: string) => name === "ALUDEL_DATABASE" ? undefined : runtime.env(name);
    return targetChoice({ cwd: runtime.cwd, env }, defaultSettings(root), undefined).target;
  } catch (error) {
    if (error instanceof AludelError) return undefined;
    throw error;
  }
}

/** The arguments that name a folder to import from. */
function sourceWords(folder: string): readonly string[] {
  return folder === "" ? [] : ["--source", typedWord(folder)];
}

function originOf({ from }: Target): string {
  return from === ".env" ? "DATABASE_URL in .env" : "DATABASE_URL";
}

export const command = defineCommand({
  name: "init",
  description: [
    "Starts a project: aludel.json with the settings, migrations/manifest.json with the list of revisions, lines in .gitattributes so that git merges the manifests of two branches and keeps the line ends of SQL files, and one in .gitignore for the database. If DATABASE_URL, in the environment or in .env, names an SQLite database, aludel.json names none.",
    "Existing files are not overwritten. Run it again to add missing ones.",
    "--from adopts an existing database: its schema goes into schema.sql and into a first revision, which is recorded as applied. Its tables do not change. Objects that this SQLite cannot create, such as a virtual table of an extension that the settings do not name, are left out and listed in the setting exclude; the bookkeeping tables of other tools are left out too.",
  ],
  flags: {
    from: {
      kind: "text",
      value: "DATABASE",
      help: "adopt this database: write schema.sql and a first revision, and record it",
    },
    lockTimeout: DATABASE_FLAG.lockTimeout,
  },
  positional: [
    { name: "DIR", help: "folder of the project, made if missing (default: here)", optional: true },
  ],
  examples: [
    { command: "aludel init", says: "starts a project in this folder" },
    { command: "aludel init shop", says: "starts one in the folder shop" },
    { command: "aludel init --from app.db", says: "adopts a database" },
  ],
  async run(context, flags, [folder]) {
    const { runtime, ui } = context;
    const root = resolvePath(folder ?? ".", runtime.cwd);
    const borrowed = borrowedDatabase(runtime, root);
    if (flags.from !== undefined) {
      const { initFrom } = await import("../../modes/adoption.ts");
      return await initFrom(context, flags.from, root, borrowed, flags.lockTimeout);
    }
    const { toolsIn } = await import("../../modes/foreign_source.ts");
    const tools = await toolsIn(root);
    const models = findModels(root);
    const started = borrowed === undefined
      ? startProject(root)
      : startProject(root, {}, borrowed.kind === "memory" ? null : borrowed.path);
    ui.json({ ...started, database: null, revision: null, up: null, leftOut: [] });
    for (const path of started.created) ui.data(`created   ${path}`);
    for (const path of started.extended) ui.data(`extended  ${path}`);
    for (const path of started.kept) ui.data(`kept      ${path}`);
    const enter = folder === undefined || folder === "." ? [] : [`cd ${typedWord(folder)}`];
    for (const { tool, place } of tools) {
      ui.notice("");
      ui.notice(
        `"${
          place.folder || "."
        }" has migrations of ${tool.title}. This takes them over, with what it has applied:`,
      );
      const named = tools.length === 1 ? [] : [tool.name, ...sourceWords(place.folder)];
      for (const step of [...enter, ["aludel", "import", ...named].join(" ")]) {
        ui.notice(`  ${step}`);
      }
    }
    if (started.created.includes("aludel.json")) {
      for (const { title, schema } of models) {
        ui.notice("");
        ui.notice(`The models of ${title} can be the schema you want. Put this into aludel.json:`);
        ui.notice(`  "schema": ${JSON.stringify(schema)}`);
      }
    }
    if (tools.length > 0) return;
    const steps = [
      ...enter,
      'aludel revision -m "create events table"',
      "# write the SQL into the new up.sql and down.sql, then:",
      "aludel upgrade head",
    ];
    ui.notice("");
    ui.notice("Next:");
    for (const step of steps) ui.notice(`  ${step}`);
    if (started.created.includes("aludel.json")) {
      ui.notice("");
      ui.notice(
        borrowed === undefined
          ? "The database is app.db: aludel.json names it, and .gitignore keeps it out of git."
          : `The database is ${borrowed.name}: ${originOf(borrowed)} names it.`,
      );
    }
  },
});
