import { type ProofAnswer, type ProofHistory, type ProofTask, Prover } from "./proof_task.ts";
import type { ProofOrder, ProofReply } from "./proof_worker.ts";

/** Starts a worker that proves. A module of its own, beside the worker's, so that builds find both. */
function startProofWorker(): Worker {
  return new Worker(new URL("./proof_worker.ts", import.meta.url).href, { type: "module" });
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
  const send = (order: ProofOrder) => worker.postMessage(order);
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ProofReply>) => {
      if ("answer" in data) return onAnswer(data.answer);
      if ("fault" in data) return reject(new Error(data.fault));
      const tasks = batches.pop();
      if (tasks === undefined) resolve();
      else send({ tasks });
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    send({ history });
  }).finally(() => worker.terminate());
}
