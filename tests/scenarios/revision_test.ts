import assert from "node:assert/strict";
import { aludel, temporaryProject } from "./cli.ts";

/** The lines of the manifest's revisions, parsed. */
function entries(manifest: string): Record<string, unknown>[] {
  return JSON.parse(manifest).revisions.slice(0, -1);
}

Deno.test("revision writes the two files, then the manifest's line", async () => {
  using project = temporaryProject();
  const { code, stdout, stderr } = await project.aludel("revision", "-m", "create events table");
  assert.equal(code, 0, stderr);
  const [up = "", down = "", ...more] = stdout.split("\n");
  assert.deepEqual(more, [""]);
  const [, id] =
    /^migrations\/\d{4}-\d\d-\d\d_([0-9a-f]{12})_create_events_table\/up\.sql$/.exec(up) ?? [];
  assert.ok(id, up);
  assert.equal(down, up.replace("up.sql", "down.sql"));
  assert.match(project.read(up), /^-- Up: create events table\n/);
  assert.match(project.read(down), /^-- Down: create events table\n/);
  const [entry, ...others] = entries(project.read("migrations/manifest.json"));
  assert.deepEqual(others, []);
  assert.deepEqual({ ...entry, created: "" }, {
    id,
    dir: up.split("/")[1],
    parents: [],
    dependsOn: [],
    labels: [],
    message: "create events table",
    created: "",
    up: null,
    down: null,
    was: [],
  });
  assert.match(stderr, new RegExp(`Draft ${id} is written, a new base`));
  assert.match(stderr, /next: aludel upgrade head {3}# once its SQL is written/);
});

Deno.test("revision follows the head, --head names another, base begins anew", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "one", "--rev-id", "a1");
  await project.prepare("revision", "-m", "two", "--rev-id", "a2");
  await project.done(
    "revision",
    "-m",
    "other",
    "--rev-id",
    "b1",
    "--head",
    "base",
    "--branch-label",
    "billing",
  );
  await project.done(
    "revision",
    "-m",
    "three",
    "--rev-id",
    "a3",
    "--head=a2",
    "--depends-on",
    "billing",
  );
  await project.done("revision", "-m", "more", "--rev-id", "b2", "--head", "billing@head");
  const byId = new Map(
    entries(project.read("migrations/manifest.json")).map((entry) => [entry["id"], entry]),
  );
  assert.deepEqual(byId.get("a2")?.["parents"], ["a1"]);
  assert.deepEqual(byId.get("b1")?.["parents"], []);
  assert.deepEqual(byId.get("b1")?.["labels"], ["billing"]);
  assert.deepEqual(byId.get("a3")?.["parents"], ["a2"]);
  assert.deepEqual(byId.get("a3")?.["dependsOn"], ["b1"]);
  assert.deepEqual(byId.get("b2")?.["parents"], ["b1"]);
});

Deno.test("revision with several heads asks which, and writes nothing", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "one", "--rev-id", "a1");
  await project.done(
    "revision",
    "-m",
    "other",
    "--rev-id",
    "b1",
    "--head",
    "base",
    "--branch-label",
    "billing",
  );
  const before = project.read("migrations/manifest.json");
  const { code, stderr } = await project.aludel("revision", "-m", "which");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[ref-several-heads\]: "head" names 2 revisions\n/);
  assert.match(stderr, /next: aludel merge heads/);
  const commands = [...stderr.matchAll(/next: aludel revision -m which --head (\S+)/g)].map((
    [, ref],
  ) => ref);
  assert.equal(commands.length, 2);
  assert.equal(project.read("migrations/manifest.json"), before);
  // What it says to type works.
  for (const ref of commands) await project.done("revision", "-m", "this one", "--head", ref!);
});

Deno.test("revision begins a branch only with --splice", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "one", "--rev-id", "a1");
  await project.prepare("revision", "-m", "two", "--rev-id", "a2");
  const refused = await project.aludel("revision", "-m", "side", "--head", "a1");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^error\[revision-not-head\]: Revision "a1" is not a head\n {2}"a2" already follows it/,
  );
  await project.done("revision", "-m", "side", "--head", "a1", "--splice", "--rev-id", "s1");
  assert.equal(
    await project.done("heads", "-q"),
    "a2 (draft) (head), two\ns1 (draft) (head), side\n",
  );
});

