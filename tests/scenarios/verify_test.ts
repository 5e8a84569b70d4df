import assert from "node:assert/strict";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { run, temporaryFolder } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

interface Finding {
  readonly level: string;
  readonly code: string;
  readonly message: string;
  readonly revision: string | null;
  readonly next: readonly { readonly command?: string }[];
}

async function findings(project: RunProject): Promise<readonly Finding[]> {
  return JSON.parse((await project.inProcess("verify", "--json")).stdout).findings;
}

/** Types a suggested command line: commands between `&&`, in which only texts in double quotes hold spaces. */
async function type(project: RunProject, suggestion: string): Promise<void> {
  for (const command of suggestion.split(" && ")) {
    const words = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
    const [program, ...args] = words;
    if (program === "aludel") await project.prepare(...args);
    else {
      assert.equal(program, "git", suggestion);
      await git(project, ...args);
    }
  }
}

async function git(project: RunProject, ...args: readonly string[]): Promise<void> {
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const { code, stderr } = await run("git", [...who, ...args], { cwd: project.path, env });
  assert.equal(code, 0, stderr);
}

async function commit(project: RunProject): Promise<void> {
  await git(project, "init", "-q");
  await git(project, "add", "-A");
  await git(project, "commit", "-q", "-m", "all");
}

/** a1 ← a2, sealed, committed and applied. */
async function settled(): Promise<RunProject> {
  const project = runProject();
  project.write(".gitignore", "*.db\n");
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  await project.prepare("seal");
  await commit(project);
  await project.prepare("upgrade");
  return project;
}

function interrupted(
  id: string,
  direction: "up" | "down",
  state: "intended" | "done",
  sql: string,
): string {
  return `INSERT INTO aludel_intent VALUES ('${id}', '${direction}', 1, '${sql}', '${state}', '')`;
}

const OFF = "-- aludel: transaction=off\n";

