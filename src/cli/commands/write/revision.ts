import { AludelError } from "../../../errors.ts";
import { again, shell } from "../../../text/next_step.ts";
import { writeRevision } from "../../../project/author/write_revision.ts";
import { defineCommand } from "../../arguments/command.ts";
import { longName, UNDO_FLAGS } from "../../arguments/flag.ts";
import { findEditor, openInEditor } from "../../terminal/editor.ts";
import { Session } from "../../session/session.ts";
import { reportDraft, reportDryRun, reportNoDifference, waitingFor } from "../../render/draft.ts";

export const command = defineCommand({
  name: "revision",
  description: [
    "Writes a new draft: a folder with up.sql and down.sql, and a line in the manifest. It follows the head unless --head says otherwise.",
    "With --autogenerate the files contain the SQL that leads from there to schema.sql and back. It is run in memory first, with and without rows, and must give exactly that schema: otherwise nothing is written. To rename, put a line above the new name of a table or column in schema.sql: -- aludel: renamed from=old_name.",
    'Otherwise, write the change into up.sql and its reversal into down.sql, try it with "aludel upgrade", and seal it with "aludel seal" when it is finished.',
  ],
  flags: {
    message: { kind: "text", alias: "m", value: "MSG", help: "what the revision does" },
    head: {
      kind: "list",
      value: "REF",
      help: 'the revision it follows (default: head; "base" for none)',
    },
    splice: { kind: "switch", help: "allow a parent that is not a head: starts a branch there" },
    branchLabel: { kind: "list", value: "LABEL", help: "a name for the branch that starts here" },
    dependsOn: {
      kind: "list",
      value: "REF",
      help: "a revision of another branch that must be applied first",
    },
    revId: { kind: "text", value: "ID", help: "its id (default: 12 random hex digits)" },
    autogenerate: {
      kind: "switch",
      help: "write the SQL that leads to the schema you want, after a trial in memory",
    },
    from: {
      kind: "text",
      value: "TARGET",
      help: "autogenerate: compare with this database, not with the revisions",
    },
    allowEmpty: { kind: "switch", help: "autogenerate: write a draft even if nothing differs" },
    amend: {
      kind: "switch",
      help: "autogenerate: rewrite the newest draft; undone first if it is applied",
    },
    overwrite: { kind: "switch", help: "amend: also if the draft holds SQL written by hand" },
    dryRun: {
      kind: "switch",
      help: "autogenerate: print the SQL with its cost and hazards, and write nothing",
    },
    noDown: { kind: "switch", help: "no down.sql: the revision cannot be undone" },
    edit: { kind: "switch", help: "open the new files in your editor" },
    ...UNDO_FLAGS,
  },
  positional: [],
  examples: [
    {
      command: 'aludel revision --autogenerate -m "add users"',
      says: "the difference between schema.sql and the revisions",
    },
    {
      command: "aludel revision --autogenerate --amend",
      says: "schema.sql changed again: rewrites the newest draft",
    },
    { command: 'aludel revision -m "create events table"', says: "on top of the head" },
    {
      command: 'aludel revision -m "start billing" --head base --branch-label billing',
      says: "a new base with its own branch",
    },
    {
      command: 'aludel revision -m "fix index" --head 3f9c --splice',
      says: "a second branch after 3f9c",
    },
  ],
  async run(context, flags) {
    const { runtime, ui } = context;
    refuseMixture(flags);
    if (flags.amend) {
      const { amendRevision } = await import("../../modes/amendment.ts");
      return await amendRevision(context, flags);
    }
    const session = new Session(context, flags);
    if (flags.dryRun) {
      const { autogenerateRevision } = await import("../../modes/autogeneration.ts");
      const made = await autogenerateRevision(session, flags, flags.message?.trim() || "dry run")
        .catch(explainSeveralHeads).catch(offerAmendment);
      if (made.comparison.changes.length === 0) {
        return reportNoDifference(ui);
      }
      return reportDryRun(ui, made, !flags.noDown);
    }
    if (flags.message === undefined || flags.message.trim() === "") {
      throw new AludelError("usage", "A message is missing", {
        notes: ["It names the folder and appears in the history"],
        next: [shell`aludel revision -m "create events table"`],
      });
    }
    const message = flags.message.trim();
    const editor = flags.edit ? findEditor(runtime) : undefined;
    const { project } = session;
    // Loaded on demand, because a plain draft needs no SQLite.
    const autogenerate = flags.autogenerate
      ? await import("../../modes/autogeneration.ts")
      : undefined;
    const made = await autogenerate?.autogenerateRevision(session, flags, message)
      .catch(explainSeveralHeads).catch(offerAmendment);
    if (made?.comparison.changes.length === 0 && !flags.allowEmpty) {
      return reportNoDifference(ui);
    }
    const written = await writeRevision(project, {
      id: flags.revId ?? runtime.randomId(),
      message,
      now: runtime.now(),
      parents: parentsOf(flags.head, made),
      dependsOn: flags.dependsOn,
      labels: flags.branchLabel,
      splice: flags.splice,
      down: !flags.noDown,
      purpose: "change",
      ...(made && { texts: made.generated.texts }),
      onWait: waitingFor(ui, project),
    }).catch(explainSeveralHeads);
    reportDraft(ui, written, made && autogenerate?.generatedJson(made));
    const files = written.down === null ? [written.up] : [written.up, written.down];
    if (editor !== undefined) await openInEditor(runtime, editor, files);
    else if (made !== undefined) autogenerate?.reportGenerated(ui, made, written.up);
    else {
      ui.hint(
        written.down === null
          ? shell`aludel upgrade head # once its SQL is written into this file`
          : shell`aludel upgrade head # once its SQL is written into these files`,
      );
    }
  },
});

