import { AludelError } from "../../errors.ts";
import { Crew } from "../../fleet/crew.ts";
import { freezeProject } from "../../fleet/frozen_project.ts";
import type { Member } from "../../fleet/member.ts";
import { fleetOfSettings, listMembers, type NamedSource } from "../../fleet/source.ts";
import { Halt, type RunOptions } from "../../fleet/task.ts";
import { parseRef } from "../../graph/ref.ts";
import { refNeedsApplied, resolveRef } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { type NextStep, say, shell } from "../../text/next_step.ts";
import type { FlagValues } from "../arguments/flag.ts";
import type { Session } from "../session/session.ts";
import type { Runtime } from "../terminal/runtime.ts";
import { RunWatch } from "../terminal/run_watch.ts";
import type { Ui } from "../terminal/ui.ts";

/** The flags that name the databases of a fleet. */
export const SOURCE_FLAGS = {
  glob: { kind: "list", value: "PATTERN", help: "the files that match, such as 'tenants/*.db'" },
  query: {
    kind: "text",
    value: "DATABASE",
    help: "paths or URLs that the argument, a query, returns in this database",
  },
  d1: {
    kind: "list",
    value: "PATTERN",
    help: "the D1 databases of your Cloudflare account whose names match, such as 'tenant-*'",
  },
  from: {
    kind: "text",
    value: "COMMAND",
    help: "the databases that this command prints, one a line",
  },
} as const;

/** The flag for the number of threads. */
export const JOBS_FLAG = {
  jobs: { kind: "number", value: "N", help: "databases at a time (default: one per processor)" },
} as const;

/** The argument of commands on a fleet. */
export const FLEET_ARGUMENT = {
  name: "FLEET",
  help: "a fleet of the settings; with --query, the SQL",
  optional: true,
} as const;

/** The argument of commands on a run of a fleet. */
export const RUN_ARGUMENT = {
  name: "RUN",
  help: "its name, or the beginning of it (default: the newest run)",
  optional: true,
} as const;

/**
 * Lists the databases that a command line names.
 * @throws {AludelError} `usage` unless exactly one source is named, and the errors of `listMembers`.
 */
export async function namedMembers(
  session: Session,
  flags: FlagValues<typeof SOURCE_FLAGS>,
  argument: string | undefined,
): Promise<{ readonly members: readonly Member[]; readonly source: string }> {
  const named = sourceOf(session, flags, argument);
  if (named.source.kind === "command" && flags.from === undefined) {
    const { command } = named.source;
    session.ui.notice(`Running ${JSON.stringify(command)}, which the settings name.`);
  }
  return { members: await listMembers(named), source: named.name };
}

function sourceOf(
  session: Session,
  { glob, query, d1, from }: FlagValues<typeof SOURCE_FLAGS>,
  argument: string | undefined,
): NamedSource {
  const { runtime: { cwd }, settings } = session;
  const targetOf = (name: string) => session.targetChoice(name).target;
  const given = [
    ...(glob.length > 0 ? ["--glob"] : []),
    ...(query === undefined ? [] : ["--query"]),
    ...(d1.length > 0 ? ["--d1"] : []),
    ...(from === undefined ? [] : ["--from"]),
    ...(argument === undefined || query !== undefined ? [] : [`"${argument}"`]),
  ];
  if (given.length > 1) {
    throw usage(`${given[0]} and ${given[1]} name two fleets`, [
      say("Name the databases in one of these ways"),
    ]);
  }
  if (glob.length > 0) {
    const source = { kind: "glob", patterns: glob } as const;
    return { source, name: `--glob ${glob.join(" --glob ")}`, folder: cwd };
  }
  if (query !== undefined) {
    if (argument === undefined) {
      throw usage("--query needs a query", [
        shell`aludel fleet status --query ${query} "SELECT path FROM tenant"`,
      ]);
    }
    const source = { kind: "query", database: targetOf(query), sql: argument } as const;
    return { source, name: `The query in "${query}"`, folder: cwd };
  }
  if (d1.length > 0) {
    const source = { kind: "d1", patterns: d1, settings } as const;
    return { source, name: `--d1 ${d1.join(" --d1 ")}`, folder: cwd };
  }
  if (from !== undefined) {
    return { source: { kind: "command", command: from }, name: `"${from}"`, folder: cwd };
  }
  const names = Object.keys(settings.fleets);
  const chosen = argument ?? (names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined) return fleetOfSettings(chosen, settings, targetOf);
  throw usage("No fleet is named", [
    ...names.map((name) => shell`aludel fleet status ${name}`),
    shell`aludel fleet status --glob "tenants/*.db"`,
  ]);
}

function usage(message: string, next: readonly NextStep[]): AludelError {
  return new AludelError("usage", message, { next });
}

/**
 * Resolves the goal of all databases of a fleet.
 * @throws {AludelError} `usage` for a ref that depends on the database; an error of the area `ref`.
 */
export function goalOf({ workspace }: Session, to: string): readonly RevisionId[] {
  const ref = parseRef(to);
  if (refNeedsApplied(ref)) {
    throw usage(`"${to}" is another revision in each database`, [
      shell`aludel fleet upgrade --to head`,
      shell`aludel history`,
    ]);
  }
  const { graph, entries } = workspace;
  const context = { applied: new Set<RevisionId>(), onDisk: new Set(entries.keys()) };
  return resolveRef(graph, ref, { ...context, purpose: "upgrade" });
}

/** The maximum number of threads. More rarely write faster to one disk, and each takes memory. */
const MOST_JOBS = 8;
/** The minimum number of databases for each thread, whose start takes longer than looking at fewer. */
const FEWEST_EACH = 8;

/** The number of threads for a number of databases. */
export function jobCount(jobs: number | undefined, members: number, runtime: Runtime): number {
  if (jobs !== undefined) return Math.max(1, Math.floor(jobs));
  return Math.max(
    1,
    Math.min(runtime.processors, MOST_JOBS, Math.ceil(members / FEWEST_EACH)),
  );
}

/** The interval at which a command checks for an interruption, in milliseconds. */
const LISTEN_MS = 30;

/** The threads of a command. Progress is drawn on the terminal, and Ctrl-C stops them. It must be disposed. */
export class CommandCrew implements Disposable {
  readonly halt = new Halt();
  readonly crew: Crew;
  readonly #ui: Ui;
  readonly #watch: RunWatch;
  readonly #listening: ReturnType<typeof setInterval>;

  /** @throws {AludelError} The errors of reading the project's files. */
  constructor(
    { project, workspace, ui, runtime }: Session,
    { jobs, goal, options, appliedBy }: {
      readonly jobs: number;
      readonly goal: readonly RevisionId[];
      readonly options: RunOptions;
      readonly appliedBy: string;
    },
  ) {
    const frozen = freezeProject(project, workspace, goal);
    this.crew = new Crew(jobs, { project: frozen, options, appliedBy, halt: this.halt.shared });
    this.#ui = ui;
    this.#watch = new RunWatch(runtime, 0, ui.wantsProgress);
    if (ui.wantsProgress) ui.drawing = this.#watch;
    this.#listening = setInterval(() => {
      if (this.interrupted()) this.halt.now();
    }, LISTEN_MS);
  }

  /** Whether the user asked to stop. */
  readonly interrupted = (): boolean => this.#watch.interrupted();

  /** Shows the current work. */
  show(doing: string): void {
    this.#watch.show(doing);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#listening);
    this.#watch[Symbol.dispose]();
    this.#ui.drawing = undefined;
    this.crew[Symbol.dispose]();
  }
}