/** Each finding: how it comes about, what verify exits with, and which of its suggestions mends it. */
const CASES: readonly {
  readonly code: string;
  readonly when: string;
  readonly exit: number;
  readonly suggestion: number;
  readonly cause: (project: RunProject) => Promise<unknown> | void;
}[] = [
  {
    code: "revision-edited",
    when: "a sealed file was edited, and git has it",
    exit: 3,
    suggestion: 0,
    cause: (project) => project.edit("a1", "up", "CREATE TABLE a(x, y);"),
  },
  {
    code: "revision-edited",
    when: "a sealed file was edited, and the edit is meant",
    exit: 3,
    suggestion: 2,
    cause: (project) => project.edit("a1", "up", "CREATE TABLE a(x, y);"),
  },
  {
    code: "revision-edited",
    when: "a down.sql appeared beside a revision sealed without",
    exit: 3,
    suggestion: 0,
    async cause(project) {
      project.add("a3", "CREATE TABLE c(x);");
      await project.prepare("seal");
      project.write(project.file("a3", "down"), "DROP TABLE c;");
    },
  },
  {
    code: "revision-edited-cosmetic",
    when: "a comment was added",
    exit: 3,
    suggestion: 0,
    cause: (project) => project.edit("a1", "up", "CREATE  TABLE a(x); -- better\n"),
  },
  {
    code: "revision-file-missing",
    when: "up.sql is gone",
    exit: 3,
    suggestion: 0,
    cause: (project) => Deno.removeSync(`${project.path}/${project.file("a1", "up")}`),
  },
  {
    code: "revision-file-missing",
    when: "a sealed down.sql is gone",
    exit: 3,
    suggestion: 0,
    cause: (project) => Deno.removeSync(`${project.path}/${project.file("a2", "down")}`),
  },
  {
    code: "folder-without-revision",
    when: "a folder has no line",
    exit: 3,
    suggestion: 0,
    cause: (project) => project.write("migrations/left/up.sql", "SELECT 1;"),
  },
  {
    code: "manifest-layout",
    when: "the manifest was laid out by hand",
    exit: 0,
    suggestion: 0,
    cause(project) {
      const manifest = project.read("migrations/manifest.json");
      project.write("migrations/manifest.json", JSON.stringify(JSON.parse(manifest), null, 2));
    },
  },
  {
    code: "several-heads",
    when: "two branches met",
    exit: 0,
    suggestion: 0,
    cause: (project) => project.add("s2", "SELECT 1;", "SELECT 1;", ["a1"]),
  },
  {
    code: "record-edited",
    when: "a draft was edited after it ran, and then sealed",
    exit: 3,
    suggestion: 2,
    async cause(project) {
      project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
      await project.prepare("upgrade");
      project.edit("a3", "up", "CREATE TABLE c(x, y);");
      await project.prepare("seal");
    },
  },
  {
    code: "record-moved",
    when: "a revision got another parent after it ran",
    exit: 3,
    suggestion: 0,
    async cause(project) {
      project.add("s2", "CREATE TABLE s(x);", "DROP TABLE s;", ["a1"]);
      await project.prepare("upgrade", "s2");
      const manifest = project.read("migrations/manifest.json");
      project.write(
        "migrations/manifest.json",
        manifest.replace('"dir":"s2","parents":["a1"]', '"dir":"s2","parents":["a2"]'),
      );
    },
  },
  {
    code: "record-parent-missing",
    when: "somebody deleted a record that another follows",
    exit: 3,
    suggestion: 1,
    cause: (project) => project.sql("DELETE FROM aludel_revision WHERE id = 'a1'"),
  },
  {
    code: "record-lineage-changed",
    when: "somebody changed the lineage of a record",
    exit: 3,
    suggestion: 1,
    cause: (project) => project.sql("UPDATE aludel_revision SET lineage = 'x' WHERE id = 'a1'"),
  },
  {
    code: "revision-unknown",
    when: "the database has a revision of another branch",
    exit: 0,
    suggestion: 1,
    async cause(project) {
      const manifest = project.read("migrations/manifest.json");
      project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
      await project.prepare("upgrade");
      project.write("migrations/manifest.json", manifest);
      Deno.removeSync(`${project.path}/migrations/a3`, { recursive: true });
    },
  },
  {
    code: "revision-unknown",
    when: "the database has a whole branch of its own",
    exit: 0,
    suggestion: 1,
    async cause(project) {
      const manifest = project.read("migrations/manifest.json");
      project.add("b1", "CREATE TABLE c(x);", "DROP TABLE c;", []);
      await project.prepare("upgrade", "b1");
      project.write("migrations/manifest.json", manifest);
      Deno.removeSync(`${project.path}/migrations/b1`, { recursive: true });
    },
  },
  {
    code: "draft-edited",
    when: "a draft was edited after it ran",
    exit: 0,
    suggestion: 0,
    async cause(project) {
      project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
      await project.prepare("upgrade");
      project.edit("a3", "up", "CREATE TABLE c(x, y);");
    },
  },
  ...([["intended", 0, 0], ["intended", 1, 0], ["done", 0, 1]] as const).map(
    ([state, suggestion, ran]) => ({
      code: "off-interrupted",
      when: `a run stopped with its statement ${state}, suggestion ${suggestion + 1}`,
      exit: 3,
      suggestion,
      async cause(project: RunProject) {
        project.add("a3", `${OFF}PRAGMA journal_mode = WAL;`, "SELECT 1;");
        await project.sql(interrupted("a3", "up", state, "PRAGMA journal_mode = WAL;"));
        if (ran === 1) await project.sql("PRAGMA journal_mode = WAL");
      },
    }),
  ),
  {
    code: "off-interrupted",
    when: "an undo stopped",
    exit: 3,
    suggestion: 0,
    async cause(project) {
      project.add("a3", "CREATE TABLE IF NOT EXISTS c(x);", `${OFF}VACUUM;`);
      await project.prepare("upgrade");
      await project.sql(interrupted("a3", "down", "intended", "VACUUM;"));
    },
  },
  {
    code: "off-interrupted",
    when: "nobody knows the revision any more",
    exit: 3,
    suggestion: 0,
    cause: (project) => project.sql(interrupted("zz", "up", "intended", "VACUUM")),
  },
];

for (const { code, when, exit, suggestion, cause } of CASES) {
  Deno.test(`verify finds ${code} when ${when}, and its suggestion mends it`, async () => {
    using project = await settled();
    await cause(project);
    const { code: exited } = await project.inProcess("verify");
    assert.equal(exited, exit);
    assert.equal((await project.inProcess("status")).code, 3);
    const found = await findings(project);
    assert.deepEqual(found.map((finding) => finding.code), [code]);
    const next = found[0]!.next[suggestion]!;
    await type(project, next.command!);
    assert.deepEqual(await findings(project), []);
    if (code !== "revision-unknown") {
      await project.prepare("upgrade", "heads");
      assert.equal((await project.inProcess("current", "--check-heads")).code, 0);
    }
  });
}

