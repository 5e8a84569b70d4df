import assert from "node:assert/strict";
import { COMMANDS } from "../../src/cli/commands.ts";
import { allFlags, longName } from "../../src/cli/arguments/flag.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { temporaryFolder } from "../scenarios/cli.ts";
import { documents, ROOT } from "./documents.ts";
import { ExampleScenes } from "./example_scene.ts";
import { codeSpans, commandOf, inlineCommand, isInlineCommand } from "./inline_command.ts";

/** One for all of them: whatever they do in it, what is asked is whether they are understood. */
const folder = temporaryFolder();
const scenes = new ExampleScenes();
Deno.test.beforeAll(() => scenes.copy("a clone", folder.path));
Deno.test.afterAll(() => {
  scenes.remove();
  folder[Symbol.dispose]();
});

Deno.test("every command line in the documents' sentences and tables is understood", async () => {
  const places = new Map<string, string>();
  for (const { path, text } of documents()) {
    for (const { span, line } of codeSpans(text)) {
      if (isInlineCommand(span) && !places.has(span)) places.set(span, `${path}:${line}`);
    }
  }
  assert.ok(places.size > 50);
  const found: string[] = [];
  for (const [span, place] of places) {
    const refusal = await refusalOf((await inlineCommand(span)).args);
    if (refusal !== undefined) found.push(`${place}: ${span}\n${refusal}`);
  }
  assert.deepEqual(found, []);
});

Deno.test("what docs/coming-from-alembic.md calls the same is understood, with the flags it names", async () => {
  const found: string[] = [];
  let rows = 0;
  for (const { theirs, ours, remark } of alembicTable()) {
    if (ours !== "the same") continue;
    rows++;
    const [first = "", ...more] = codeSpans(theirs).map(({ span }) => span.replace("alembic ", ""));
    for (const span of [first, ...more]) {
      const words = commandOf(span.split(" ")) === "" ? `${span} history` : span;
      const refusal = await refusalOf((await inlineCommand(words)).args);
      if (refusal !== undefined) found.push(`${theirs}: ${refusal}`);
    }
    const name = commandOf(first.split(" "));
    const { command } = await COMMANDS[name === "" ? "history" : name]!.load();
    const flags = Object.entries(allFlags(command.flags)).flatMap(([key, { alias }]) => [
      longName(key),
      `-${alias}`,
    ]);
    for (const { span } of codeSpans(remark)) {
      if (/^--?[a-z]/.test(span) && !flags.includes(span)) found.push(`${theirs}: ${span}`);
    }
  }
  assert.deepEqual(found, []);
  assert.ok(rows > 10);
});

Deno.test("the commands that docs/coming-from-alembic.md names in place of Alembic's are there", () => {
  const named = alembicTable().flatMap(({ ours }) =>
    codeSpans(ours).map(({ span }) => span.replace(/^aludel /, ""))
  );
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((span) => commandOf(span.split(" ")) === "" && span[0] !== "-"),
    [],
  );
});

Deno.test("every task that a document names is one of deno.json", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const named = documents().flatMap(({ path, text }) =>
    codeSpans(text).flatMap(({ span, line }) => {
      const task = /(?:^| )(?:deno|deno@\S+) task (\S+)/.exec(span)?.[1];
      return task === undefined || Object.hasOwn(tasks, task) ? [] : [`${path}:${line}: ${span}`];
    })
  );
  assert.deepEqual(named, []);
});

/** What a command line is refused with if it is not understood, or is a bug of ours, or never ends. */
async function refusalOf(args: readonly string[]): Promise<string | undefined> {
  const watchdog = Promise.withResolvers<"late">();
  const timer = setTimeout(() => watchdog.resolve("late"), 60_000);
  const answer = await Promise.race([runInProcess(args, { cwd: folder.path }), watchdog.promise]);
  clearTimeout(timer);
  if (answer === "late") return "does not end by itself";
  return answer.code === 2 || answer.code === 70 ? answer.stderr : undefined;
}

function alembicTable(): {
  readonly theirs: string;
  readonly ours: string;
  readonly remark: string;
}[] {
  const { text } = documents().find(({ path }) => path === "docs/coming-from-alembic.md")!;
  const [, section = ""] = text.split("## Command by command\n");
  return section.split("\n## ")[0]!.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => {
      const [, theirs = "", ours = "", remark = ""] = line.split("|").map((cell) => cell.trim());
      return { theirs, ours, remark };
    });
}
