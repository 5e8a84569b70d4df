import assert from "node:assert/strict";
import { unpackImportFixture } from "../fixtures/import_fixture.ts";
import { aludel, run, temporaryFolder } from "./cli.ts";

const MANIFEST = '{"format":1,"revisions":[\nnull]}\n';

Deno.test("init writes settings, an empty manifest and the lines for git, and says what comes next", async () => {
  using folder = temporaryFolder();
  const { code, stdout, stderr } = await folder.aludel("init");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    "created   aludel.json\ncreated   migrations/manifest.json\ncreated   .gitattributes\ncreated   .gitignore\n",
  );
  assert.equal(folder.read(".gitignore"), "/app.db*\n");
  assert.match(stderr, /Next:\n {2}aludel revision -m "create events table"\n/);
  assert.deepEqual(JSON.parse(folder.read("aludel.json")), { database: "sqlite:app.db" });
  assert.equal(folder.read("migrations/manifest.json"), MANIFEST);
  assert.equal(
    folder.read(".gitattributes"),
    "migrations/manifest.json merge=union\nmigrations/**/*.sql text eol=lf\n",
  );
});

Deno.test("init names the schema of the settings where the project, or a folder above it, has the npm package", async () => {
  const inside = "node_modules/aludel/schemas/settings.schema.json";
  using folder = temporaryFolder();
  folder.write(inside, "{}");
  for (const [root, way] of [[".", "./"], ["services/billing", "../../"], ["services", "../"]]) {
    await folder.done("init", root!);
    assert.deepEqual(JSON.parse(folder.read(`${root}/aludel.json`)), {
      $schema: way + inside,
      database: "sqlite:app.db",
    });
  }
  await folder.done("status");
});

Deno.test("init a second time changes nothing", async () => {
  using folder = temporaryFolder();
  await folder.done("init");
  const revision = await folder.done("revision", "-m", "create events table");
  const before = folder.read("migrations/manifest.json");
  const again = await folder.done("init", "--json");
  assert.deepEqual(JSON.parse(again), {
    format: 1,
    root: folder.path,
    created: [],
    extended: [],
    kept: ["aludel.json", "migrations/manifest.json", ".gitattributes"],
    database: null,
    revision: null,
    up: null,
    leftOut: [],
  });
  assert.equal(folder.read("migrations/manifest.json"), before);
  assert.ok(folder.has(revision.split("\n")[0]!));
});

Deno.test("init keeps settings and attributes that are there, and obeys the settings", async () => {
  using folder = temporaryFolder();
  folder.write("aludel.json", '{"migrations": "db/my steps"}');
  folder.write(".gitattributes", "*.png binary");
  await folder.done("init");
  assert.equal(folder.read("aludel.json"), '{"migrations": "db/my steps"}');
  assert.equal(folder.read("db/my steps/manifest.json"), MANIFEST);
  assert.equal(
    folder.read(".gitattributes"),
    '*.png binary\n"db/my steps/manifest.json" merge=union\n"db/my steps/**/*.sql" text eol=lf\n',
  );
  assert.ok(!folder.has("migrations"));
});

Deno.test("git understands the attributes that init wrote", async () => {
  using folder = temporaryFolder();
  folder.write("aludel.json", '{"migrations": "my steps"}');
  await folder.done("init");
  const git = (...args: string[]) => run("git", args, { cwd: folder.path });
  await git("init", "-q");
  const attributes = await git(
    "check-attr",
    "merge",
    "eol",
    "--",
    "my steps/manifest.json",
    "my steps/a/up.sql",
    "up.sql",
  );
  assert.equal(
    attributes.stdout,
    "my steps/manifest.json: merge: union\nmy steps/manifest.json: eol: unspecified\n" +
      "my steps/a/up.sql: merge: unspecified\nmy steps/a/up.sql: eol: lf\n" +
      "up.sql: merge: unspecified\nup.sql: eol: unspecified\n",
  );
});

