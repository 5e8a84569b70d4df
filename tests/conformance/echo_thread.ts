/** A thread that answers what it is told, by the host that started it. */
import { isMainThread, parentPort } from "node:worker_threads";

const name = isMainThread || parentPort === null ? "deno" : "node";
const { host } = await import(`../../src/host/${name}.ts`);
const port = host.threads.port();
port.onOrder((order: unknown) => {
  if (order === "fail") throw new Error("as it was told");
  port.answer({ answer: order, by: name });
});
