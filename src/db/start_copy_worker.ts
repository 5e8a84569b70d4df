/** Starts the worker that copies databases. A module of its own, beside the worker's, so that builds find both. */
export function startCopyWorker(): Worker {
  return new Worker(new URL("./copy_worker.ts", import.meta.url).href, { type: "module" });
}
