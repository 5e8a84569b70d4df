import { AludelError } from "../../../errors.ts";
import { mergeAsText, mergeManifestTexts, readMergeFile } from "../../../git/merge_driver.ts";
import { resolvePath, writeAtomically } from "../../../project/workspace/files.ts";
import { defineCommand } from "../../arguments/command.ts";
import { say, shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "merge-driver",
  description: [
    "Merges two manifests with their common ancestor, revision by revision, and writes the result into OURS. A change on one side only wins; a revision that both sides changed is a conflict, left between git's markers. Exits 1 if there is a conflict, or if the result is not a valid graph.",
    "git runs it for manifests once aludel hook install has registered it. You do not need to type it.",
  ],
  flags: {},
  positional: [
    { name: "BASE", help: "file with the common ancestor (%O)" },
    { name: "OURS", help: "file with our side, which becomes the result (%A)" },
    { name: "THEIRS", help: "file with their side (%B)" },
    { name: "PATH", help: "the manifest's name, for messages (%P)", optional: true },
  ],
  examples: [
    {
      command: "aludel merge-driver base.json ours.json theirs.json",
      says: "merges three files as git would",
    },
  ],
  async run({ runtime, ui }, _flags, args) {
    const [base, ours, theirs] = args.slice(0, 3).map((path) => resolvePath(path, runtime.cwd)) as [
      string,
      string,
      string,
    ];
    const name = args[3] ?? args[1] ?? "";
    const texts = {
      base: readMergeFile(base),
      ours: readMergeFile(ours),
      theirs: readMergeFile(theirs),
    };
    try {
      const { text, conflicts, problems, heads } = mergeManifestTexts(texts, name);
      writeAtomically(ours, text);
      ui.json({ conflicts, problems, heads });
      for (const sentence of conflicts) ui.error(`${name}: ${sentence}`);
      if (conflicts.length > 0) {
        ui.error(
          `Keep one of the two lines of each, delete the markers, then: git add -- ${name}`,
        );
        return 1;
      }
      for (const sentence of problems) ui.error(`${name}: ${sentence}`);
      if (problems.length > 0) {
        ui.error(`Fix the lines, then: aludel verify && git add -- ${name}`);
        return 1;
      }
      if (heads.length < 2) return 0;
      ui.notice(`${name}: merged, and there are ${heads.length} heads: ${heads.join(", ")}`);
      ui.hint(shell`aludel merge heads -m "merge branches"`);
      return 0;
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      // A file that is not a manifest can still be merged line by line.
      await mergeAsText(runtime.cwd, { base, ours, theirs });
      throw error.with({
        outcome: "The lines were merged as text",
        next: [say(`Resolve the conflicts in ${name}`)],
      });
    }
  },
});
