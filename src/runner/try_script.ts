import type { ScratchConnection } from "../db/open_scratch.ts";
import { openScratch } from "../db/open_scratch.ts";
import type { Script } from "../sql/script.ts";
import { readMark } from "../state/state.ts";
import type { CheckedStep, RunHost } from "./request.ts";
import { runTransaction } from "./run_transaction.ts";
import { StepFailure } from "./step_failure.ts";

/** A script to try, and the revision that it is for. */
export interface Trial {
  readonly id: string;
  readonly direction: "up" | "down";
  readonly script: Script;
}

const EPOCH = new Date(0);

/**
 * Runs a script as an upgrade or downgrade would, with all checks of the runner, on a database that no other process
 * uses. Writes the record, as a run does.
 *
 * @throws {AludelError} The errors of a run, such as `sql-failed`, `data-loss`, `foreign-key-violations` and refusals.
 * Everything was rolled back then.
 */
export async function tryScript(connection: ScratchConnection, trial: Trial): Promise<void> {
  // A second connection cannot read a database in memory, so the old state comes from an image.
  const image = changesRows(trial.script) ? connection.image() : undefined;
  try {
    await runTransaction({
      connection,
      // The checks are as strict as in a run. The caller decides whether the connection allows such strings.
      doubleQuotedStrings: "scripts",
      host: quietHost(connection),
      segment: {
        mode: trial.script.header.foreignKeys === "on" ? "foreign-keys" : "transaction",
        steps: [stepOf(trial)],
      },
      reseals: [],
      protect: () => Promise.resolve(),
      openOld: () => Promise.resolve(openScratch(image && { image })),
      ancestors: () => Promise.resolve(undefined),
      keep: () => Promise.resolve(),
      filled: () => {},
      lost: () => {},
      assumed: await readMark(connection),
      done: 0,
      of: 1,
      interrupted: () => Promise.resolve(false),
    });
  } catch (error) {
    throw error instanceof StepFailure ? error.cause : error;
  } finally {
    await connection.execute("PRAGMA foreign_keys = OFF");
  }
}

function stepOf({ id, direction, script }: Trial): CheckedStep {
  const shared = { id, message: "", script };
  if (direction === "down") return { ...shared, direction, from: "disk" };
  const hash = `sha256:${"0".repeat(64)}` as const;
  return {
    ...shared,
    direction,
    record: {
      id,
      parents: [],
      dependsOn: [],
      labels: [],
      message: "",
      lineage: hash,
      up: hash,
      down: "none",
    },
    texts: { up: script.text, down: null },
  };
}

/** Whether the script does more than create objects. */
function changesRows({ statements }: Script): boolean {
  return statements.some(({ verb }) => verb !== "CREATE");
}

function quietHost(connection: ScratchConnection): RunHost {
  return {
    clock: { now: () => EPOCH, monotonicMs: () => 0, sleep: () => Promise.resolve() },
    connect: () => Promise.resolve(connection),
    lockHolder: () => undefined,
    emit: () => {},
    interrupted: () => false,
    lockTimeoutMs: 0,
    doubleQuotedStrings: false,
    appliedBy: "aludel",
  };
}
