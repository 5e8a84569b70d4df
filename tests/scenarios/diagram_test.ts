import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const SCHEMA = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
CREATE TABLE "a <b> & ""c""" (x, "two words" TEXT);
CREATE TABLE events (id INTEGER PRIMARY KEY, organiser INTEGER NOT NULL REFERENCES users);
CREATE TABLE profile (user INTEGER PRIMARY KEY REFERENCES users, place REFERENCES nowhere);
`;

Deno.test("schema draws tables, types and keys for Mermaid and Graphviz", async () => {
  using project = runProject();
  project.add("a1", SCHEMA);
  const mermaid = await project.done("schema", "--mermaid");
  assert.match(mermaid, /^erDiagram\n/);
  assert.match(mermaid, /^ {4}TEXT email UK$/m);
  assert.match(mermaid, /^ {4}TEXT two_words "two words"$/m);
  assert.match(mermaid, /^ {2}"users" \|\|--o\{ "events" : "organiser"$/m);
  assert.match(mermaid, /^ {2}"users" \|o--o\| "profile" : "user"$/m);
  assert.match(mermaid, /^ {2}"nowhere \(missing\)"$/m);
  const dot = await project.done("schema", "--dot");
  assert.match(dot, /^digraph schema \{\n/);
  assert.match(dot, /&lt;b&gt; &amp; &quot;c&quot;/);
  assert.match(dot, /arrowtail=crowodot, arrowhead=teetee/);
});

Deno.test("schema --svg draws every table, --table one with its neighbours", async () => {
  using project = runProject();
  project.add("a1", SCHEMA);
  const titles = (svg: string) =>
    [...svg.matchAll(/class="title[^>]*>([^<]*)</g)].map(([, title]) => title).toSorted();
  const svg = await project.done("schema", "--svg");
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*role="img" aria-label="/);
  assert.equal(titles(svg).length, 5);
  assert.ok(!svg.includes("<b>"));
  // Nothing is loaded from elsewhere, and nothing runs.
  assert.doesNotMatch(svg, /<script|<image|href|url\(|@import/);
  assert.deepEqual(titles(await project.done("schema", "--svg", "--table", "EVENTS")), [
    "events",
    "users",
  ]);
  const { diagram } = JSON.parse(await project.done("schema", "--svg", "--json"));
  assert.deepEqual(diagram, { form: "svg", text: svg.trimEnd() });
});

Deno.test("diff --svg marks what is new, changed and gone, and leaves out what is far away", async () => {
  using project = runProject();
  project.add("a1", SCHEMA);
  project.write(
    "wanted.sql",
    `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
CREATE TABLE "a <b> & ""c""" (x, "two words" TEXT);
CREATE TABLE events (id INTEGER PRIMARY KEY, organiser INTEGER NOT NULL REFERENCES users, at TEXT);
CREATE TABLE fresh (x);
`,
  );
  const svg = await project.done("diff", "head", "wanted.sql", "--svg");
  const marked = [...svg.matchAll(/class="title (\w+)"[^>]*>([^<]*)</g)]
    .map(([, fate, title]) => `${fate} ${title}`).toSorted();
  assert.deepEqual(marked, [
    "changed ~ events",
    "gone − profile",
    "new + fresh",
    "same nowhere (missing)",
    "same users",
  ]);
  assert.match(svg, /<text class="new"[^>]*>\+ at</);
});

Deno.test("diagrams refuse flags that exclude each other and tables that are not there", async () => {
  using project = runProject();
  project.add("a1", SCHEMA);
  assert.match((await project.fails(2, "schema", "--svg", "--dot")).stderr, /exclude each other/);
  assert.match((await project.fails(2, "schema", "--table", "users")).stderr, /--svg, --mermaid/);
  assert.match((await project.fails(2, "diff", "--svg", "--sql")).stderr, /exclude each other/);
  const { stderr } = await project.fails(1, "schema", "--svg", "--table", "user");
  assert.match(stderr, /error\[operand-unknown\]: The schema has no table "user"/);
  assert.match(stderr, /next: aludel schema --svg --table users/);
});