Deno.test("init DIR makes the folder and says to enter it", async () => {
  using folder = temporaryFolder();
  const { stderr } = await folder.aludel("init", "new/shop");
  assert.match(stderr, /Next:\n {2}cd new\/shop\n/);
  assert.equal(folder.read("new/shop/migrations/manifest.json"), MANIFEST);
});

Deno.test("init refuses a file in the place of a folder", async () => {
  using folder = temporaryFolder();
  folder.write("shop", "");
  const { code, stderr } = await folder.aludel("init", "shop");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error\[init-not-a-folder\]: .*shop" is a file; a folder is expected\n/,
  );
});

Deno.test("init leaves broken settings alone and says what is wrong with them", async () => {
  using folder = temporaryFolder();
  folder.write("aludel.json", '{"databse": "app.db"}');
  const { code, stderr } = await folder.aludel("init");
  assert.equal(code, 1);
  assert.match(stderr, /^error\[settings-unknown-key\]/);
  assert.ok(!folder.has("migrations"));
});

Deno.test("init names no database where DATABASE_URL does, and keeps that one out of git", async () => {
  for (
    const [url, settings, ignored] of [
      ["sqlite+aiosqlite:///data/my%20[1].db", {}, "/data/my%20\\[1].db*\n"],
      ["file:./dev.db?mode=rw", {}, "/dev.db*\n"],
      ["sqlite:../elsewhere.db", {}, undefined],
      ["jdbc:sqlite::memory:", {}, undefined],
      ["postgres://host/shop", { database: "sqlite:app.db" }, "/app.db*\n"],
      ["", { database: "sqlite:app.db" }, "/app.db*\n"],
      ["file:shop.db?mode=nonsense", { database: "sqlite:app.db" }, "/app.db*\n"],
    ] as const
  ) {
    for (const from of ["environment", ".env"]) {
      using folder = temporaryFolder();
      if (from === ".env") folder.write(".env", `DATABASE_URL="${url}"\n`);
      const env = from === ".env" ? {} : { DATABASE_URL: url };
      const { code, stderr } = await aludel(["init"], { cwd: folder.path, env });
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(folder.read("aludel.json")), settings, url);
      assert.equal(folder.has(".gitignore") ? folder.read(".gitignore") : undefined, ignored, url);
    }
  }
});

Deno.test("init leaves .gitignore's other lines, and git obeys the new one", async () => {
  using folder = temporaryFolder();
  folder.write(".gitignore", "node_modules");
  await run("git", ["init", "-q"], { cwd: folder.path });
  await folder.done("init");
  assert.equal(folder.read(".gitignore"), "node_modules\n/app.db*\n");
  const names = ["app.db", "app.db-wal", "app.db.restore/x", "app.dbx/y", "sub/app.db", "app.sql"];
  const { stdout } = await run("git", ["check-ignore", ...names], { cwd: folder.path });
  assert.equal(stdout, "app.db\napp.db-wal\napp.db.restore/x\napp.dbx/y\n");
  await folder.done("init");
  assert.equal(folder.read(".gitignore"), "node_modules\n/app.db*\n");
});

Deno.test("init names the migrations of another tool, and the models that can be the schema", async () => {
  using folder = temporaryFolder();
  await unpackImportFixture("drizzle-0.31", folder);
  folder.write("drizzle.config.ts", 'export default { dialect: "sqlite" };\n');
  folder.write(
    "shop/models.py",
    "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n",
  );
  folder.write("prisma/schema.prisma", 'datasource db {\n  provider = "sqlite"\n}\n');
  folder.write("manage.py", 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n');
  const before = await folder.inProcess("status");
  assert.match(before.stderr, /error\[project-missing\][^]*next: aludel import/);
  const { code, stderr } = await folder.inProcess("init");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /"drizzle" has migrations of Drizzle Kit\.[^]*\n {2}aludel import\n/);
  for (
    const line of [
      '"schema": {"django":true}',
      '"schema": {"drizzle":"drizzle.config.ts"}',
      '"schema": {"prisma":"prisma/schema.prisma"}',
      '"schema": {"sqlalchemy":"shop.models:Base"}',
    ]
  ) assert.ok(stderr.includes(line), `${line} in ${stderr}`);
});
