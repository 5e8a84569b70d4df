import { databaseMissing } from "../../../db/sqlite_error.ts";
import { AludelError } from "../../../errors.ts";
import { protect } from "../../../runner/policies.ts";
import { POLICIES, readPolicies } from "../../../state/policies.ts";
import { again } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { RunReport } from "../../render/run.ts";
import { openTarget } from "../../session/database.ts";
import { runHost } from "../../session/run.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "protect",
  description: [
    "Stores policies in the database. Every Aludel that runs revisions on it obeys them, also the library in an application, whatever the settings say. Without flags it prints the current policies.",
    "--no-drafts: only sealed revisions run. --no-loss: a run that loses rows, values or anything else is rolled back, even if its script says so. --no-downgrade: nothing is undone. --off removes the policies named with it.",
    "The database can still be restored; its current content is kept in another restore point, and the policies stay.",
  ],
  flags: {
    ...DATABASE_FLAG,
    noDrafts: { kind: "switch", help: "refuse revisions that are not sealed" },
    noLoss: { kind: "switch", help: "roll back every run that loses anything" },
    noDowngrade: { kind: "switch", help: "refuse to undo revisions" },
    off: { kind: "switch", help: "remove the named policies" },
  },
  positional: [],
  examples: [
    {
      command: "aludel protect -d production --no-drafts --no-loss --no-downgrade",
      says: "forbids all three",
    },
    { command: "aludel protect -d production --no-loss --off", says: "removes one" },
    { command: "aludel protect", says: "prints the policies of the default database" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const named = POLICIES.filter((policy) =>
      policy === "no-drafts"
        ? flags.noDrafts
        : policy === "no-loss"
        ? flags.noLoss
        : flags.noDowngrade
    );
    if (flags.off && named.length === 0) {
      throw new AludelError("usage", '"--off" needs the policies to remove', {
        next: POLICIES.map((policy) => again`${`--${policy}`}`),
      });
    }
    const session = new Session(context, flags);
    const open = openTarget(session);
    const { target, access } = open;
    // Setting a policy never creates a database.
    await using looked = await access.look();
    if (looked === null) throw databaseMissing(target.name);
    let policies = [...await readPolicies(looked)].sort();
    let changed = false;
    if (named.length > 0) {
      await looked.close();
      const report = new RunReport(ui, target);
      using host = runHost(session, open, (event) => report.see(event));
      const change = flags.off ? { set: [], off: named } : { set: named, off: [] };
      const done = await protect(host, change);
      policies = [...done.policies];
      changed = done.changed;
    }
    ui.json({ database: target.name, policies, changed });
    for (const policy of policies) ui.data(policy);
    if (policies.length === 0) ui.notice(`"${target.name}" has no policies.`);
    if (named.length > 0 && !changed) {
      ui.notice(`Nothing to do: "${target.name}" already has these policies.`);
    }
  },
});
