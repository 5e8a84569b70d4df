import assert from "node:assert/strict";
import { writeAlembicMigration, writeAlembicProject } from "../fixtures/alembic_project.ts";
import { firstPython } from "../fixtures/python.ts";
import { run, sqlite3, type TemporaryFolder, temporaryFolder } from "./cli.ts";

/** What import answers, as far as these tests read it. */
interface Answer {
  readonly tool: string;
  readonly revisions: readonly {
    readonly id: string;
    readonly key: string;
    readonly parents: readonly string[];
    readonly isNew: boolean;
    readonly isApplied: boolean;
  }[];
  readonly stamped: readonly string[];
  readonly rowsLeft: readonly { readonly id: string; readonly facts: readonly string[] }[];
}

async function imported(folder: TemporaryFolder, ...args: string[]): Promise<Answer> {
  return JSON.parse(await folder.prepare("import", "--json", ...args));
}

/** The up.sql of a revision. */
function upOf(folder: TemporaryFolder, id: string): string {
  const { revisions } = JSON.parse(folder.read("migrations/manifest.json"));
  const { dir } = revisions.find((one: { id: string } | null) => one?.id === id);
  return folder.read(`migrations/${dir}/up.sql`);
}

/**
 * A migrator in a few lines of shell: it runs the files of steps/ that its table `done` lacks, in order, up to one, on the
 * database that it is told.
 */
function writeShellTool(folder: TemporaryFolder, steps: Readonly<Record<string, string>>): void {
  for (const [rev, sql] of Object.entries(steps)) folder.write(`steps/${rev}`, sql);
  folder.write(
    "migrate.sh",
    `set -e
sqlite3 "$2" "CREATE TABLE IF NOT EXISTS done (step TEXT PRIMARY KEY, at TEXT)"
for step in $(ls steps); do
  if [ "$(sqlite3 "$2" "SELECT count(*) FROM done WHERE step = '$step'")" = 0 ]; then
    sqlite3 -bail "$2" ".read steps/$step" "INSERT INTO done VALUES ('$step', datetime())"
  fi
  [ "$step" != "$1" ] || exit 0
done
`,
  );
}

const BY_SHELL = ["--steps", "ls steps", "--replay", "sh migrate.sh {rev} {database}"];

const STEPS = {
  s1: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
  s2: "ALTER TABLE users ADD COLUMN email TEXT; INSERT INTO users VALUES (1, 'root', NULL);",
  s3: "UPDATE users SET email = name || '@here';",
  s4: "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES users (id));",
};

Deno.test("import --replay takes over any migrator that can be told its database", async () => {
  using folder = temporaryFolder();
  writeShellTool(folder, STEPS);
  await run("sh", ["migrate.sh", "s3", "app.db"], { cwd: folder.path });
  await sqlite3(`${folder.path}/app.db`, "INSERT INTO users VALUES (7, 'Ada', 'ada@here')");
  const before = await sqlite3(`${folder.path}/app.db`, ".dump");
  const dry = await imported(folder, "--dry-run", "-d", "app.db", ...BY_SHELL);
  assert.equal(await sqlite3(`${folder.path}/app.db`, ".dump"), before);
  assert.equal(folder.has("aludel.json"), false);

  const answer = await imported(folder, "-d", "app.db", ...BY_SHELL);
  assert.deepEqual(answer.revisions, dry.revisions);
  assert.deepEqual(answer.revisions.map(({ key, isApplied }) => [key, isApplied]), [
    ["s1", true],
    ["s2", true],
    ["s3", true],
    ["s4", false],
  ]);
  assert.deepEqual(answer.stamped, ["s1", "s2", "s3"]);
  // The row that a step puts in comes along; what it does to other rows is told.
  assert.match(
    upOf(folder, "s2"),
    /INSERT INTO "users" \("id", "name", "email"\) VALUES \(1, 'root', NULL\);/,
  );
  assert.deepEqual(answer.rowsLeft.map(({ id }) => id), ["s3"]);
  assert.match(
    answer.rowsLeft[0]!.facts.join("\n"),
    /'root', NULL\) becomes \(1, 'root', 'root@here'\)/,
  );
  assert.match(upOf(folder, "s3"), /^-- Up: s3\n-- the tool also changes rows in this step/);

  await folder.prepare("verify", "--drift");
  await folder.prepare("upgrade", "head");
  await folder.prepare("check");
  await folder.prepare("downgrade", "-1");
  assert.equal(
    await sqlite3(`${folder.path}/app.db`, "SELECT group_concat(email) FROM users"),
    "root@here,ada@here",
  );
  folder.write("steps/s5", "CREATE INDEX by_author ON posts (author);");
  const again = await imported(folder, ...BY_SHELL);
  assert.deepEqual(
    again.revisions.filter((one) => one.isNew).map(({ key, parents }) => [key, parents]),
    [
      ["s5", ["s4"]],
    ],
  );
  const idle = await folder.inProcess("import", ...BY_SHELL);
  assert.match(idle.stderr, /Nothing to do/);
});

