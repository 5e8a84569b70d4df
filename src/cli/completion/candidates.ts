import type { ManifestRevision } from "../../manifest/manifest.ts";
import { visible } from "../../text/visible.ts";
import { openProject } from "../../project/workspace/project.ts";
import { readManifest } from "../../project/workspace/workspace.ts";
import { plainText, readRestoreFolder } from "../../project/copies/restore_points.ts";
import { redact } from "../../project/workspace/target.ts";
import type { Flag } from "../arguments/flag.ts";
import type { Runtime } from "../terminal/runtime.ts";
import { targetChoice } from "../session/session.ts";
import { SHELLS } from "./shell_script.ts";

/** A word that is offered at the cursor. */
export interface Candidate {
  readonly value: string;
  /** The meaning in a few words; empty if the word is clear. */
  readonly description: string;
}

/** The words that are offered at the cursor. */
export interface Candidates {
  readonly words: readonly Candidate[];
  /** Whether the shell should offer paths too. */
  readonly paths: "none" | "files" | "folders";
}

/** No candidates. */
export const NOTHING: Candidates = { words: [], paths: "none" };

/**
 * Formats candidates for the shells' scripts: `WORD<TAB>DESCRIPTION` a line, then `:files` or `:folders`.
 *
 * Control characters in a description are escaped. A word with one is left out.
 */
export function candidateLines({ words, paths }: Candidates): string {
  const safe = words.filter(({ value }) => visible(value) === value && !/[\t\n]/.test(value));
  const lines = safe.map(({ value, description }) =>
    `${value}\t${visible(description.split("\n", 1)[0]!.replaceAll("\t", " ")).trim()}\n`
  );
  return lines.join("") + (paths === "none" ? "" : `:${paths}\n`);
}

/** The parts of the runtime that completion needs. */
export type CompletionRuntime = Pick<Runtime, "cwd" | "env">;

/** The command line so far. */
export interface CompletionRequest {
  readonly runtime: CompletionRuntime;
  /** The settings file that the line names. */
  readonly config: string | undefined;
  /** The database that the line names. */
  readonly database: string | undefined;
  /** The command that the line names. */
  readonly command: string;
}

/** The candidates for the value of a flag. */
export function flagValueCandidates(
  flag: Flag,
  typed: string,
  request: CompletionRequest,
): Candidates {
  if (flag.kind === "switch") return NOTHING;
  if (flag.kind !== "choice") return valueCandidates(flag.value, typed, request);
  return { words: flag.values.map((value) => ({ value, description: "" })), paths: "none" };
}

/**
 * The candidates for a placeholder of the help: `REF`, `TARGET`, `FILE`. It opens no database.
 * @throws The errors of a broken project, for which the caller offers nothing.
 */
export function valueCandidates(
  placeholder: string,
  typed: string,
  request: CompletionRequest,
): Candidates {
  switch (placeholder) {
    case "REF":
      // As for diff: anything with a schema.
      if (request.command === "schema") return valueCandidates("A", typed, request);
      return { words: refs(typed, request), paths: "none" };
    case "A:B": {
      const colon = typed.indexOf(":");
      const before = typed.slice(0, colon + 1);
      const words = refs(typed.slice(colon + 1), request);
      return {
        words: words.map(({ value, description }) => ({ value: before + value, description })),
        paths: "none",
      };
    }
    case "TARGET":
      return { words: targets(request), paths: "files" };
    // An operand of diff may be any of these.
    case "A":
    case "B":
      return { words: [...refs(typed, request), ...targets(request)], paths: "files" };
    case "FLEET":
      return { words: fleets(request), paths: "none" };
    case "POINT":
      return { words: points(request), paths: "none" };
    case "SHELL":
      return { words: SHELLS.map((value) => ({ value, description: "" })), paths: "none" };
    case "DIR":
      return { words: [], paths: "folders" };
    case "FILE":
    case "DATABASE":
    case "PATH":
    case "BASE":
    case "OURS":
    case "THEIRS":
      return { words: [], paths: "files" };
    default:
      return NOTHING;
  }
}

function refs(typed: string, request: CompletionRequest): readonly Candidate[] {
  const manifest = readManifest(openProject(request.runtime.cwd, request.config).files);
  return refCandidates(manifest?.revisions ?? [], typed, request.command);
}

/** The restore points of the line's database, newest first. */
function points({ runtime, config, database }: CompletionRequest): readonly Candidate[] {
  const { target } = targetChoice(runtime, openProject(runtime.cwd, config).settings, database);
  if (target.kind === "memory") return [];
  return readRestoreFolder(target.path).points.toReversed()
    .map(({ name, reason }) => ({ value: name, description: plainText(reason) }));
}

function targets({ runtime, config }: CompletionRequest): readonly Candidate[] {
  const { databases } = openProject(runtime.cwd, config).settings;
  return Object.entries(databases).map(([value, database]) => ({
    value,
    description: redact(typeof database === "string" ? database : database.url),
  }));
}

function fleets({ runtime, config }: CompletionRequest): readonly Candidate[] {
  const { fleets } = openProject(runtime.cwd, config).settings;
  return Object.keys(fleets).map((value) => ({ value, description: "" }));
}

/** The number of revisions offered before anything is typed. They are the newest, which are usually meant. */
const SHOWN = 100;

const WORDS = {
  head: { value: "head", description: "the newest revision" },
  heads: { value: "heads", description: "the newest revision of every branch" },
  base: { value: "base", description: "before the first revision" },
  current: { value: "current", description: "where the database is" },
  next: { value: "+1", description: "the next revision" },
  back: { value: "-1", description: "the revision before" },
} as const satisfies Record<string, Candidate>;

/**
 * The refs to offer: words of the grammar, then revisions, newest first, then labels with their branch's head.
 *
 * @param typed The text before the cursor.
 * @param command The command, which allows only certain words.
 */
function refCandidates(
  revisions: readonly ManifestRevision[],
  typed: string,
  command: string,
): readonly Candidate[] {
  const newest = revisions.toSorted((a, b) =>
    a.created > b.created ? -1 : a.created < b.created ? 1 : 0
  );
  const ids = newest.map(({ id, message }) => ({ value: id, description: message }));
  const labels = newest.flatMap(({ labels, id, message }) =>
    labels.flatMap((label) => [
      { value: label, description: `${id} ${message}` },
      command === "downgrade"
        ? { value: `${label}@-1`, description: `the revision before the newest of ${label}` }
        : { value: `${label}@head`, description: `the newest revision of ${label}` },
      { value: `${label}@base`, description: `the first revision of ${label}` },
    ])
  );
  const shown = typed === "" ? ids.slice(0, SHOWN) : ids;
  return [...wordsFor(command), ...shown, ...labels];
}

function wordsFor(command: string): readonly Candidate[] {
  if (command === "upgrade") return [WORDS.head, WORDS.heads, WORDS.next];
  if (command === "downgrade") return [WORDS.back, WORDS.base];
  return [WORDS.head, WORDS.heads, WORDS.base, WORDS.current];
}
