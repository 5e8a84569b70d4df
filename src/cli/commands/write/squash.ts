import { AludelError } from "../../../errors.ts";
import { committedFolders } from "../../../git/objects.ts";
import { gitFolder } from "../../../git/git.ts";
import { parseRange } from "../../../graph/ref.ts";
import { resolveRange } from "../../../graph/resolve_ref.ts";
import { type PlannedSquash, squash } from "../../../project/author/squash.ts";
import { resolvePath } from "../../../project/workspace/files.ts";
import { instead, shell } from "../../../text/next_step.ts";
import { plural, toSecond } from "../../../text/layout.ts";
import { defineCommand } from "../../arguments/command.ts";
import { waitingFor } from "../../render/draft.ts";
import { Session } from "../../session/session.ts";
import { noticesJson } from "../../render/answer.ts";
import type { Ui } from "../../terminal/ui.ts";

export const command = defineCommand({
  name: "squash",
  description: [
    "Replaces a run of sealed revisions, from A to B inclusive, by one sealed revision; revisions that followed the run then follow it. Branches inside are allowed if the run has one entry and one exit. The new revision creates the final schema directly, with the rows that the run inserts into an empty database; if the result is not the same, it has the scripts of the run one after the other.",
    "Both are run in memory, after the revisions before the run and on generated rows, and must give the same schema and the same rows: otherwise nothing is written.",
    "A new database runs the new revision. A database that has applied the whole run gets the new record at its next upgrade, and nothing runs. One that has applied only a part is refused until it has finished the run, in a checkout from before the squash. The run's folders are removed if git has them; --archive moves them instead.",
  ],
  flags: {
    message: {
      kind: "text",
      alias: "m",
      value: "MSG",
      help: "what the new revision does (default: which ones it replaces)",
    },
    revId: { kind: "text", value: "ID", help: "its id (default: 12 random hex digits)" },
    archive: {
      kind: "text",
      value: "DIR",
      help: "move the folders of the run there, outside the migrations folder",
    },
    dryRun: { kind: "switch", help: "prove it, print the SQL, and write nothing" },
  },
  positional: [{ name: "RANGE", help: "the run: A:B, :B from the first one, A: to the head" }],
  examples: [
    { command: "aludel squash :3f9c", says: "everything up to 3f9c becomes one revision" },
    {
      command: "aludel squash ae10:3f9c --archive old-migrations",
      says: "keeps the old folders elsewhere",
    },
    { command: "aludel squash :3f9c --dry-run", says: "prints what would be written" },
  ],
  async run(context, flags, [text = ""]) {
    const { runtime, ui } = context;
    if (!text.includes(":")) {
      throw new AludelError("usage", `"${text}" is not a range of revisions`, {
        notes: ["A squash works on a run, such as 3f9c:77aa"],
        next: [
          instead(text, `:${text}`, `everything up to ${text}`),
          shell`aludel squash --help`,
        ],
      });
    }
    const range = parseRange(text);
    const session = new Session(context, flags);
    const { project, folder } = session;
    session.announceExtensions();
    const done = await squash(project, ({ graph, entries }) => {
      const applied = new Set<string>();
      const ids = resolveRange(graph, range, { applied, onDisk: new Set(entries.keys()) });
      return {
        ids,
        id: flags.revId ?? runtime.randomId(),
        message: flags.message?.trim() ||
          `squash ${ids.length} revisions, ${ids[0] ?? "none"} to ${ids.at(-1) ?? "none"}`,
        created: toSecond(runtime.now()),
      };
    }, {
      committed: () => committedFolders(gitFolder(project.migrations)),
      archive: flags.archive === undefined ? undefined : resolvePath(flags.archive, runtime.cwd),
      dryRun: flags.dryRun,
      onWait: waitingFor(ui, project),
    });
    report(ui, done, folder, flags.dryRun);
  },
});

/** Prints a squash, written or not. @param folder The migrations folder for messages. */
function report(ui: Ui, planned: PlannedSquash, folder: string, dryRun: boolean): void {
  const { revision, replaced, texts, made, databases, notices } = planned;
  const up = `${folder}/${revision.dir}/up.sql`;
  const down = texts.down === null ? null : `${folder}/${revision.dir}/down.sql`;
  ui.json({
    id: dryRun ? null : revision.id,
    message: revision.message,
    parents: revision.parents,
    dependsOn: revision.dependsOn,
    labels: revision.labels,
    replaces: replaced.map(({ id }) => id),
    up: dryRun ? null : up,
    down: dryRun ? null : down,
    made,
    trials: databases,
    notices: noticesJson(notices),
    texts: dryRun ? texts : null,
  });
  if (dryRun) {
    ui.script(texts.up.trimEnd());
    if (texts.down !== null) ui.script(`\n${texts.down.trimEnd()}`);
  } else ui.data(down === null ? up : `${up}\n${down}`);
  for (const notice of notices) ui.notice(notice);
  const way = made === "schema"
    ? "the schema at once"
    : "the scripts of the run one after the other";
  ui.notice(
    `It makes ${way}; schema and rows are the same on ${plural(databases, "database")} in memory.`,
  );
  if (dryRun) return ui.notice("Nothing was written: this is what the files would hold.");
  ui.notice(
    `${ui.talkStyle.yellow(revision.id)} is sealed, and replaces ${replaced.length} revisions.`,
  );
  ui.hint(
    shell`git add --all -- ${folder} && git commit # the old folders go in the same commit`,
  );
}
