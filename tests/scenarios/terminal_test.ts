import assert from "node:assert/strict";
import { runInTerminal, whyNoTerminal } from "../../scripts/pictures/pseudo_terminal.ts";
import { lineText } from "../../scripts/pictures/screen.ts";
import { TerminalScreen } from "../../scripts/pictures/terminal_screen.ts";
import { aludelCommand, baseEnvironment, run, temporaryProject } from "./cli.ts";

const missing = await whyNoTerminal();
const TERMINAL = { ignore: missing !== undefined };
const reason = missing === undefined ? "" : ` (${missing})`;

const COLUMNS = 80;
const ROWS = 40;

/** What a terminal shows after `aludel ARGS`. */
async function show(
  cwd: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const words = [...aludelCommand(), ...args].map((word) => `'${word}'`).join(" ");
  using screen = new TerminalScreen(COLUMNS, ROWS);
  const env = { ...baseEnvironment(), PAGER: "cat", ...variables };
  for (const { bytes } of await runInTerminal(words, { cwd, env, columns: COLUMNS, rows: ROWS })) {
    await screen.write(bytes);
  }
  return screen.read().map(lineText);
}

Deno.test(`what a long run tells stands on lines of its own${reason}`, TERMINAL, async () => {
  const counting =
    "INSERT INTO steps SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT i FROM n);\n";
  // Twice as wide as it is long: told it takes one line, but with the progress behind it two, if nothing cuts it.
  const wide = "数える".repeat(9);
  const revisions = [["a0", "create", "CREATE TABLE steps(number);"], [
    "a1",
    wide,
    counting.repeat(2),
  ], [
    "a2",
    "count again",
    counting,
  ]] as const;
  using made = temporaryProject();
  for (const [id, message, up] of revisions) {
    const [path = ""] = (await made.prepare("revision", "-m", message, "--rev-id", id)).split("\n");
    made.write(path, up);
  }
  // From 8 MiB on, progress is drawn by a thread of its own.
  const sql = "CREATE TABLE big(x); INSERT INTO big VALUES (zeroblob(9 << 20));";
  assert.equal((await run("sqlite3", ["app.db", sql], { cwd: made.path })).code, 0);
  const lines = await show(made.path, ["upgrade"]);
  assert.deepEqual(lines.map((line) => line.replace(/\b[\d.]+ m?s$/, "N ms")), [
    "upgrade    a0  create  N ms",
    `upgrade    a1  ${wide}  N ms`,
    "upgrade    a2  count again  N ms",
    '"app.db" is now at a2.',
  ]);
});

Deno.test(
  `progress says the time first, then the revision, within 80 columns${reason}`,
  TERMINAL,
  async () => {
    using made = temporaryProject();
    const counting =
      "INSERT INTO steps SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT i FROM n);\n";
    const message = "count what there is, and count it again until nobody can stand it any more";
    const [path = ""] = (await made.prepare("revision", "-m", message, "--rev-id", "a0")).split(
      "\n",
    );
    made.write(path, `CREATE TABLE steps(number);\n${counting.repeat(20)}`);
    const words = [...aludelCommand(), "upgrade"].map((word) => `'${word}'`).join(" ");
    const wide = { cwd: made.path, env: baseEnvironment(), columns: 200, rows: ROWS };
    const decoder = new TextDecoder();
    const printed = (await runInTerminal(words, wide)).map(({ bytes }) => decoder.decode(bytes))
      .join("");
    const drawn = printed.split("\r\x1b[K").slice(1).map((line) => line.split(/[\r\n]/)[0]!)
      // What the run itself says comes after the line that it wipes.
      .filter((line) => line !== "" && !/^(?:upgrade|created|next:|")/.test(line));
    assert.ok(drawn.length > 0, printed);
    for (const line of drawn) {
      assert.match(
        line,
        /^(?:\d+ min )?\d+ s {2}1\/1 upgrade a0 {2}statement \d+ of 21: INSERT {2}count what there is/,
      );
      assert.ok(line.length < 80, line);
    }
  },
);

Deno.test(
  `what autogenerate says fits the terminal, with no word broken${reason}`,
  TERMINAL,
  async () => {
    using made = temporaryProject();
    const event = (rest: string) =>
      `CREATE TABLE users (id INTEGER PRIMARY KEY);\nCREATE TABLE events (id INTEGER PRIMARY KEY, organiser INTEGER${rest});\n`;
    made.write("schema.sql", event(""));
    await made.prepare("revision", "--autogenerate", "-m", "create", "--rev-id", "a0");
    made.write("schema.sql", event(" REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE"));
    const lines = await show(made.path, [
      "revision",
      "--autogenerate",
      "-m",
      "own",
      "--rev-id",
      "a1",
    ]);
    assert.deepEqual(lines.slice(2), [
      "Draft a1 is written, on top of a0.",
      "  + add to events: FOREIGN KEY (organiser) REFERENCES users ON DELETE CASCADE ON",
      "    UPDATE CASCADE",
      "7 statements. These take longer the more rows there are:",
      "  rewrite  copy the rows of events",
      "warning[add-foreign-key]: Fails if a row of events violates FOREIGN KEY",
      "  (organiser) REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE",
      "It was tried in memory, up and down.",
      "next: aludel upgrade head",
    ]);
  },
);

Deno.test(`a long message stays beside the graph${reason}`, TERMINAL, async () => {
  using made = temporaryProject();
  const long = "let every organiser of an event invite other organisers and share what they do";
  await made.prepare("revision", "-m", "begin", "--rev-id", "a0");
  await made.prepare("revision", "-m", "go on", "--rev-id", "a1");
  await made.prepare("revision", "-m", long, "--rev-id", "a2", "--head", "a0", "--splice");
  assert.deepEqual(await show(made.path, ["history", "--graph"]), [
    "●  a2 (draft) (head), let every organiser of an event invite other organisers",
    "│    and share what they do",
    "│ ●  a1 (draft) (head), go on",
    "├─╯",
    "●  a0 (draft) (branchpoint), begin",
  ]);
});

Deno.test(
  `history, show and diff go through the user's pager, and nothing else does${reason}`,
  TERMINAL,
  async () => {
    using made = temporaryProject();
    await made.prepare("revision", "-m", "one", "--rev-id", "a1");
    made.write("schema.sql", "CREATE TABLE t (x);\n");
    const marked = { ALUDEL_PAGER: "sed 's/^/paged: /'", PAGER: "cat" };
    for (const args of [["history"], ["history", "--graph"], ["show", "-s"], ["diff"]]) {
      const lines = (await show(made.path, args, marked)).filter((line) => line !== "");
      assert.ok(lines.some((line) => line.startsWith("paged: ")), `${args}: ${lines}`);
      const plain = await show(made.path, [...args, "--no-pager"], marked);
      assert.ok(!plain.some((line) => line.startsWith("paged: ")), `${args}: ${plain}`);
      // A pager that is not there is no reason to print nothing.
      const without = await show(made.path, args, { ALUDEL_PAGER: "no-such-pager 2>/dev/null" });
      assert.deepEqual(without, plain);
    }
    assert.deepEqual(await show(made.path, ["heads"], marked), ["a1 (draft) (head), one"]);
    const { stdout } = await run(aludelCommand()[0]!, [...aludelCommand().slice(1), "history"], {
      cwd: made.path,
      env: marked,
    });
    assert.doesNotMatch(stdout, /paged/);
  },
);
