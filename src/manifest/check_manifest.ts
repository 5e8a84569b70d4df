import { foldName, idFault } from "../graph/revision_name.ts";
import { dirNameProblem, foldDirName } from "./dir_name.ts";
import {
  formatRevision,
  MANIFEST_FORMAT,
  REVISION_KEYS,
  sortById,
  sortTexts,
} from "./format_manifest.ts";
import type { DownHash, ManifestRevision, TextHash } from "./manifest.ts";
import type { JsonPath } from "./strict_json.ts";
import { readUtcTime } from "./utc_time.ts";

/** The codes that a manifest's content can earn. */
export type ManifestProblemCode =
  | "manifest-dir"
  | "manifest-duplicate-id"
  | "manifest-newer-format"
  | "manifest-unknown-key"
  | "manifest-value";

/** Something wrong with a manifest that is JSON. */
export interface ManifestProblem {
  readonly code: ManifestProblemCode;
  /** Where in the JSON value. */
  readonly path: JsonPath;
  /** Whether the key itself is at fault or its value. */
  readonly part: "key" | "value";
  /** One sentence without a final period. */
  readonly message: string;
}

const KEYS: ReadonlySet<string> = new Set(REVISION_KEYS);
const HASH = /^sha256:[0-9a-f]{64}$/;

/**
 * Checks a parsed manifest against docs/formats.md and finds every problem, but for those of the graph.
 *
 * @param value What JSON.parse gives.
 * @param problems Filled with what is wrong. The result is of use only when nothing is added.
 * @returns The revisions sorted by id, their arrays sorted.
 */
export function checkManifest(
  value: unknown,
  problems: ManifestProblem[],
): readonly ManifestRevision[] {
  return new ManifestCheck(problems).manifest(value);
}

/** Whether a text has the form of a text's hash: `sha256:` and 64 lower-case hex digits. */
export function isTextHash(value: unknown): value is TextHash {
  return typeof value === "string" && HASH.test(value);
}