Deno.test("verify compares the stored texts with their hashes, and no changed down is run", async () => {
  for (
    const [change, files] of [
      ["down_sql = 'DROP TABLE a;'", 'down\\.sql of revision "a2" is'],
      ["down_sql = NULL", 'down\\.sql of revision "a2" is'],
      ["up_sql = up_sql || '-- more'", 'up\\.sql of revision "a2" is'],
      ["up_sql = '', down_sql = ''", 'up\\.sql and down\\.sql of revision "a2" are'],
    ] as const
  ) {
    using project = await settled();
    await project.sql(`UPDATE aludel_revision SET ${change} WHERE id = 'a2'`);
    const before = await project.sql(".dump");
    const message = new RegExp(`The database's own ${files} not what ran`);
    const { code, stdout } = await project.inProcess("verify");
    assert.equal(code, 3);
    assert.match(stdout, message);
    for (const words of [["downgrade", "-1"], ["downgrade", "base"], ["redo"]]) {
      const { stderr } = await project.fails(1, ...words);
      assert.match(stderr, /^error\[record-text-changed\]/);
      assert.match(stderr, message);
      assert.ok(stderr.includes(`next: aludel ${words.join(" ")} --from-disk `), stderr);
    }
    assert.equal(await project.sql(".dump"), before);
    await project.prepare("downgrade", "-1", "--from-disk");
    await project.prepare("upgrade");
    assert.deepEqual(await findings(project), []);
  }
});

Deno.test("verify accepts the texts that a re-signing left in the record", async () => {
  using project = await settled();
  project.edit("a2", "up", "CREATE TABLE b(x, y);");
  await project.prepare("seal", "--force", "a2");
  await project.prepare("upgrade");
  assert.equal(
    await project.sql("SELECT up_sql FROM aludel_revision WHERE id = 'a2'"),
    [
      "CREATE TABLE b(x);",
    ].join(),
  );
  assert.deepEqual(await findings(project), []);
  await project.prepare("downgrade", "-1");
});

Deno.test("upgrade runs nothing past records that something else changed", async () => {
  for (
    const [change, code] of [
      ["DELETE FROM aludel_revision WHERE id = 'a1'", "record-parent-missing"],
      ["UPDATE aludel_revision SET lineage = 'x' WHERE id = 'a1'", "record-lineage-changed"],
    ] as const
  ) {
    using project = await settled();
    project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
    await project.sql(change);
    const before = await project.sql(".dump");
    assert.match((await project.fails(1, "upgrade")).stderr, new RegExp(`^error\\[${code}\\]`));
    assert.equal(await project.sql(".dump"), before);
    const { stderr } = await project.aludel("downgrade", "-1");
    assert.match(stderr, new RegExp(code === "record-parent-missing" ? "no record of" : "wrote"));
    assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), "0");
  }
});

Deno.test("a folder without a project is an error for every command, which says where one is", async () => {
  using folder = temporaryFolder();
  folder.write("shop/api/aludel.json", "{}");
  folder.write("shop/api/migrations/manifest.json", '{"format":1,"revisions":[\nnull]}\n');
  folder.write("node_modules/x/aludel.json", "{}");
  await run("git", ["init", "-q"], { cwd: folder.path });
  for (
    const words of [
      ...["verify", "verify --staged", "verify --since HEAD", "status", "current", "history"],
      ...["heads", "branches", "show head", "upgrade", "downgrade base", "redo", "stamp head"],
      ...["seal", "check", "prove", "lint", "hook install", "hook status"],
      ...["revision -m x", "merge heads", "locate", "bisect SELECT", "switch head"],
    ]
  ) {
    const { code, stderr } = await folder.inProcess(...words.split(" "));
    assert.equal(code, 1, `${words}\n${stderr}`);
    assert.match(stderr, /^error\[(project-missing|git-ref-unknown)\]/, words);
    if (stderr.includes("git-ref-unknown")) continue;
    assert.match(stderr, /There is a project in ".*\/shop\/api"/, words);
    assert.match(stderr, /next: cd .*\/shop\/api\n/, words);
    assert.doesNotMatch(stderr, /node_modules/);
  }
  assert.deepEqual(folder.has("migrations"), false);
  assert.equal((await folder.inProcess("verify", "-c", "shop/api")).code, 0);
  folder.write("shop/api/deep/down/keep", "");
  const below = await runInProcess(["heads"], { cwd: `${folder.path}/shop/api/deep/down` });
  assert.equal(below.code, 0);
});

