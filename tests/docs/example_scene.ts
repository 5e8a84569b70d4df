import assert from "node:assert/strict";
import { run, sqlite3, type TemporaryFolder, temporaryFolder } from "../scenarios/cli.ts";
import { unpackImportFixture } from "../fixtures/import_fixture.ts";
import { GIT_ENVIRONMENT } from "../scenarios/git_project.ts";

/** Where an example is typed. The names that examples use are there: 3f9c, billing, production, old.db, … */
export type SceneName = keyof typeof SCENES;

interface Scene {
  /** What this one goes on from. */
  readonly after?: string;
  make(folder: TemporaryFolder): Promise<void>;
}

const SETTINGS = { database: "app.db", databases: { production: "production.db" } };

const SCHEMA = `
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
`;

const SCENES = {
  "an empty folder": scene({ make: () => Promise.resolve() }),

  "a database without a project": scene({
    make: async ({ path }) => void await sqlite3(`${path}/app.db`, SCHEMA),
  }),

  /** dbmate's, with two of three migrations applied, and DATABASE_URL in .env. */
  "a project of another tool": scene({
    async make(folder) {
      await unpackImportFixture("dbmate", folder);
      folder.write(".env", "DATABASE_URL=sqlite:app.db\n");
    },
  }),

  /** ae10, 3f9c, and the draft 77aa, which is pending. schema.sql wants a table more. */
  "a project": scene({
    async make(folder) {
      await folder.prepare("init");
      folder.write("aludel.json", JSON.stringify(SETTINGS));
      folder.write(".gitignore", "*.db*\n.aludel\n");
      await addRevision(folder, "ae10c2d94b71", {
        message: "create users",
        up: "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);",
        down: "DROP TABLE users;",
      });
      await addRevision(folder, "3f9c1a2b4d5e", {
        message: "create roles",
        up: "CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n" +
          "INSERT INTO roles (name) VALUES ('admin'), ('guest');",
        down: "DROP TABLE roles;",
      });
      await folder.prepare("seal");
      await folder.prepare("upgrade");
      await folder.prepare("upgrade", "ae10", "-d", "production");
      await sqlite3(`${folder.path}/old.db`, SCHEMA);
      await addRevision(folder, "77aa0b1c2d3e", {
        message: "add ages",
        up: "ALTER TABLE users ADD COLUMN age INTEGER;\n" +
          "INSERT INTO roles (name) VALUES ('admin');",
        down: "DELETE FROM roles WHERE id = (SELECT max(id) FROM roles);\n" +
          "ALTER TABLE users DROP COLUMN age;",
      });
      const { stdout } = await folder.inProcess("schema", "head");
      folder.write("schema.sql", stdout + "CREATE TABLE events (id INTEGER PRIMARY KEY);\n");
    },
  }),

  "an upgraded project": scene({
    after: "a project",
    make: async (folder) => void await folder.prepare("upgrade"),
  }),

  /** The restore point 2026-11-23_101500 has a row that the database has lost since. */
  "a project with a restore point": scene({
    after: "an upgraded project",
    async make(folder) {
      const database = `${folder.path}/app.db`;
      await sqlite3(database, "INSERT INTO users VALUES (1, 'a@example.org', 40)");
      await folder.prepare("backup", "-m", "before the accident");
      await sqlite3(database, "DELETE FROM users");
    },
  }),

  /** The run kept the row alone, as it does beside a large database. */
  "a project whose last run took a row": scene({
    after: "an upgraded project",
    async make(folder) {
      const settings = { ...SETTINGS, restoreRowsFrom: 0, restoreRowsShare: 100 };
      folder.write("aludel.json", JSON.stringify(settings));
      await sqlite3(`${folder.path}/app.db`, "INSERT INTO users VALUES (1, 'a@example.org', 40)");
      await addRevision(folder, "c1ea0b1c2d3e", {
        message: "clean up",
        up: "DELETE FROM users;",
        down: "-- aludel: ignore=empty-down the restore point has the rows",
      });
      await folder.prepare("upgrade");
    },
  }),

  /** The databases ann, bob and eve in tenants/, which control.db lists, at ae10. */
  "a fleet": scene({
    after: "a project",
    async make(folder) {
      const fleets = { tenants: "tenants/*.db" };
      folder.write("aludel.json", JSON.stringify({ ...SETTINGS, fleets }));
      folder.write("tenants/.gitkeep", "");
      const names = ["ann", "bob", "eve"];
      for (const name of names) {
        await folder.prepare("upgrade", "ae10", "-d", `./tenants/${name}.db`);
      }
      const rows = names.map((name) => `('tenants/${name}.db')`).join();
      const sql = `CREATE TABLE tenant (path TEXT); INSERT INTO tenant VALUES ${rows}`;
      await sqlite3(`${folder.path}/control.db`, sql);
    },
  }),

  /** Everything is sealed and committed, and origin/main is that commit. */
  "a clone": scene({
    after: "an upgraded project",
    async make(folder) {
      await folder.prepare("seal");
      await git(folder, "init", "-q", "-b", "main");
      await git(folder, "add", ".");
      await git(folder, "commit", "-q", "-m", "Begin");
      await git(folder, "update-ref", "refs/remotes/origin/main", "HEAD");
    },
  }),

  /** The heads 3f9c, 77aa and be11 after ae10, nothing applied. */
  "a project with three heads": scene({
    async make(folder) {
      await folder.prepare("init");
      await addRevision(folder, "ae10c2d94b71", { message: "create users" });
      for (const id of ["3f9c1a2b4d5e", "77aa0b1c2d3e", "be11d0e1f2a3"]) {
        await addRevision(folder, id, { message: `branch ${id}` }, "--head", "ae10", "--splice");
      }
    },
  }),

  /** 77aa is applied, and the branch that is checked out has be11 in its place. */
  "another branch is checked out": scene({
    after: "a clone",
    async make(folder) {
      await git(folder, "switch", "-q", "-c", "other");
      await git(folder, "rm", "-q", "-r", "migrations");
      await git(folder, "checkout", "-q", "HEAD", "--", "migrations/manifest.json");
      const lines = folder.read("migrations/manifest.json").split("\n");
      const kept = lines.filter((line) => !line.includes('"id":"77aa'));
      folder.write("migrations/manifest.json", kept.join("\n"));
      await git(folder, "checkout", "-q", "HEAD", "--", ...revisionFolders(kept.join("\n")));
      await addRevision(folder, "be11d0e1f2a3", {
        message: "create seats",
        up: "CREATE TABLE seats (id INTEGER PRIMARY KEY);",
        down: "DROP TABLE seats;",
      });
    },
  }),

  /** Two sides have added a revision each to a manifest that has one. */
  "three manifests": scene({
    async make(folder) {
      const base = await manifestWith(["a1"]);
      folder.write("base.json", base);
      folder.write("ours.json", await manifestWith(["a1", "b2"]));
      folder.write("theirs.json", await manifestWith(["a1", "c3"]));
    },
  }),
};

