import assert from "node:assert/strict";
import { aludelCommand, run } from "../scenarios/cli.ts";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { lookAt, start, Talk } from "./faulty_project.ts";

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

Deno.test(
  "Ctrl-C between statements rolls back and says so, with exit code 130",
  POSIX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", SHORT.repeat(10_000));
    const child = start(made, "upgrade");
    const talk = new Talk(child);
    await talk.until("step a1");
    // Long enough for the sentinel to be there; the run itself would take minutes.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
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
  POSIX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", SHORT.repeat(10_000));
    const child = start(made, "upgrade", "--transaction", "each");
    const talk = new Talk(child);
    await talk.until("step a1");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
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
  POSIX,
  async () => {
    using made = project("INSERT INTO steps VALUES (1);", ENDLESS);
    await growTo9MB(made);
    const child = start(made, "upgrade");
    const talk = new Talk(child);
    await talk.until("step a1");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
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

Deno.test("Ctrl-C while waiting for the lock ends the wait", POSIX, async () => {
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
  let ended: { code: number; signal: Deno.Signal | null; text: string } | undefined;
  // The sentinel is started when the waiting is told, and takes a moment; before, the signal has its usual effect.
  for (const delay of [300, 2_000, 8_000]) {
    const child = start(made, "upgrade");
    const talk = new Talk(child);
    await talk.until("Waiting for");
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill("SIGINT");
    const text = await talk.rest();
    const { code, signal } = await child.status;
    await child.stdout.cancel();
    ended = { code, signal, text };
    if (signal === null) break;
  }
  assert.equal(ended?.code, 130, ended?.text);
  assert.match(
    ended!.text,
    /Interrupted while waiting for the lock\n {2}Nothing was run; the database is unchanged/,
  );
  await writer.close();
  await holder.status;
});

Deno.test("under a terminal, progress is drawn and wiped away before the last words", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  using made = project("INSERT INTO steps VALUES (1);", ENDLESS);
  await growTo9MB(made);
  // The terminal itself sends the signal: Ctrl-C is typed into it.
  const words = [...aludelCommand(), "upgrade"].join(" ");
  const typed = `(sleep 4; printf '\\003'; sleep 2) | script -qefc "${words}" /dev/null`;
  const { stdout } = await run("bash", ["-c", `${typed}; echo "status $?"`], {
    cwd: made.path,
    env: { TERM: "xterm", NO_COLOR: "1" },
  });
  const drawn = stdout.replaceAll("\r\n", "\n").replaceAll("\r\x1b[K", "<clear>");
  assert.match(drawn, /<clear>\d s {2}3\/3 upgrade a2 {2}step a2/);
  assert.match(drawn, /<clear>Interrupted inside a statement\./);
  assert.match(drawn, /status 130\n$/);
  const left = drawn.replaceAll(/.*<clear>/g, "");
  assert.match(left, /^upgrade {4}a0 .*\nupgrade {4}a1 .*\nInterrupted inside/m);
  assert.equal(lookAt(made.database).recorded, 0);
});
