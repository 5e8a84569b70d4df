import assert from "node:assert/strict";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { describeChange } from "../../../src/schema/diff/describe.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { compareCase, DIALECTS, planCaseNames, readCaseFile } from "./plan_case.ts";

/** What the shell lacks: functions that only an application has. */
const NEEDS_APPLICATION = /my_check|my_value/;

/** The case's file for the release of a suffix: that of the next newer one if it is the same. */
function fileFor(name: string, side: "up" | "down", suffix: string): string {
  const at = DIALECTS.findIndex((dialect) => dialect.suffix === suffix);
  for (const { suffix: newer } of DIALECTS.slice(0, at + 1).toReversed()) {
    const text = readCaseFile(name, `${side}${newer}.sql`);
    if (text !== null) return text;
  }
  return "";
}

async function shell(database: string, script: string): Promise<string> {
  const child = new Deno.Command("sqlite3", {
    args: ["-batch", "-bail", database],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stderr } = await child.output();
  return new TextDecoder().decode(stderr);
}

for (const { sqlite, suffix } of DIALECTS.slice(1)) {
  Deno.test(`plans for SQLite ${sqlite.join(".")} run in the system's sqlite3 shell, up and down`, async () => {
    await runInShell(suffix);
  });
}

async function runInShell(suffix: string): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "aludel-test-" });
  const failures: string[] = [];
  let tried = 0;
  try {
    for (const name of planCaseNames()) {
      const before = readCaseFile(name, "before.sql") ?? "";
      if (NEEDS_APPLICATION.test(before)) continue;
      tried++;
      const database = `${folder}/${name}.db`;
      const { from, to, columnOrder } = await compareCase(
        name,
        new Scratch({ doubleQuotedStrings: false }),
      );
      for (const side of ["up", "down"] as const) {
        const setup = side === "up" ? before : "";
        const said = await shell(
          database,
          `${setup}\nBEGIN;\n${fileFor(name, side, suffix)}\nCOMMIT;\n`,
        );
        await using connection = openNodeSqlite({ path: database, mode: "create" });
        const left = compareSchemas(await introspect(connection), side === "up" ? to : from, {
          columnOrder: side === "up" && columnOrder,
        });
        if (said !== "" || left.length > 0) {
          failures.push(`${name} ${side}: ${said}${left.flatMap(describeChange).join(", ")}`);
        }
      }
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  assert.deepEqual(failures, []);
  assert.ok(tried > 150);
}
