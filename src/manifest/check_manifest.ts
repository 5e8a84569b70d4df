import { foldRevisionName, idFault } from "../graph/revision.ts";
import { dirNameProblem, foldDirName, isUtcTime } from "./folder_name.ts";
import {
  type DownHash,
  followReplacements,
  formatRevision,
  MANIFEST_FORMAT,
  type ManifestRevision,
  REVISION_KEYS,
  sortById,
  sortTexts,
  type TextHash,
} from "./manifest.ts";
import type { JsonPath } from "./strict_json.ts";

/** The error codes for the content of a manifest. */
export type ManifestProblemCode =
  | "manifest-dir"
  | "manifest-duplicate-id"
  | "manifest-newer-format"
  | "manifest-unknown-key"
  | "manifest-value";

/** A problem of a manifest that is valid JSON. */
export interface ManifestProblem {
  readonly code: ManifestProblemCode;
  /** The place in the JSON value. */
  readonly path: JsonPath;
  /** Whether the key is wrong or its value. */
  readonly part: "key" | "value";
  /** One sentence without a final period. */
  readonly message: string;
}

const KEYS: ReadonlySet<string> = new Set([...REVISION_KEYS, "replaces"]);
const HASH = /^sha256:[0-9a-f]{64}$/;

/**
 * Checks a parsed manifest against docs/formats.md and finds every problem, except those of the graph.
 *
 * @param value The result of JSON.parse.
 * @param problems The problems found are added here. If there are any, the result must not be used.
 * @returns The revisions sorted by id, their arrays sorted.
 */
export function checkManifest(
  value: unknown,
  problems: ManifestProblem[],
): readonly ManifestRevision[] {
  return new ManifestCheck(problems).manifest(value);
}

/** Whether a text is a hash: `sha256:` and 64 lower-case hex digits. */
function isTextHash(value: unknown): value is TextHash {
  return typeof value === "string" && HASH.test(value);
}

/** A revision's entry, for messages about it. */
interface Entry {
  readonly id: string;
  readonly path: JsonPath;
}

function ownerOf(entry: Entry): string {
  return `of revision ${JSON.stringify(entry.id)}`;
}

class ManifestCheck {
  readonly #problems: ManifestProblem[];
  /** The places of the revisions with `replaces`. */
  readonly #paths = new Map<string, JsonPath>();

  constructor(problems: ManifestProblem[]) {
    this.#problems = problems;
  }

