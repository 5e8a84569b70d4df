import { defineCommand } from "../arguments/command.ts";
import { Session } from "../session/session.ts";
import { Marks, revisionBlock, revisionJson, revisionName, titleOf } from "../render/revision.ts";

export const command = defineCommand({
  name: "branches",
  description: [
    "Lists the revisions that several others follow, each with those that follow it.",
  ],
  flags: {
    verbose: { kind: "switch", alias: "v", help: "print all details" },
  },
  positional: [],
  examples: [{ command: "aludel branches", says: "prints every place where branches split" }],
  // deno-lint-ignore require-await
  async run(context, flags) {
    const { ui } = context;
    const { folder, catalogue } = new Session(context, flags);
    const { graph } = catalogue;
    const marks = new Marks(catalogue);
    const name = (id: string) =>
      `${revisionName(catalogue, marks, id, ui.style)}, ${titleOf(catalogue, id)}`;
    ui.json({
      branches: graph.branchPoints.map((id) => ({
        ...revisionJson(catalogue, marks, id),
        children: graph.childrenOf(id).map((child) => revisionJson(catalogue, marks, child)),
      })),
    });
    for (const id of graph.branchPoints) {
      const lines = flags.verbose
        ? [
          revisionBlock(catalogue, marks, id, folder, ui.style),
          "",
        ]
        : [name(id)];
      for (const child of graph.childrenOf(id)) lines.push(`    -> ${name(child)}`);
      ui.data(lines.join("\n"));
    }
    if (graph.branchPoints.length === 0) {
      ui.notice("No branches: every revision has one child or none.");
    }
  },
});
