import { host, type Thread } from "../host/mod.ts";
import type { CrewSetup, Task, TaskReply } from "./task.ts";

/** A message to a worker: the setup first, then tasks. */
export type CrewOrder = { readonly setup: CrewSetup } | { readonly tasks: readonly Task[] };

/** A message from a worker: a result, that it is ready for the next order, or a bug of Aludel. */
export type CrewReply = TaskReply | { readonly ready: true } | { readonly fault: string };

/** Starts a worker. The address is a literal, because bundlers look for one. */
function startWorker(): Thread<CrewOrder, CrewReply> {
  return host.threads.start(new URL("./fleet_worker.ts", import.meta.url));
}

/**
 * The threads that work on the databases of a fleet. The thread that starts them only writes the journal, draws
 * progress and handles Ctrl-C.
 */
export class Crew implements Disposable {
  readonly #workers: readonly Thread<CrewOrder, CrewReply>[];
  readonly #started: readonly Promise<void>[];

  /** @param jobs The number of threads. */
  constructor(jobs: number, setup: CrewSetup) {
    this.#workers = Array.from({ length: jobs }, startWorker);
    this.#started = this.#workers.map((worker) => talk(worker, { setup }, () => {}));
  }

  /**
   * Runs tasks until there are no more.
   *
   * @param take Returns the next tasks of one thread, which runs them in order; none if all were taken.
   * @param onReply Called with each result. Results of different threads come in any order.
   * @throws {Error} A bug of Aludel in a thread.
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

/** Sends an order. Resolves when the worker is ready for the next one, and rejects if the worker fails. */
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
