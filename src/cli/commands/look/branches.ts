import { defineCommand } from "../../arguments/command.ts";
import { Session } from "../../session/session.ts";
import { RevisionPrinter } from "../../render/revision.ts";

export const command = defineCommand({
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
