import { host } from "../host/mod.ts";
import { makeCacheFolder, writeAtomically } from "../project/workspace/files.ts";
import type { RevisionId } from "../graph/revision.ts";
import { lineages } from "../manifest/verdict.ts";
import { digest } from "../digest.ts";
import { libraryVersion } from "../db/node_connection.ts";
import type { TextHash } from "../manifest/manifest.ts";
import type { Project } from "../project/workspace/project.ts";
import { textHashes } from "../project/workspace/revision_texts.ts";
import type { Workspace } from "../project/workspace/workspace.ts";
import { scratchSettings } from "../replay/scratch.ts";
import { RELEASE } from "../text/program.ts";
import type { OrderProof } from "./branches.ts";
import type { Proof } from "./proof.ts";
import { type ProofAnswer, type ProofTask, proveTasks } from "./pool.ts";
import { type RevisionSource, RevisionSources } from "./revision_source.ts";

/** Increase it if answers change their form or meaning: files with another number are ignored. */
const FORMAT = 4;

/** Maximum number of cached answers; the oldest are dropped. */
const KEPT = 20_000;

interface Stored {
  readonly format: number;
  readonly answers: readonly (readonly [key: string, answer: ProofAnswer])[];
}

/**
 * Answers of earlier proofs, in a file that can be deleted at any time. A key covers everything that the answer depends
 * on, so no answer is ever out of date. If the file cannot be read, everything is proven again.
 */
class ProofCache {
  readonly #root: string;
  readonly #path: string;
  readonly #answers: Map<string, ProofAnswer>;
  #isChanged = false;

  /** @param root The folder `.aludel` beside the settings. */
  constructor(root: string) {
    this.#root = root;
    this.#path = `${root}/proofs.json`;
    this.#answers = new Map(this.#read());
  }

