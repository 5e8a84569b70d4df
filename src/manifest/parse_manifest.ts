import { AludelError, type ErrorCode, type Place, REPORT_BUG } from "../errors.ts";
import { placeOf } from "../text/position.ts";
import { excerpt } from "../text/layout.ts";
import { checkManifest, type ManifestProblem } from "./check_manifest.ts";
import { FIRST_LINES, type Manifest, REVISION_KEYS } from "./manifest.ts";
import { readGeneratedLines } from "./generated_lines.ts";
import { type JsonNode, offsetAt, readJson, valueOf } from "./strict_json.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";

/** A manifest that was parsed from a text and knows the places of its revisions. */
export interface ParsedManifest extends Manifest {
  /** The file's name for messages. */
  readonly file: string;
  /** The parsed text, without a byte order mark. */
  readonly text: string;
  /** The place of a revision's entry, or only the file for an id that is not in it. */
  placeOf(id: string): Place;
}

/** Enough for 150,000 revisions. A longer file is not a manifest, so it is not read. */
export const MAX_MANIFEST_LENGTH = 32 * 1024 * 1024;

/** The number of problems that one error lists; the others are counted. */
const MAX_NOTES = 20;
/** The greatest length of a problem's message, which may quote a long value. */
const LONGEST_MESSAGE = 500;

/**
 * Parses `manifest.json` strictly, in any JSON layout. One error reports all problems: it has the code and the place of
 * the first one, and its notes list the others.
 *
 * The graph is not checked here: `buildGraph` finds cycles and missing parents.
 *
 * @param text The decoded file, with or without a byte order mark.
 * @param file Its name for messages, such as `migrations/manifest.json`.
 * @throws {AludelError} `manifest-too-large`, `manifest-conflict` (git's markers), `manifest-syntax`,
 * `manifest-duplicate-key`, `manifest-newer-format`, `manifest-unknown-key`, `manifest-value`,
 * `manifest-duplicate-id`, `manifest-dir`.
 */
export function parseManifest(text: string, file: string): ParsedManifest {
  if (text.length > MAX_MANIFEST_LENGTH) throw manifestTooLarge(file);
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text;
  const generated = readGeneratedLines(plain);
  if (generated !== undefined) return new Parsed(generated, plain, file);
  const body = withOneHead(plain);
  const problems: ManifestProblem[] = [];
  const quick = parseQuickly(body);
  if (quick !== undefined) {
    const revisions = checkManifest(quick, problems);
    if (problems.length === 0) return new Parsed(revisions, plain, file);
  }
  const root = readStrictly(body, file);
  problems.length = 0;
  const revisions = checkManifest(valueOf(root), problems);
  if (problems.length > 0) throw problemsError(problems, root, body, file);
  return new Parsed(revisions, plain, file);
}

/** Removes repeated first lines. A union merge beside a squash has those of both sides; the newer format is kept. */
function withOneHead(text: string): string {
  const [, newer] = FIRST_LINES;
  if (!text.includes(newer)) return text;
  const lines = text.split("\n");
  const isHead = (line: string) => (FIRST_LINES as readonly string[]).includes(line.trimEnd());
  return lines.filter(isHead).length < 2
    ? text
    : [newer, ...lines.filter((line) => !isHead(line))].join("\n");
}

/** The error for a manifest of more than {@linkcode MAX_MANIFEST_LENGTH}. */
export function manifestTooLarge(file: string): AludelError {
  return new AludelError("manifest-too-large", "The manifest is larger than 32 MiB", {
    place: { file },
    next: [shell`git log -- ${file} # check that it is a manifest`],
  });
}

/**
 * Parses a text in canonical layout. Returns undefined if the strict reader is needed.
 *
 * JSON.parse silently drops all but the last of duplicate keys. But every key is followed by a quote and a colon, so if
 * the text has no more of these than the value has keys, none was dropped.
 */
function parseQuickly(text: string): unknown {
  // JSON.parse takes seconds for millions of brackets; the strict reader stops at its depth limit.
  if (!FIRST_LINES.some((line) => text.startsWith(line)) || text.includes("[[[[[[[[")) {
    return undefined;
  }
  let value: { readonly revisions: unknown };
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { revisions } = value;
  if (!Array.isArray(revisions)) return undefined;
  const count = revisions.length - (revisions.at(-1) === null ? 1 : 0);
  const more = text.includes('"replaces"')
    ? revisions.filter((one) => one !== null && "replaces" in Object(one)).length
    : 0;
  // Revisions with other keys have problems, which the check of the manifest reports.
  return countKeys(text) === 2 + count * REVISION_KEYS.length + more ? value : undefined;
}

/** Counts the keys of a JSON text. Strings that contain `":` or `" :` count too, so it may be too high. */
function countKeys(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", colon + 1)) {
    let before = text.charCodeAt(colon - 1);
    for (let at = colon - 2; before <= 0x20; at--) before = text.charCodeAt(at);
    if (before === 0x22) count++;
  }
  return count;
}

