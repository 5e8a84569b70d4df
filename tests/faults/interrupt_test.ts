import assert from "node:assert/strict";
import { aludelCommand, baseEnvironment } from "../scenarios/cli.ts";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { lookAt, start, Talk, untilHandled } from "./faulty_project.ts";

/** Counts for a while: `steps` at a few million a second. */
const count = (steps: string) =>
  `INSERT INTO steps SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${steps}) SELECT i FROM n);\n`;
const ENDLESS = count("1e18");
const SHORT = count("10000");

function project(...ups: readonly string[]): RunProject {
  const made = runProject();
  made.add("a0", "CREATE TABLE steps(number); INSERT INTO steps VALUES (0);");
  for (const [index, up] of ups.entries()) made.add(`a${index + 1}`, up);
  return made;
}

async function growTo9MB(made: RunProject): Promise<void> {
  await made.sql("CREATE TABLE big(x); INSERT INTO big VALUES (zeroblob(9 << 20));");
}

const POSIX = { ignore: Deno.build.os === "windows" };

/** Only Linux tells which signals a process handles. */
const LINUX = { ignore: Deno.build.os !== "linux" };

/** Waits until a process has computed for another second, and so is inside a statement that never ends. */
async function untilInside({ pid }: Deno.ChildProcess): Promise<void> {
  const ticks = () =>
    Number(Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/.*\) /, "").split(" ")[11]);
  const start = ticks();
  while (ticks() < start + 100) await new Promise((resolve) => setTimeout(resolve, 20));
}

Deno.test(
  "Ctrl-C between statements rolls back and says so, with exit code 130",
  LINUX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", SHORT.repeat(10_000));
    const child = start(made, "upgrade");
    const talk = new Talk(child);
    await talk.until("step a1");
    await untilHandled(child);
    child.kill("SIGINT");
    const text = await talk.rest();
    const { code, signal } = await child.status;
    await child.stdout.cancel();
    assert.deepEqual([code, signal], [130, null], text);
    assert.match(text, /error\[interrupted\]: Interrupted/);
    assert.match(
      text,
      /All 3 revisions of its transaction were rolled back; the database is unchanged/,
    );
    assert.deepEqual(lookAt(made.database), { integrity: "ok", recorded: 0, done: 0 });
  },
);

Deno.test(
  "Ctrl-C with --transaction each keeps what was committed, and a rerun goes on",
  LINUX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", SHORT.repeat(10_000));
    const child = start(made, "upgrade", "--transaction", "each");
    const talk = new Talk(child);
    await talk.until("step a1");
    await untilHandled(child);
    child.kill("SIGINT");
    const text = await talk.rest();
    assert.equal((await child.status).code, 130, text);
    await child.stdout.cancel();
    assert.match(text, /Revision "a2" was rolled back; 2 earlier revisions stay: a0, a1/);
    made.edit("a2", "up", "INSERT INTO steps VALUES (2);");
    await made.done("upgrade");
    assert.equal(await made.applied(), "a0 a1 a2");
  },
);

Deno.test(
  "Ctrl-C inside a statement ends the process, says what becomes of it, and the file is sound",
  LINUX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", ENDLESS);
    await growTo9MB(made);
    const child = start(made, "upgrade");
    const talk = new Talk(child);
    await talk.until("step a1");
    await untilHandled(child);
    await untilInside(child);
    child.kill("SIGINT");
    const text = await talk.rest();
    const { signal } = await child.status;
    await child.stdout.cancel();
    assert.equal(signal, "SIGINT", text);
    assert.match(text, /Interrupted inside a statement\. Nothing of the open transaction is kept/);
    assert.deepEqual(lookAt(made.database), { integrity: "ok", recorded: 0, done: 0 });
  },
);

Deno.test("Ctrl-C in the first statement of a small file ends the process", POSIX, async () => {
  using made = runProject();
  made.add("a1", "CREATE TABLE steps(number);");
  made.add("a2", ENDLESS);
  const child = start(made, "upgrade");
  const talk = new Talk(child);
  await talk.until("step a1");
  child.kill("SIGINT");
  const text = await talk.rest();
  assert.equal((await child.status).signal, "SIGINT", text);
  await child.stdout.cancel();
  assert.equal(lookAt(made.database).recorded, 0);
});

Deno.test("Ctrl-C while waiting for the lock ends the wait", LINUX, async () => {
  using made = project();
  await made.done("upgrade");
  made.add("a1", "INSERT INTO steps VALUES (1);");
  const holder = new Deno.Command("sqlite3", {
    args: [made.database],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const writer = holder.stdin.getWriter();
  await writer.write(new TextEncoder().encode("BEGIN IMMEDIATE;\n"));
  const child = start(made, "upgrade");
  const talk = new Talk(child);
  await talk.until("Waiting for");
  await untilHandled(child);
  child.kill("SIGINT");
  const text = await talk.rest();
  assert.equal((await child.status).code, 130, text);
  await child.stdout.cancel();
  assert.match(
    text,
    /Interrupted while waiting for the lock\n {2}Nothing was run; the database is unchanged/,
  );
  await writer.close();
  await holder.status;
});

Deno.test(
  "under a terminal, progress is drawn and wiped away before the last words",
  LINUX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", ENDLESS);
    await growTo9MB(made);
    // The terminal itself sends the signal: Ctrl-C is typed into it.
    const words = [...aludelCommand(), "upgrade"].join(" ");
    const terminal = new Deno.Command("script", {
      args: ["-qefc", words, "/dev/null"],
      cwd: made.path,
      clearEnv: true,
      env: { ...baseEnvironment(), TERM: "xterm", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const talk = new Talk(terminal, "stdout");
    await talk.until("upgrade a2  step a2");
    const keyboard = terminal.stdin.getWriter();
    await keyboard.write(new TextEncoder().encode("\x03"));
    const stdout = await talk.rest();
    await keyboard.close().catch(() => {}); // it may have been closed by the program's end
    const drawn = stdout.replaceAll("\r\n", "\n").replaceAll("\r\x1b[K", "<clear>");
    assert.match(drawn, /<clear>\d s {2}3\/3 upgrade a2 {2}step a2/);
    assert.match(drawn, /<clear>Interrupted inside a statement\./);
    assert.equal((await terminal.status).code, 130);
    const left = drawn.replaceAll(/.*<clear>/g, "");
    assert.match(left, /^upgrade {4}a0 .*\nupgrade {4}a1 .*\nInterrupted inside/m);
    assert.equal(lookAt(made.database).recorded, 0);
  },
);