  get(key: string): ProofAnswer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: ProofAnswer): void {
    this.#answers.set(key, answer);
    this.#isChanged = true;
  }

  /** Writes the new answers. */
  save(): void {
    if (!this.#isChanged) return;
    try {
      makeCacheFolder(this.#root, this.#root);
      // Another process may have written meanwhile.
      const answers = [...new Map([...this.#read(), ...this.#answers])].slice(-KEPT);
      const stored: Stored = { format: FORMAT, answers };
      writeAtomically(this.#path, JSON.stringify(stored));
    } catch {
      // Without the cache, only the next proof takes longer.
    }
  }

  #read(): Stored["answers"] {
    try {
      const stored = JSON.parse(host.files.readText(this.#path)) as Stored;
      return stored.format === FORMAT ? stored.answers : [];
    } catch {
      return [];
    }
  }
}

/** The arguments of {@linkcode prove}. */
export interface ProveRequest {
  readonly project: Project;
  readonly workspace: Workspace;
  readonly ids: readonly RevisionId[];
  /** Maximum number of threads. */
  readonly jobs: number;
  /** Whether to use cached answers; false proves everything again. */
  readonly cached: boolean;
  readonly onProgress: (done: number, of: number) => void;
}

/** The result of {@linkcode prove}. */
export interface ProveResult {
  /** In topological order. */
  readonly proofs: readonly Proof[];
  readonly orders: readonly OrderProof[];
  /** Number of answers from the cache. */
  readonly fromCache: number;
}

/**
 * Proves revisions, and that the branches which merge or end among them commute. Answers for unchanged revisions with
 * unchanged history come from the cache.
 *
 * @throws {AludelError} The errors of reading a revision's files.
 */
export async function prove(request: ProveRequest): Promise<ProveResult> {
  const { project, workspace: { graph }, ids, jobs, onProgress } = request;
  const { of: sourceOf } = new RevisionSources(request.workspace);
  const sources = [...graph.ancestors(ids, "all")].map(sourceOf);
  const tasks = tasksOf(request);
  const keys = keysOf(tasks, sources, request);
  const cache = new ProofCache(`${project.settings.root}/.aludel`);
  const answers = new Map<ProofTask, ProofAnswer>();
  if (request.cached) {
    for (const task of tasks) {
      const known = cache.get(keys.get(task)!);
      if (known !== undefined) answers.set(task, known);
    }
  }
  const fromCache = answers.size;
  const missing = tasks.filter((task) => !answers.has(task));
  const byName = new Map(missing.map((task) => [nameOf(task), task]));
  const settings = scratchSettings(project.settings);
  onProgress(fromCache, tasks.length);
  await proveTasks({ sources, settings }, missing, jobs, (answer) => {
    const task = byName.get(nameOfAnswer(answer))!;
    answers.set(task, answer);
    cache.set(keys.get(task)!, answer);
    onProgress(answers.size, tasks.length);
  });
  cache.save();
  const all = tasks.map((task) => answers.get(task)!);
  return {
    proofs: all.flatMap((answer) => answer.kind === "revision" ? answer.proof : []),
    orders: all.flatMap((answer) => answer.kind === "orders" ? answer.proof : []),
    fromCache,
  };
}

/**
 * Returns the cached proofs that are still valid. Runs nothing.
 * @throws {AludelError} The errors of reading a revision's files.
 */
export function provenBefore(
  { project, workspace, ids }: Pick<ProveRequest, "project" | "workspace" | "ids">,
): ReadonlyMap<RevisionId, Proof> {
  const { of: sourceOf } = new RevisionSources(workspace);
  const sources = [...workspace.graph.ancestors(ids, "all")].map(sourceOf);
  const tasks = ids.map((id) => ({ kind: "revision", id } as const));
  const keys = keysOf(tasks, sources, { project });
  const cache = new ProofCache(`${project.settings.root}/.aludel`);
  const proofs = tasks.flatMap((task) => {
    const known = cache.get(keys.get(task)!);
    return known?.kind === "revision" ? [known.proof] : [];
  });
  return new Map(proofs.map((proof) => [proof.id, proof]));
}

/** Each revision, each merge's parents, and the heads if there are several. */
function tasksOf({ workspace: { graph }, ids }: ProveRequest): ProofTask[] {
  const wanted = new Set(ids);
  const groups = ids.map((id) => graph.parentsOf(id));
  groups.push(graph.effectiveHeads.filter((id) => wanted.has(id)));
  return [
    ...ids.map((id) => ({ kind: "revision", id } as const)),
    ...groups.filter((heads) => heads.length > 1)
      .map((heads) => ({ kind: "orders", heads } as const)),
  ];
}

function nameOf(task: ProofTask): string {
  return task.kind === "revision" ? task.id : task.heads.join(" ");
}

function nameOfAnswer(answer: ProofAnswer): string {
  return answer.kind === "revision" ? answer.proof.id : answer.proof.heads.join(" ");
}

/** The keys of tasks. A key covers the history with its texts, seed and assertions, SQLite, and this program. */
function keysOf(
  tasks: readonly ProofTask[],
  sources: readonly RevisionSource[],
  { project: { settings } }: Pick<ProveRequest, "project">,
): ReadonlyMap<ProofTask, TextHash> {
  const known = new Map(sources.map((source) => [source.id, source]));
  const lineageOf = lineages(sources, (id) => textHashes(known.get(id)!));
  const shared = [
    "aludel-proof-1",
    RELEASE,
    libraryVersion(),
    JSON.stringify(scratchSettings(settings)),
  ];
  return new Map(tasks.map((task) => {
    const facts = task.kind === "orders" ? task.heads.map((id) => lineageOf.get(id)) : [
      lineageOf.get(task.id),
      known.get(task.id)!.seed?.hash,
      known.get(task.id)!.asserts?.hash,
    ];
    return [task, digest([...shared, task.kind, ...facts.map(String)].join("\n"))];
  }));
}
