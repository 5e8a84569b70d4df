import { runnerOf } from "./block_runner.ts";
import { documents } from "./documents.ts";
import { followSession } from "./follow_session.ts";
import { newReader, POSIX } from "./reader.ts";
import { stepsOf } from "./session_step.ts";

for (const document of documents()) {
  const { path, blocks } = document;
  const steps = blocks.flatMap((block) =>
    runnerOf(document, block) === "session" ? stepsOf(block) : []
  );
  if (steps.length === 0) continue;
  Deno.test(`${path} shows what really happens`, POSIX, async () => {
    const reader = await newReader();
    try {
      await followSession(path, steps, reader);
    } finally {
      await reader.leave();
    }
  });
}
