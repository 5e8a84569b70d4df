import assert from "node:assert/strict";
import axe from "axe-core";
import { CHROMIUM, Page } from "../../scripts/pictures/browser.ts";
import { largeReport } from "../fixtures/large_report.ts";
import { TempFolder } from "../fixtures/temp_folder.ts";
import { htmlText } from "../../src/report/html.ts";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, note TEXT);\n";
const ORDERS =
  "CREATE TABLE orders (id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES users);\n";
const HOSTILE =
  `CREATE TABLE "<img src=x onerror=console.error(1)>" (x TEXT DEFAULT '</script>');\n`;

/** A page whose history has a branch, a merge, a hostile name, something applied and something pending. */
async function reported() {
  const project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  project.add("b1", ORDERS, "DROP TABLE orders;\n", ["a1"]);
  project.add("c1", "ALTER TABLE users DROP COLUMN note;\n", null, ["a1"]);
  project.add("d1", "-- joins\n", "-- parts\n", ["b1", "c1"]);
  await project.prepare("upgrade", "b1");
  project.add("e1", HOSTILE, null, ["d1"]);
  await project.done("report", "--out", "report.html");
  return project;
}

/** What axe finds, as lines. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(`${axe.source}; void 0`);
  return await page.evaluate(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + " " + target)))`,
  );
}

const test = (name: string, body: () => Promise<void>) =>
  Deno.test(
    CHROMIUM === undefined ? `${name} (skipped: there is no Chromium)` : name,
    { ignore: CHROMIUM === undefined },
    body,
  );

const text = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.innerText`;

test("the report's page shows the graph and each revision with what it changes", async () => {
  using project = await reported();
  await using page = await Page.open(`file://${project.path}/report.html`);
  await page.until(`document.querySelector("main h2")`);
  assert.equal(await page.evaluate(`document.querySelectorAll("#app > nav li").length`), 5);
  assert.match(await page.evaluate(text("header")), /5 revisions · app\.db is at b1, 3 pending/);
  assert.match(await page.evaluate(text(`a[href="#r/b1"]`)), /step b1[^]*current/);
  assert.match(await page.evaluate(text(`a[href="#r/e1"]`)), /head[^]*pending/);

  await page.click(`a[href="#r/c1"]`);
  await page.until(`document.querySelector("main h2").innerText === "step c1"`);
  assert.match(await page.evaluate(text("main")), /− drop column users\.note/);
  assert.match(await page.evaluate(text("main")), /warning\[drop-column\]/);
  assert.match(await page.evaluate(text("main")), /It was not run: aludel prove c1/);
  assert.match(await page.evaluate(text("main")), /There is none\./);
  const marked = await page.evaluate(
    `[...document.querySelector("table-diagram").shadowRoot.querySelectorAll("text.gone")].map((e) => e.textContent)`,
  );
  assert.deepEqual(marked, ["− note", "TEXT"]);
  assert.equal(
    await page.evaluate(`document.querySelector("pre .t-keyword").textContent`),
    "ALTER",
  );
  assert.equal(await page.evaluate(`document.querySelector("[aria-current=true]").hash`), "#r/c1");
  assert.deepEqual(page.complaints, []);
});

test("the report's page browses the schema at any revision, and takes no name for HTML", async () => {
  using project = await reported();
  await using page = await Page.open(`file://${project.path}/report.html`);
  await page.until(`document.querySelector("main h2")`);
  await page.click(`header a[href="#s"]`);
  await page.until(`document.querySelector("main h2").innerText === "Schema"`);
  const objects = `[...document.querySelectorAll(".objects a")].map((e) => e.innerText)`;
  assert.deepEqual(await page.evaluate(objects), [
    'table "<img src=x onerror=console.error(1)>"',
    "table orders",
    "table users",
  ]);
  await page.click(".objects li:nth-child(1) a");
  await page.until(`document.querySelector("main h2").innerText.startsWith("Schema: <img")`);
  assert.match(await page.evaluate(text("main pre")), /DEFAULT '<\/script>'/);
  assert.equal(await page.evaluate(`document.querySelectorAll("img").length`), 0);
  await page.evaluate(
    `const s = document.querySelector("select"); s.value = "a1"; s.dispatchEvent(new Event("change"))`,
  );
  await page.until(`location.hash.startsWith("#s/a1/")`);
  await page.until(`document.querySelectorAll(".objects a").length === 1`);
  assert.match(await page.evaluate(text("main")), /There is no "<img/);
  await page.click(`header a[href="#state"]`);
  await page.until(`document.querySelector("main h2").innerText === "State"`);
  assert.match(await page.evaluate(text("main")), /Pending: 3[^]*Drift[^]*None/);
  assert.deepEqual(page.complaints, []);
});

test("the report's page is searched and read by the keyboard", async () => {
  using project = await reported();
  await using page = await Page.open(`file://${project.path}/report.html`);
  await page.until(`document.querySelector("main h2")`);
  await page.press("j");
  await page.until(`location.hash === "#r/d1"`);
  await page.press("/");
  await page.until(`document.activeElement.id === "search"`);
  await page.type("REFERENCES users");
  await page.until(`document.querySelector(".count").innerText === "1 of 5 revisions"`);
  const shown =
    `[...document.querySelectorAll("#app > nav li:not([hidden]) a")].map((e) => e.hash)`;
  assert.deepEqual(await page.evaluate(shown), ["#r/b1"]);
  assert.deepEqual(page.complaints, []);
});

test("axe finds nothing in the report's page, light and dark, in any view", async () => {
  using project = await reported();
  for (const dark of [false, true]) {
    await using page = await Page.open(`file://${project.path}/report.html`, { dark });
    for (const hash of ["#r/c1", "#r/e1", "#s", "#s/b1/orders", "#state"]) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await page.until(`document.querySelector("main h2")`);
      assert.deepEqual(await violations(page), [], `${hash}${dark ? ", dark" : ""}`);
    }
    assert.deepEqual(page.complaints, []);
  }
});

test("the report's page holds 1,000 revisions and 300 tables in a few hundred kB", async () => {
  const html = await htmlText(await largeReport(1000, 300));
  assert.ok(html.length < 500_000, `${html.length} bytes`);
  using folder = new TempFolder();
  folder.write("large.html", html);
  await using page = await Page.open(`file://${folder.path}/large.html`);
  await page.until(`document.querySelectorAll("#app > nav li").length === 1000`);
  await page.press("/");
  await page.type("column_999");
  await page.until(`document.querySelector(".count").innerText === "1 of 1000 revisions"`);
  await page.evaluate(`location.hash = "#s"`);
  await page.until(`document.querySelectorAll(".objects li").length === 300`);
  await page.click("main button");
  await page.until(
    `document.querySelector("table-diagram")?.shadowRoot.querySelectorAll("rect.box").length === 300`,
  );
  await page.evaluate(`location.hash = "#r/r0"`);
  await page.until(`document.querySelector("main h2").innerText === "create table 0"`);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
});
