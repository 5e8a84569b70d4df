/** Starts a worker that proves. A module of its own, beside the worker's, so that builds find both. */
export function startProofWorker(): Worker {
  return new Worker(new URL("./proof_worker.ts", import.meta.url).href, { type: "module" });
}
