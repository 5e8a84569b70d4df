import { textsInHistory } from "../../git/base.ts";
import type { VerifyRequest } from "../../project/migrate/verify.ts";
import { joinCatalogue } from "../../project/workspace/catalogue.ts";
import type { Target } from "../../project/workspace/target.ts";
import { type DriftReports, reportDrift } from "../../proof/drift.ts";
import { readProgress } from "../../runner/online/progress.ts";
import { readIntents } from "../../state/intent.ts";
import { type Policy, readPolicies } from "../../state/policies.ts";
import { readState, readStoredTexts } from "../../state/state.ts";
import { lookWithExtensions, openTargetIfNamed, requirePresent } from "./database.ts";
import type { Session } from "./session.ts";

/** The input for verifying a project and its database, if there is one. */
export interface OpenVerification {
  /** undefined if no database is named. */
  readonly target: Target | undefined;
  /** Whether the database exists. */
  readonly present: boolean;
  /** The policies of the database, sorted. */
  readonly policies: readonly Policy[];
  readonly request: VerifyRequest;
}

/**
 * Reads everything that `verify` and `status` compare. It is no error if no database is named, or if the project's own
 * does not exist yet, because the files can be verified alone.
 *
 * @param options Whether to read all texts that the database stored.
 * @throws {AludelError} The errors of settings, manifest, target and database.
 */
export async function openVerification(
  session: Session,
  options: { readonly storedTexts: boolean },
): Promise<OpenVerification> {
  const { workspace } = session;
  const sealedTexts = textsInHistory(session.project.migrations);
  const files = { workspace, sealedTexts };
  const open = openTargetIfNamed(session);
  const target = open?.target;
  const connection = await open?.access.look() ?? null;
  if (connection === null) {
    if (target !== undefined) requirePresent(target);
    const request = { ...files, catalogue: joinCatalogue(workspace, []), intents: [] };
    return { target, present: false, policies: [], request };
  }
  try {
    const { applied } = await readState(connection);
    const intents = await readIntents(connection);
    const online = await readProgress(connection);
    const stored = options.storedTexts ? await readStoredTexts(connection) : undefined;
    const policies = [...await readPolicies(connection)].sort();
    const request = {
      ...files,
      catalogue: joinCatalogue(workspace, applied),
      intents,
      online,
      stored,
    };
    return { target, present: true, policies, request };
  } finally {
    await connection.close();
  }
}

/** Looks for drift in the verified database. Without a database there is none. */
export async function lookForDrift(
  session: Session,
  { target, present, request: { catalogue } }: OpenVerification,
): Promise<DriftReports> {
  const nothing = { drift: null, order: null };
  if (target === undefined || !present || catalogue.applied.size === 0) return nothing;
  await using connection = await lookWithExtensions(session, target);
  if (connection === null) return nothing;
  return await reportDrift(connection, target.name, {
    settings: session.settings,
    fileOf: (id) => {
      const dir = catalogue.entries.get(id)?.dir;
      const path = dir === undefined ? `up.sql of ${id}` : `${session.folder}/${dir}/up.sql`;
      return `${path} (as stored in the database)`;
    },
  });
}
