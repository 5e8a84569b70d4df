/** A development database that follows the wanted schema while it is edited, without a revision. */
import { libraryVersion } from "../../db/node_connection.ts";
import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { checkScript } from "../../replay/check_script.ts";
import type { CheckedUp, RunHost } from "../../runner/request.ts";
import { runRoute } from "../../runner/run_route.ts";
import type { LoadedSchema } from "../../schema/source/load_schema.ts";
import { EMPTY_SCHEMA, type Schema } from "../../schema/model/model.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { releaseOf } from "../../sql/sqlite_releases.ts";
import { NO_STATE, readMark, readState, type State } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { RenameHints } from "../../schema/diff/renames.ts";
import { reverseChanges } from "../../schema/model/change.ts";
import { foreignDatabase } from "../migrate/migration.ts";
import { type Catalogue, isOfAnotherProject, joinCatalogue } from "../workspace/catalogue.ts";
import type { DatabaseAccess } from "../workspace/database_access.ts";
import type { Settings } from "../workspace/settings.ts";
import type { Target } from "../workspace/target.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { autogenerate } from "./autogenerate.ts";
import {
  compareWith,
  compareWithWanted,
  type Comparison,
  type SchemaReader,
} from "./schema_reader.ts";
import type { DraftTexts } from "./write_revision.ts";

/** What the SQL of development is called where a revision has its id. */
const NAME = "dev";

/** What it is called where a revision has a file. */
const PLAN = "the plan";

/** How often the database may be changed by others between looking and running. */
const ATTEMPTS = 5;

/** A development database, and what to do with it. */
export interface DevRequest {
  readonly workspace: Workspace;
  readonly settings: Settings;
  readonly target: Target;
  readonly access: DatabaseAccess;
  readonly reader: SchemaReader;
  readonly host: RunHost;
}

/** The schema that is wanted, with the name of its file, folder or program. */
type WantedSchema = LoadedSchema & { readonly name: string };

/** What a database got. */
export interface DevOutcome {
  /** Without changes if nothing differed. */
  readonly comparison: Comparison;
  /** The statements that ran; empty if none did. */
  readonly sql: string;
}

/**
 * Brings a database to the wanted schema: the difference is planned, tried in memory, and run by the rules of every run,
 * with a restore point before anything is lost. No revision is written and none is recorded.
 *
 * @throws {AludelError} `dev-target`, `dev-pending`, and what planning and running throw.
 */
export async function followSchema(request: DevRequest, wanted: WantedSchema): Promise<DevOutcome> {
  const { target, settings } = request;
  requireDevelopment(target);
  return await bring(request, async (present, catalogue) => {
    requireNothingPending(catalogue, target);
    const comparison = compareWithWanted(settings, present, wanted);
    return { comparison, sql: (await planned(request, comparison)).up };
  });
}

/** What became of a database that development has ended for. */
export type StoppedDev =
  /** It has what its records say: nothing was to do. */
  | { readonly kind: "clean" }
  /** Its schema is the one that revisions on disk lead to: they are to be recorded, and nothing else. */
  | { readonly kind: "reached"; readonly heads: readonly RevisionId[] }
  /** It went back to what its records say. */
  | ({ readonly kind: "back" } & DevOutcome);

/**
 * Ends the development of a database: it goes back to the schema of its recorded revisions, unless the heads on disk lead
 * to the schema that it has.
 *
 * @param hints The renames that the wanted schema declares.
 * @throws {AludelError} As {@linkcode followSchema}.
 */
export async function stopFollowing(
  request: DevRequest,
  hints: RenameHints,
): Promise<StoppedDev> {
  const { settings, reader, workspace, access } = request;
  const { present, state } = await look(access);
  const { graph, applied } = joinCatalogue(workspace, state.applied);
  const current = graph.headsOf(applied, "all");
  const recorded = await reader.ofRevisions(current);
  const isSame = (schema: Schema) => compareWith(settings, present, schema).changes.length === 0;
  if (isSame(recorded)) return { kind: "clean" };
  const heads = workspace.graph.headsOf(workspace.graph.ids, "all");
  if (heads.some((id) => !applied.has(id)) && isSame(await reader.ofRevisions(heads))) {
    return { kind: "reached", heads };
  }
  const outcome = await bring(request, async (now) => {
    // The way back of a revision that development would have been.
    const there = compareWith(settings, recorded, now, hints);
    const { down } = await planned(request, there);
    const changes = reverseChanges(there.changes);
    return { comparison: { ...there, from: there.to, to: there.from, changes }, sql: down };
  });
  return { kind: "back", ...outcome };
}

