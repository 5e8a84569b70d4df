import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { host as denoHost } from "../../src/host/deno.ts";
import { host as nodeHost } from "../../src/host/node.ts";
import { run, temporaryFolder } from "../scenarios/cli.ts";
import { HOST_CASES } from "./host.ts";

for (const [runtime, host] of [["Deno", denoHost], ["Node", nodeHost]] as const) {
  for (const [title, body] of Object.entries(HOST_CASES)) {
    Deno.test({
      name: `the host for ${runtime}: ${title}`,
      // Deno's stand-ins for Node's programs and threads are closed a moment after they have told their end.
      sanitizeOps: runtime === "Deno",
      sanitizeResources: runtime === "Deno",
      fn: async () => {
        using folder = temporaryFolder();
        await body(host, folder.path);
      },
    });
  }
}

/** A Node that is new enough, such as /opt/node-24/bin/node. */
const NODE = Deno.env.get("ALUDEL_NODE");

Deno.test("the host for Node passes under Node", { ignore: NODE === undefined }, async () => {
  const cases = fileURLToPath(new URL("host.ts", import.meta.url));
  const { code, stdout, stderr } = await run(NODE!, [cases], {});
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\d+ passed, 0 failed\n$/);
});

const PROGRAM = fileURLToPath(new URL("watched_program.ts", import.meta.url));

for (
  const [runtime, command] of [["Deno", [Deno.execPath(), "run", "-A"]], ["Node", [NODE]]] as const
) {
  const options = { ignore: command[0] === undefined || Deno.build.os === "windows" };
  const words = [...command, PROGRAM] as string[];

  Deno.test(
    `${runtime}: a thread hears each Ctrl-C while the main thread is busy`,
    options,
    async () => {
      const { code, stdout } = await run(words[0]!, [...words.slice(1), "3"], {});
      assert.deepEqual([code, stdout], [0, "SIGINT told, SIGINT told, SIGINT told\n"]);
    },
  );

  Deno.test(
    `${runtime}: a thread that keeps watch ends the process by the signal`,
    options,
    async () => {
      const child = new Deno.Command(words[0]!, { args: [...words.slice(1), "end"] }).spawn();
      assert.equal((await child.status).signal, "SIGINT");
    },
  );
}
