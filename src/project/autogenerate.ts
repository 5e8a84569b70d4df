import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import { reverseChanges } from "../schema/change.ts";
import { findBroken } from "../schema/broken_objects.ts";
import { planChanges } from "../schema/plan.ts";
import type { PlanOptions, Release } from "../schema/plan_options.ts";
import { writePlan } from "../schema/plan_script.ts";
import type { Plan } from "../schema/planned_statement.ts";
import type { Comparison } from "./compare_with.ts";
import type { DraftTexts } from "./draft_texts.ts";
import { selfCheck, type SelfCheckRequest } from "./self_check.ts";
import type { Scratch } from "./scratch.ts";

/** A difference to write a revision for. */
export interface AutogenerateRequest {
  readonly comparison: Comparison;
  readonly message: string;
  /** Whether there is to be a down. */
  readonly down: boolean;
  /** The oldest SQLite that will run it. */
  readonly sqlite: Release;
  readonly columnOrder: boolean;
  readonly scratch: Scratch;
  /** Gives a database on which the revisions before were replayed; left out where there are none to. */
  readonly parent?: () => Promise<ScratchConnection>;
  /** As {@linkcode selfCheck} takes it. */
  readonly extent?: SelfCheckRequest["extent"];
}

/** A revision that has been run and compared, and is not written yet. */
export interface GeneratedRevision {
  readonly texts: DraftTexts;
  readonly up: Plan;
  readonly down: Plan;
  /** What could not be tried, a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Plans a difference and proves the plan by running it (see {@linkcode selfCheck}). A plan that fails is made
 * once more with all views and triggers set aside, for schemas that tokens alone do not explain.
 *
 * @throws {AludelError} `autogenerate-failed`, and what running the plan throws.
 */
export async function autogenerate(request: AutogenerateRequest): Promise<GeneratedRevision> {
  const { comparison: { from, to }, scratch } = request;
  const broken = {
    from: await brokenObjects(scratch, from),
    to: await brokenObjects(scratch, to),
  };
  try {
    return await attempt(request, broken, "needed");
  } catch (first) {
    if (!(first instanceof AludelError)) throw first;
    try {
      return await attempt(request, broken, "all");
    } catch {
      throw explain(first);
    }
  }
}

type BrokenObjects = { readonly [Side in "from" | "to"]: ReadonlySet<string> };

async function attempt(
  request: AutogenerateRequest,
  broken: BrokenObjects,
  aside: NonNullable<PlanOptions["aside"]>,
): Promise<GeneratedRevision> {
  const { comparison: { from, to, changes }, message, sqlite } = request;
  const up = planChanges(from, to, changes, { sqlite, aside, broken: broken.from });
  const down = planChanges(to, from, reverseChanges(changes), {
    sqlite,
    aside,
    broken: broken.to,
    missingValues: "placeholder",
  });
  const title = message.split(/[\r\n\0]/, 1)[0]!.trim();
  const lost = lostByUp(up);
  const write = (purpose: "file" | "trial"): DraftTexts => ({
    up: writePlan(up, { title: `Up: ${title}`, purpose }),
    down: writePlan(down, { title: `Down: ${title}`, notes: lost, purpose }),
  });
  const trial = write("trial");
  await using parent = await request.parent?.();
  const { notices } = await selfCheck({
    from,
    to,
    changes,
    up: trial.up,
    down: request.down ? trial.down : null,
    columnOrder: request.columnOrder,
    scratch: request.scratch,
    ...(parent && { parent }),
    ...(request.extent && { extent: request.extent }),
  });
  return { texts: write("file"), up, down, notices };
}

/** What a down cannot bring back, as lines for the top of it. */
function lostByUp(up: Plan): string[] {
  const lost = up.statements.flatMap(({ hazards }) => hazards)
    .filter(({ code }) => LOSSES.has(code)).map(({ message }) => message);
  return lost.length === 0 ? [] : ["This does not bring back what up.sql took away:", ...lost];
}

const LOSSES: ReadonlySet<string> = new Set([
  "drop-table",
  "drop-column",
  "drop-virtual-table",
  "convert-values",
]);

async function brokenObjects(
  scratch: Scratch,
  schema: Comparison["from"],
): Promise<ReadonlySet<string>> {
  if (schema.views.size + schema.triggers.size === 0) return new Set();
  await using connection = await scratch.with(schema);
  return await findBroken(connection);
}

/** The first error, for somebody who has not seen the files that it speaks of. */
function explain(error: AludelError): AludelError {
  return error.with({
    notes: [
      ...error.notes,
      "It happened while the generated SQL was tried in memory, before anything was written",
    ],
    outcome: "No file was written",
  });
}
