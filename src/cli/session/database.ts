import type { Connection } from "../../db/connection.ts";
import { databaseMissing } from "../../db/sqlite_error.ts";
import { AludelError } from "../../errors.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import {
  accessTo,
  type DatabaseAccess,
  lookAtState,
  type LookPatience,
} from "../../project/workspace/database_access.ts";
import { type DatabaseLocation, readLocation } from "../../project/workspace/database_location.ts";
import { projectMissing, requireProject } from "../../project/workspace/project.ts";
import type { ServerAddress, Target, TargetChoice } from "../../project/workspace/target.ts";
import { NO_STATE, type State } from "../../state/state.ts";
import type { Session } from "./session.ts";

/** The database of a command line, and the access to it. */
export interface OpenTarget {
  readonly target: Target;
  readonly access: DatabaseAccess;
}

/**
 * Chooses the database without opening it.
 *
 * @param purpose Whether the project's SQL will run on it, which may need the extensions of the settings.
 * @param database A name that replaces the value of `--database`.
 * @throws {AludelError} An error of the area `target`; `project-missing` if nothing names one and there is no project.
 */
export function openTarget(
  session: Session,
  purpose: "look" | "run" = "look",
  database = session.database,
): OpenTarget {
  const { ui } = session;
  const { target: chosen, notices } = choose();
  const target = purpose === "run" ? chosen : { ...chosen, extensions: [] };
  for (const notice of notices) ui.notice(notice);
  if (target.from === "DATABASE_URL") ui.databaseVariable = target.path;
  const access = accessTo(target, lookPatience(session, target));
  return { target, access };

  function choose(): TargetChoice {
    try {
      return session.targetChoice(database);
    } catch (error) {
      // With neither a project nor a database, it is the wrong folder.
      if (error instanceof AludelError && error.code === "target-none") {
        requireProject(session.project);
      }
      throw error;
    }
  }
}

/**
 * Chooses the database as {@linkcode openTarget} does, for commands that also work without one.
 * @returns undefined if nothing names one.
 */
export function openTargetIfNamed(
  session: Session,
  purpose: "look" | "run" = "look",
): OpenTarget | undefined {
  try {
    return openTarget(session, purpose);
  } catch (error) {
    if (error instanceof AludelError && error.code === "target-none") return undefined;
    throw error;
  }
}

/** The release of SQLite in libSQL servers. Plans for one use no newer statements. */
export const LIBSQL_SQLITE = "3.45";

/** Whether revisions are for a server too: the command's database, or one of the settings, is on one. */
export function isForServer(session: Session): boolean {
  return namedLocations(session).some(({ kind }) => kind === "server" || kind === "d1") ||
    chosenServer(session) !== undefined;
}

/** Whether revisions are for Cloudflare D1 too, likewise. */
export function isForD1(session: Session): boolean {
  return namedLocations(session).some(({ kind }) => kind === "d1") ||
    chosenServer(session)?.engine === "d1";
}

function namedLocations({ settings: { database, databases } }: Session): DatabaseLocation[] {
  const urls = Object.values(databases).map((one) => typeof one === "string" ? one : one.url);
  return [database ?? "", ...urls].map(readLocation);
}

function chosenServer(session: Session): ServerAddress | undefined {
  try {
    return session.targetChoice().target.server;
  } catch (error) {
    if (!(error instanceof AludelError)) throw error;
    return undefined;
  }
}

/** How reading waits while another process keeps readers out. Ctrl-C ends the process as usual. */
export function lookPatience(
  { runtime, ui, lockTimeoutMs }: Pick<Session, "runtime" | "ui" | "lockTimeoutMs">,
  target: Target,
): LookPatience {
  return {
    clock: runtime,
    lockTimeoutMs,
    emit(event) {
      if (event.type === "waiting") ui.notice(waitingText(event.holder, target));
    },
    interrupted: () => false,
  };
}

/** The notice that a command waits for a lock. */
export function waitingText(holder: string | undefined, { name }: Pick<Target, "name">): string {
  return `Waiting for ${holder ?? "another connection"}, which holds the lock on "${name}" …`;
}

/**
 * Checks that a database exists if a flag or variable names it; the project's own may be created later.
 * @throws {AludelError} `database-missing`.
 */
export function requirePresent({ name, from, kind }: Target): void {
  if (kind === "memory") return;
  if (from === "flag" || from === "ALUDEL_DATABASE") throw databaseMissing(name);
}

/**
 * Opens the session's database with the extensions of the settings, to read its schema.
 * @returns null if it does not exist.
 */
export function lookWithExtensions(session: Session, target: Target): Promise<Connection | null> {
  session.announceExtensions();
  const { extensions } = session.settings;
  return accessTo({ ...target, extensions }, lookPatience(session, target)).look({
    extensions: true,
  });
}

/** The revisions of a project, joined with what a database records. */
export interface DatabaseCatalogue extends OpenTarget {
  readonly state: State;
  /** Whether the database exists. */
  readonly present: boolean;
  readonly catalogue: Catalogue;
}

/**
 * Reads the database's records. It creates nothing, and needs no manifest.
 * @throws {AludelError} The errors of settings, manifest, target and database.
 */
export async function openDatabase(session: Session): Promise<DatabaseCatalogue> {
  const workspace = session.workspaceIfAny;
  const open = openTarget(session);
  const state = await lookAtState(open.access);
  const present = state !== NO_STATE;
  if (!present) requirePresent(open.target);
  return { ...open, state, present, catalogue: joinCatalogue(workspace, state.applied) };
}

/** The revisions of a project, and of its database if that was read. */
export interface CatalogueWithDatabase {
  readonly catalogue: Catalogue;
  readonly database: DatabaseCatalogue | undefined;
}

/**
 * Reads the database if that is possible. If it fails, it only prints a warning, because the files can be read without
 * it.
 *
 * @param needsDatabase Whether the command needs the database.
 * @throws {AludelError} `project-missing` and the errors of the files; those of the database only if it is needed.
 */
export async function openDatabaseIfPossible(
  session: Session,
  needsDatabase: boolean,
): Promise<CatalogueWithDatabase> {
  try {
    const database = await openDatabase(session);
    const { catalogue } = database;
    if (session.workspaceIfAny === null && catalogue.records.size === 0) {
      throw projectMissing(session.project);
    }
    return { catalogue, database };
  } catch (error) {
    const optional = error instanceof AludelError && /^(target|database|state)-/.test(error.code);
    if (needsDatabase || session.database !== undefined || !optional) throw error;
    if (error.code !== "target-none") {
      session.ui.warning(`the database was not read: ${error.message}`);
    }
    return { catalogue: session.catalogue, database: undefined };
  }
}
