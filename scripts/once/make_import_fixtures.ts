/**
 * Writes tests/fixtures/import/TOOL.txt for the tools that npm has: each makes a project, applies all migrations but the
 * last, and rows are put in between. Needs npm and sqlite3.
 *
 *     deno run -A scripts/once/make_import_fixtures.ts [TOOL…]
 */
const FOLDER = new URL("../../tests/fixtures/import/", import.meta.url);

const ROWS = `
INSERT INTO users (id, name) VALUES (1, 'Ada'), (2, 'Grace');
INSERT INTO posts (id, author, title) VALUES (1, 1, 'Hello'), (2, 2, 'World');`;

interface Scene {
  readonly packages: readonly string[];
  /** Where the tool puts its database. */
  readonly database: string;
  /** What belongs to the project, as a pattern of paths. */
  readonly files: RegExp;
  make(project: Project): Promise<void>;
}

class Project {
  constructor(readonly folder: string, readonly database: string) {}

  write(path: string, text: string): void {
    const full = `${this.folder}/${path}`;
    Deno.mkdirSync(full.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }

  async run(program: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd: this.folder,
      env: { DATABASE_URL: `sqlite:${this.database}`, CI: "1" },
    }).output();
    const decoder = new TextDecoder();
    if (code === 0) return decoder.decode(stdout);
    throw new Error(
      `${program} ${args.join(" ")}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`,
    );
  }

  tool = (name: string, ...args: readonly string[]): Promise<string> =>
    this.run(`${this.folder}/node_modules/.bin/${name}`, ...args);

  async rows(): Promise<void> {
    await this.run("sqlite3", this.databasePath(), ROWS);
  }

  /** The name of Wrangler's file is a hash. */
  databasePath(): string {
    if (!this.database.endsWith("/")) return this.database;
    const found = [...Deno.readDirSync(`${this.folder}/${this.database}`)]
      .find(({ name }) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
    return this.database + found!.name;
  }

  paths(below = ""): string[] {
    return [...Deno.readDirSync(`${this.folder}/${below}`)].flatMap(({ name, isDirectory }) =>
      isDirectory ? this.paths(`${below}${name}/`) : [below + name]
    ).sort();
  }
}

const tables = (name: string) =>
  `import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
export const users = sqliteTable("users", { id: integer().primaryKey(), name: text().notNull()${name} });
export const posts = sqliteTable("posts", {
  id: integer().primaryKey(),
  author: integer().notNull().references(() => users.id, { onDelete: "cascade" }),
  title: text(),
});
`;

const drizzle = (release: string): Scene => ({
  packages: [
    `drizzle-kit@${release}`,
    "drizzle-orm@" + (release === "0.31" ? "0.44" : release),
    "@libsql/client",
  ],
  database: "app.db",
  files: /^drizzle\//,
  async make(project) {
    project.write(
      "drizzle.config.ts",
      'export default { dialect: "sqlite", schema: "./schema.ts", out: "./drizzle", dbCredentials: { url: "file:app.db" } };\n',
    );
    project.write("schema.ts", tables(""));
    await project.tool("drizzle-kit", "generate", "--name", "init");
    await project.tool("drizzle-kit", "migrate");
    await project.rows();
    project.write("schema.ts", tables('.default("nobody")'));
    await project.tool("drizzle-kit", "generate", "--name", "default_name");
  },
});

const USERS = "CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL\n);\n";
const POSTS = `CREATE TABLE posts (
  id INTEGER PRIMARY KEY,
  author INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT
);
`;
const LIKES = "ALTER TABLE posts ADD COLUMN likes INTEGER NOT NULL DEFAULT 0;\n";

const SCENES: Readonly<Record<string, Scene>> = {
  "drizzle-0.31": drizzle("0.31"),
  "drizzle-1.0": drizzle("1.0.0-rc.5"),
  dbmate: {
    packages: ["dbmate"],
    database: "app.db",
    files: /^db\//,
    async make(project) {
      const write = (name: string, up: string, down: string) =>
        project.write(
          `db/migrations/${name}.sql`,
          `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`,
        );
      write("20240101120000_create_users", USERS, "DROP TABLE users;");
      write("20240201120000_create_posts", POSTS, "DROP TABLE posts;");
      await project.tool("dbmate", "--no-dump-schema", "up");
      await project.rows();
      write("20240301120000_add_likes", LIKES, "ALTER TABLE posts DROP COLUMN likes;");
    },
  },
  wrangler: {
    packages: ["wrangler"],
    database: ".wrangler/state/v3/d1/miniflare-D1DatabaseObject/",
    files: /^(?:migrations\/|wrangler\.)/,
    async make(project) {
      project.write(
        "wrangler.jsonc",
        `{
  // The settings of a worker.
  "name": "shop",
  "compatibility_date": "2026-01-01",
  "d1_databases": [
    { "binding": "DB", "database_name": "shop", "database_id": "00000000-0000-0000-0000-000000000001", },
  ],
}
`,
      );
      project.write("migrations/0001_create_users.sql", USERS);
      project.write("migrations/0002_create_posts.sql", POSTS);
      await project.tool("wrangler", "d1", "migrations", "apply", "shop", "--local");
      await project.rows();
      project.write("migrations/0003_add_likes.sql", LIKES);
    },
  },
};

const asked = Deno.args.length > 0 ? Deno.args : Object.keys(SCENES);
for (const name of asked) {
  const { packages, database, files, make } = SCENES[name]!;
  const folder = Deno.makeTempDirSync();
  try {
    const project = new Project(folder, database);
    project.write("package.json", "{}\n");
    await project.run("npm", "install", "--silent", ...packages);
    await make(project);
    const parts = project.paths().filter((path) => files.test(path))
      .map((path) =>
        `=== file ${path}\n${Deno.readTextFileSync(`${folder}/${path}`).replace(/\n?$/, "\n")}`
      );
    const dump = await project.run("sqlite3", project.databasePath(), ".dump");
    parts.push(`=== database ${project.databasePath()}\n${dump}`);
    Deno.writeTextFileSync(new URL(`${name}.txt`, FOLDER), parts.join(""));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
