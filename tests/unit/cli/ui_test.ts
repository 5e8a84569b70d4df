import assert from "node:assert/strict";
import { Ui } from "../../../src/cli/terminal/ui.ts";
import { fakeRuntime, recordedStream } from "../../fixtures/fake_runtime.ts";
import { shell } from "../../../src/text/next_step.ts";

Deno.test("Ui gives the answer to stdout and the talk to stderr", () => {
  const runtime = fakeRuntime();
  const ui = new Ui(runtime, { json: false, quiet: false });
  ui.data("answer");
  ui.json({ answer: 1 });
  ui.notice("notice");
  ui.hint(shell`aludel status # look`);
  ui.warning("careful");
  assert.equal(runtime.stdout.text, "answer\n");
  assert.equal(runtime.stderr.text, "notice\nnext: aludel status   # look\nwarning: careful\n");
});

Deno.test("Ui with --json prints one document and no notices", () => {
  const runtime = fakeRuntime();
  const ui = new Ui(runtime, { json: true, quiet: false });
  ui.data("answer");
  ui.notice("notice");
  ui.json({ rows: 3n, huge: 9007199254740993n });
  assert.equal(runtime.stdout.text, '{"format":1,"rows":3,"huge":"9007199254740993"}\n');
  assert.equal(runtime.stderr.text, "");
  assert.throws(() => ui.json({}), /one JSON document/);
});

Deno.test("Ui with --quiet keeps answers and warnings", () => {
  const runtime = fakeRuntime();
  const ui = new Ui(runtime, { json: false, quiet: true });
  ui.data("answer");
  ui.notice("notice");
  ui.warning("careful");
  assert.equal(runtime.stdout.text, "answer\n");
  assert.equal(runtime.stderr.text, "warning: careful\n");
});

Deno.test("Ui uses colour on a terminal only, and never with NO_COLOR or a dumb terminal", () => {
  const red = (variables: Record<string, string>, isTerminal: boolean) => {
    const runtime = fakeRuntime({
      env: (name) => variables[name],
      stdout: recordedStream(isTerminal),
    });
    const ui = new Ui(runtime, { json: false, quiet: false });
    ui.data(ui.style.red("x"));
    return runtime.stdout.text.trimEnd();
  };
  assert.equal(red({}, true), "\x1b[31mx\x1b[39m");
  assert.equal(red({ NO_COLOR: "" }, true), "\x1b[31mx\x1b[39m"); // empty counts as unset
  assert.equal(red({ NO_COLOR: "1" }, true), "x");
  assert.equal(red({ TERM: "dumb" }, true), "x");
  assert.equal(red({}, false), "x");
});

Deno.test("Ui indents JSON on a terminal", () => {
  const runtime = fakeRuntime({ stdout: recordedStream(true) });
  new Ui(runtime, { json: true, quiet: false }).json({ a: 1 });
  assert.equal(runtime.stdout.text, '{\n  "format": 1,\n  "a": 1\n}\n');
});

Deno.test("Ui has what draws on the terminal step aside for every text", () => {
  const runtime = fakeRuntime();
  const ui = new Ui(runtime, { json: false, quiet: false });
  let asides = 0;
  ui.drawing = {
    aside(write) {
      asides++;
      write();
    },
  };
  ui.data("answer");
  ui.notice("notice");
  ui.warning("careful");
  ui.error("error");
  assert.equal(asides, 4);
  ui.drawing = undefined;
  ui.notice("at last");
  assert.equal(asides, 4);
  assert.equal(runtime.stderr.text, "notice\nwarning: careful\nerror\nat last\n");
});

Deno.test("Ui breaks prose at spaces for a terminal, and leaves it to pipes as it is", () => {
  const long = "word ".repeat(20).trim();
  const said = (isTerminal: boolean) => {
    const streams = { stdout: recordedStream(isTerminal), stderr: recordedStream(isTerminal) };
    const runtime = fakeRuntime({ ...streams, columns: 60 });
    const ui = new Ui(runtime, { json: false, quiet: false });
    ui.notice(long);
    ui.prose(long);
    ui.data(long);
    return [streams.stderr.text, streams.stdout.text];
  };
  const folded = `${"word ".repeat(12).trim()}\n  ${"word ".repeat(8).trim()}\n`;
  assert.deepEqual(said(true), [folded, `${folded}${long}\n`]);
  assert.deepEqual(said(false), [`${long}\n`, `${long}\n${long}\n`]);
});

Deno.test("Ui spells out what a terminal would take as an order, and keeps its own colours", () => {
  const hostile = "a\x1b[31mb\x1b]0;title\x07c\u009bd\u202ee\rf\r\ng\x7f";
  const shown = "a\\x1b[31mb\\x1b]0;title\\x07c\\u009bd\\u202ee\\rf\r\ng\\u007f";
  for (const isTerminal of [true, false]) {
    const runtime = fakeRuntime({
      stdout: recordedStream(isTerminal),
      stderr: recordedStream(isTerminal),
    });
    const ui = new Ui(runtime, { json: false, quiet: false });
    ui.data(hostile);
    ui.prose(hostile);
    ui.warning(hostile);
    ui.notice(ui.talkStyle.bold(hostile));
    assert.equal(runtime.stdout.text, `${shown}\n${shown}\n`);
    const [yellow, bold] = isTerminal
      ? ["\x1b[33mwarning\x1b[39m", `\x1b[1m${shown}\x1b[22m`]
      : ["warning", shown];
    assert.equal(runtime.stderr.text, `${yellow}: ${shown}\n${bold}\n`);
  }
});

Deno.test("Ui writes JSON without an order to the terminal, and of the same value", () => {
  const runtime = fakeRuntime();
  const value = { name: "a\x1b\u009b\u202e\x7f\u2028" };
  new Ui(runtime, { json: true, quiet: false }).json(value);
  // deno-lint-ignore no-control-regex
  assert.ok(!/[\x1b\x7f-\x9f\u202e\u2028]/.test(runtime.stdout.text));
  assert.deepEqual(JSON.parse(runtime.stdout.text), { format: 1, ...value });
});

Deno.test("Ui gives scripts to other programs exactly, and spelt out to a terminal", () => {
  const script = "SELECT '\x1b';";
  for (const [isTerminal, expected] of [[false, script], [true, "SELECT '\\x1b';"]] as const) {
    const runtime = fakeRuntime({ stdout: recordedStream(isTerminal) });
    new Ui(runtime, { json: false, quiet: false }).script(script);
    assert.equal(runtime.stdout.text, `${expected}\n`);
  }
});
