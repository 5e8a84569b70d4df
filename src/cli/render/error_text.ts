import { type Fault, host } from "../../host/mod.ts";
import { SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/sqlite_error.ts";
import { AludelError, FIX_ACCESS } from "../../errors.ts";
import { oneLine } from "../../text/visible.ts";
import { type Here, nextLine } from "../terminal/here.ts";
import type { Style } from "../terminal/style.ts";
import { placeJson } from "./answer.ts";

/** Faults of streams. All other faults of the system, such as a full or failing disk, are not bugs of Aludel. */
const OF_STREAMS: ReadonlySet<Fault> = new Set(["broken-pipe", "would-block"]);

/**
 * Converts errors of the operating system, and SQLite's errors about a whole database, to AludelErrors. It is for
 * errors that no other code has handled with more knowledge of the file. Others are returned as they are.
 */
export function expectedError(thrown: unknown): unknown {
  if (thrown instanceof AludelError || !(thrown instanceof Error)) return thrown;
  if (thrown instanceof SqlError) return databaseError(thrown, thrown.database ?? "") ?? thrown;
  const fault = host.fault(thrown);
  if (fault === undefined || OF_STREAMS.has(fault)) return thrown;
  return new AludelError("system-refused", "The operating system refused to read or write a file", {
    notes: [thrown.message],
    next: [FIX_ACCESS],
    cause: thrown,
  });
}

/**
 * Formats an error for a person: message, place, SQLite's message, notes, outcome, next steps.
 *
 * @returns Lines without a final line break.
 */
export function errorText(error: AludelError, style: Style, here: Here): string {
  const lines = [`${style.red(`error[${error.code}]`)}: ${style.bold(oneLine(error.message))}`];
  const place = error.place;
  if (place) {
    lines.push(`  at ${oneLine(place.file)}${colon(place.line)}${colon(place.column)}`);
    if (place.frame) lines.push(indent(frameText(place.frame, style), "    "));
  }
  if (error.sqlite !== undefined) lines.push(`  SQLite says: ${oneLine(error.sqlite)}`);
  for (const note of error.notes) lines.push(`  ${oneLine(note)}`);
  if (error.outcome !== undefined) lines.push(`  ${oneLine(error.outcome)}`);
  for (const step of error.next) lines.push(`  ${nextLine(step, style, here)}`);
  return lines.join("\n");
}

/** Formats an error for a program: the value of `"error"` in the JSON document. */
export function errorJson(error: AludelError, exitCode: number): Readonly<Record<string, unknown>> {
  return {
    code: error.code,
    message: error.message,
    exitCode,
    place: error.place === undefined ? null : placeJson(error.place),
    revision: error.revision ?? null,
    sqlite: error.sqlite ?? null,
    notes: error.notes,
    outcome: error.outcome ?? null,
    next: error.next,
  };
}

/** Formats a bug: a thrown value that is not an {@linkcode AludelError}, with all that helps to find it. */
export function bugText(thrown: unknown, program: string, style: Style): string {
  return [
    `${style.red("error[internal]")}: ${style.bold("Aludel has a bug")}`,
    indent(thrown instanceof Error ? thrown.stack ?? String(thrown) : String(thrown), "  "),
    `  This is ${program}. Please report it with the lines above and the command that you typed.`,
  ].join("\n");
}

/** Dims the gutter and highlights the caret of a frame. */
function frameText(frame: string, style: Style): string {
  return frame.split("\n").map((line) => {
    const [, gutter = "", source = ""] = /^([ \d]* \|)(.*)$/.exec(line) ?? ["", "", line];
    return style.dim(gutter) + (source.trim() === "^" ? style.red(source) : source);
  }).join("\n");
}

function colon(number: number | undefined): string {
  return number === undefined ? "" : `:${number}`;
}

function indent(text: string, by: string): string {
  return text.split("\n").map((line) => by + line).join("\n");
}
