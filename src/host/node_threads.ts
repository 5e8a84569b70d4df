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
        let next = wake();
        while (typeof next === "number") {
          const signal = waitForInterrupt(next);
          for (;;) {
            const order = receiveMessageOnPort(parentPort!) as
              | { readonly message: Order }
              | undefined;
            if (order === undefined) break;
            receive(order.message);
          }
          next = wake(signal);
        }
        nodeProcess.kill(nodeProcess.pid, next);
      },
    };
  },
  get processors() {
    return availableParallelism();
  },
};

/**
 * Waits, and hears Ctrl-C meanwhile. Node calls listeners of signals on the main thread alone, which hears nothing while
 * it is busy; but a script that SIGINT may break is broken in any thread. Only the waiting is inside such a script, since
 * it can be broken anywhere, and without its `finally`.
 */
function waitForInterrupt(milliseconds: number): EndSignal | undefined {
  wait ??= {
    script: new vm.Script(
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)",
    ),
    context: vm.createContext({}),
  };
  wait.context["milliseconds"] = milliseconds;
  try {
    wait.script.runInContext(wait.context, { breakOnSigint: true });
    return undefined;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
      return "SIGINT";
    }
    throw error;
  }
}

let wait: { readonly script: vm.Script; readonly context: vm.Context } | undefined;
