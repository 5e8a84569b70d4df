import { committedTexts } from "../git/committed_texts.ts";
import { gitFolder } from "../git/git_folder.ts";
import { digest } from "../project/digest.ts";
import type { Catalogue } from "../project/catalogue.ts";
import { joinCatalogue } from "../project/catalogue.ts";
import type { Project } from "../project/project.ts";
import { projectMissing } from "../project/project.ts";
import type { Target } from "../project/target.ts";
import type { VerifyContext } from "../project/verify.ts";
import { openWorkspace } from "../project/workspace.ts";
import { type Intent, readIntents } from "../state/intent.ts";
import { readState, readStoredTexts, type StoredTexts } from "../state/read_state.ts";
import { AludelError } from "../errors.ts";
import type { CommandContext } from "./command.ts";
import { openProject } from "./open_project.ts";
import { openTarget, requirePresent } from "./open_target.ts";

/** A project, the database beside it if there is one, and all that verifying needs of both. */
export interface OpenVerification {
  readonly project: Project;
  /** undefined where no database was named, or it does not exist yet. */
  readonly target: Target | undefined;
  /** Whether the database exists. */
  readonly present: boolean;
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
  const { target, present, catalogue, intents, stored } = await lookAtDatabase(
    context,
    project,
    { ...flags, ...options },
    (records) => joinCatalogue(workspace, records),
  );
  return {
    project,
    target,
    present,
    context: {
      workspace,
      catalogue,
      digest,
      intents,
      stored,
      sealedTexts: (entry) => committedTexts(gitFolder(project.migrations), entry, digest),
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
    return { target, present: true, catalogue: join(applied), intents, stored };
  } finally {
    await connection.close();
  }
}
