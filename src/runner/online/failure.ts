import { AludelError, GO_ON } from "../../errors.ts";
import { displayName } from "../../sql/identifier.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CheckedStep } from "../request.ts";
import type { OnlineProgress } from "./progress.ts";

/** The error if another connection changed the table's definition during the rebuild. */
export function changedMeanwhile(table: string, revision: string): AludelError {
  return new AludelError(
    "online-changed",
    `Table ${displayName(table)} was changed while it was rebuilt`,
    {
      revision,
      notes: ["Another connection changed the table, its indexes or its triggers"],
      outcome: "The table is as that connection left it",
      next: [shell`aludel upgrade --abort-online # remove the copy, then upgrade again`],
    },
  );
}

/** The error if the new table does not have the values of the old one. */
export function differs(table: string, { id, script }: CheckedStep, rows: number): AludelError {
  return new AludelError(
    "online-differs",
    `The new table ${displayName(table)} would not have the same values`,
    {
      revision: id,
      place: { file: script.file },
      notes: [
        `${rows === 1 ? "1 row differs" : `${rows} rows differ`} among those compared so far`,
      ],
      outcome: "The table is as it was",
      next: [
        shell`aludel upgrade --abort-online # remove the copy`,
        say(
          "Take `-- aludel: online` out of the script: a plain rebuild keeps what it changes in a restore point",
        ),
      ],
    },
  );
}

/**
 * The error if another rebuild is unfinished, or another process aborted this one.
 * @param progress The other rebuild.
 */
export function underWay(progress: OnlineProgress | undefined): AludelError {
  const what = progress === undefined
    ? "The rebuild was given up by another process"
    : `Another rebuild is under way: of table ${
      displayName(progress.table)
    }, for revision "${progress.revision}"`;
  return new AludelError("online-under-way", what, {
    notes: progress === undefined ? [] : ["Its script may have been edited since it began"],
    outcome: "The table is as it was",
    next: [
      GO_ON,
      shell`aludel upgrade --abort-online # give it up, and remove the copy`,
    ],
  });
}