function readStrictly(text: string, file: string): JsonNode {
  const reading = readJson(text);
  if (!reading.ok) throw conflictError(text, file) ?? syntaxError(reading, text, file);
  if (reading.duplicates.length > 0) {
    const [first, ...others] = reading.duplicates.map(({ key, offset }) => ({
      code: "manifest-duplicate-key" as const,
      message: `Duplicate key ${JSON.stringify(key)}`,
      offset,
    }));
    if (first !== undefined) throw locatedError(first, others, text, file);
  }
  return reading.root;
}

function syntaxError(
  reading: { readonly offset: number; readonly problem: string },
  text: string,
  file: string,
): AludelError {
  const message = text.trim() === "" ? "The manifest is empty" : `The manifest ${reading.problem}`;
  return new AludelError("manifest-syntax", message, {
    place: placeOf(file, text, reading.offset),
    next: [shell`git diff -- ${file} # see what changed`],
  });
}

/** The error for a file in which git left both sides of a merge, or undefined if it is none. */
function conflictError(text: string, file: string): AludelError | undefined {
  const marker = /^<{7}(?: |\r?$)/m.exec(text);
  if (marker === null || !/^>{7}(?: |\r?$)/m.test(text)) return undefined;
  return new AludelError("manifest-conflict", "The manifest contains git's conflict markers", {
    place: placeOf(file, text, marker.index),
    notes: ["Each revision has its own line, so the lines of both sides usually belong in"],
    next: [
      say('Delete the lines that begin with "<<<<<<<", "=======" and ">>>>>>>", keep the others'),
      shell`aludel verify`,
    ],
  });
}

function problemsError(
  problems: readonly ManifestProblem[],
  root: JsonNode,
  text: string,
  file: string,
): AludelError {
  const located = problems
    .map(({ code, message, path, part }) => ({ code, message, offset: offsetAt(root, path, part) }))
    .sort((a, b) => a.offset - b.offset);
  const [first, ...others] = located;
  if (first === undefined) {
    throw new AludelError("internal", "The problems of a manifest were lost", {
      next: [REPORT_BUG],
    });
  }
  const error = locatedError(first, others, text, file);
  return first.code === "manifest-newer-format"
    ? error.with({
      outcome: "Nothing was written",
      next: [say("Install a newer Aludel")],
    })
    : error;
}

interface LocatedProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly offset: number;
}

function locatedError(
  first: LocatedProblem,
  others: readonly LocatedProblem[],
  text: string,
  file: string,
): AludelError {
  const notes = others.slice(0, MAX_NOTES).map(({ message, offset }) => {
    const { line, column } = placeOf(file, text, offset);
    return `${file}:${line}:${column}: ${excerpt(message, LONGEST_MESSAGE)}`;
  });
  if (others.length > MAX_NOTES) notes.push(`and ${others.length - MAX_NOTES} more`);
  const cure = CURES[first.code];
  return new AludelError(first.code, excerpt(first.message, LONGEST_MESSAGE), {
    place: placeOf(file, text, first.offset),
    notes,
    next: [
      ...(cure === undefined ? [] : [cure]),
      shell`git diff HEAD -- ${file} # see what changed`,
    ],
  });
}

/** The fix for the first problem; the others may have the same cause. */
const CURES: { readonly [code in ErrorCode]?: NextStep } = {
  "manifest-dir": say(
    "Rename the folder to a plain name, and write it as the revision's dir; this changes no hash",
  ),
  "manifest-duplicate-id": say(
    "Delete the line that is wrong; after a merge, each side may have one",
  ),
  "manifest-duplicate-key": say("Delete one of the two"),
  "manifest-unknown-key": say(
    "Delete the key, or use the Aludel that wrote it (aludel --version prints which one this is)",
  ),
  "manifest-value": say("Correct the value at the caret: docs/formats.md says what it may be"),
};

class Parsed implements ParsedManifest {
  readonly revisions: Manifest["revisions"];
  readonly file: string;
  readonly text: string;
  #offsets: ReadonlyMap<string, number> | undefined;

  constructor(revisions: Manifest["revisions"], text: string, file: string) {
    this.revisions = revisions;
    this.text = text;
    this.file = file;
  }

  placeOf(id: string): Place {
    this.#offsets ??= offsetsOf(this.text);
    const offset = this.#offsets.get(id);
    return offset === undefined ? { file: this.file } : placeOf(this.file, this.text, offset);
  }
}

/** The offset of every revision's object, by id. */
function offsetsOf(text: string): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  const reading = readJson(text);
  if (!reading.ok || !("members" in reading.root)) return offsets;
  const revisions = reading.root.members.get("revisions")?.node;
  if (revisions === undefined || !("items" in revisions)) return offsets;
  for (const item of revisions.items) {
    const id = "members" in item ? item.members.get("id")?.node : undefined;
    if (id !== undefined && "value" in id) offsets.set(String(id.value), item.start);
  }
  return offsets;
}
