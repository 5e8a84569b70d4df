import { databaseMissing } from "../../db/sqlite_error.ts";
import { AludelError } from "../../errors.ts";
import { protect } from "../../runner/policies.ts";
import { POLICIES, readPolicies } from "../../state/policies.ts";
import { again } from "../../text/next_step.ts";
import { defineCommand } from "../arguments/command.ts";
import { DATABASE_FLAG, LOCK_TIMEOUT_FLAG } from "../arguments/flag.ts";
import { RunReport } from "../render/run.ts";
import { openTarget } from "../session/database.ts";
import { runHost } from "../session/run.ts";
import { Session } from "../session/session.ts";

export const command = defineCommand({
  name: "protect",
  description: [
    "Writes into the database what it forbids. Every Aludel that runs revisions on it obeys, the library in an application too, whatever the settings say. Without flags it prints the policies that are set.",
    "--no-drafts: only sealed revisions run. --no-loss: a run that takes rows, values or anything else is rolled back, also if its script says so. --no-downgrade: nothing is undone. --off takes back the policies that are named with it.",
    "A restore point can still be put back; what it replaces is kept in another one, and the policies stay.",
  ],
  flags: {
    ...DATABASE_FLAG,
    noDrafts: { kind: "switch", help: "refuse revisions that are not sealed" },
    noLoss: { kind: "switch", help: "roll back every run that takes anything" },
    noDowngrade: { kind: "switch", help: "refuse to undo revisions" },
    off: { kind: "switch", help: "take back the policies that are named" },
    ...LOCK_TIMEOUT_FLAG,
  },
  positional: [],
  examples: [
    {
      command: "aludel protect -d production --no-drafts --no-loss --no-downgrade",
      says: "forbids all three",
    },
    { command: "aludel protect -d production --no-loss --off", says: "takes one back" },
    { command: "aludel protect", says: "prints what the default database forbids" },
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
      throw new AludelError("usage", '"--off" needs the policies to take back', {
        next: POLICIES.map((policy) => again`${`--${policy}`}`),
      });
    }
    const session = new Session(context, flags);
    const open = openTarget(session);
    const { target, access } = open;
    // A policy never makes a database.
    await using looked = await access.look();
    if (looked === null) throw databaseMissing(target.name);
    let policies = [...await readPolicies(looked)].sort();
    let changed = false;
    if (named.length > 0) {
      await looked.close();
      const report = new RunReport(ui, target);
      using host = runHost(session, open, flags.lockTimeout, (event) => report.see(event));
      const change = flags.off ? { set: [], off: named } : { set: named, off: [] };
      const done = await protect(host, change);
      policies = [...done.policies];
      changed = done.changed;
    }
    ui.json({ database: target.name, policies, changed });
    for (const policy of policies) ui.data(policy);
    if (policies.length === 0) ui.notice(`"${target.name}" forbids nothing.`);
    if (named.length > 0 && !changed) {
      ui.notice(`Nothing to do: the policies of "${target.name}" say so already.`);
    }
  },
});
