/**
 * A worker that copies databases, because copying keeps its thread busy from beginning to end. A worker, and not a
 * process: it must not outlive the one that holds the lock.
 */
import { type CopyAnswer, type CopyTask, CopyTaskRunner } from "./page_copier.ts";

declare const self: {
  onmessage: ((event: MessageEvent<CopyTask>) => void) | null;
  postMessage(answer: CopyAnswer): void;
};

const runner = new CopyTaskRunner();

self.onmessage = async ({ data }) => {
  self.postMessage(await runner.run(data));
};