  manifest(value: unknown): readonly ManifestRevision[] {
    if (!isObject(value)) {
      this.#report([], "The manifest is not a JSON object");
      return [];
    }
    const { format, revisions } = value;
    if (typeof format === "number" && Number.isInteger(format) && format > MANIFEST_FORMAT) {
      // Stop here: the rules of a newer format are unknown.
      const message = `The manifest has format ${format}, and this Aludel knows ${MANIFEST_FORMAT}`;
      this.#problems.push({
        code: "manifest-newer-format",
        path: ["format"],
        part: "value",
        message,
      });
      return [];
    }
    if (format !== 1 && format !== MANIFEST_FORMAT) {
      this.#report(["format"], `The manifest's "format" is neither 1 nor ${MANIFEST_FORMAT}`);
    }
    for (const key in value) {
      if (key !== "format" && key !== "revisions") this.#unknownKey([key], "The manifest");
    }
    if (!Array.isArray(revisions)) {
      this.#report(["revisions"], 'The manifest\'s "revisions" is not an array');
      return [];
    }
    const found = this.#revisions(revisions);
    const replaced = this.#replacements(found, format === 1);
    return followReplacements(
      replaced.size === 0 ? found : found.filter(({ id }) => !replaced.has(foldRevisionName(id))),
    );
  }

  /**
   * The folded ids that are replaced, each by only one revision. A union merge may bring their lines back, so these
   * lines are ignored, as duplicate lines are.
   */
  #replacements(revisions: readonly ManifestRevision[], isOld: boolean): ReadonlySet<string> {
    const owners = new Map<string, string>();
    if (this.#paths.size === 0) return new Set();
    for (const { id, replaces = [] } of revisions) {
      const owner = `Revision ${JSON.stringify(id)}`;
      const path = this.#paths.get(id) ?? [];
      if (isOld && replaces.length > 0) {
        this.#report(
          [...path, "replaces"],
          `${owner} has "replaces", which format 1 does not have`,
        );
      }
      for (const one of replaces) {
        const folded = foldRevisionName(one);
        const other = owners.get(folded);
        owners.set(folded, id);
        if (other === undefined && folded !== foldRevisionName(id)) continue;
        const fact = other === undefined
          ? `${owner} replaces itself`
          : `${owner} and ${JSON.stringify(other)} both replace ${JSON.stringify(one)}`;
        this.#report(path, fact);
      }
    }
    return new Set(owners.keys());
  }

  #revisions(items: readonly unknown[]): readonly ManifestRevision[] {
    const revisions: ManifestRevision[] = [];
    const byId = new Map<string, ManifestRevision>();
    const dirs = new Set<string>();
    const last = items.length - 1;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (item === null && index === last) break;
      if (!isObject(item)) {
        this.#report(["revisions", index], `Entry ${index + 1} of "revisions" is not an object`);
        continue;
      }
      const revision = this.#revision(item, index);
      if (revision === undefined) continue;
      const folded = foldRevisionName(revision.id);
      const twin = byId.get(folded);
      if (twin !== undefined) {
        // A union merge may add the same line from both sides.
        if (formatRevision(twin) === formatRevision(revision)) continue;
        const message = `Revision "${revision.id}" is in the manifest twice (case is ignored)`;
        const path = ["revisions", index];
        this.#problems.push({ code: "manifest-duplicate-id", path, part: "value", message });
      }
      byId.set(folded, revision);
      if (isRepeated(dirs, foldDirName(revision.dir))) {
        const message = `The folder "${revision.dir}" belongs to two revisions (case is ignored)`;
        this.#dir(["revisions", index], message);
      }
      revisions.push(revision);
    }
    return sortById(revisions);
  }

  #revision(item: Record<string, unknown>, index: number): ManifestRevision | undefined {
    const { id, dir, message, created, up, down } = item;
    const path = ["revisions", index];
    if (typeof id !== "string") {
      this.#report([...path, "id"], 'A revision\'s "id" is missing or not a text');
      return undefined;
    }
    const at: Entry = { id, path };
    for (const key in item) {
      if (!KEYS.has(key)) this.#unknownKey([...path, key], `Revision ${JSON.stringify(id)}`);
    }
    const fault = idFault(id);
    if (fault !== null) this.#report([...path, "id"], `The id ${JSON.stringify(id)} ${fault}`);
    const parents = this.#texts(item, "parents", at);
    const dependsOn = this.#texts(item, "dependsOn", at);
    const labels = this.#texts(item, "labels", at);
    if (typeof message !== "string") this.#wrong(at, "message", "is missing or not a text");
    if (typeof created !== "string" || !isUtcTime(created)) {
      this.#wrong(at, "created", 'is not a UTC time such as "2026-11-23T10:15:00Z"');
    }
    this.#hashes(up, down, at);
    const was = this.#was(item, at);
    const replaces = "replaces" in item ? this.#texts(item, "replaces", at) : undefined;
    if (replaces !== undefined) {
      this.#paths.set(id, path);
      if (replaces.length === 0) this.#wrong(at, "replaces", "is empty: leave it out");
    }
    if (typeof dir !== "string") {
      this.#wrong(at, "dir", "is missing or not a text");
      return undefined;
    }
    const problem = dirNameProblem(dir);
    if (problem !== undefined) {
      this.#dir([...path, "dir"], `The folder ${JSON.stringify(dir)} ${ownerOf(at)} ${problem}`);
    }
    return {
      id,
      dir,
      parents,
      dependsOn,
      labels,
      message: message as string,
      created: created as string,
      up: up as TextHash | null,
      down: down as DownHash | null,
      was,
      ...(replaces && { replaces }),
    };
  }

  #hashes(up: unknown, down: unknown, at: Entry): void {
    if (up === null && down === null) return;
    if (up !== null && !isTextHash(up)) {
      this.#wrong(at, "up", 'is neither null nor "sha256:…" in lower case');
    }
    if (down !== null && !isDownHash(down)) {
      this.#wrong(at, "down", 'is neither null nor "none" nor "sha256:…" in lower case');
    } else if (up === null || (down === null && isTextHash(up))) {
      const message = `Revision ${JSON.stringify(at.id)} is half sealed: ` +
        'one of "up" and "down" is null';
      this.#report([...at.path, up === null ? "up" : "down"], message);
    }
  }

  #was(item: Record<string, unknown>, at: Entry): ManifestRevision["was"] {
    const value = item["was"];
    if (Array.isArray(value) && (value.length === 0 || value.every(isSealedPair))) return value;
    this.#wrong(at, "was", "is not a list of [up, down] pairs of hashes");
    return [];
  }

  #texts(
    item: Record<string, unknown>,
    key: "parents" | "dependsOn" | "labels" | "replaces",
    at: Entry,
  ): readonly string[] {
    const value = item[key];
    if (Array.isArray(value) && value.length === 0) return value;
    if (!Array.isArray(value) || !value.every((text) => typeof text === "string")) {
      this.#wrong(at, key, "is not an array of texts");
      return [];
    }
    const texts: readonly string[] = value;
    for (let index = 0; index < texts.length; index++) {
      const text = texts[index]!;
      const fault = key !== "labels" ? idFault(text) : text === "" ? "is empty" : null;
      if (fault === null) continue;
      const message = `The "${key}" ${ownerOf(at)} holds ${JSON.stringify(text)}, which ${fault}`;
      this.#report([...at.path, key, index], message);
    }
    if (texts.length === 1) return texts;
    if (new Set(texts).size < texts.length) this.#wrong(at, key, "names one thing twice");
    return sortTexts(texts);
  }

  #wrong(at: Entry, key: string, fault: string): void {
    this.#report([...at.path, key], `The "${key}" ${ownerOf(at)} ${fault}`);
  }

  #report(path: JsonPath, message: string): void {
    this.#problems.push({ code: "manifest-value", path, part: "value", message });
  }

  #dir(path: JsonPath, message: string): void {
    this.#problems.push({ code: "manifest-dir", path, part: "value", message });
  }

  #unknownKey(path: JsonPath, owner: string): void {
    const message = `${owner} has the unknown key ${JSON.stringify(path.at(-1))}`;
    this.#problems.push({ code: "manifest-unknown-key", path, part: "key", message });
  }
}

function isDownHash(value: unknown): value is DownHash {
  return value === "none" || isTextHash(value);
}

function isSealedPair(pair: unknown): boolean {
  return Array.isArray(pair) && pair.length === 2 && isTextHash(pair[0]) && isDownHash(pair[1]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Adds a text to a set. Returns true if the set already had it. */
function isRepeated(seen: Set<string>, text: string): boolean {
  const size = seen.size;
  seen.add(text);
  return seen.size === size;
}
