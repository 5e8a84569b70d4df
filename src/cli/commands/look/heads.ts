import { defineCommand } from "../../arguments/command.ts";
import { Session } from "../../session/session.ts";
import { RevisionPrinter } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";

export const heads = defineCommand({
  name: "heads",
  description: [
    'Lists the revisions without children. There is usually one head; "aludel merge heads" joins several.',
  ],
  flags: {
    verbose: { kind: "switch", alias: "v", help: "print all details" },
    resolveDependencies: {
      kind: "switch",
      help: "leave out heads that another branch depends on",
    },
  },
  positional: [],
  examples: [{ command: "aludel heads", says: "prints a line for each head" }],
  // deno-lint-ignore require-await
  async run(context, flags) {
    const { ui } = context;
    const { folder, catalogue } = new Session(context, flags);
    const { graph } = catalogue;
    const heads = flags.resolveDependencies ? graph.effectiveHeads : graph.heads;
    const printer = new RevisionPrinter(catalogue, folder, ui.style, "unread");
    ui.json({ heads, revisions: heads.map((id) => printer.json(id)) });
    for (const id of heads) {
      ui.data(flags.verbose ? `${printer.block(id)}\n` : printer.summary(id));
    }
    if (heads.length === 0) {
      ui.notice("There are no revisions yet.");
      ui.hint(shell`aludel revision -m "create events table"`);
    }
    if (heads.length > 1) ui.hint(shell`aludel merge heads # join them`);
  },
});

export const branches = defineCommand({
  name: "branches",
  description: [
    "Lists the revisions that have several children, each with its children.",
  ],
  flags: {
    verbose: { kind: "switch", alias: "v", help: "print all details" },
  },
  positional: [],
  examples: [{ command: "aludel branches", says: "prints every branch point" }],
  // deno-lint-ignore require-await
  async run(context, flags) {
    const { ui } = context;
    const { folder, catalogue } = new Session(context, flags);
    const { graph } = catalogue;
    const printer = new RevisionPrinter(catalogue, folder, ui.style, "unread");
    ui.json({
      revisions: graph.branchPoints.map((id) => ({
        ...printer.json(id),
        children: graph.childrenOf(id),
      })),
    });
    for (const id of graph.branchPoints) {
      const lines = flags.verbose ? [printer.block(id), ""] : [printer.summary(id)];
      for (const child of graph.childrenOf(id)) lines.push(`    -> ${printer.summary(child)}`);
      ui.data(lines.join("\n"));
    }
    if (graph.branchPoints.length === 0) {
      ui.notice("No branches: every revision has one child or none.");
    }
  },
});
