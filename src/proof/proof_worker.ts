/** A worker that proves revisions in its own thread, because SQLite blocks the thread it runs on. */
import { host } from "../host/mod.ts";
import { type ProofOrder, type ProofReply, Prover } from "./pool.ts";

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
