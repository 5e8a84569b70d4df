import { host, type Thread } from "../host/mod.ts";
import type { CopyAnswer, CopyTask } from "./page_copier.ts";

/** Starts the thread that copies databases. A module of its own, beside the thread's, so that builds find both. */
export function startCopyWorker(): Thread<CopyTask, CopyAnswer> {
  return host.threads.start(new URL("./copy_worker.ts", import.meta.url));
}