Deno.test("a step that changes rows and is not applied yet becomes a draft, which nothing seals unseen", async () => {
  using folder = temporaryFolder();
  writeShellTool(folder, STEPS);
  await run("sh", ["migrate.sh", "s2", "app.db"], { cwd: folder.path });
  const { rowsLeft } = await imported(folder, "-d", "app.db", ...BY_SHELL);
  assert.deepEqual(rowsLeft.map(({ id }) => id), ["s3"]);
  const { revisions } = JSON.parse(folder.read("migrations/manifest.json"));
  const drafts = revisions.filter((one: { up: string | null } | null) => one?.up === null);
  assert.deepEqual(drafts.map(({ id }: { id: string }) => id), ["s3"]);
});

Deno.test("a command that goes to the live database instead fails, and nothing there changes", async () => {
  using folder = temporaryFolder();
  writeShellTool(folder, STEPS);
  await run("sh", ["migrate.sh", "s1", "app.db"], { cwd: folder.path });
  const before = await sqlite3(`${folder.path}/app.db`, ".dump");
  const { code, stderr } = await folder.inProcess(
    ...["import", "-d", "app.db", "--steps", "ls steps"],
    ...["--replay", "sqlite3 app.db 'CREATE TABLE by_mistake (x)' # {rev}"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /error\[import-replay\][^]*locked[^]*Nothing was written/);
  assert.equal(await sqlite3(`${folder.path}/app.db`, ".dump"), before);
  assert.equal(folder.has("aludel.json"), false);
});

Deno.test("import --replay refuses commands that say nothing, fail, or touch no scratch file", async () => {
  using folder = temporaryFolder();
  writeShellTool(folder, STEPS);
  folder.write("steps/s3", "SELECT * FROM missing;");
  const fails = async (pattern: RegExp, code: number, ...args: string[]) => {
    const outcome = await folder.inProcess("import", ...args);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, pattern);
  };
  await fails(
    /error\[usage\][^]*which step/,
    2,
    "--steps",
    "ls steps",
    "--replay",
    "sh migrate.sh",
  );
  await fails(/"--steps" needs "--replay"/, 2, "--steps", "ls steps");
  await fails(/lists no migration/, 1, "--steps", "true", "--replay", "true {rev}");
  await fails(
    /wrote nothing to the scratch file/,
    1,
    "--steps",
    "ls steps",
    "--replay",
    "true {rev}",
  );
  await fails(/exited with 1[^]*no such table: missing/, 1, ...BY_SHELL);
  await fails(/error\[import-tool\]/, 1, "--replay", "sh migrate.sh {rev} {database}");
  await fails(/lists "s1" twice/, 1, "--steps", "echo s1; echo s1", "--replay", "true {rev}");
  await fails(
    /No table of the scratch file names the step "x"/,
    1,
    ...["--steps", "echo x", "--replay", "sqlite3 {database} 'CREATE TABLE t (a)' # {rev}"],
  );
  assert.equal(folder.has("aludel.json"), false);
});

