/** The thread of watched_program.ts. */
import { host } from "./this_host.ts";

interface Start {
  /** How often the watch was called. */
  readonly calls: Int32Array<SharedArrayBuffer>;
  readonly end: boolean;
}

const port = host.threads.port<Start | string, readonly string[]>();
const heard: string[] = [];
let order = "";

port.onOrder((told) => {
  if (typeof told === "string") order = told;
  else watch(told);
});

function watch({ calls, end }: Start): void {
  port.keepWatch((signal) => {
    if (signal !== undefined && end) return signal;
    if (signal !== undefined) heard.push(`${signal} ${order}`);
    port.answer(heard);
    Atomics.add(calls, 0, 1);
    Atomics.notify(calls, 0);
    return Infinity;
  });
}
