import { host, type Thread } from "../host/mod.ts";
import { type ProofAnswer, type ProofHistory, type ProofTask, Prover } from "./proof_task.ts";
import type { ProofOrder, ProofReply } from "./proof_worker.ts";

/** Starts a worker that proves. A module of its own, beside the worker's, so that builds find both. */
function startProofWorker(): Thread<ProofOrder, ProofReply> {
  return host.threads.start(new URL("./proof_worker.ts", import.meta.url));
}

/** Fewer tasks than this for each worker do not pay for starting it. */
const LEAST = 12;

/** So many tasks are given out at a time: neighbours share the replay of what is under them. */
const BATCH = 8;

/**
 * Does tasks on several threads, or on this one where they are few.
 *
 * @param jobs How many threads there may be.
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
