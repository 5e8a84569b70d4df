import { adoptDatabase, type AdoptRequest } from "../../project/author/adopt.ts";
import { pathExists } from "../../project/workspace/files.ts";
import {
  defaultSettings,
  readSettingsFile,
  SETTINGS_FILE,
} from "../../project/workspace/settings.ts";
import { chooseTarget, type Target } from "../../project/workspace/target.ts";
import { Scratch } from "../../replay/scratch.ts";
import { shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { reportKeyMismatches } from "../render/changes.ts";
import { waitingFor } from "../render/draft.ts";
import { lookPatience } from "../session/database.ts";
import { runHost } from "../session/run.ts";
import { announceExtensions } from "../session/session.ts";

/**
 * Adopts a database, for `init --from`.
 *
 * @param text The database as typed.
 * @param root The project's folder, absolute.
 * @param borrowed The database that `DATABASE_URL` names.
 * @param lockTimeout Seconds, from the flag.
 * @throws {AludelError} As {@linkcode adoptDatabase}.
 */
export async function initFrom(
  context: CommandContext,
  text: string,
  root: string,
  borrowed: Target | undefined,
  lockTimeout: number | undefined,
): Promise<void> {
  const { runtime, ui } = context;
  const { target, notices } = chooseTarget({
    flag: text,
    environment: runtime.env,
    settings: defaultSettings(root),
    dotenv: () => new Map(),
    folder: runtime.cwd,
    exists: pathExists,
  });
  for (const notice of notices) ui.notice(notice);
  // Existing settings name objects to exclude and extensions to load.
  const settings = pathExists(`${root}/${SETTINGS_FILE}`)
    ? readSettingsFile(SETTINGS_FILE, root)
    : defaultSettings(root);
  const lockTimeoutMs = (lockTimeout ?? settings.lockTimeout) * 1_000;
  await adopt(context, {
    target,
    root,
    settings,
    borrowedPath: borrowed?.path,
    patience: lookPatience({ runtime, ui, lockTimeoutMs }, target),
  });
}

/**
 * Adopts a database, and prints the new files.
 * @throws {AludelError} As {@linkcode adoptDatabase}.
 */
export async function adopt(
  { runtime, ui }: CommandContext,
  request: Omit<AdoptRequest, "id" | "now" | "onWait" | "hostOf">,
): Promise<void> {
  const { target, settings, patience: { lockTimeoutMs } } = request;
  announceExtensions(ui, settings);
  const { started, adopted, revision, up, notExcluded } = await adoptDatabase({
    ...request,
    id: runtime.randomId(),
    now: runtime.now(),
    onWait: (project) => waitingFor(ui, project)(),
    hostOf: ({ settings }, access) =>
      runHost({ runtime, ui, settings, lockTimeoutMs }, { target, access }, () => {}),
  });
  const { created, extended, kept } = started;
  const { leftOut, doubleQuotedStrings, schema } = adopted;
  ui.json({ ...started, database: target.name, revision, up, leftOut });
  for (const path of created) ui.data(`created   ${path}`);
  for (const path of extended) ui.data(`extended  ${path}`);
  for (const path of kept) ui.data(`kept      ${path}`);
  ui.data(`created   ${up}`);
  for (const { kind, name, reason } of leftOut) {
    ui.data(`left out  ${kind.replace("-", " ")} ${name}: ${reason}`);
  }
  if (notExcluded.length > 0) {
    const names = notExcluded.map((name) => JSON.stringify(name)).join(", ");
    ui.notice(
      `Add to "exclude" in aludel.json, so that they do not count as differences: ${names}`,
    );
  }
  ui.notice(`"${target.name}" is recorded to have the revision ${ui.talkStyle.yellow(revision)}.`);
  if (doubleQuotedStrings) {
    ui.notice(
      'Its schema has strings in double quotes, so the setting "doubleQuotedStrings" is on.',
    );
  }
  await reportKeyMismatches(ui, schema, new Scratch({ ...settings, doubleQuotedStrings }));
  ui.hint(
    shell`aludel check # then edit schema.sql, and run aludel revision --autogenerate -m MSG`,
  );
}
