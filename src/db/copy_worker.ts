/**
 * A thread that copies databases, because copying keeps its thread busy from beginning to end. It is not a process, because
 * it must not outlive the process that holds the lock.
 */
import { host } from "../host/mod.ts";
import { type CopyAnswer, type CopyTask, CopyTaskRunner } from "./page_copier.ts";

const runner = new CopyTaskRunner();

const port = host.threads.port<CopyTask, CopyAnswer>();

port.onOrder(async (task) => port.answer(await runner.run(task)));
