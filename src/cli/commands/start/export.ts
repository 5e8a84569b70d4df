import { defineCommand } from "../../arguments/command.ts";

export const command = defineCommand({
  name: "export",
  description: [
    "Writes the revisions for another tool, or as one module that an application carries in itself.",
    "FORMAT is golang-migrate, goose, dbmate, sql (a script for each revision and each way, for any SQLite shell) or embed (one module of TypeScript or JavaScript, for embedded() of the library).",
    "Other tools have no branches, merges and dependencies: the revisions are then written in one line, and a notice says so. What was written is read back as the other tool reads it before it is put on disk.",
    "Nothing is overwritten but a module that export made itself.",
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
      help: "only these revisions: A:B, A: or :B (default: all; embed has always all)",
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