Deno.test("verify passes a project without a finding, and says what it looked at", async () => {
  using project = await settled();
  const { code, stdout, stderr } = await project.inProcess("verify");
  assert.equal(code, 0);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    'Verified 2 revisions and the records of "app.db": everything matches.\n',
  );
  assert.deepEqual(JSON.parse((await project.inProcess("verify", "--json")).stdout), {
    format: 1,
    clean: true,
    source: "disk",
    base: null,
    database: "app.db",
    count: 2,
    findings: [],
    repairs: [],
    drift: null,
  });
});

Deno.test("verify needs no database, and makes none", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  for (const settings of ["{}", '{"database": "app.db"}']) {
    project.write("aludel.json", settings);
    const { code, stdout, stderr } = await project.inProcess("verify");
    assert.equal(code, 0, stderr);
    if (settings === "{}") {
      assert.equal(stderr, "Verified 1 revision: everything matches.\n");
    } else {
      assert.match(stdout, /^warning\[database-missing\]: Database "app\.db" does not exist/);
      assert.equal(stderr, "Verified 1 revision.\n");
    }
  }
  for (const command of ["verify", "status", "current", "history", "show"]) {
    const words = command === "show" ? ["show", "a1"] : [command];
    const { code, stderr } = await project.inProcess(...words, "-d", "gone.db");
    assert.equal(code, 1, command);
    assert.match(stderr, /error\[database-missing\]: Database "gone\.db" does not exist/);
  }
  assert.ok(!project.has("app.db"));
  assert.ok(!project.has("gone.db"));
});

Deno.test("verify tells of a file that cannot be read, and goes on to the others", async () => {
  using project = runProject();
  project.add("a1", new Uint8Array([0xff, 0xfe, 0x41, 0x00]));
  project.add("a2", "SELECT 1;");
  await project.prepare("seal", "a2");
  project.edit("a2", "up", "SELECT 2;");
  assert.deepEqual((await findings(project)).map(({ code, revision }) => `${code} ${revision}`), [
    "sql-encoding a1",
    "revision-edited a2",
    "database-missing null",
  ]);
});

