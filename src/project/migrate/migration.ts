import type { Connection } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { type Route, upgradeRoute } from "../../graph/route.ts";
import type { CanonicalTexts, ManifestRevision } from "../../manifest/manifest.ts";
import { replay } from "../../replay/history.ts";
import { Scratch } from "../../replay/scratch.ts";
import { NOTHING_RUN } from "../../runner/failure.ts";
import { refuseForbidden } from "../../runner/policies.ts";
import type {
  Ancestors,
  CheckedRoute,
  ResumeChoice,
  RunHost,
  RunOutcome,
  TransactionMode,
} from "../../runner/request.ts";
import { type OnlineProgress, readProgress } from "../../runner/online/progress.ts";
import { runRoute } from "../../runner/run_route.ts";
import { patiently } from "../../runner/write_lock.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { type Policy, readPolicies } from "../../state/policies.ts";
import {
  NO_STATE,
  readState,
  readStoredTexts,
  type State,
  type StoredTexts,
} from "../../state/state.ts";
import { again, elsewhere, type NextStep, say, shell } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";
import { type Catalogue, isOfAnotherProject, joinCatalogue } from "../workspace/catalogue.ts";
import type { DatabaseAccess } from "../workspace/database_access.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { DraftPolicy } from "../workspace/setting_table.ts";
import { squashInside } from "../workspace/squashes.ts";
import type { TextsOf } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type CheckRequest, checkRoute } from "./check_route.ts";
import { type Goal, type GoalRequest, resolveGoal, routeTo } from "./goal.ts";
import { recordSquashes } from "./record_squashes.ts";

/** The files and the database of a migration. */
export interface MigrationContext {
  /** null if there is no project: a database alone can be downgraded by its stored texts. */
  readonly workspace: Workspace | null;
  /** The workspace's texts, if they were already read for another database. */
  readonly textsOf?: TextsOf;
  readonly access: DatabaseAccess;
  readonly drafts: DraftPolicy;
  /** The texts with which an edited revision was sealed, if they are known. */
  readonly sealedTexts: (entry: ManifestRevision) => CanonicalTexts | undefined;
}

/** The goal of a migration, and the flags that change its check. */
export interface MigrationRequest {
  readonly goal: GoalRequest;
  /** The source of a downgrade's texts. */
  readonly downFrom: "database" | "disk";
  /** Whether a database of another project may be changed. */
  readonly foreign?: boolean;
}

/** A migration that was resolved and checked, but has changed nothing. */
export interface PlannedMigration {
  readonly goal: Goal;
  readonly state: State;
  readonly catalogue: Catalogue;
  readonly route: CheckedRoute;
  /** The policies of the database. */
  readonly policies: ReadonlySet<Policy>;
  /** The rebuild beside writers that was not finished, if there is one. */
  readonly online: OnlineProgress | undefined;
}

/**
 * Resolves and checks a migration: reads the state and every file of the route, without changing anything.
 *
 * @throws {AludelError} The errors of resolving and checking, `database-busy`, `lock-timeout`.
 */
export async function planMigration(
  context: MigrationContext,
  request: MigrationRequest,
): Promise<PlannedMigration> {
  const resolved = await atOneMoment(context.access, async (connection) => {
    const state = connection === null ? NO_STATE : await readState(connection);
    const catalogue = joinCatalogue(context.workspace, state.applied);
    refuseForeign(context, request, catalogue);
    const goal = resolveGoal(catalogue, request.goal);
    const policies = connection === null ? new Set<Policy>() : await readPolicies(connection);
    const online = connection === null ? undefined : await readProgress(connection);
    return {
      goal,
      state,
      policies,
      online,
      ...await readRoute(connection, catalogue, goal, request),
    };
  });
  const { goal, state, catalogue, policies, online } = resolved;
  refuseInside(context, resolved);
  const route = await checkGoal(context, request, resolved);
  try {
    refuseForbidden(policies, route.steps);
  } catch (error) {
    throw error instanceof AludelError ? error.with({ outcome: NOTHING_RUN }) : error;
  }
  return { goal, state, catalogue, route, policies, online };
}

/**
 * Runs a planned migration. If another process has moved the database since, it runs what remains of the route to the
 * same revisions.
 * @throws {AludelError} As {@linkcode runRoute}.
 */
