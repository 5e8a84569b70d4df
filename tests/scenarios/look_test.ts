import assert from "node:assert/strict";
import { aludel, type TemporaryFolder, temporaryProject } from "./cli.ts";

/** a1 ← a2 ← m1, a1 ← s1 ← m1, and the base b1 on the branch "billing", on which d1 depends. */
async function diamond(): Promise<TemporaryFolder> {
  const project = temporaryProject();
  const revision = (id: string, ...args: string[]) =>
    project.prepare("revision", "-m", `does ${id}`, "--rev-id", id, ...args);
  await revision("a1");
  await revision("a2");
  await revision("s1", "--head", "a1", "--splice");
  await project.prepare("merge", "a2", "s1", "--rev-id", "m1", "-m", "joins");
  await revision("b1", "--head", "base", "--branch-label", "billing");
  await project.prepare("seal");
  await revision("d1", "--head", "m1", "--depends-on", "billing");
  return project;
}

Deno.test("history lists revisions newest first, with parents, branches and marks", async () => {
  using project = await diamond();
  const lines = (await project.done("history")).trimEnd().split("\n");
  assert.deepEqual(
    lines.toSorted(),
    [
      "<base> -> a1 (branchpoint), does a1",
      "<base> -> b1 (billing) (effective head), does b1",
      "a1 -> a2, does a2",
      "a1 -> s1, does s1",
      "a2, s1 -> m1 (mergepoint), joins",
      "m1 -> d1 (draft) (head), does d1",
    ].toSorted(),
  );
  const order = lines.map((line) => /-> (\w+)/.exec(line)?.[1] ?? "");
  assert.equal(order[0], "d1");
  const above = (upper: string, lower: string) =>
    assert.ok(order.indexOf(upper) < order.indexOf(lower));
  for (
    const [upper, lower] of [["m1", "a2"], ["m1", "s1"], ["a2", "a1"], ["s1", "a1"], [
      "d1",
      "b1",
    ]] as const
  ) {
    above(upper, lower);
  }
});

Deno.test("history -r takes ranges in every spelling", async () => {
  using project = await diamond();
  const ids = async (...args: string[]) => {
    const { revisions } = JSON.parse(await project.done("history", "--json", ...args));
    return revisions.map(({ id }: { id: string }) => id).toSorted().join(" ");
  };
  assert.equal(await ids("-r", "a2:m1"), "a2 m1");
  assert.equal(await ids("-ra1:m1"), "a1 a2 m1 s1");
  assert.equal(await ids("--rev-range=:s1"), "a1 s1");
  assert.equal(await ids("-r", "base:a2"), "a1 a2");
  assert.equal(await ids("-r-1:d1"), "d1 m1");
  assert.equal(await ids("-r", "m1:"), "d1 m1");
});

Deno.test("history -v prints blocks with all that is known", async () => {
  using project = await diamond();
  const [block = ""] = (await project.done("history", "-v", "-r", "d1:d1")).split("\n\n    ");
  assert.match(
    block,
    /^Revision: {3}d1 \(draft\) \(head\)\nParent: {5}m1\nDepends on: b1\nCreated: {4}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\nPath: {7}migrations\/\d{4}-\d\d-\d\d_d1_does_d1$/,
  );
});

Deno.test("history refuses a range that is none", async () => {
  using project = await diamond();
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ["a1", 2, /^error\[ref-syntax\]: "a1" is not a range/],
    ["zz:", 1, /^error\[ref-not-found\]/],
    ["m1:a1", 1, /^error\[route-not-related\]/],
    ["a1:b1:", 2, /^error\[ref-syntax\]/],
  ];
  for (const [range, code, text] of cases) {
    const outcome = await project.aludel("history", "-r", range);
    assert.equal(outcome.code, code, range);
    assert.match(outcome.stderr, text);
  }
});

Deno.test("heads lists heads, and --resolve-dependencies leaves out those that others need", async () => {
  using project = await diamond();
  assert.deepEqual((await project.done("heads")).trimEnd().split("\n").toSorted(), [
    "b1 (billing) (effective head), does b1",
    "d1 (draft) (head), does d1",
  ]);
  assert.equal(
    await project.done("heads", "--resolve-dependencies"),
    "d1 (draft) (head), does d1\n",
  );
  assert.match(await project.done("heads", "-v"), /^Needed by: d1$/m);
});

Deno.test("branches lists the places where branches part", async () => {
  using project = await diamond();
  assert.equal(
    await project.done("branches"),
    "a1 (branchpoint), does a1\n    -> a2, does a2\n    -> s1, does s1\n",
  );
  const { revisions } = JSON.parse(await project.done("branches", "--json"));
  assert.deepEqual(revisions[0].children, ["a2", "s1"]);
});

