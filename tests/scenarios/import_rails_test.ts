import assert from "node:assert/strict";
import { hasRails, writeRailsMigration, writeRailsProject } from "../fixtures/rails_project.ts";
import { run, sqlite3, temporaryFolder } from "./cli.ts";

const isThere = await hasRails();

Deno.test({
  name: "import takes over a project of Rails, and keeps the rows that Rails itself loses" +
    (isThere ? "" : " (skipped: there is no Rails)"),
  ignore: !isThere,
  async fn() {
    using folder = temporaryFolder();
    writeRailsProject(folder);
    writeRailsMigration(folder, "20240101120000", "create_users", [
      "def change; create_table(:users) { |t| t.string :name, null: false }; end",
    ]);
    writeRailsMigration(folder, "20240201120000", "create_posts", [
      "def change; create_table(:posts) { |t| t.references :user, null: false, foreign_key: { on_delete: :cascade } }; end",
    ]);
    const rails = async (...args: string[]) => {
      const { code, stderr } = await run("bin/rails", args, { cwd: folder.path });
      assert.equal(code, 0, stderr);
    };
    await rails("db:migrate");
    const path = `${folder.path}/db/development.sqlite3`;
    await sqlite3(path, "INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace')");
    await sqlite3(path, "INSERT INTO posts VALUES (1, 1), (2, 2)");
    writeRailsMigration(folder, "20240301120000", "default_name", [
      'def up; change_column_default(:users, :name, "nobody"); execute("UPDATE users SET name = upper(name)"); end',
      "def down; change_column_default(:users, :name, nil); end",
    ]);
    const [dump, schema] = [await sqlite3(path, ".dump"), folder.read("db/schema.rb")];

    // Nobody names the database: it is the one that Rails opens.
    const { code, stderr } = await folder.inProcess("import");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Rails works on "db\/development\.sqlite3"/);
    assert.match(stderr, /Rails loses rows of posts in "20240301120000"[^]*the SQL keeps them/);
    assert.match(stderr, /3 revisions of Rails, 2 recorded as applied/);
    const after = await sqlite3(path, ".dump");
    for (const line of dump.split("\n")) assert.ok(after.includes(line), line);
    assert.equal(folder.read("db/schema.rb"), schema);

    await folder.prepare("verify", "--drift");
    await folder.prepare("upgrade", "head");
    const rows = "SELECT group_concat(name), (SELECT count(*) FROM posts) FROM users";
    assert.equal(await sqlite3(path, rows), "ADA,GRACE|2");
    await folder.prepare("downgrade", "-1");
    assert.equal(await sqlite3(path, rows), "ADA,GRACE|2");
    assert.equal((await folder.inProcess("status")).code, 3);

    // A month later: Rails has run a new one on the database meanwhile.
    writeRailsMigration(folder, "20240215120000", "create_tags", [
      "def change; create_table(:tags) { |t| t.string :name }; end",
    ]);
    await rails("db:migrate", "VERSION=20240215120000");
    const again = JSON.parse(await folder.prepare("import", "--json"));
    assert.deepEqual(again.stamped, ["20240215120000"]);
    await folder.prepare("verify", "--drift");
  },
});