/** Copies of scenes: each is made when it is first asked for. */
export class ExampleScenes {
  readonly #made = new Map<SceneName, TemporaryFolder>();

  /** Puts a copy of the scene into a folder, which is made. */
  async copy(name: SceneName, into: string): Promise<void> {
    const { path } = await this.#folder(name);
    await copyFolder(path, into);
  }

  async #folder(name: SceneName): Promise<TemporaryFolder> {
    const made = this.#made.get(name);
    if (made !== undefined) return made;
    const folder = temporaryFolder();
    this.#made.set(name, folder);
    const { after, make } = SCENES[name];
    if (after !== undefined) {
      await copyFolder((await this.#folder(after as SceneName)).path, folder.path);
    }
    await make(folder);
    return folder;
  }

  /** Removes what was made. */
  remove(): void {
    for (const folder of this.#made.values()) folder[Symbol.dispose]();
  }
}

function scene(definition: Scene): Scene {
  return definition;
}

async function addRevision(
  folder: TemporaryFolder,
  id: string,
  { message, up = "", down = "" }: { message: string; up?: string; down?: string },
  ...flags: readonly string[]
): Promise<void> {
  await folder.prepare("revision", "-q", "-m", message, "--rev-id", id, ...flags);
  const path = revisionFolders(folder.read("migrations/manifest.json")).find((name) =>
    name.includes(id)
  )!;
  folder.write(`${path}/up.sql`, `${up}\n`);
  folder.write(`${path}/down.sql`, `${down}\n`);
}

function revisionFolders(manifest: string): string[] {
  return Array.from(manifest.matchAll(/"dir":"([^"]+)"/g), ([, name]) => `migrations/${name}`);
}

async function manifestWith(ids: readonly string[]): Promise<string> {
  using folder = temporaryFolder();
  await folder.prepare("init");
  for (const [index, id] of ids.entries()) {
    const head = index === 0 ? "base" : ids[0]!;
    await addRevision(folder, id, { message: id }, "--head", head);
  }
  return folder.read("migrations/manifest.json");
}

async function git(folder: TemporaryFolder, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await run("git", args, { cwd: folder.path, env: GIT_ENVIRONMENT });
  assert.equal(code, 0, `git ${args.join(" ")}: ${stderr}`);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const { code, stderr } = await run("cp", ["-R", `${from}/.`, to], {});
  assert.equal(code, 0, stderr);
}
