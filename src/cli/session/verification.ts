import { AludelError } from "../../errors.ts";
import { committedTexts } from "../../git/base.ts";
import { gitFolder } from "../../git/git.ts";
import type { VerifyContext } from "../../project/migrate/verify.ts";
import { type Catalogue, joinCatalogue } from "../../project/workspace/catalogue.ts";
import { accessTo } from "../../project/workspace/database_access.ts";
import type { Finding } from "../../finding.ts";
import { type Project, projectMissing } from "../../project/workspace/project.ts";
import type { Target } from "../../project/workspace/target.ts";
import { openWorkspace } from "../../project/workspace/workspace.ts";
import { type DriftContext, findDrift, sqlAgainstDrift } from "../../proof/drift.ts";
import { type Intent, readIntents } from "../../state/intent.ts";
import { type Policy, readPolicies } from "../../state/policies.ts";
import { readState, readStoredTexts, type StoredTexts } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { Ui } from "../terminal/ui.ts";
import { nameExtensions, openProject } from "./project.ts";
import { openTarget, requirePresent } from "./target.ts";

/** A project, the database beside it if there is one, and all that verifying needs of both. */
interface OpenVerification {
  readonly project: Project;
  /** undefined where no database was named, or it does not exist yet. */
  readonly target: Target | undefined;
  /** Whether the database exists. */
  readonly present: boolean;
  /** What the database forbids, sorted. */
  readonly policies: readonly Policy[];
  readonly context: VerifyContext;
}

/**
 * Opens what `verify` and `status` look at. That no database is named, or that the project's own does not exist yet, is no
 * error here: the files can be verified alone.
 *
 * @param options Whether the texts that the database stored are read as well: all of them.
 * @throws {AludelError} What settings, manifest, target and database throw.
 */
export async function openVerification(
  context: CommandContext,
  flags: { readonly config: string | undefined; readonly database: string | undefined },
  options: { readonly storedTexts: boolean },
): Promise<OpenVerification> {
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  const { target, present, policies = [], catalogue, intents, stored } = await lookAtDatabase(
    context,
    project,
    { ...flags, ...options },
    (records) => joinCatalogue(workspace, records),
  );
  return {
    project,
    target,
    present,
    policies,
    context: {
      workspace,
      catalogue,
      intents,
      stored,
      sealedTexts: (entry) => committedTexts(gitFolder(project.migrations), entry),
    },
  };
}

async function lookAtDatabase(
  context: CommandContext,
  project: Project,
  flags: { readonly database: string | undefined; readonly storedTexts: boolean },
  join: (records: Parameters<typeof joinCatalogue>[1]) => Catalogue,
): Promise<{
  readonly target: Target | undefined;
  readonly present: boolean;
  readonly policies?: readonly Policy[];
  readonly catalogue: Catalogue;
  readonly intents: readonly Intent[];
  readonly stored?: StoredTexts | undefined;
}> {
  let open: ReturnType<typeof openTarget>;
  try {
    open = openTarget(context, project, flags);
  } catch (error) {
    if (!(error instanceof AludelError && error.code === "target-none")) throw error;
    return { target: undefined, present: false, catalogue: join([]), intents: [] };
  }
  const { target } = open;
  const connection = await open.access.look();
  if (connection === null) {
    requirePresent(target);
    return { target, present: false, catalogue: join([]), intents: [] };
  }
  try {
    const { applied } = await readState(connection);
    const intents = await readIntents(connection);
    const stored = flags.storedTexts ? await readStoredTexts(connection) : undefined;
    const policies = [...await readPolicies(connection)].sort();
    return { target, present: true, policies, catalogue: join(applied), intents, stored };
  } finally {
    await connection.close();
  }
}

/** A database's drift for a report. */
export interface DriftReport {
  readonly finding: Finding;
  /** What differs, a line each. */
  readonly changes: readonly string[];
  /** Statements that take it back; null where none were found that pass their own check. */
  readonly sql: string | null;
}

/** Looks for drift in the database that was verified. @returns null where there is none, or no database. */
export async function lookForDrift(
  ui: Ui,
  open: OpenVerification,
): Promise<DriftReport | null> {
  const { target, project, context: { catalogue } } = open;
  if (target === undefined || !open.present || catalogue.applied.size === 0) return null;
  nameExtensions(ui, project.settings);
  const { extensions } = project.settings;
  await using connection = await accessTo({ ...target, extensions }).look({ extensions: true });
  if (connection === null) return null;
  const context: DriftContext = {
    settings: project.settings,
    fileOf: (id) => {
      const dir = catalogue.entries.get(id)?.dir;
      const path = dir === undefined ? `up.sql of ${id}` : `${project.files.name}/${dir}/up.sql`;
      return `${path} (as stored in the database)`;
    },
  };
  const drift = await findDrift(connection, context);
  if (drift.lines.length === 0) return null;
  const finding: Finding = {
    level: "error",
    code: "schema-drift",
    message: `The schema of "${target.name}" is not what its revisions lead to`,
    notes: drift.lines.map((line) => `beside the revisions: ${line}`),
    next: [
      shell`aludel diff current ${target.name}`,
      say("Undo the change, or write a revision for it and stamp that one"),
      say('If another tool owns it, name it in the setting "exclude"'),
    ],
  };
  return { finding, changes: drift.lines, sql: await sqlAgainstDrift(drift, context) };
}
