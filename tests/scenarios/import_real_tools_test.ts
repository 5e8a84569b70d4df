import assert from "node:assert/strict";
import { isInstalled, REAL_TOOLS, TOOLS } from "../fixtures/real_project.ts";
import { sqlite3, temporaryFolder } from "./cli.ts";

const ROWS = "SELECT (SELECT group_concat(name) FROM users), (SELECT count(*) FROM posts)";

for (const tool of REAL_TOOLS) {
  const isThere = isInstalled(tool);
  Deno.test({
    name:
      `import takes over a project that ${tool.title} made, and what it does in a month beside Aludel` +
      (isThere ? "" : " (skipped: the tool is not in ALUDEL_NPM_TOOLS)"),
    ignore: !isThere,
    async fn() {
      using folder = temporaryFolder();
      const database = await tool.make(folder, TOOLS!);
      const path = `${folder.path}/${database}`;
      const dump = await sqlite3(path, ".dump");
      const first = JSON.parse(await folder.prepare("import", tool.name, "-d", database, "--json"));
      assert.equal(first.tool, tool.name);
      assert.deepEqual(first.revisions.map((one: { isApplied: boolean }) => one.isApplied), [
        true,
        false,
      ]);
      const after = await sqlite3(path, ".dump");
      for (const line of dump.split("\n")) assert.ok(after.includes(line), line);
      await folder.prepare("verify", "--drift", "-d", database);
      assert.equal((await folder.inProcess("status", "-d", database)).code, 3);

      // On a copy, Aludel goes on from here.
      await Deno.copyFile(path, `${folder.path}/copy.db`);
      await folder.prepare("upgrade", "head", "-d", "copy.db");
      assert.equal(await sqlite3(`${folder.path}/copy.db`, ROWS), "Ada,Grace|2");
      assert.equal((await folder.inProcess("status", "-d", "copy.db")).code, 0);
      await folder.prepare("downgrade", "-1", "-d", "copy.db");
      assert.equal(await sqlite3(`${folder.path}/copy.db`, ROWS), "Ada,Grace|2");

      // On the database itself, the tool does.
      await tool.goOn(folder, TOOLS!);
      const month = JSON.parse(await folder.prepare("import", tool.name, "-d", database, "--json"));
      assert.deepEqual(
        month.stamped,
        month.revisions.slice(1).map(({ id }: { id: string }) => id),
      );
      assert.equal(month.stamped.length, 2);
      await folder.prepare("verify", "--drift", "-d", database);
      const again = await folder.inProcess("import", tool.name, "-d", database);
      assert.match(again.stderr, /Nothing to do/);
      // The copy follows.
      await folder.prepare("upgrade", "head", "-d", "copy.db");
      await folder.prepare("verify", "--drift", "-d", "copy.db");
    },
  });
}