/** @throws {AludelError} `usage` for a flag without effect beside the others. */
function refuseMixture(flags: {
  readonly autogenerate: boolean;
  readonly amend: boolean;
  readonly [name: string]: unknown;
}): void {
  const requireFlag = (word: string, names: readonly string[]) => {
    const name = names.find((one) => isGiven(flags[one]));
    if (name === undefined) return;
    throw new AludelError("usage", `"${longName(name)}" needs "--${word}"`, {
      next: [again`--${word}`, shell`aludel revision --help`],
    });
  };
  if (!flags.autogenerate) requireFlag("autogenerate", ["amend", "dryRun"]);
  if (!flags.amend) return requireFlag("amend", ["overwrite", ...Object.keys(UNDO_FLAGS)]);
  const other = ["head", "splice", "branchLabel", "dependsOn", "revId", "from"]
    .find((name) => isGiven(flags[name]));
  if (other === undefined) return;
  throw new AludelError("usage", `"--amend" keeps what "${longName(other)}" would change`, {
    notes: ["The draft keeps its id, its parents and its labels"],
    next: [shell`aludel revision --autogenerate --amend`],
  });
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

/** The generated SQL fits only these parents, even if another process has written revisions since. */
function parentsOf(
  head: readonly string[],
  made: { readonly parents: readonly string[] } | undefined,
): readonly string[] {
  if (made === undefined) return head.length === 0 ? ["head"] : head;
  return made.parents.length === 0 ? ["base"] : made.parents;
}

/** Explains that there are several heads: usually they should be merged; otherwise one must be chosen. */
function explainSeveralHeads(error: unknown): never {
  if (!(error instanceof AludelError) || error.code !== "ref-several-heads") throw error;
  throw error.with({
    next: [
      shell`aludel merge heads -m "join the branches"`,
      ...error.next.flatMap((step) =>
        "replace" in step && step.replace ? [again`--head ${step.replace[1]}`] : []
      ),
    ],
  });
}

/** A value of the newest draft is still to be chosen: if the schema has changed since, the question may be gone. */
function offerAmendment(error: unknown): never {
  if (!(error instanceof AludelError) || error.code !== "sql-choose") throw error;
  throw error.with({
    next: [
      ...error.next,
      shell`aludel revision --autogenerate --amend # or write the newest draft again from the schema as it is now`,
    ],
  });
}
