import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { run, sqlite3, temporaryFolder, temporaryProject } from "./cli.ts";

const WORKER = new URL("../fixtures/upgrading_worker.ts", import.meta.url);
const APPLICATION = fileURLToPath(
  new URL("../fixtures/upgrading_application.ts", import.meta.url),
);

Deno.test("an application upgrades in a worker, with embedded revisions; of four at once one works", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const answers = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const worker = new Worker(WORKER, { type: "module" });
      const answer = await new Promise<string[]>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(database);
      });
      worker.terminate();
      return answer;
    }),
  );
  assert.deepEqual(answers.flat(), ["e1"]);
  assert.match(await sqlite3(database, ".tables"), /\bevents\b/);
});

Deno.test("an application prints nothing and needs its own folders only", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "add a table", "--rev-id", "a1");
  await project.prepare("seal");
  const database = `${project.path}/data/app.db`;
  Deno.mkdirSync(`${project.path}/data`);
  const outcome = await run(Deno.execPath(), [
    "run",
    "--no-prompt",
    `--allow-read=${project.path}`,
    `--allow-write=${project.path}/data`,
    APPLICATION,
    database,
    `${project.path}/migrations`,
  ], { cwd: project.path });
  assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  assert.match(await project.prepare("current", "-d", database), /^a1 /);
});

Deno.test("an error that an application does not catch prints its notes and what to do next", async () => {
  using folder = temporaryFolder();
  folder.write(
    "app.ts",
    `import { upgrade } from ${JSON.stringify(new URL("../../src/mod.ts", import.meta.url).href)};
await upgrade({ database: "app.db", migrations: "./migrations" });`,
  );
  folder.write("migrations/manifest.json", '{"format":1,"revisions":[{"id":"a1"},null]}');
  const { code, stderr } = await run(Deno.execPath(), ["run", "-A", "app.ts"], {
    cwd: folder.path,
    env: { NO_COLOR: "1" },
  });
  assert.equal(code, 1);
  assert.match(stderr, /AludelError: .*\n {2}at .*manifest\.json:1:\d+\n(.|\n)* {2}next: \S/);
});
