/**
 * A program that sends SIGINT to itself and is too busy to hear it, while a thread keeps watch. `watched_program.ts 3`
 * is sent three, and prints what the thread heard; with `end` the thread ends the process at the first.
 */
import { host } from "./this_host.ts";

const end = host.process.args[0] === "end";
const count = end ? 1 : Number(host.process.args[0]);
const calls = new Int32Array(new SharedArrayBuffer(4));
const thread = host.threads.start<unknown, readonly string[]>(
  new URL("./watching_thread.ts", import.meta.url),
);
thread.send({ calls, end });
thread.send("told");
Atomics.wait(calls, 0, 0, 60_000);
let unheard = 0;
for (let number = 1; number <= count; number++) {
  do {
    host.processes.runSync("sh", { args: ["-c", `kill -INT ${host.process.pid}`] });
    // A thread that hears nothing at all must end the test, and not keep it for ever.
    if (unheard++ > 100) host.process.exit(1);
  } while (Atomics.wait(calls, 0, number, 1_000) === "timed-out");
}
thread.onAnswer((heard) => {
  if (heard.length < count) return;
  host.terminal.stdout.write(new TextEncoder().encode(`${heard.slice(0, count).join(", ")}\n`));
  host.process.exit(0);
});
