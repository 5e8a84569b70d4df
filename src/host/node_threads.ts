/** Threads as Node has them, and the signals that one can hear. */
import { availableParallelism } from "node:os";
import nodeProcess from "node:process";
import vm from "node:vm";
import { parentPort, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { EndSignal, Thread, ThreadPort, Threads } from "./host.ts";

/** What a program that is one file has: https://nodejs.org/api/single-executable-applications.html */
interface SingleFile {
  isSea(): boolean;
  getAsset(name: string, encoding: "utf8"): string;
}

/** Not every runtime has this module of Node's. */
export function singleFile(): SingleFile | undefined {
  return nodeProcess.getBuiltinModule("node:sea") as SingleFile | undefined;
}

/** Node's threads. */
export const threads: Threads = {
  start<Order, Answer>(module: URL): Thread<Order, Answer> {
    const worker = module.protocol === "sea:"
      // A file that holds everything has no module that a thread could be started with: it starts as the program did.
      ? new Worker(singleFile()!.getAsset("start.cjs", "utf8"), {
        eval: true,
        workerData: { start: module.href },
      })
      : new Worker(module);
    return {
      send: (order) => worker.postMessage(order),
      onAnswer(listener) {
        worker.removeAllListeners("message").on("message", listener);
      },
      onFault(listener) {
        worker.removeAllListeners("error").on(
          "error",
          (error) => listener(error instanceof Error ? error.message : `${error}`),
        );
      },
      terminate() {
        void worker.terminate();
      },
    };
  },
  port<Order, Answer>(): ThreadPort<Order, Answer> {
    let receive: (order: Order) => void = () => {};
    return {
      onOrder(listener) {
        receive = listener;
        parentPort!.on("message", (order: Order) => receive(order));
      },
      answer: (answer) => parentPort!.postMessage(answer),
      keepWatch(wake) {
        let signal: EndSignal | undefined;
        let end: EndSignal | undefined;
        do {
          // Node hears SIGINT only while such a script runs; between two of them it would end the process.
          signal = runBreakable(() => end = watch(wake, signal));
        } while (end === undefined);
        nodeProcess.kill(nodeProcess.pid, end);
      },
    };

    function watch(wake: Wake, signal: EndSignal | undefined): EndSignal {
      let next = wake(signal);
      while (typeof next === "number") {
        const milliseconds = next;
        const heard = runBreakable(() =>
          void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
        );
        for (;;) {
          const order = receiveMessageOnPort(parentPort!) as
            | { readonly message: Order }
            | undefined;
          if (order === undefined) break;
          receive(order.message);
        }
        next = wake(heard);
      }
      return next;
    }
  },
  get processors() {
    return availableParallelism();
  },
};

/** What a watch calls: see `keepWatch` of {@linkcode ThreadPort}. */
type Wake = Parameters<ThreadPort<unknown, unknown>["keepWatch"]>[0];

/**
 * Does some work, and hears Ctrl-C meanwhile. Node calls listeners of signals on the main thread alone, which hears
 * nothing while it is busy; but a script that SIGINT may break is broken in any thread: anywhere in its work, and without
 * any `finally` of it.
 * @returns The signal that broke the work off.
 */
function runBreakable(work: () => void): EndSignal | undefined {
  breakable ??= { script: new vm.Script("work()"), context: vm.createContext({}) };
  breakable.context["work"] = work;
  try {
    breakable.script.runInContext(breakable.context, { breakOnSigint: true });
    return undefined;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
      return "SIGINT";
    }
    throw error;
  }
}

let breakable: { readonly script: vm.Script; readonly context: vm.Context } | undefined;
