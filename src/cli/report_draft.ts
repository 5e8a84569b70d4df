import type { Project } from "../project/project.ts";
import type { WrittenRevision } from "../project/write_revision.ts";
import type { Ui } from "./ui.ts";

/**
 * Says which draft was written: its files to stdout, where it stands to stderr.
 *
 * @param more What else the JSON says.
 */
export function reportDraft(
  ui: Ui,
  written: WrittenRevision,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const { revision } = written;
  ui.json({
    id: revision.id,
    message: revision.message,
    parents: revision.parents,
    dependsOn: revision.dependsOn,
    labels: revision.labels,
    created: revision.created,
    up: written.up,
    down: written.down,
    ...more,
  });
  ui.data(written.down === null ? written.up : `${written.up}\n${written.down}`);
  const follows = revision.parents.length === 0
    ? "a new base"
    : `on top of ${revision.parents.join(" and ")}`;
  ui.notice(`Draft ${ui.talkStyle.yellow(revision.id)} is written, ${follows}.`);
}

/** What to say once if another process is writing to the migrations folder. */
export function waitingFor(ui: Ui, project: Project): () => void {
  return () => ui.notice(`Waiting for another process that writes to "${project.files.name}"…`);
}
