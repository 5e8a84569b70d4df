/** A worker that proves: SQLite keeps its thread busy, and revisions can be proven side by side. */
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

declare const self: {
  onmessage: ((event: MessageEvent<ProofOrder>) => void) | null;
  postMessage(reply: ProofReply): void;
};

let prover: Prover | undefined;

self.onmessage = async ({ data }) => {
  try {
    if ("history" in data) prover = new Prover(data.history);
    else {
      for (const task of data.tasks) self.postMessage({ answer: await prover!.prove(task) });
    }
    self.postMessage({ ready: true });
  } catch (error) {
    self.postMessage({ fault: error instanceof Error ? error.stack ?? error.message : `${error}` });
  }
};
