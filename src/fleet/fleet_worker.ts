/**
 * A worker that runs a fleet's tasks. SQLite blocks its thread, so parallel work needs one thread for each database.
 */
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
      // The main thread decides after a failure whether the run continues, so it gets the rest of the tasks back.
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