class ManifestCheck {
  readonly #problems: ManifestProblem[];

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
      // Nothing else is judged: what a newer format allows is not known here.
      const message = `The manifest has format ${format}, and this Aludel knows ${MANIFEST_FORMAT}`;
      this.#problems.push({
        code: "manifest-newer-format",
        path: ["format"],
        part: "value",
        message,
      });
      return [];
    }
    if (format !== MANIFEST_FORMAT) {
      this.#report(["format"], `The manifest's "format" is not ${MANIFEST_FORMAT}`);
    }
    for (const key in value) {
      if (key !== "format" && key !== "revisions") this.#unknownKey([key], "The manifest");
    }
    if (!Array.isArray(revisions)) {
      this.#report(["revisions"], 'The manifest\'s "revisions" is not an array');
      return [];
    }
    return this.#revisions(revisions);
  }

  #revisions(items: readonly unknown[]): readonly ManifestRevision[] {
    const revisions: ManifestRevision[] = [];
    const byId = new Map<string, ManifestRevision>();
    const dirs = new Set<string>();
    const last = items.length - 1;
    for (const [index, item] of items.entries()) {
      if (item === null && index === last) break;
      const path = ["revisions", index];
      if (!isObject(item)) {
        this.#report(path, `Entry ${index + 1} of "revisions" is not an object`);
        continue;
      }
      const revision = this.#revision(item, path);
      if (revision === undefined) continue;
      const folded = foldName(revision.id);
      const twin = byId.get(folded);
      if (twin !== undefined) {
        // Both sides of a union merge may bring the same line.
        if (formatRevision(twin) === formatRevision(revision)) continue;
        const message = `Revision "${revision.id}" stands in the manifest twice (case is ignored)`;
        this.#problems.push({ code: "manifest-duplicate-id", path, part: "value", message });
      }
      byId.set(folded, revision);
      if (isRepeated(dirs, foldDirName(revision.dir))) {
        this.#dir(path, `The folder "${revision.dir}" belongs to two revisions (case is ignored)`);
      }
      revisions.push(revision);
    }
    return sortById(revisions);
  }

  #revision(item: Record<string, unknown>, path: JsonPath): ManifestRevision | undefined {
    const { id, dir, parents, dependsOn, labels, message, created, up, down, was } = item;
    if (typeof id !== "string") {
      this.#report([...path, "id"], 'A revision\'s "id" is missing or not a text');
      return undefined;
    }
    const of = `of revision ${JSON.stringify(id)}`;
    const before = this.#problems.length;
    for (const key in item) {
      if (!KEYS.has(key)) this.#unknownKey([...path, key], `Revision ${JSON.stringify(id)}`);
    }
    const fault = idFault(id);
    if (fault !== null) this.#report([...path, "id"], `The id ${JSON.stringify(id)} ${fault}`);
    if (typeof dir !== "string") {
      this.#report([...path, "dir"], `The "dir" ${of} is missing or not a text`);
    } else {
      const problem = dirNameProblem(dir);
      if (problem !== undefined) {
        this.#dir([...path, "dir"], `The folder ${JSON.stringify(dir)} ${of} ${problem}`);
      }
    }
    const texts = {
      parents: this.#texts(parents, [...path, "parents"], of, true),
      dependsOn: this.#texts(dependsOn, [...path, "dependsOn"], of, true),
      labels: this.#texts(labels, [...path, "labels"], of, false),
    };
    if (typeof message !== "string") {
      this.#report([...path, "message"], `The "message" ${of} is missing or not a text`);
    }
    if (typeof created !== "string" || readUtcTime(created) === undefined) {
      this.#report(
        [...path, "created"],
        `The "created" ${of} is not a UTC time such as "2026-11-23T10:15:00Z"`,
      );
    }
    this.#hashes(up, down, path, of);
    const earlier = this.#was(was, [...path, "was"], of);
    if (this.#problems.length > before && (typeof dir !== "string")) return undefined;
    return {
      id,
      dir: dir as string,
      ...texts,
      message: message as string,
      created: created as string,
      up: up as TextHash | null,
      down: down as DownHash | null,
      was: earlier,
    };
  }

  #hashes(up: unknown, down: unknown, path: JsonPath, of: string): void {
    if (up !== null && !isTextHash(up)) {
      this.#report([...path, "up"], `The "up" ${of} is neither null nor "sha256:…" in lower case`);
    }
    if (down !== null && down !== "none" && !isTextHash(down)) {
      const message = `The "down" ${of} is neither null nor "none" nor "sha256:…" in lower case`;
      this.#report([...path, "down"], message);
    } else if ((up === null) !== (down === null) && (up === null || isTextHash(up))) {
      const message = `Revision ${of.slice(12)} is half sealed: one of "up" and "down" is null`;
      this.#report([...path, up === null ? "up" : "down"], message);
    }
  }

  #was(value: unknown, path: JsonPath, of: string): ManifestRevision["was"] {
    const isPair = (pair: unknown) =>
      Array.isArray(pair) && pair.length === 2 && isTextHash(pair[0]) &&
      (pair[1] === "none" || isTextHash(pair[1]));
    if (Array.isArray(value) && value.every(isPair)) return value;
    this.#report(path, `The "was" ${of} is not a list of [up, down] pairs of hashes`);
    return [];
  }

  #texts(value: unknown, path: JsonPath, of: string, ids: boolean): readonly string[] {
    const name = `The "${path.at(-1)}" ${of}`;
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      this.#report(path, `${name} is not an array of texts`);
      return [];
    }
    const texts: readonly string[] = value;
    if (texts.length === 0) return texts;
    if (new Set(texts).size < texts.length) this.#report(path, `${name} names one thing twice`);
    for (const [index, text] of texts.entries()) {
      const fault = ids ? idFault(text) : text === "" ? "is empty" : null;
      if (fault !== null) {
        this.#report([...path, index], `${name} holds ${JSON.stringify(text)}, which ${fault}`);
      }
    }
    return sortTexts(texts);
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Adds a text to a set; true where it was there already. */
function isRepeated(seen: Set<string>, text: string): boolean {
  const size = seen.size;
  seen.add(text);
  return seen.size === size;
}
