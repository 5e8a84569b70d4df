import { host, type Thread } from "../host/mod.ts";
import type { CrewSetup, Task, TaskReply } from "./task.ts";

/** A message to a worker: the setup first, then tasks. */
export type CrewOrder = { readonly setup: CrewSetup } | { readonly tasks: readonly Task[] };

/** A message from a worker: a result, that it is ready for more, or a bug of ours. */
export type CrewReply = TaskReply | { readonly ready: true } | { readonly fault: string };

/** Starts a worker. The address is literal so that builds find it. */
function startWorker(): Thread<CrewOrder, CrewReply> {
  return host.threads.start(new URL("./fleet_worker.ts", import.meta.url));
}

/**
 * The threads that work on the databases of a fleet. The thread that started them stays free to keep the journal, to
 * draw progress and to hear Ctrl-C.
 */
export class Crew implements Disposable {
  readonly #workers: readonly Thread<CrewOrder, CrewReply>[];
  readonly #started: readonly Promise<void>[];

  /** @param jobs How many threads. */
  constructor(jobs: number, setup: CrewSetup) {
    this.#workers = Array.from({ length: jobs }, startWorker);
    this.#started = this.#workers.map((worker) => talk(worker, { setup }, () => {}));
  }

  /**
   * Has tasks done until there are no more.
   *
   * @param take Gives the next tasks for one thread, which does them in order; none when nothing is left.
   * @param onReply Called with each result, in no particular order among threads.
   * @throws {Error} A bug of ours in a thread.
   */
  async work(
    take: () => Promise<readonly Task[]>,
    onReply: (reply: TaskReply) => void,
  ): Promise<void> {
    await Promise.all(this.#workers.map(async (worker, index) => {
      await this.#started[index];
      for (let tasks = await take(); tasks.length > 0; tasks = await take()) {
        await talk(worker, { tasks }, onReply);
      }
    }));
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

/** Sends an order, and resolves when the worker is ready for the next one. */
function talk(
  worker: Thread<CrewOrder, CrewReply>,
  order: CrewOrder,
  onReply: (reply: TaskReply) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.onAnswer((reply) => {
      if ("ready" in reply) resolve();
      else if ("fault" in reply) reject(new Error(reply.fault));
      else onReply(reply);
    });
    worker.onFault((message) => reject(new Error(message)));
    worker.send(order);
  });
}