Deno.test("a draft whose folder is gone can be given up as verify says", async () => {
  using project = runProject();
  project.add("a1", "SELECT 1;");
  project.add("a2", "SELECT 2;");
  Deno.removeSync(`${project.path}/migrations/a2`, { recursive: true });
  const { stdout } = await project.fails(3, "verify");
  assert.match(stdout, /next: aludel drop a2 {3}# give up the draft/);
  await project.done("drop", "a2");
  await project.done("verify");
});

Deno.test("an applied draft whose folder or file is gone comes back as verify says", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
  await project.prepare("seal", "a1", "a2");
  await project.prepare("upgrade", "head");
  const texts = () => ["a1", "a2", "a3"].map((id) => project.read(project.file(id, "up")).trim());
  const before = texts();
  Deno.removeSync(`${project.path}/${project.file("a1", "up")}`);
  Deno.removeSync(`${project.path}/${project.file("a2", "down")}`);
  Deno.removeSync(`${project.path}/migrations/a3`, { recursive: true });
  for (const command of ["verify", "status"]) {
    const { stdout } = await project.fails(3, command);
    assert.equal(stdout.match(/next: aludel verify --fix {3}# write again/g)?.length, 3);
  }
  assert.equal(
    await project.prepare("verify", "--fix"),
    "fixed  The up.sql of a1 was written again, as the database stored it\n" +
      "fixed  The down.sql of a2 was written again, as the database stored it\n" +
      "fixed  The up.sql of a3 was written again, as the database stored it\n" +
      "fixed  The down.sql of a3 was written again, as the database stored it\n",
  );
  await project.prepare("verify");
  assert.deepEqual(texts(), before);
  // Written again is what ran, and nothing that a file says now.
  project.edit("a3", "up", "CREATE TABLE c(x, y);");
  assert.doesNotMatch(await project.prepare("verify", "--fix"), /fixed/);
});

Deno.test("verify accepts a checkout with the line ends of Windows, the manifest's too", async () => {
  using project = await settled();
  for (
    const file of ["migrations/manifest.json", project.file("a1", "up"), project.file("a2", "down")]
  ) {
    project.write(file, project.read(file).replaceAll("\n", "\r\n"));
  }
  project.edit("a1", "up", "CREATE TABLE a(x);\r\n");
  assert.equal((await project.inProcess("verify")).code, 0);
  assert.equal((await project.inProcess("status")).code, 0);
  const manifest = project.read("migrations/manifest.json");
  assert.equal(await project.prepare("verify", "--fix"), "");
  assert.equal(project.read("migrations/manifest.json"), manifest);
});

Deno.test("verify says nothing of a re-signed revision, and the next upgrade brings the record up to date", async () => {
  using project = await settled();
  project.edit("a1", "up", "CREATE TABLE a(x); -- better");
  await project.prepare("seal", "--cosmetic");
  assert.equal((await project.inProcess("verify")).code, 0);
  assert.equal((await project.inProcess("status")).code, 0);
  const lineages = () => project.sql("SELECT id, lineage FROM aludel_revision");
  const before = await lineages();
  await project.prepare("upgrade");
  assert.notEqual(await lineages(), before);
  assert.equal(
    await project.sql("SELECT revision FROM aludel_log WHERE event = 'reseal' ORDER BY entry"),
    "a1\na2",
  );
  assert.equal((await project.inProcess("verify")).code, 0);
});

Deno.test("verify --fix removes an empty folder, and gives a folder with an up.sql its line back", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  Deno.mkdirSync(`${project.path}/migrations/empty`);
  project.write("migrations/2026-11-23_3f9c1a2b4d5e_add_users/up.sql", "CREATE TABLE u(x);");
  project.write("migrations/notes/README", "no up.sql here");
  const { code, stdout } = await project.inProcess("verify", "--fix");
  assert.equal(code, 3, "a folder without an up.sql is left");
  assert.equal(
    stdout.split("\nerror")[0],
    `fixed  The empty folder "empty" was removed
left   Folder "notes" has no up.sql: remove it, or write one
fixed  Folder "2026-11-23_3f9c1a2b4d5e_add_users" is draft 3f9c1a2b4d5e again, on top of a1`,
  );
  assert.ok(!project.has("migrations/empty"));
  const [shown] = JSON.parse(await project.prepare("show", "3f9c", "--json")).revisions;
  assert.deepEqual([shown.message, shown.parents], ["add users", ["a1"]]);
  Deno.removeSync(`${project.path}/migrations/notes`, { recursive: true });
  assert.equal((await project.inProcess("verify")).code, 0);
  await project.prepare("upgrade");
});

Deno.test("verify --fix does not guess which of several heads a folder follows", async () => {
  using project = runProject();
  project.add("a1", "SELECT 1;");
  project.add("b1", "SELECT 1;", null, []);
  project.write("migrations/left/up.sql", "SELECT 1;");
  const manifest = project.read("migrations/manifest.json");
  const { code, stdout } = await project.inProcess("verify", "--fix");
  assert.equal(code, 3);
  assert.match(stdout, /^left {3}Folder "left" could follow any of 2 heads: merge them first$/m);
  assert.equal(project.read("migrations/manifest.json"), manifest);
  await project.prepare("merge", "heads", "-m", "joins", "--rev-id", "m1");
  assert.match(
    await project.prepare("verify", "--fix"),
    /^fixed {2}Folder "left" is draft \w+ again/,
  );
  assert.equal((await project.inProcess("verify")).code, 0);
});

Deno.test("verify explains a crash between a revision's files and its line, and --fix undoes it", async () => {
  using project = await settled();
  const manifest = project.read("migrations/manifest.json");
  await project.prepare("revision", "-m", "add users", "--rev-id", "3f9c1a2b4d5e");
  const after = project.read("migrations/manifest.json");
  project.write("migrations/manifest.json", manifest);
  assert.deepEqual((await findings(project)).map(({ code }) => code), ["folder-without-revision"]);
  await project.prepare("verify", "--fix");
  assert.equal(project.read("migrations/manifest.json"), after);
});

/** Takes a revision's line out of the manifest. */
function loseLine(project: RunProject, ...ids: readonly string[]): void {
  const lines = project.read("migrations/manifest.json").split("\n");
  const left = lines.filter((line) => !ids.some((id) => line.startsWith(`{"id":"${id}"`)));
  project.write("migrations/manifest.json", left.join("\n"));
}

/** a1, then the data revision `h1` and the merge-like `h2`, applied: 5 has become 500. */
async function ranByHand(): Promise<RunProject> {
  const project = runProject();
  project.add("a1", "CREATE TABLE a(x); INSERT INTO a VALUES (5);", "DROP TABLE a;");
  project.add("h1", "UPDATE a SET x = x * 100;", "UPDATE a SET x = x / 100;");
  project.add("h2", "-- joins\n", null);
  await project.prepare("upgrade");
  return project;
}

Deno.test("verify --fix gives a folder the id and parents that the database recorded", async () => {
  for (const dir of ["h1", "2026-11-23_h1_times_100", "renamed by hand"]) {
    using project = await ranByHand();
    const before = project.read("migrations/manifest.json");
    loseLine(project, "h1", "h2");
    if (dir !== "h1") {
      Deno.renameSync(`${project.path}/migrations/h1`, `${project.path}/migrations/${dir}`);
    }
    const fixed = await project.prepare("verify", "--fix");
    assert.match(fixed, /Folder "[^"]+" is h1 again, as the database recorded it/);
    assert.match(fixed, /Folder "h2" is h2 again, as the database recorded it/);
    const after = project.read("migrations/manifest.json");
    const edges = (text: string) => text.match(/"id":"\w+"|"parents":\[[^\]]*\]/g);
    assert.deepEqual(edges(after), edges(before));
    assert.deepEqual(await findings(project), []);
    await project.prepare("upgrade");
    assert.equal(await project.sql("SELECT x FROM a"), "500");
  }
});