export async function runMigration(
  context: MigrationContext,
  request: MigrationRequest,
  planned: PlannedMigration,
  host: RunHost,
  options: { readonly transaction: TransactionMode; readonly resume?: ResumeChoice },
): Promise<RunOutcome> {
  const { goal } = planned;
  const planAgain = async (connection: Connection) => {
    const resolved = await snapshot(connection, async () => {
      const state = await readState(connection);
      const catalogue = joinCatalogue(context.workspace, state.applied);
      refuseForeign(context, request, catalogue);
      return { goal, state, ...await readRoute(connection, catalogue, goal, request) };
    });
    refuseInside(context, resolved);
    return { state: resolved.state, route: await checkGoal(context, request, resolved) };
  };
  let { state, route } = planned;
  if (planned.catalogue.past.length > 0 && context.workspace !== null) {
    await recordSquashes(context.workspace, host);
    await using connection = await host.connect({ doubleQuotedStrings: false });
    ({ state, route } = await patiently(connection.name, host, () => planAgain(connection)));
  }
  return await runRoute({
    host,
    assumed: state,
    route,
    ancestors: ancestorSchemas(context),
    replan: async (connection) => {
      const { state, route } = await planAgain(connection);
      return { mark: state.mark, route };
    },
    ...options,
  });
}

/** @throws {AludelError} `squash-inside` */
function refuseInside(
  { access }: MigrationContext,
  { catalogue, route }: Pick<ResolvedGoal, "catalogue" | "route">,
): void {
  const ups = new Set(route.flatMap(({ direction, id }) => direction === "up" ? id : []));
  const inside = catalogue.inside.find(({ id }) => ups.has(id));
  if (inside !== undefined) throw squashInside(inside, access.name);
}

/** @throws {AludelError} `database-foreign` */
export function refuseForeign(
  { workspace, access }: MigrationContext,
  { foreign }: { readonly foreign?: boolean },
  catalogue: Catalogue,
): void {
  if (foreign === true || workspace === null || !isOfAnotherProject(catalogue)) return;
  throw foreignDatabase(access.name, [...catalogue.records.keys()]);
}

/**
 * The error for a database whose records have only revisions that are not on disk.
 * @param next The commands that use the database nevertheless.
 */
export function foreignDatabase(
  name: string,
  ids: readonly RevisionId[],
  next: readonly NextStep[] = [
    again`--foreign # if it is the right one, as after a switch to a branch with another history`,
  ],
): AludelError {
  const named = ids.slice(-NAMED).map((id) => `"${id}"`).join(", ");
  return new AludelError(
    "database-foreign",
    `Database "${name}" belongs to another project`,
    {
      notes: [
        ids.length === 1
          ? `Its only record is of revision ${named}, which is not on disk`
          : `It has records of ${ids.length} revisions, such as ${named}, and none of them is on disk`,
      ],
      outcome: NOTHING_RUN,
      next: [
        shell`aludel status`,
        elsewhere(name, "PATH", "name the database of this project"),
        ...next,
      ],
    },
  );
}

/** The number of revisions of another project that a message names. */
const NAMED = 3;

/** The records of a database at one moment. */
interface ResolvedGoal {
  readonly goal: Goal;
  readonly catalogue: Catalogue;
  readonly route: Route;
  /** The stored texts of the revisions that the route undoes. */
  readonly texts: ReadonlyMap<RevisionId, StoredTexts>;
}

async function readRoute(
  connection: Connection | null,
  catalogue: Catalogue,
  goal: Goal,
  { downFrom }: MigrationRequest,
): Promise<Pick<ResolvedGoal, "catalogue" | "route" | "texts">> {
  const route = routeTo(catalogue, goal);
  const texts = new Map<RevisionId, StoredTexts>();
  for (const { direction, id } of downFrom === "database" ? route : []) {
    if (direction === "up" || connection === null) continue;
    texts.set(id, await readStoredTexts(connection, id));
  }
  return { catalogue, route, texts };
}

/**
 * Reads a database in one read transaction, so that the records are consistent whatever others commit. The transaction
 * ends before any file is read, so that no writer has to wait.
 */
async function atOneMoment<T>(
  access: DatabaseAccess,
  work: (connection: Connection | null) => Promise<T>,
): Promise<T> {
  const connection = await access.look();
  if (connection === null) return await work(null);
  try {
    return await snapshot(connection, () => work(connection));
  } finally {
    await connection.close();
  }
}

