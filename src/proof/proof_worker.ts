/** A worker that proves: SQLite keeps its thread busy, and revisions can be proven side by side. */
import { host } from "../host/mod.ts";
import { type ProofAnswer, type ProofHistory, type ProofTask, Prover } from "./proof_task.ts";

/** What the worker is sent: the history first, then tasks. */
export type ProofOrder =
  | { readonly history: ProofHistory }
  | { readonly tasks: readonly ProofTask[] };

/** What it sends back: an answer, that it is ready for more, or a fault of ours. */
export type ProofReply =
  | { readonly answer: ProofAnswer }
  | { readonly ready: true }
  | { readonly fault: string };

let prover: Prover | undefined;

const port = host.threads.port<ProofOrder, ProofReply>();

port.onOrder(async (order) => {
  try {
    if ("history" in order) prover = new Prover(order.history);
    else {
      for (const task of order.tasks) port.answer({ answer: await prover!.prove(task) });
    }
    port.answer({ ready: true });
  } catch (error) {
    port.answer({ fault: error instanceof Error ? error.stack ?? error.message : `${error}` });
  }
});