Deno.test("verify --fix gives an edited draft its id back, by the folder's name", async () => {
  using project = await ranByHand();
  loseLine(project, "h2", "h1");
  project.edit("h1", "up", "UPDATE a SET x = x * 10;");
  await project.prepare("verify", "--fix");
  assert.deepEqual((await findings(project)).map(({ code }) => code), ["draft-edited"]);
});

Deno.test("verify --fix gives a folder the line that git has, with its seals and times", async () => {
  using project = await settled();
  project.add("h3", "CREATE TABLE c(x);", "DROP TABLE c;");
  await project.prepare("seal");
  await git(project, "add", "-A");
  await git(project, "commit", "-q", "-m", "more");
  const before = project.read("migrations/manifest.json");
  loseLine(project, "h3", "a2");
  assert.match(
    await project.prepare("verify", "--fix"),
    /Folder "a2" is a2 again, as git has it\nfixed {2}Folder "h3" is h3 again, as git has it/,
  );
  assert.equal(project.read("migrations/manifest.json"), before);
});

Deno.test("verify --fix takes the id from the folder's name where nobody else knows it", async () => {
  using project = runProject();
  project.add("a1", "SELECT 1;");
  project.write("migrations/2026-11-23_v2.0_add_users/up.sql", "SELECT 2;");
  assert.match(await project.prepare("verify", "--fix"), /is draft v2\.0 again, on top of a1/);
});

Deno.test("verify --fix makes no draft of a folder that may be what ran, edited and called otherwise", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE accounts (balance);\nINSERT INTO accounts VALUES (500);\n");
  project.add("pay", "UPDATE accounts SET balance = balance * 100;\n", "SELECT 1;\n");
  await project.done("upgrade");
  const manifest = Deno.readTextFileSync(`${project.path}/migrations/manifest.json`);
  project.write(
    "migrations/manifest.json",
    manifest.split("\n").filter((line) => !line.startsWith('{"id":"pay"')).join("\n"),
  );
  project.write("migrations/pay/up.sql", "UPDATE accounts SET balance = balance * 100; -- cents\n");
  Deno.renameSync(`${project.path}/migrations/pay`, `${project.path}/migrations/payments`);
  const { stderr, stdout } = await project.aludel("verify", "--fix");
  assert.match(stdout + stderr, /Folder "payments" may be "pay", which the database ran/);
  await project.aludel("upgrade");
  assert.equal(await project.sql("SELECT balance FROM accounts"), "50000");
  Deno.renameSync(`${project.path}/migrations/payments`, `${project.path}/migrations/payments_pay`);
  await project.aludel("verify", "--fix");
  await project.aludel("upgrade");
  assert.equal(await project.sql("SELECT balance FROM accounts"), "50000");
});