/** On Debian: apt install python3-alembic */
const alembic = await firstPython(["python3", "/usr/bin/python3"], "alembic");

Deno.test({
  name: "import takes over a project of Alembic with its branches, seeds and data migrations" +
    (alembic === undefined ? " (skipped: no Python here has alembic)" : ""),
  ignore: alembic === undefined,
  async fn() {
    using folder = temporaryFolder();
    writeAlembicProject(folder);
    for (const rev of ["3a", "4a"]) {
      const { code, stderr } = await run(alembic!, ["-m", "alembic", "upgrade", rev], {
        cwd: folder.path,
      });
      assert.equal(code, 0, stderr);
    }
    const path = `${folder.path}/app.db`;
    await sqlite3(
      path,
      "INSERT INTO users VALUES (1, 'Ada', 'ada', 'Ada'), (2, 'Grace', 'grace', 'Gra')",
    );
    await sqlite3(path, "INSERT INTO posts VALUES (1, 1), (2, 2)");
    const before = await sqlite3(path, ".dump");
    // The database is the one that Alembic opens: nobody has to name it.
    const answer = await imported(folder);
    assert.equal(answer.tool, "alembic");
    assert.deepEqual(answer.stamped, ["1a", "2a", "3a", "4a"]);
    const parents = new Map(answer.revisions.map((one) => [one.id, one.parents]));
    assert.deepEqual([parents.get("4a"), parents.get("4b"), parents.get("5a")], [["3a"], ["3a"], [
      "4a",
      "4b",
    ]]);
    const after = await sqlite3(path, ".dump");
    for (const line of before.split("\n")) assert.ok(after.includes(line), line);

    assert.match(
      upOf(folder, "1a"),
      /INSERT INTO "roles" \("id", "name"\) VALUES \(2, 'it''s me'\);/,
    );
    assert.match(upOf(folder, "2a"), /UPDATE users SET email = lower\(coalesce\(email, name\)\);/);
    assert.deepEqual(answer.rowsLeft.map(({ id }) => id), ["3a", "6a"]);
    assert.match(
      upOf(folder, "3a"),
      /What it ran on its own rows:\n-- +UPDATE users SET short = 'tex' WHERE id = /,
    );
    assert.match(folder.read("migrations/manifest.json"), /"id":"4a".*"labels":\["content"\]/);

    await folder.prepare("verify", "--drift");
    await folder.prepare("check");
    await folder.prepare("upgrade", "5a");
    await folder.prepare("downgrade", "-1");
    assert.equal(
      await sqlite3(path, "SELECT group_concat(short), (SELECT count(*) FROM posts) FROM users"),
      "Ada,Gra|2",
    );

    writeAlembicMigration(folder, {
      rev: "7a",
      down: '"6a"',
      message: "create likes",
      up: ['op.create_table("likes", sa.Column("id", sa.Integer, primary_key=True))'],
    });
    const again = await imported(folder);
    assert.deepEqual(again.revisions.filter((one) => one.isNew).map(({ id }) => id), ["7a"]);
  },
});

/** On Debian: apt install python3-django */
const django = await firstPython(["python3", "/usr/bin/python3"], "django.db");