Deno.test("revision --no-down writes no down.sql", async () => {
  using project = temporaryProject();
  const written = JSON.parse(
    await project.done("revision", "-m", "drop it all", "--no-down", "--json"),
  );
  assert.equal(written.down, null);
  assert.ok(project.has(written.up));
  assert.ok(!project.has(written.up.replace("up.sql", "down.sql")));
});

Deno.test("revision takes a message of several lines, with quotes, and one that looks like a directive", async () => {
  using project = temporaryProject();
  const messages = ["first line\nsecond; line", `it's "quoted" -- 'so'`, "aludel: transaction=off"];
  for (const message of messages) {
    const { up } = JSON.parse(await project.done("revision", "--json", "-m", message));
    assert.ok(project.read(up).startsWith(`-- Up: ${message.split("\n")[0]}\n--`));
  }
  const found = JSON.parse(await project.done("history", "--json")).revisions;
  assert.deepEqual(
    found.map((revision: { message: string }) => revision.message),
    messages.reverse(),
  );
});

Deno.test("revision refuses what cannot be, and leaves no trace of it", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "one", "--rev-id", "a1", "--branch-label", "shop");
  const before = project.read("migrations/manifest.json");
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [[], 2, /^error\[usage\]: A message is missing\n/],
    [["-m", "  "], 2, /^error\[usage\]: A message is missing\n/],
    [
      ["-m", "x", "--rev-id", "A1"],
      1,
      /^error\[revision-id-taken\]: Revision "a1" already exists\n/,
    ],
    [["-m", "x", "--rev-id", "../evil"], 1, /^error\[revision-id\]/],
    [["-m", "x", "--rev-id", "head"], 1, /^error\[revision-id\]/],
    [["-m", "x", "--branch-label", "shop"], 1, /^error\[graph-invalid\]/],
    [["-m", "x", "--head", "nothing"], 1, /^error\[ref-not-found\]/],
    [["-m", "x", "--depends-on", "zzzz"], 1, /^error\[ref-not-found\]/],
    [["-m", "x", "--edit"], 1, /^error\[editor-unset\]/],
    [["-m", "x", "stray"], 2, /^error\[usage\]: Unexpected argument "stray"\n/],
  ];
  for (const [args, code, text] of cases) {
    const outcome = await project.aludel("revision", ...args);
    assert.equal(outcome.code, code, args.join(" "));
    assert.match(outcome.stderr, text);
    assert.equal(outcome.stdout, "");
  }
  assert.equal(project.read("migrations/manifest.json"), before);
  const folders = [...Deno.readDirSync(`${project.path}/migrations`)].filter((entry) =>
    entry.isDirectory
  );
  assert.equal(folders.length, 1);
});

Deno.test("revision --edit opens both files in the editor, whose command line may have words", async () => {
  using project = temporaryProject();
  project.write(
    "editor.sh",
    'word=$1; shift; for file in "$@"; do echo "-- $word" >> "$file"; done\n',
  );
  const outcome = await aludel(["revision", "-m", "it's edited", "--edit"], {
    cwd: project.path,
    env: { EDITOR: "sh editor.sh seen" },
  });
  assert.equal(outcome.code, 0, outcome.stderr);
  for (const file of outcome.stdout.trim().split("\n")) {
    assert.match(project.read(file), /-- seen\n$/);
  }
});

Deno.test("revision says which file it could not write", async () => {
  using project = temporaryProject();
  const folder = `${project.path}/migrations`;
  Deno.removeSync(`${folder}/manifest.json`);
  Deno.mkdirSync(`${folder}/manifest.json`);
  const { code, stderr } = await project.aludel("revision", "-m", "x");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[file-is-folder\]: "migrations\/manifest\.json" is a folder/);
});

Deno.test("eight revision commands at once lose nothing", async () => {
  using project = temporaryProject();
  await project.prepare("revision", "-m", "base", "--rev-id", "root");
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, n) => {
      return project.aludel(
        "revision",
        "-m",
        `branch ${n}`,
        "--head",
        "root",
        "--splice",
        "--rev-id",
        `b${n}`,
      );
    }),
  );
  assert.deepEqual(outcomes.map(({ code }) => code), Array(8).fill(0));
  const ids = entries(project.read("migrations/manifest.json")).map((entry) => entry["id"]);
  assert.deepEqual(ids, ["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7", "root"]);
});
