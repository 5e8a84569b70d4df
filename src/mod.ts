/**
 * Aludel as a library: an application brings its own SQLite database to its revisions when it starts, with the
 * guarantees of the command `aludel upgrade`.
 *
 * ```ts
 * import { status, upgrade } from "aludel";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/manifest.json`, '{"format":1,"revisions":[null]}');
 *
 * const app = { database: `${folder}/app.db`, migrations: folder };
 * await upgrade(app);
 * const { pending } = await status(app);
 * console.log(pending.length); // 0
 * ```
 *
 * Nothing here prints, ends the process or reads its arguments and environment. docs/library.md tells more.
 *
 * @module
 */
export type { SqlFunction, SqlFunctions, SqlValue } from "./db/connection.ts";
export { AludelError, ERROR_KINDS } from "./errors.ts";
export type { ErrorCode, ErrorFacts, ErrorKind, Place } from "./errors.ts";
export type { RevisionId } from "./graph/revision.ts";
export { embedded } from "./mod/migrations.ts";
export type { Migrations } from "./mod/migrations.ts";
export { current, status } from "./mod/status.ts";
export type { DatabaseStatus, StatusOptions } from "./mod/status.ts";
export { upgrade } from "./mod/upgrade.ts";
export type { UpgradeOptions, UpgradeResult } from "./mod/upgrade.ts";
export type { EmbeddedTexts } from "./project/workspace/revision_files.ts";
export type { RevisionFiles } from "./project/workspace/revision_files.ts";
export type { DraftPolicy } from "./project/workspace/setting_table.ts";
export type { RestorePolicy } from "./runner/request.ts";
export type { Finding, FindingLevel, Notice } from "./finding.ts";
export type { Direction, RunEvent } from "./runner/request.ts";
export type { TableLoss } from "./runner/loss/verdict.ts";
export type { OnlinePhase } from "./runner/online/progress.ts";
export { stepText } from "./text/next_step.ts";
export type { NextAdvice, NextAgain, NextCommand, NextStep, StepWords } from "./text/next_step.ts";
export type { TransactionMode } from "./runner/request.ts";