/** Plans from the schema that is there, and runs it; again if another process moved the database meanwhile. */
async function bring(
  request: DevRequest,
  plan: (present: Schema, catalogue: Catalogue) => Promise<DevOutcome>,
): Promise<DevOutcome> {
  const { access, workspace, host } = request;
  for (let attempt = 1;; attempt++) {
    const { present, state } = await look(access);
    const catalogue = joinCatalogue(workspace, state.applied);
    if (isOfAnotherProject(catalogue)) {
      throw foreignDatabase(access.name, [...catalogue.records.keys()], []);
    }
    const { comparison, sql } = await plan(present, catalogue);
    if (comparison.changes.length === 0) return { comparison, sql: "" };
    const { steps } = await Promise.resolve().then(() =>
      runRoute({
        host,
        assumed: state,
        route: { steps: [stepOf(sql)], reseals: [], notices: [] },
        replan: async (connection) => ({
          route: { steps: [], reseals: [], notices: [] },
          mark: await readMark(connection),
        }),
        transaction: "all",
        ancestors: () => Promise.resolve(present),
      })
    ).catch((error) => {
      throw explained(error);
    });
    if (steps.length > 0 || attempt === ATTEMPTS) return { comparison, sql };
  }
}

async function look(
  access: DatabaseAccess,
): Promise<{ readonly present: Schema; readonly state: State }> {
  await using connection = await access.look({ extensions: true });
  if (connection === null) return { present: EMPTY_SCHEMA, state: NO_STATE };
  return { present: await introspect(connection), state: await readState(connection) };
}

async function planned(
  { settings, reader }: DevRequest,
  comparison: Comparison,
): Promise<DraftTexts> {
  const { texts } = await autogenerate({
    comparison,
    message: NAME,
    down: true,
    sqlite: releaseOf(libraryVersion()),
    columnOrder: settings.columnOrder,
    scratch: reader.scratch,
  });
  return texts;
}

function stepOf(sql: string): CheckedUp {
  const hash = `sha256:${"0".repeat(64)}` as const;
  const facts = { id: NAME, parents: [], dependsOn: [], labels: [], message: "" };
  return {
    direction: "up",
    id: NAME,
    message: "",
    script: checkScript(PLAN, sql, NAME),
    record: { ...facts, lineage: hash, up: hash, down: "none" },
    texts: { up: sql, down: null },
    // What drafts may not do, this may not either.
    draft: true,
    unrecorded: true,
  };
}

/** @throws {AludelError} `dev-target` for a server, and for a database that takes no drafts. */
function requireDevelopment({ name, kind, drafts }: Target): void {
  if (kind === "server") {
    throw new AludelError("dev-target", `"${name}" is a server, and dev works on files`, {
      outcome: "Nothing was changed",
      next: [shell`aludel dev -d dev.db`],
    });
  }
  if (drafts === "allow") return;
  throw new AludelError("dev-target", `Database "${name}" takes no drafts, so it is not for dev`, {
    notes: ['Its setting "drafts" is "refuse"'],
    outcome: "Nothing was changed",
    next: [shell`aludel dev -d dev.db`],
  });
}

/** @throws {AludelError} `dev-pending` if a revision is not applied: what it makes would be made without its record. */
function requireNothingPending({ onDisk, applied }: Catalogue, { name }: Target): void {
  const pending = [...onDisk].filter((id) => !applied.has(id));
  const [first] = pending;
  if (first === undefined) return;
  throw new AludelError("dev-pending", `Revision "${first}" is pending on "${name}"`, {
    revision: first,
    notes: [
      ...pending.length === 1 ? [] : [`and ${pending.length - 1} more`],
      "What it makes would be made without its record",
    ],
    outcome: "Nothing was changed",
    next: [
      shell`aludel upgrade heads -d ${name}`,
      shell`aludel dev --stop -d ${name} # first, if the database has what it makes already`,
    ],
  });
}

/** There is no revision that could be edited. */
function explained(error: unknown): unknown {
  if (!(error instanceof AludelError) || error.place?.file !== PLAN) return error;
  const { code, place, message, notes, sqlite } = error;
  const isUnchosen = code === "sql-choose";
  return new AludelError(code, "The difference could not be made on this database", {
    place,
    notes: isUnchosen ? [message, ...notes] : notes,
    ...(sqlite !== undefined && { sqlite }),
    outcome: "The database is unchanged",
    next: [
      isUnchosen
        ? say("Give the column a DEFAULT in the schema, for now or for good")
        : say("Change the schema so that the rows fit, or change the rows"),
      shell`aludel revision --autogenerate -m MSG # or write the step as a revision, with SQL of your own`,
    ],
    cause: error,
  });
}