Deno.test("verify --fix leaves a folder whose recorded parents are not on disk", async () => {
  using project = await ranByHand();
  loseLine(project, "h1", "h2");
  Deno.removeSync(`${project.path}/migrations/h1`, { recursive: true });
  const { stdout } = await project.inProcess("verify", "--fix");
  assert.match(stdout, /left {3}Folder "h2" is revision h2, which follows h1: that is not on disk/);
});

Deno.test("verify --fix mends lines whose folder is gone", async () => {
  using project = await ranByHand();
  project.add("d1", "SELECT 1;", "SELECT 2;", ["a1"]);
  project.add("d2", "SELECT 3;", null, ["d1"]);
  const folder = (id: string) => `${project.path}/migrations/${id}`;
  const before = project.read(project.file("h1", "up"));
  for (const id of ["h1", "d2"]) Deno.removeSync(folder(id), { recursive: true });
  Deno.renameSync(folder("d1"), folder("moved_d1"));
  const fixed = await project.prepare("verify", "--fix");
  assert.match(fixed, /The up.sql of h1 was written again, as the database stored it/);
  assert.match(fixed, /The folder of draft d2 is gone, so its line was removed/);
  assert.match(fixed, /Folder "moved_d1" is the one of d1, which was "d1"/);
  assert.equal(project.read(project.file("h1", "up")).trim(), before.trim());
  assert.ok(project.has(project.file("h1", "down")));
  assert.deepEqual((await findings(project)).map(({ code }) => code), ["several-heads"]);
  Deno.removeSync(folder("moved_d1"), { recursive: true });
  project.add("d3", "SELECT 1;", null, ["d1"]);
  const { stdout } = await project.fails(3, "verify", "--fix");
  assert.match(stdout, /left {3}The folder of draft d1, "moved_d1", is gone, and d3 follows it/);
});

Deno.test("verify --fix removes what an interrupted write left, and nothing else", async () => {
  using project = await ranByHand();
  project.write("migrations/.manifest.json.0a1b2c3d.tmp", "{");
  project.write("migrations/.manifest.json.mine.tmp", "{");
  project.write("migrations/left/.up.sql.0a1b2c3d.tmp", "SELECT");
  const fixed = await project.prepare("verify", "--fix");
  assert.match(fixed, /The leftover "\.manifest\.json\.0a1b2c3d\.tmp" was removed/);
  assert.match(fixed, /The empty folder "left" was removed/);
  assert.ok(!project.has("migrations/.manifest.json.0a1b2c3d.tmp"));
  assert.ok(project.has("migrations/.manifest.json.mine.tmp"));
});

Deno.test("what ran under another id is neither run nor suggested", async () => {
  using project = await ranByHand();
  const manifest = project.read("migrations/manifest.json");
  loseLine(project, "h1", "h2");
  project.write(
    "migrations/manifest.json",
    project.read("migrations/manifest.json").replace(
      "null]}",
      manifest.split("\n").find((line) => line.startsWith('{"id":"h1"'))!
        .replace('"id":"h1"', '"id":"n1"') + "\nnull]}",
    ),
  );
  Deno.removeSync(`${project.path}/migrations/h2`, { recursive: true });
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[revision-ran\]: Revision "n1" has the text of "h1", which ran/);
  const status = await project.fails(3, "status");
  assert.match(status.stdout, /revision-ran/);
  assert.doesNotMatch(status.stdout + status.stderr, /aludel upgrade/);
  assert.equal(await project.sql("SELECT x FROM a"), "500");
  // One that says nothing may be pending while another like it is unknown.
  project.add("m1", "-- joins\n", null, ["a1"]);
  await project.prepare("upgrade", "m1");
  loseLine(project, "n1");
  await project.prepare("verify", "--fix");
  await project.prepare("upgrade", "h1");
  assert.equal(await project.sql("SELECT x FROM a"), "500");
});