Deno.test({
  name: "import takes over a project of Django, whose apps have migrations in no single order" +
    (django === undefined ? " (skipped: no Python here has django)" : ""),
  ignore: django === undefined,
  async fn() {
    using folder = temporaryFolder();
    folder.write(
      "manage.py",
      'import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")\n' +
        "from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
    );
    folder.write(
      "site_settings.py",
      'INSTALLED_APPS = ["blog", "shop"]\nDATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}\n',
    );
    const migration = (app: string, name: string, dependencies: string, operations: string) => {
      folder.write(`${app}/__init__.py`, "");
      folder.write(`${app}/migrations/__init__.py`, "");
      folder.write(
        `${app}/migrations/${name}.py`,
        `from django.db import migrations, models\nclass Migration(migrations.Migration):\n` +
          `    dependencies = [${dependencies}]\n    operations = [${operations}]\n`,
      );
    };
    const id = '("id", models.BigAutoField(primary_key=True, serialize=False))';
    migration(
      "blog",
      "0001_initial",
      "",
      `migrations.CreateModel("Post", [${id}, ("title", models.TextField())])`,
    );
    migration(
      "blog",
      "0002_views",
      '("blog", "0001_initial")',
      'migrations.RunSQL("UPDATE blog_post SET title = trim(title)"), migrations.AddField("post", "views", models.IntegerField(default=0))',
    );
    migration(
      "shop",
      "0001_initial",
      '("blog", "0001_initial")',
      `migrations.CreateModel("Cart", [${id}, ("post", models.ForeignKey("blog.post", models.CASCADE))])`,
    );
    for (const app of ["shop", "blog"]) {
      const args = ["manage.py", "migrate", app, "0001"];
      const { code, stderr } = await run(django!, args, { cwd: folder.path });
      assert.equal(code, 0, stderr);
    }
    const path = `${folder.path}/db.sqlite3`;
    await sqlite3(
      path,
      "INSERT INTO blog_post VALUES (1, ' Hello '); INSERT INTO shop_cart VALUES (1, 1)",
    );
    const { revisions, rowsLeft } = await imported(folder);
    // What the database has is not behind what it lacks, though Django lists it so.
    assert.deepEqual(revisions.map(({ key, isApplied }) => [key, isApplied]), [
      ["blog.0001_initial", true],
      ["shop.0001_initial", true],
      ["blog.0002_views", false],
    ]);
    assert.deepEqual(rowsLeft, []);
    await folder.prepare("verify", "--drift");
    await folder.prepare("upgrade", "head");
    await folder.prepare("check");
    assert.equal(
      await sqlite3(path, "SELECT title, (SELECT count(*) FROM shop_cart) FROM blog_post"),
      "Hello|1",
    );
    await folder.prepare("downgrade", "-1");
    migration(
      "blog",
      "0003_index",
      '("blog", "0002_views")',
      'migrations.AddField("post", "stars", models.IntegerField(null=True))',
    );
    const again = await imported(folder);
    assert.deepEqual(again.revisions.filter((one) => one.isNew).map(({ key }) => key), [
      "blog.0003_index",
    ]);
  },
});

/** A folder whose node_modules has knex, kysely, typeorm, tsx and better-sqlite3. */
const packages = Deno.env.get("ALUDEL_NPM_TOOLS");

