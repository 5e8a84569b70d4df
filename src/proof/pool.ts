import { host, type Thread } from "../host/mod.ts";
import { requireGraph } from "../graph/build_graph.ts";
import type { RevisionId } from "../graph/revision.ts";
import { Scratch, type ScratchSettings } from "../replay/scratch.ts";
import { type OrderProof, proveOrders } from "./branches.ts";
import { type Proof, proveRevision } from "./proof.ts";
import { ReplayTree } from "../replay/tree.ts";
import type { RevisionSource } from "./revision_source.ts";

/** A history to prove revisions of. It can be sent to a worker. */
export interface ProofHistory {
  /** In topological order, with all ancestors and dependencies. */
  readonly sources: readonly RevisionSource[];
  readonly settings: ScratchSettings;
}

/** One proof to make. */
export type ProofTask =
  | { readonly kind: "revision"; readonly id: RevisionId }
  | { readonly kind: "orders"; readonly heads: readonly RevisionId[] };

/** The result of a task. */
export type ProofAnswer =
  | { readonly kind: "revision"; readonly proof: Proof }
  | { readonly kind: "orders"; readonly proof: OrderProof };

/** Runs the tasks of one history, one after the other. */
export class Prover {
  readonly #tree: ReplayTree;

  constructor({ sources, settings }: ProofHistory) {
    const known = new Map(sources.map((source) => [source.id, source]));
    this.#tree = new ReplayTree(
      requireGraph(sources),
      (id) => known.get(id)!,
      new Scratch(settings),
    );
  }

  async prove(task: ProofTask): Promise<ProofAnswer> {
    return task.kind === "revision"
      ? { kind: task.kind, proof: await proveRevision(task.id, this.#tree) }
      : { kind: task.kind, proof: await proveOrders(task.heads, this.#tree) };
  }
}

/** A message to a worker: first the history, then tasks. */
export type ProofOrder =
  | { readonly history: ProofHistory }
  | { readonly tasks: readonly ProofTask[] };

/** A message from a worker: an answer, a request for tasks, or an internal error. */
export type ProofReply =
  | { readonly answer: ProofAnswer }
  | { readonly ready: true }
  | { readonly fault: string };

/** Starts a worker. The address is a literal, so that bundlers find the file. */
function startProofWorker(): Thread<ProofOrder, ProofReply> {
  return host.threads.start(new URL("./proof_worker.ts", import.meta.url));
}

/** Minimum number of tasks for each worker; starting it takes longer than fewer tasks do. */
const LEAST = 12;

/** Number of tasks given to a worker at a time. Adjacent tasks share the replay of earlier revisions. */
const BATCH = 8;

/**
 * Runs tasks on several threads, or on this one if there are few.
 *
 * @param jobs The maximum number of threads.
 * @param onAnswer Called in no particular order.
 */
export async function proveTasks(
  history: ProofHistory,
  tasks: readonly ProofTask[],
  jobs: number,
  onAnswer: (answer: ProofAnswer) => void,
): Promise<void> {
  const workers = Math.min(jobs, Math.floor(tasks.length / LEAST));
  if (workers < 2) {
    const prover = new Prover(history);
    for (const task of tasks) onAnswer(await prover.prove(task));
    return;
  }
  const batches: ProofTask[][] = [];
  for (let at = 0; at < tasks.length; at += BATCH) batches.push(tasks.slice(at, at + BATCH));
  batches.reverse();
  await Promise.all(
    Array.from({ length: workers }, () => serve(history, batches, onAnswer)),
  );
}

/** Starts a worker and gives it batches until none is left. */
function serve(
  history: ProofHistory,
  batches: ProofTask[][],
  onAnswer: (answer: ProofAnswer) => void,
): Promise<void> {
  const worker = startProofWorker();
  const send = (order: ProofOrder) => worker.send(order);
  return new Promise<void>((resolve, reject) => {
    worker.onAnswer((reply) => {
      if ("answer" in reply) return onAnswer(reply.answer);
      if ("fault" in reply) return reject(new Error(reply.fault));
      const tasks = batches.pop();
      if (tasks === undefined) resolve();
      else send({ tasks });
    });
    worker.onFault((message) => reject(new Error(message)));
    send({ history });
  }).finally(() => worker.terminate());
}
