/**
 * A worker that copies databases, because copying keeps its thread busy from beginning to end. A worker, and not a
 * process: it must not outlive the one that holds the lock.
 */
import { host } from "../host/mod.ts";
import { type CopyAnswer, type CopyTask, CopyTaskRunner } from "./page_copier.ts";

const runner = new CopyTaskRunner();

const port = host.threads.port<CopyTask, CopyAnswer>();

port.onOrder(async (task) => port.answer(await runner.run(task)));
