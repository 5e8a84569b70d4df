import { parseRef } from "../graph/ref.ts";
import type { MigrationRequest } from "../project/migrate/migration.ts";
import { textReader } from "../project/workspace/revision_texts.ts";
import { thaw } from "./frozen_project.ts";
import { MemberTargets } from "./member.ts";
import { memberError } from "./member_error.ts";
import { type Bench, MemberRun, patienceOf } from "./member_run.ts";
import { RoutePlans } from "./route_plans.ts";
import { Surveyor } from "./survey.ts";
import { type CrewSetup, Halt, type Task, type TaskResult } from "./task.ts";
import { undoMember } from "./undo_member.ts";
import { rehearseMember, upgradeMember } from "./upgrade_member.ts";

/** Runs the tasks of one thread, one after the other. The project is parsed once for all of them. */
export class MemberWork {
  readonly #bench: Bench;
  readonly #targets: MemberTargets;
  readonly #surveyor: Surveyor;
  readonly #upgrade: MigrationRequest;
  readonly #plans: RoutePlans;

  /** @throws {AludelError} The errors of reading the manifest. */
  constructor(setup: CrewSetup) {
    const { project, options } = setup;
    const workspace = thaw(project);
    const textsOf = textReader(workspace.files);
    this.#bench = { setup, workspace, textsOf, halt: new Halt(setup.halt) };
    this.#targets = new MemberTargets(project.settings);
    this.#surveyor = new Surveyor(workspace, textsOf, project.goal);
    this.#upgrade = {
      goal: { kind: "upgrade", refs: project.goal.map(parseRef) },
      downFrom: "database",
      foreign: options.foreign,
    };
    this.#plans = new RoutePlans(this.#upgrade);
  }

  /** Runs a task. Never throws for a fault of the database: the result has the error. */
  async run({ member, work }: Task): Promise<TaskResult> {
    if (this.#bench.halt.isAsked) return { kind: "skipped" };
    try {
      const run = new MemberRun(this.#bench, this.#targets.targetOf(member));
      switch (work.kind) {
        case "look":
          return { kind: "look", sight: await this.#look(run, work.groups) };
        case "rehearse":
          return { kind: "rehearse", outcome: await rehearseMember(run, this.#upgrade) };
        case "upgrade":
          return {
            kind: "upgrade",
            outcome: await upgradeMember(run, this.#upgrade, this.#plans),
          };
        case "undo":
          return { kind: "undo", outcome: await undoMember(run, work) };
      }
    } catch (thrown) {
      // The member's path or URL is not usable, for example because the home folder is unknown.
      return noTarget(work.kind, memberError(thrown, member.name));
    }
  }

  /** Looks at a database. It does not wait long for a writer, because the upgrade reads the database again. */
  async #look({ target }: MemberRun, groups: boolean) {
    const { setup: { options }, halt } = this.#bench;
    const patience = patienceOf(halt, Math.min(options.lockTimeoutMs, LOOK_MS));
    return await this.#surveyor.look(target, { patience, groups });
  }
}

/** The longest time that a look waits for a lock, in milliseconds. */
const LOOK_MS = 200;

function noTarget(
  kind: Task["work"]["kind"],
  error: ReturnType<typeof memberError>,
): TaskResult {
  const nothing = { heads: null, points: [], lost: [], durationMs: 0, error } as const;
  switch (kind) {
    case "look": {
      const sight = { standing: "unreadable", pending: 0, heads: [], error, bytes: 0 } as const;
      return { kind, sight };
    }
    case "rehearse":
      return { kind, outcome: nothing };
    case "upgrade":
      return { kind, outcome: { ...nothing, result: "failed", applied: [], stamp: null } };
    case "undo":
      return { kind, outcome: { ...nothing, result: "failed", ids: [] } };
  }
}