async function snapshot<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.execute("BEGIN");
  try {
    return await work();
  } finally {
    await connection.execute("COMMIT");
  }
}

async function checkGoal(
  context: MigrationContext,
  request: MigrationRequest,
  { catalogue, goal, route, texts }: ResolvedGoal,
): Promise<CheckedRoute> {
  return await checkMigration(context, route, {
    catalogue,
    downFrom: request.downFrom,
    records: goal.kind === "downgrade" || goal.kind === "without" ? "lenient" : "strict",
  }, texts);
}

/**
 * Checks the route of a migration.
 *
 * @param texts Stored texts that were read together with the records. Others are read later by another connection, for
 * error messages and to decide whether a new text has the same statements.
 * @throws {AludelError} As {@linkcode checkRoute}.
 */
export async function checkMigration(
  context: MigrationContext,
  route: Route,
  asked: Pick<CheckRequest, "catalogue" | "downFrom" | "records">,
  texts: ReadonlyMap<RevisionId, StoredTexts> = new Map(),
): Promise<CheckedRoute> {
  await using stored = new TextReader(context.access);
  const checked = await checkRoute(route, {
    ...asked,
    files: context.workspace?.files ?? null,
    textsOf: context.textsOf,
    sealedTexts: context.sealedTexts,
    drafts: context.drafts,
    sqliteVersion: await context.access.sqliteVersion(),
    storedTexts: async (id) => texts.get(id) ?? await stored.read(id),
  });
  await refuseWhatServerRefuses(context.access, checked);
  return checked;
}

/** @throws {AludelError} `server-refuses` for the first statement that the server refuses. */
async function refuseWhatServerRefuses(
  { name, refusals }: DatabaseAccess,
  { steps }: CheckedRoute,
): Promise<void> {
  if (refusals === undefined || steps.length === 0) return;
  const statements = steps.flatMap(({ id, script }) =>
    script.statements.map(({ start, end }) => ({ id, script, start, end }))
  );
  const words = await refusals(
    statements.map(({ script, start, end }) => script.text.slice(start, end)),
  );
  const at = words.findIndex((one) => one !== undefined);
  if (at < 0) return;
  const { id, script, start } = statements[at]!;
  throw new AludelError("server-refuses", `The server of "${name}" refuses a statement`, {
    revision: id,
    place: placeOf(script.file, script.text, start),
    notes: [words[at]!],
    outcome: NOTHING_RUN,
    next: [
      shell`aludel edit ${id} # leave the statement out, or write it as the server takes it`,
      say("docs/servers.md lists what servers refuse"),
    ],
  });
}

/** Reads stored texts by one connection, which is opened for the first text. */
class TextReader implements AsyncDisposable {
  readonly #access: DatabaseAccess;
  #connection: Awaited<ReturnType<DatabaseAccess["look"]>> | undefined;

  constructor(access: DatabaseAccess) {
    this.#access = access;
  }

  async read(id: string) {
    this.#connection ??= await this.#access.look();
    return this.#connection === null ? undefined : await readStoredTexts(this.#connection, id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.close();
  }
}

/**
 * Replays in memory the schema for which a step's script was written. Returns undefined if revisions are not on disk, or
 * do not run in memory: then only the step's own statements can be judged.
 */
function ancestorSchemas(
  { workspace }: { readonly workspace: Workspace | null },
): Ancestors {
  return async ({ id, direction }) => {
    const revision = workspace?.graph.get(id);
    if (workspace === null || revision === undefined) return undefined;
    const { graph, entries, files } = workspace;
    const ids = direction === "down" ? [id] : [...revision.parents, ...revision.dependsOn];
    try {
      const ups = upgradeRoute(graph, new Set(), ids).map((step) => ({
        id: step.id,
        up: new RevisionTexts(files, entries.get(step.id)!).up!,
      }));
      // Strings in double quotes of old revisions were judged when they were applied.
      const scratch = new Scratch({ doubleQuotedStrings: true });
      await using connection = await replay(ups, scratch);
      return await introspect(connection);
    } catch (error) {
      if (error instanceof AludelError) return undefined;
      throw error;
    }
  };
}