Deno.test("show takes any ref and tells everything", async () => {
  using project = await diamond();
  const [shown] = JSON.parse(await project.done("show", "s1-1", "--json")).revisions;
  assert.equal(shown.id, "a1");
  assert.equal(shown.state, "sealed");
  assert.deepEqual(shown.seal, { kind: "sealed" });
  assert.equal(shown.files.up, `migrations/${shown.dir}/up.sql`);
  const text = await project.done("show", "billing");
  assert.match(text, /^Revision: {2}b1 \(billing\) \(effective head\)\n/);
  assert.match(text, /^Seal: +sealed, and the files are unchanged$/m);
  assert.match(
    (await project.aludel("show", "head")).stderr,
    /^error\[ref-several-heads\]: "head" names 2 revisions/,
  );
  assert.match(await project.done("show", "d1"), /up\.sql\n-- Up: does d1\n/);
});

Deno.test("show names what it cannot find", async () => {
  using project = await diamond();
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ["zzzz", 1, /^error\[ref-not-found\]: No revision and no label is called "zzzz"/],
    ["biling", 1, /Did you mean "billing"\?/],
    ["base", 1, /^error\[ref-not-found\]: "base" names no revision/],
    ["a1:m1", 2, /^error\[ref-syntax\]/],
    ["a1+9", 1, /^error\[ref-several-paths\]/],
    ["b1+9", 1, /^error\[ref-too-far\]/],
    ["@", 2, /^error\[ref-syntax\]/],
  ];
  for (const [ref, code, text] of cases) {
    const outcome = await project.aludel("show", ref);
    assert.equal(outcome.code, code, ref);
    assert.match(outcome.stderr, text);
  }
});

Deno.test("an empty project says how to begin", async () => {
  using project = temporaryProject();
  for (const command of ["history", "heads"]) {
    const { code, stdout, stderr } = await project.aludel(command);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(
      stderr,
      /^There are no revisions yet\.\nnext: aludel revision -m "create events table"\n$/,
    );
  }
  assert.deepEqual(JSON.parse(await project.done("history", "--json")), {
    format: 1,
    current: null,
    revisions: [],
  });
  assert.equal((await project.aludel("show", "head")).code, 1);
});

Deno.test("edit opens the files, and tells what an edit of a sealed revision means", async () => {
  using project = await diamond();
  const edit = (editor: string, ref: string) =>
    aludel(["edit", ref], { cwd: project.path, env: { EDITOR: editor } });
  assert.match((await edit("true", "d1")).stderr, /^d1 is a draft/);
  assert.match((await edit("true", "a1")).stderr, /^a1 is sealed and unchanged/);
  project.write("append.sh", 'for file in "$@"; do echo "SELECT 1;" >> "$file"; done\n');
  const edited = await edit("sh append.sh", "a1");
  assert.equal(edited.code, 0);
  assert.match(
    edited.stderr,
    /^warning: a1 is sealed, but its files were edited\n/,
  );
  assert.match(edited.stderr, /next: aludel seal --force a1/);
  assert.match(
    (await edit("false", "a1")).stderr,
    /^error\[editor-failed\]: The editor "false" ended with exit code 1/,
  );
  assert.match((await project.aludel("edit", "a1")).stderr, /^error\[editor-unset\]/);
  assert.match((await edit("true", "base")).stderr, /^error\[editor-no-files\]/);
});

Deno.test("a broken manifest is shown with its place by every looking command", async () => {
  using project = await diamond();
  const broken = project.read("migrations/manifest.json").replace(
    '"parents":["m1"]',
    '"parents":["gone"]',
  );
  project.write("migrations/manifest.json", broken);
  for (const command of ["history", "heads", "branches"]) {
    const { code, stderr } = await project.aludel(command);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error\[graph-invalid\]: Revision "d1" names the parent "gone", which does not exist\n {2}at migrations\/manifest\.json:\d/,
    );
  }
});