Deno.test({
  name:
    "import takes over a project of Knex, and keeps the rows that Knex itself loses in a rebuild" +
    (packages === undefined ? " (skipped: ALUDEL_NPM_TOOLS is not set)" : ""),
  ignore: packages === undefined,
  async fn() {
    using folder = temporaryFolder();
    Deno.symlinkSync(`${packages}/node_modules`, `${folder.path}/node_modules`);
    folder.write("package.json", "{}");
    folder.write(
      "knexfile.js",
      "module.exports = { client: 'better-sqlite3', connection: { filename: './dev.sqlite3' }, useNullAsDefault: true };\n",
    );
    const migration = (name: string, up: string) =>
      folder.write(
        `migrations/${name}.js`,
        `exports.up = async (knex) => { ${up} };\nexports.down = async () => {};\n`,
      );
    migration(
      "20240101000000_users",
      "await knex.schema.createTable('users', (t) => { t.increments('id'); t.string('name').notNullable(); });",
    );
    migration(
      "20240201000000_posts",
      "await knex.schema.createTable('posts', (t) => { t.increments('id'); t.integer('author').references('users.id').onDelete('CASCADE'); });",
    );
    migration(
      "20240301000000_name",
      "await knex.schema.alterTable('users', (t) => { t.string('name').notNullable().defaultTo('nobody').alter(); });",
    );
    for (let step = 0; step < 2; step++) {
      const { code, stderr } = await run("npx", ["--no-install", "knex", "migrate:up"], {
        cwd: folder.path,
      });
      assert.equal(code, 0, stderr);
    }
    const path = `${folder.path}/dev.sqlite3`;
    await sqlite3(
      path,
      "INSERT INTO users VALUES (1, 'Ada'); INSERT INTO posts VALUES (1, 1), (2, 1)",
    );
    const { code, stderr } = await folder.inProcess("import");
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /Knex loses rows of posts in "20240301000000_name.js"[^]*the SQL keeps them/,
    );
    await folder.prepare("verify", "--drift");
    await folder.prepare("upgrade", "head");
    await folder.prepare("downgrade", "-1");
    assert.equal(await sqlite3(path, "SELECT count(*) FROM posts"), "2");
  },
});

Deno.test({
  name: "import takes over migrations of Kysely in TypeScript, and those of TypeORM" +
    (packages === undefined ? " (skipped: ALUDEL_NPM_TOOLS is not set)" : ""),
  ignore: packages === undefined,
  async fn() {
    using folder = temporaryFolder();
    Deno.symlinkSync(`${packages}/node_modules`, `${folder.path}/node_modules`);
    folder.write("package.json", '{"type": "commonjs"}');
    folder.write(
      "kysely/2024-01-01_users.ts",
      "import { type Kysely, sql } from 'kysely'\nexport async function up(db: Kysely<any>): Promise<void> {\n" +
        "  await db.schema.createTable('users').addColumn('id', 'integer', (c) => c.primaryKey()).addColumn('name', 'text').execute()\n" +
        "  await sql`UPDATE users SET name = lower(name)`.execute(db)\n}\n",
    );
    folder.write(
      "typeorm/data-source.js",
      "const { DataSource } = require('typeorm');\nmodule.exports = { source: new DataSource({ type: 'better-sqlite3', database: 'app.db', migrations: [__dirname + '/migrations/*.js'] }) };\n",
    );
    const migration = (name: string, sql: string) =>
      folder.write(
        `typeorm/migrations/${name.slice(-13)}-x.js`,
        `module.exports = class ${name} { async up(q) { ${sql} } async down() {} }\n`,
      );
    migration(
      "Init1700000000000",
      'await q.query("CREATE TABLE person (id integer PRIMARY KEY, name varchar)")',
    );
    migration("Fill1700000001000", "await q.query(\"INSERT INTO person VALUES (1, 'root')\")");
    const several = await folder.inProcess("import");
    assert.match(
      several.stderr,
      /error\[import-ambiguous\][^]*aludel import kysely --source kysely/,
    );
    const typed = await imported(folder, "typeorm", "--dry-run");
    assert.deepEqual(typed.revisions.map(({ key }) => key), [
      "Init1700000000000",
      "Fill1700000001000",
    ]);
    const { revisions } = await imported(folder, "kysely", "--source", "kysely");
    assert.match(upOf(folder, revisions[0]!.id), /UPDATE users SET name = lower\(name\);/);
  },
});

