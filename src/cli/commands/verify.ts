import { mend } from "../../project/mend.ts";
import { verify } from "../../project/verify.ts";
import { defineCommand } from "../command.ts";
import { findingText } from "../finding_text.ts";
import { DATABASE_FLAG } from "../flag.ts";
import { openProject } from "../open_project.ts";
import { openVerification } from "../open_verification.ts";
import { waitingFor } from "../report_draft.ts";

export const command = defineCommand({
  name: "verify",
  description: [
    "Compares every revision's files with the hashes in the manifest, the manifest with the folders that are there, and the records of the database, if it exists, with both. Exits 3 if something is wrong.",
    '--fix mends what an interrupted command or a merge left behind: folders without a line in the manifest, and a manifest that is not in its canonical layout. It never signs an edited revision: that is for "aludel seal".',
  ],
  flags: {
    ...DATABASE_FLAG,
    fix: { kind: "switch", help: "mend folders without a line, and the manifest's layout" },
  },
  positional: [],
  examples: [
    { command: "aludel verify", says: "verifies files, manifest and database" },
    { command: "aludel verify --fix", says: "mends what an interrupted command left" },
  ],
  async run(context, flags) {
    const { ui, runtime } = context;
    const mendings = flags.fix ? await fix() : [];
    const { present, target, context: verification } = await openVerification(context, flags);
    const { findings } = verify(verification);
    const failed = findings.some((finding) => finding.level === "error");
    const count = verification.workspace.manifest.revisions.length;
    ui.json({ ok: !failed, revisions: count, findings, mended: mendings });
    for (const { done, what } of mendings) ui.data(`${done ? "mended" : "left  "}  ${what}`);
    for (const finding of findings) ui.data(findingText(finding, ui.style));
    const what = `${count} ${count === 1 ? "revision" : "revisions"}` +
      (present ? ` and the records of "${target?.name}"` : "");
    ui.notice(failed ? `Verified ${what}.` : `Verified ${what}: all is as it should be.`);
    return failed ? 3 : 0;

    function fix() {
      const project = openProject(context, flags);
      return mend(project, {
        now: runtime.now(),
        newId: () => runtime.randomId(),
        onWait: waitingFor(ui, project),
      });
    }
  },
});
