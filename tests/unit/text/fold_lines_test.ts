import assert from "node:assert/strict";
import { foldLines } from "../../../src/text/layout.ts";

Deno.test("foldLines() breaks prose at spaces and hangs what goes on", () => {
  assert.equal(
    foldLines("  Fails if a row of guests violates the new FOREIGN KEY (event)", 40),
    "  Fails if a row of guests violates the\n    new FOREIGN KEY (event)",
  );
  assert.equal(foldLines("a ".repeat(60).trim(), 40).split("\n").length, 4);
});

Deno.test("foldLines() leaves alone what fits, what is copied, code, and rows of columns", () => {
  const long = "word ".repeat(12).trim();
  for (
    const line of [
      "short",
      "",
      `  next: ${long}`,
      `    12 | ${long}`,
      `       | ${"x".repeat(50)}^`,
      `  at migrations/${"x".repeat(50)}/up.sql:3:1`,
      `upgrade    a1  ${long}`,
    ]
  ) assert.equal(foldLines(line, 40), line);
  assert.equal(foldLines(long, 39), long, "on a narrow terminal");
});

Deno.test("foldLines() keeps a command and its comment in one piece, and breaks advice", () => {
  const command = `  next: aludel restore ${"x".repeat(30)}   # undo this`;
  assert.equal(foldLines(command, 40), command);
  const advice = "next: Make the file readable for you, and run the same command again";
  assert.equal(
    foldLines(advice, 40),
    "next: Make the file readable for you,\n  and run the same command again",
  );
});

Deno.test("foldLines() keeps a word that is too long in one piece", () => {
  const path = `migrations/${"x".repeat(60)}/up.sql`;
  assert.equal(foldLines(`  Edit ${path} today`, 40), `  Edit\n    ${path}\n    today`);
});

Deno.test("foldLines() counts columns, not characters, and colours not at all", () => {
  const red = (text: string) => `\ufdd3${text}\ufdd6`;
  const fits = `${red("error")}: ${"x".repeat(33)}`;
  assert.equal(foldLines(fits, 40), fits);
  assert.equal(foldLines(`${red("next:")} ${"word ".repeat(12)}end`, 40).includes("\n"), false);
  const wide = "日本".repeat(10);
  assert.equal(foldLines(`${wide} ${wide}`, 42), `${wide}\n  ${wide}`);
});

Deno.test("foldLines() folds each line by itself", () => {
  const long = "word ".repeat(10).trim();
  assert.equal(foldLines(`${long}\nshort`, 40).split("\n").length, 3);
});