/** A project whose database stands at a2, which then is taken off the disk as by a checkout of another branch. */
async function otherBranch(): Promise<TemporaryFolder> {
  const project = temporaryProject();
  await project.prepare("revision", "-m", "does a1", "--rev-id", "a1");
  const { up } = JSON.parse(
    await project.prepare("revision", "-m", "does a2", "--rev-id", "a2", "--json"),
  );
  project.write(up, "CREATE TABLE a2(x);\n");
  await project.prepare("upgrade", "head");
  const manifest = project.read("migrations/manifest.json");
  project.write("migrations/manifest.json", manifest.replace(/\{"id":"a2".*\n/, ""));
  Deno.removeSync(`${project.path}/${up}`);
  return project;
}

Deno.test("history -i marks where the database stands, and lists what only it has", async () => {
  using project = await otherBranch();
  assert.equal(
    await project.done("history", "-i"),
    "a1 -> a2 (unknown) (current) (head), does a2\n<base> -> a1 (draft), does a1\n",
  );
  assert.equal(await project.done("history"), "<base> -> a1 (draft) (head), does a1\n");
});

Deno.test("history takes ranges that speak of the database", async () => {
  using project = await otherBranch();
  const { revisions } = JSON.parse(await project.done("history", "--json", "-r-1:current"));
  assert.deepEqual(revisions.map(({ id }: { id: string }) => id), ["a2", "a1"]);
});

Deno.test("history --graph draws the branches, --ascii without special characters", async () => {
  using project = await diamond();
  const unicode = await project.done("history", "--graph", "-r", "a1:m1");
  assert.equal(unicode.split("\n").filter((line) => line.includes("●")).length, 4);
  const ascii = await project.done("history", "--ascii");
  // deno-lint-ignore no-control-regex
  assert.match(ascii, /^[\x00-\x7f]*$/);
  for (const id of ["a1", "a2", "s1", "m1", "b1", "d1"]) {
    assert.match(ascii, new RegExp(`\\* .*\\b${id}\\b`));
  }
});

Deno.test("show tells when a revision was applied, and shows one that only the database has", async () => {
  using project = await otherBranch();
  assert.match(
    await project.done("show", "a1"),
    /^Applied: {2}to "app\.db" on \d{4}-.* UTC, by aludel /m,
  );
  const unknown = await project.done("show", "a2");
  assert.match(unknown, /^Revision: a2 \(unknown\) \(current\) \(head\)\n/);
  assert.match(unknown, /^Path: +not on disk/m);
  assert.match(unknown, /^up\.sql, as it ran\nCREATE TABLE a2\(x\);\n/m);
  assert.match(await project.done("show", "current"), /^Revision: a2 /);
});

Deno.test("looking creates no database, and one that cannot be read is only a warning where files are enough", async () => {
  using project = await diamond();
  assert.match(await project.done("show", "a1"), /^Applied: +no, not to "app\.db"$/m);
  await project.done("history", "-i");
  assert.ok(!project.has("app.db"));
  project.write("app.db", "this is no database, and long enough to be read as one".repeat(20));
  const shown = await project.aludel("show", "a1");
  assert.equal(shown.code, 0);
  assert.match(
    shown.stderr,
    /^warning: the database was not read: .*is not an SQLite database\n/,
  );
  assert.equal((await project.aludel("history")).code, 0);
  const needed = await project.aludel("history", "-i");
  assert.equal(needed.code, 1);
  assert.match(needed.stderr, /^error\[database-not-sqlite\]/);
});

Deno.test("history --graph marks what is current, applied and pending; -n takes the newest", async () => {
  using project = temporaryProject();
  for (const id of ["a1", "a2", "a3"]) {
    await project.prepare("revision", "-m", `does ${id}`, "--rev-id", id);
  }
  const signs = async (...args: string[]) => {
    const lines = (await project.done("history", ...args)).trimEnd().split("\n");
    return lines.map((line) => /^(.) {2}(\w+)/.exec(line)!.slice(1).join(" "));
  };
  assert.deepEqual(await signs("--graph"), ["● a3", "● a2", "● a1"]);
  assert.ok(!project.has("app.db"));
  await project.prepare("upgrade", "a2");
  assert.deepEqual(await signs("--graph"), ["○ a3", "@ a2", "● a1"]);
  assert.deepEqual(await signs("--ascii"), ["o a3", "@ a2", "* a1"]);
  assert.deepEqual(await signs("--graph", "-n", "2"), ["○ a3", "@ a2"]);
  const { revisions } = JSON.parse(await project.done("history", "-n1", "--json"));
  assert.deepEqual(revisions.map(({ id }: { id: string }) => id), ["a3"]);
});

Deno.test("show alone shows the heads, and -s leaves the SQL out", async () => {
  using project = await diamond();
  const text = await project.done("show");
  assert.match(text, /^Revision: {3}d1 /m);
  assert.match(text, /^-- Up: does d1$/m);
  assert.doesNotMatch(await project.done("show", "-s"), /-- Up/);
  const read = async (...args: string[]) =>
    JSON.parse(await project.done("show", "d1", "--json", ...args)).revisions[0].sql;
  assert.match((await read()).up, /-- Up: does d1/);
  assert.equal(await read("-s"), null);
});

Deno.test("--json says of no revision that it is not current without having looked", async () => {
  using project = temporaryProject();
  for (const id of ["a1", "a2"]) {
    await project.prepare("revision", "-m", `does ${id}`, "--rev-id", id);
  }
  await project.prepare("upgrade", "a1");
  const told = async (...args: string[]) => {
    const { revisions } = JSON.parse(await project.done(...args, "--json"));
    return revisions.map((one: { id: string; isCurrent: unknown }) => `${one.id} ${one.isCurrent}`);
  };
  assert.deepEqual(await told("history"), ["a2 null", "a1 null"]);
  assert.deepEqual(await told("history", "-i"), ["a2 false", "a1 true"]);
  assert.deepEqual(await told("history", "-d", "app.db"), ["a2 false", "a1 true"]);
  assert.deepEqual(await told("history", "-r", "current:"), ["a2 false", "a1 true"]);
  assert.deepEqual(await told("history", "--graph"), ["a2 false", "a1 true"]);
  assert.deepEqual(await told("heads"), ["a2 null"]);
  assert.deepEqual(await told("current"), ["a1 true"]);
  assert.deepEqual(await told("show", "a1"), ["a1 true"]);
});
