import { AludelError } from "../../../errors.ts";
import { refNeedsApplied, resolveRef } from "../../../graph/resolve_ref.ts";
import { parseRef } from "../../../graph/ref.ts";
import { RevisionTexts } from "../../../project/workspace/revision_texts.ts";
import { readAppliedTexts } from "../../../project/migrate/stamp.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { openDatabaseIfPossible } from "../../session/database.ts";
import { page, PAGER_FLAG } from "../../terminal/pager.ts";
import { Session } from "../../session/session.ts";
import { appliedField, appliedJson, RevisionPrinter, sealField } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "show",
  description: [
    "Shows a revision, by default the heads: its place in the history, its SQL and whether the files are sealed, and when it was applied to the database, if there is one.",
    "A revision that only the database knows, because another branch is checked out, is shown as well.",
  ],
  flags: {
    summary: { kind: "switch", alias: "s", help: "leave out the SQL" },
    ...DATABASE_FLAG,
    ...PAGER_FLAG,
  },
  positional: [{
    name: "REF",
    help: "the revision: an id or its beginning, current, … (default: heads)",
    optional: true,
  }],
  examples: [
    { command: "aludel show 3f9c", says: "the revision whose id begins with 3f9c" },
    { command: "aludel show", says: "the newest one" },
    { command: "aludel show current", says: "the one that the database is at" },
  ],
  async run(context, flags, [text = "heads"]) {
    const { ui } = context;
    const ref = parseRef(text);
    const session = new Session(context, flags);
    const { catalogue, database } = await openDatabaseIfPossible(session, refNeedsApplied(ref));
    const { applied, onDisk, graph } = catalogue;
    const ids = resolveRef(graph, ref, { applied, onDisk, purpose: "look" });
    if (ids.length === 0) {
      throw new AludelError("ref-not-found", `"${text}" names no revision`, {
        next: graph.size === 0
          ? [shell`aludel revision -m "create events table"`]
          : [shell`aludel history`],
      });
    }
    const printer = new RevisionPrinter(
      catalogue,
      session.folder,
      ui.style,
      database === undefined ? "unread" : "marked",
    );
    const found = [];
    for (const id of ids) {
      const entry = catalogue.entries.get(id);
      const files = entry && new RevisionTexts(session.project.files, entry);
      const sql = flags.summary
        ? undefined
        : files !== undefined
        ? files.texts
        : database
        ? await readAppliedTexts(database.access, id)
        : undefined;
      found.push({ id, files, sql });
    }
    ui.json({
      database: database?.target.name ?? null,
      revisions: found.map(({ id, files, sql }) => ({
        ...printer.json(id),
        seal: files?.judge() ?? null,
        files: { up: files?.up?.file ?? null, down: files?.down?.file ?? null },
        applied: appliedJson(database, id),
        sql: flags.summary ? null : { up: sql?.up ?? null, down: sql?.down ?? null },
      })),
    });
    const blocks = found.map(({ id, files, sql }) => {
      const fields = [
        ...printer.fields(id),
        ...(files === undefined ? [] : sealField(files)),
        ...appliedField(database, id),
      ];
      const parts = [printer.block(id, fields)];
      if (sql !== undefined) {
        const where = files === undefined ? ", as it ran" : "";
        for (const name of ["up", "down"] as const) {
          const title = files?.[name]?.file ?? `${name}.sql${where}`;
          if (sql[name]) parts.push(`${ui.style.bold(title)}\n${sql[name].trimEnd()}`);
        }
      }
      return parts.join("\n\n");
    });
    await page(context, blocks.join("\n\n"), flags);
  },
});
