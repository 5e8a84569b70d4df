import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import { reverseChanges } from "../schema/change.ts";
import { planChanges } from "../schema/plan.ts";
import type { PlanOptions, Release } from "../schema/plan_options.ts";
import { writePlan } from "../schema/plan_script.ts";
import type { Plan } from "../schema/planned_statement.ts";
import { type BrokenSides, findBrokenSides, NOTHING_BROKEN } from "./broken_sides.ts";
import type { Comparison } from "./compare_with.ts";
import type { DraftTexts } from "./draft_texts.ts";
import { BY_HAND, selfCheck, type SelfCheckRequest } from "../replay/self_check.ts";
import type { Scratch } from "../replay/scratch.ts";

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
  const { comparison, scratch } = request;
  if (comparison.changes.length === 0) {
    const { texts, up, down } = plan(request, NOTHING_BROKEN, "needed");
    return { texts: texts("file"), up, down, notices: [] };
  }
  const open = request.parent ?? (() => scratch.with(comparison.from));
  await using parent = await open();
  const broken = await findBrokenSides(comparison, parent, scratch);
  try {
    return await attempt(request, broken, "needed", parent);
  } catch (first) {
    if (!(first instanceof AludelError)) throw first;
    try {
      await using another = await open();
      return await attempt(request, broken, "all", another);
    } catch {
      throw explain(first);
    }
  }
}

type Aside = NonNullable<PlanOptions["aside"]>;

/** @param parent A database with the present schema; it is changed. */
async function attempt(
  request: AutogenerateRequest,
  broken: BrokenSides,
  aside: Aside,
  parent: ScratchConnection,
): Promise<GeneratedRevision> {
  const { texts, up, down } = plan(request, broken, aside);
  const trial = texts("trial");
  const { notices } = await selfCheck({
    ...request.comparison,
    up: trial.up,
    down: request.down ? trial.down : null,
    columnOrder: request.columnOrder,
    scratch: request.scratch,
    parent,
    ...(request.extent && { extent: request.extent }),
  });
  return { texts: texts("file"), up, down, notices };
}

function plan(
  { comparison: { from, to, changes }, message, sqlite }: AutogenerateRequest,
  broken: BrokenSides,
  aside: Aside,
) {
  const up = planChanges(from, to, changes, { sqlite, aside, broken: broken.from });
  const down = planChanges(to, from, reverseChanges(changes), {
    sqlite,
    aside,
    broken: broken.to,
    missingValues: "placeholder",
  });
  const title = message.split(/[\r\n\0]/, 1)[0]!.trim();
  const lost = lostByUp(up);
  const texts = (purpose: "file" | "trial"): DraftTexts => ({
    up: writePlan(up, { title: `Up: ${title}`, purpose }),
    down: writePlan(down, { title: `Down: ${title}`, notes: lost, purpose }),
  });
  return { texts, up, down };
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

/** The first error, for somebody who has not seen the files that it speaks of. */
function explain(error: AludelError): AludelError {
  const notes = [
    ...error.notes,
    "It happened while the generated SQL was tried in memory, before anything was written",
  ];
  const outcome = "No file was written";
  if (error.code !== "sql-failed") return error.with({ notes, outcome });
  // The trial is no revision that could be named or edited.
  return new AludelError("sql-failed", "A statement of the generated SQL failed", {
    ...(error.place && { place: error.place }),
    ...(error.sqlite !== undefined && { sqlite: error.sqlite }),
    notes,
    outcome,
    next: BY_HAND,
    cause: error,
  });
}