/** A project whose tool has applied one of two migrations to app.db, with a row in between. */
function halfApplied(
  tool: "TypeORM" | "Kysely",
  title: string,
  write: (folder: TemporaryFolder) => void,
) {
  Deno.test({
    name: `import takes over a project of ${tool} of which half is applied` + title,
    ignore: packages === undefined,
    async fn() {
      using folder = temporaryFolder();
      Deno.symlinkSync(`${packages}/node_modules`, `${folder.path}/node_modules`);
      folder.write("package.json", '{"type": "commonjs"}');
      write(folder);
      const { code, stderr } = await run("node", ["apply.js"], { cwd: folder.path });
      assert.equal(code, 0, stderr);
      const path = `${folder.path}/app.db`;
      await sqlite3(path, "INSERT INTO person VALUES (7, 'Ann')");
      const { revisions } = await imported(folder, tool.toLowerCase(), "-d", "app.db");
      assert.equal(revisions.length, 2);
      const status = await folder.aludel("status", "-d", "app.db");
      assert.match(status.stdout, /^Pending +\S+ +\S*age$/m, status.stdout + status.stderr);
      await folder.prepare("verify", "-d", "app.db");
      await folder.prepare("upgrade", "head", "-d", "app.db");
      assert.equal(await sqlite3(path, "SELECT id, name, age FROM person"), "7|Ann|");
      await folder.prepare("downgrade", "-1", "-d", "app.db");
      assert.equal(await sqlite3(path, "SELECT * FROM person"), "7|Ann");
      await folder.prepare("verify", "--drift", "-d", "app.db");
    },
  });
}

const skipped = packages === undefined ? " (skipped: ALUDEL_NPM_TOOLS is not set)" : "";

halfApplied("TypeORM", skipped, (folder) => {
  folder.write(
    "data-source.js",
    "const { DataSource } = require('typeorm');\nmodule.exports = { source: new DataSource({ type: 'better-sqlite3', database: 'app.db', migrations: [process.env.ONE || __dirname + '/migrations/*.js'] }) };\n",
  );
  const migration = (name: string, up: string, down: string) =>
    folder.write(
      `migrations/${name.slice(-13)}-x.js`,
      `module.exports = class ${name} { async up(q) { await q.query("${up}") } async down(q) { await q.query("${down}") } }\n`,
    );
  migration(
    "Init1700000000000",
    "CREATE TABLE person (id integer PRIMARY KEY, name varchar)",
    "DROP TABLE person",
  );
  migration(
    "Age1700000001000",
    "ALTER TABLE person ADD COLUMN age integer",
    "ALTER TABLE person DROP COLUMN age",
  );
  folder.write(
    "apply.js",
    "process.env.ONE = __dirname + '/migrations/1700000000000-x.js';\n" +
      "const { source } = require('./data-source.js');\n" +
      "source.initialize().then(() => source.runMigrations()).then(() => source.destroy());\n",
  );
});

halfApplied("Kysely", skipped, (folder) => {
  folder.write(
    "migrations/2024-01-01_person.mjs",
    "import { sql } from 'kysely';\n" +
      "export const up = (db) => sql`CREATE TABLE person (id integer PRIMARY KEY, name varchar)`.execute(db);\n" +
      "export const down = (db) => sql`DROP TABLE person`.execute(db);\n",
  );
  // As TypeScript compiles it for CommonJS.
  folder.write(
    "migrations/2024-02-01_age.js",
    "const { sql } = require('kysely');\n" +
      "exports.up = (db) => sql`ALTER TABLE person ADD COLUMN age integer`.execute(db);\n" +
      "exports.down = (db) => sql`ALTER TABLE person DROP COLUMN age`.execute(db);\n",
  );
  folder.write(
    "apply.js",
    "const { Kysely, Migrator, SqliteDialect, FileMigrationProvider } = require('kysely');\n" +
      "const Database = require('better-sqlite3');\n" +
      "const db = new Kysely({ dialect: new SqliteDialect({ database: new Database('app.db') }) });\n" +
      "const provider = new FileMigrationProvider({ fs: require('fs/promises'), path: require('path'), migrationFolder: __dirname + '/migrations' });\n" +
      "new Migrator({ db, provider }).migrateTo('2024-01-01_person').then(({ error }) => { if (error) throw error; return db.destroy(); });\n",
  );
});
