import { defineCommand } from "../../arguments/command.ts";

export const command = defineCommand({
  name: "export",
  description: [
    "Writes the revisions for another tool, or as one module to embed in an application.",
    "FORMAT is golang-migrate, goose, dbmate, sql (a script for each revision and direction, for any SQLite shell) or embed (one module of TypeScript or JavaScript, for embedded() of the library).",
    "Other tools have no branches, merges or dependencies: such revisions are written in one sequence, with a notice. Before the files are written, they are checked by reading them as the other tool does.",
    "Only a module that export itself wrote is overwritten.",
  ],
  flags: {
    out: {
      kind: "text",
      value: "DIR",
      help: "the folder for the files; for embed, also the name of the module",
    },
  },
  positional: [
    { name: "FORMAT", help: "golang-migrate, goose, dbmate, sql or embed" },
    {
      name: "RANGE",
      help: "only these revisions: A:B, A: or :B (default: all; embed always has all)",
      optional: true,
    },
  ],
  examples: [
    { command: "aludel export goose --out db/migrations", says: "writes files for goose" },
    { command: "aludel export sql 3f9c: --out new", says: "only what comes from 3f9c on" },
    { command: "aludel export embed --out app/migrations.ts", says: "writes a module" },
  ],
  async run(context, flags, [format = "", range]) {
    const { exportProject } = await import("../../modes/exportation.ts");
    exportProject(context, format, range, flags);
  },
});
