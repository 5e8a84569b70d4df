import { resolvePath } from "../../project/resolve_path.ts";
import { startProject } from "../../project/start_project.ts";
import { defineCommand } from "../command.ts";

export const command = defineCommand({
  name: "init",
  description: [
    "Starts a project: aludel.json with the settings, migrations/manifest.json with the list of revisions, and lines in .gitattributes so that git merges the manifests of two branches and keeps the line ends of SQL files.",
    "Nothing that exists is overwritten. Run it again to add what is missing.",
    "--from adopts a database that is there already: its schema goes into schema.sql and into a first revision, which the database is recorded to have. Nothing in its tables changes.",
  ],
  flags: {
    from: {
      kind: "text",
      value: "DATABASE",
      help: "adopt this database: schema.sql, a first revision, and its record",
    },
  },
  positional: [
    { name: "DIR", help: "folder of the project, made if missing (default: here)", optional: true },
  ],
  examples: [
    { command: "aludel init", says: "starts a project in this folder" },
    { command: "aludel init shop", says: "starts one in the folder shop" },
    { command: "aludel init --from app.db", says: "takes over a database" },
  ],
  async run(context, flags, [folder]) {
    const { runtime, ui } = context;
    if (flags.from !== undefined) {
      const { adoptDatabase } = await import("../adopt_database.ts");
      return await adoptDatabase(context, flags.from, resolvePath(folder ?? ".", runtime.cwd));
    }
    const started = startProject(resolvePath(folder ?? ".", runtime.cwd));
    ui.json(started);
    for (const path of started.created) ui.data(`created   ${path}`);
    for (const path of started.extended) ui.data(`extended  ${path}`);
    for (const path of started.kept) ui.data(`kept      ${path}`);
    const enter = folder === undefined || folder === "." ? [] : [`cd ${folder}`];
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
      ui.notice('The database is app.db: change it in aludel.json, and keep "app.db*" out of git.');
    }
  },
});
