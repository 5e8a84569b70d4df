/** A worker that does a fleet's tasks: SQLite keeps its thread busy, and databases can be worked on side by side. */
import { host } from "../host/mod.ts";
import type { CrewOrder, CrewReply } from "./crew.ts";
import { MemberWork } from "./member_work.ts";
import type { TaskResult } from "./task.ts";

let work: MemberWork | undefined;

const port = host.threads.port<CrewOrder, CrewReply>();

port.onOrder(async (order) => {
  try {
    if ("setup" in order) work = new MemberWork(order.setup);
    else {
      // After a failure it is asked first whether there is to be another.
      let hasFailed = false;
      for (const task of order.tasks) {
        const result: TaskResult = hasFailed ? { kind: "skipped" } : await work!.run(task);
        hasFailed ||= result.kind === "upgrade" && result.outcome.error !== undefined;
        port.answer({ position: task.position, result });
      }
    }
    port.answer({ ready: true });
  } catch (error) {
    port.answer({ fault: error instanceof Error ? error.stack ?? error.message : `${error}` });
  }
});
