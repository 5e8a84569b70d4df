// deno-lint-ignore-file no-console
/**
 * Measures how often plain git, with the committed attribute `merge=union`, merges the manifests of two branches right:
 * to a manifest that is valid and is the three-way merge of the two. docs/git.md says the result.
 *
 * `deno run -A scripts/once/measure_union_merge.ts [COUNT] [SEED]`
 */
import {
  formatManifest,
  type Manifest,
  type ManifestRevision,
  sortById,
} from "../../src/manifest/manifest.ts";
import { mergeManifests } from "../../src/manifest/merge_manifest.ts";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";

/** What the branches of a history do, besides adding one to three revisions each. */
export const KINDS = [
  "add",
  "add-seal-own",
  "seal-shared",
  "resign-shared",
  "remove-shared",
] as const;

export interface UnionCount {
  readonly kind: (typeof KINDS)[number];
  readonly histories: number;
  /** A manifest that Aludel reads. */
  readonly valid: number;
  /** And with the very revisions that the three-way merge gives. */
  readonly right: number;
}

interface History {
  readonly base: Manifest;
  readonly ours: Manifest;
  readonly theirs: Manifest;
}

/** Makes `count` random histories of each kind and has git merge them in a temporary repository. */
export async function measureUnion(
  kinds: readonly UnionCount["kind"][],
  count: number,
  seed: number,
): Promise<readonly UnionCount[]> {
  const random = generator(seed);
  const histories = kinds.map((kind) =>
    Array.from({ length: count }, () => randomHistory(kind, random))
  );
  const merged = await mergeAll(histories.flat());
  return kinds.map((kind, at) => {
    const results = merged.slice(at * count, (at + 1) * count);
    let valid = 0;
    let right = 0;
    results.forEach((text, nth) => {
      const read = readable(text);
      if (read === undefined) return;
      valid++;
      const { base, ours, theirs } = histories[at]![nth]!;
      const { manifest, conflicts } = mergeManifests(base, ours, theirs);
      if (conflicts.length === 0 && formatManifest(read) === formatManifest(manifest)) right++;
    });
    return { kind, histories: count, valid, right };
  });
}

function readable(text: string): Manifest | undefined {
  try {
    return parseManifest(text, "merged");
  } catch {
    return undefined;
  }
}

function randomHistory(kind: UnionCount["kind"], random: () => number): History {
  const hex = () => Array.from({ length: 12 }, () => digit(random)).join("");
  const shared = Array.from({ length: Math.floor(random() * 30) }, () => draft(hex()));
  const sealedShared = shared.map((one) => kind === "resign-shared" ? sealed(one, random) : one);
  const branch = (acts: boolean) => {
    const added = Array.from({ length: 1 + Math.floor(random() * 3) }, () => draft(hex()));
    const own = kind === "add" ? added : added.map((one) => sealed(one, random));
    return { revisions: sortById([...acted(kind, acts, sealedShared, random), ...own]) };
  };
  const sidesThatAct = random() < 0.5;
  return {
    base: { revisions: sortById(sealedShared) },
    ours: branch(sidesThatAct),
    theirs: branch(!sidesThatAct),
  };
}

/** What one branch makes of the shared revisions: the deed of the kind, to one of them. */
function acted(
  kind: UnionCount["kind"],
  acts: boolean,
  shared: readonly ManifestRevision[],
  random: () => number,
): readonly ManifestRevision[] {
  if (!acts || kind === "add" || kind === "add-seal-own") return shared;
  const chosen = Math.floor(random() * shared.length);
  return shared.flatMap((one, at) => {
    if (at !== chosen) return [one];
    if (kind === "remove-shared") return [];
    const was = one.up !== null && one.down !== null ? [[one.up, one.down] as const] : [];
    return [{ ...sealed(one, random), was }];
  });
}

function draft(id: string): ManifestRevision {
  return {
    id,
    dir: `2026-11-23_${id}_x`,
    parents: [],
    dependsOn: [],
    labels: [],
    message: "x",
    created: "2026-11-23T10:15:00Z",
    up: null,
    down: null,
    was: [],
  };
}

function sealed(revision: ManifestRevision, random: () => number): ManifestRevision {
  const hash = Array.from({ length: 64 }, () => digit(random)).join("");
  return { ...revision, up: `sha256:${hash}`, down: "none" };
}

function digit(random: () => number): string {
  return Math.floor(random() * 16).toString(16);
}

/** The merged texts, made by git's own merge (not merge-file, which cuts conflicts more finely). */
async function mergeAll(histories: readonly History[]): Promise<readonly string[]> {
  const folder = Deno.makeTempDirSync();
  try {
    await git(folder, ["init", "-q"]);
    Deno.writeTextFileSync(`${folder}/.gitattributes`, "manifest.json merge=union\n");
    await git(folder, ["fast-import", "--quiet"], histories.map(commitsOf).join(""));
    const texts: string[] = [];
    for (const at of histories.keys()) {
      const tree = await git(folder, ["merge-tree", "--write-tree", `ours${at}`, `theirs${at}`]);
      texts.push(await git(folder, ["cat-file", "blob", `${tree.trim()}:manifest.json`]));
    }
    return texts;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** https://git-scm.com/docs/git-fast-import */
function commitsOf({ base, ours, theirs }: History, at: number): string {
  const commit = (branch: string, from: string, manifest: Manifest) => {
    const text = formatManifest(manifest);
    return `commit refs/heads/${branch}${at}\ncommitter a <a@b> 1700000000 +0000\ndata 0\n${from}` +
      `M 100644 inline manifest.json\ndata ${text.length}\n${text}\n`;
  };
  const from = `from refs/heads/base${at}\n`;
  return commit("base", "", base) + commit("ours", from, ours) + commit("theirs", from, theirs);
}

async function git(cwd: string, args: readonly string[], input?: string): Promise<string> {
  const child = new Deno.Command("git", {
    args: [...args],
    cwd,
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = input === undefined ? undefined : new Blob([input]).stream().pipeTo(child.stdin);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed?.catch(() => {})]);
  if (code !== 0) throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Random numbers that a seed repeats (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) {
  const [count = "1000", seed = "1"] = Deno.args;
  console.table(await measureUnion(KINDS, Number(count), Number(seed)));
}
