/** Knex, Sequelize, TypeORM and Kysely, whose migrations are JavaScript or TypeScript. */
import { foldersOf, type ForeignFolder, type ForeignPlace, joinPath } from "../foreign.ts";
import { plainStep, readSteps, stateOfRows, type StepTool, type ToolCommand } from "./step.ts";

const TOOL = { onEdit: "ignores" } as const;

export const knex: StepTool = {
  ...TOOL,
  name: "knex",
  title: "Knex",
  table: "knex_migrations",
  apply: "npx knex migrate:latest",
  find: (project) =>
    placesOf(project, "knex_migrations", (name) => /^knexfile\.[cm]?[jt]s$/.test(name)),
  commands: () => ({
    list: npx("knex", "migrate:list"),
    read: (printed) => {
      const lines = plainLines(printed);
      const at = lines.findIndex((line) => /^Found \d+ Pending/.test(line));
      return at < 0 ? [] : lines.slice(at + 1).map((rev) => plainStep(rev));
    },
    run: (rev) => npx("knex", "migrate:up", rev),
    takesOne: true,
  }),
  state: stateOfRows("name"),
};

export const sequelize: StepTool = {
  ...TOOL,
  name: "sequelize",
  title: "Sequelize",
  table: "SequelizeMeta",
  apply: "npx sequelize-cli db:migrate",
  find: (project) =>
    placesOf(
      project,
      "SequelizeMeta",
      (name, folder) =>
        name === ".sequelizerc" ||
        (name === "package.json" && hasPackage(project, folder, "sequelize-cli")),
    ),
  commands: () => ({
    list: npx("sequelize-cli", "db:migrate:status"),
    read: (printed) =>
      plainLines(printed).flatMap((line) => {
        const rev = /^down (\S.*)$/.exec(line)?.[1];
        return rev === undefined ? [] : [plainStep(rev)];
      }),
    run: (rev) => npx("sequelize-cli", "db:migrate", "--name", rev),
    takesOne: true,
  }),
  state: stateOfRows("name"),
};

export const typeorm: StepTool = {
  ...TOOL,
  name: "typeorm",
  title: "TypeORM",
  table: "migrations",
  apply: "npx typeorm migration:run",
  find: (project) =>
    placesOf(
      project,
      "migrations",
      (name, folder) =>
        /\.[cm]?[jt]s$/.test(name) && !/\.d\.[cm]?ts$/.test(name) &&
        sourceOf(project, folder, name),
    ),
  commands: () => ({
    list: driver("TypeORM's migrations", TYPEORM),
    read: readSteps,
    run: (rev) => driver(`TypeORM's migration ${rev}`, TYPEORM, rev),
    takesOne: true,
  }),
  state: stateOfRows("name"),
};

/** Whether a file creates a DataSource of TypeORM. The program in TYPEORM uses the same test. */
function sourceOf(project: ForeignFolder, folder: string, name: string): boolean {
  return /new DataSource\s*\(/.test(project.read(joinPath(folder, name)) ?? "");
}

export const kysely: StepTool = {
  ...TOOL,
  name: "kysely",
  title: "Kysely",
  table: "kysely_migration",
  apply: "the program that calls its Migrator",
  find(project) {
    const isMigration = (folder: string, name: string) => {
      if (!/\.[cm]?[jt]s$/.test(name) || /\.d\.[cm]?ts$/.test(name)) return false;
      const text = project.read(joinPath(folder, name)) ?? "";
      return /export (?:async )?(?:function|const) up\b|\bexports\.up\b/.test(text) &&
        /\bkysely\b/i.test(text);
    };
    return placesOf(project, "kysely_migration", (name, folder) => isMigration(folder, name));
  },
  commands: () => ({
    list: driver("Kysely's migrations", KYSELY),
    read: readSteps,
    run: (rev) => driver(`Kysely's migration ${rev}`, KYSELY, rev),
    takesOne: true,
  }),
  state: stateOfRows("name"),
};

function placesOf(
  project: ForeignFolder,
  table: string,
  isSign: (name: string, folder: string) => boolean,
): readonly ForeignPlace[] {
  return [...foldersOf(project)].filter((folder) =>
    project.list(folder).some(({ name, isFolder }) => !isFolder && isSign(name, folder))
  ).map((folder) => ({ folder, table }));
}

function hasPackage(project: ForeignFolder, folder: string, name: string): boolean {
  return (project.read(joinPath(folder, "package.json")) ?? "").includes(`"${name}"`);
}

function npx(...args: readonly string[]): ToolCommand {
  const all = ["--no-install", ...args];
  return { program: "npx", args: all, name: ["npx", ...all].join(" ") };
}

function driver(what: string, source: string, ...args: readonly string[]): ToolCommand {
  return { program: "node", args: ["-e", source, ...args], name: `node, ${what}` };
}

function plainLines(printed: string): readonly string[] {
  // deno-lint-ignore no-control-regex -- what colours text on a terminal
  return printed.replace(/\x1b\[[\d;]*m/g, "").split(/\r?\n/).map((line) => line.trim())
    .filter((line) => line !== "");
}

/**
 * Loads modules of the project. TypeScript is loaded by tsx or ts-node if one is installed, or by Node itself since
 * 22.18.
 */
const NODE_START = `
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");
const from = createRequire(path.resolve("package.json"));
const [rev] = process.argv.slice(1);

const attempt = (work) => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

const load = async (file) => {
  if (/ts$/.test(file)) {
    attempt(() => from("tsx/cjs/api").register() && from("tsx/esm/api").register()) ||
      attempt(() => from("ts-node/register/transpile-only"));
  }
  try {
    return from(file);
  } catch (error) {
    if (!/ERR_REQUIRE|ERR_UNKNOWN_FILE|Cannot use import|Unexpected token 'export'/.test(error.code + error.message)) throw error;
    return await import(pathToFileURL(file));
  }
};

const filesHere = () => fs.readdirSync(".").sort().filter((name) => /(?<!\\.d)\\.[cm]?[jt]s$/.test(name));
const say = (step) => process.stdout.write(JSON.stringify(step) + "\\n");
const fail = (error) => {
  process.stderr.write((error.stack ?? error) + "\\n");
  process.exitCode = 1;
};
`;

/**
 * Lists or takes the steps by TypeORM's API, because its command line cannot take one step:
 * https://typeorm.io/docs/migrations/api
 */
const TYPEORM = `${NODE_START}
(async () => {
  const { DataSource, MigrationExecutor } = from("typeorm");
  let source;
  for (const name of filesHere()) {
    if (!/new DataSource\\s*\\(/.test(fs.readFileSync(name, "utf8"))) continue;
    const exported = Object.values(await load(path.resolve(name)));
    source = exported.flatMap((one) => [one, one?.default]).find((one) => one instanceof DataSource);
    if (source !== undefined) break;
  }
  if (source === undefined) throw new Error("No file here exports a DataSource");
  source.setOptions({ synchronize: false, migrationsRun: false, dropSchema: false });
  await source.initialize();
  if (rev === undefined) {
    for (const { name, timestamp } of await new MigrationExecutor(source).getPendingMigrations()) {
      const message = name.replace(String(timestamp), "").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
      say({ rev: name, message: message.toLowerCase(), created: new Date(timestamp).toISOString() });
    }
  } else {
    source.migrations = source.migrations.filter((one) => (one.name ?? one.constructor.name) === rev);
    await source.runMigrations();
  }
  await source.destroy();
})().catch(fail);
`;

/**
 * Lists or takes the steps by Kysely's API, with the files in the order of FileMigrationProvider
 * (https://kysely.dev/docs/migrations). The Migrator gets only the migrations that have run and the next one, so that
 * it takes one step.
 */
const KYSELY = `${NODE_START}
(async () => {
  const names = filesHere();
  if (rev === undefined) {
    for (const name of names) {
      const rev = name.replace(/\\.[cm]?[jt]s$/, "");
      say({ rev, message: rev.replace(/^[\\d_TZ.-]+(?=[A-Za-z])/, "").replace(/[_-]+/g, " "), file: name });
    }
    return;
  }
  const { Kysely, Migrator, SqliteDialect } = from("kysely");
  const Database = from("better-sqlite3");
  const db = new Kysely({ dialect: new SqliteDialect({ database: new Database(process.env.ALUDEL_SCRATCH) }) });
  const found = {};
  const provider = { getMigrations: async () => found };
  const migrator = new Migrator({ db, provider, allowUnorderedMigrations: true });
  for (const name of names) {
    const module = await load(path.resolve(name));
    found[name.replace(/\\.[cm]?[jt]s$/, "")] = module.default?.up ? module.default : module;
  }
  const ran = await migrator.getMigrations();
  for (const { name, executedAt } of ran) if (executedAt === undefined && name !== rev) delete found[name];
  const { error } = await migrator.migrateToLatest();
  await db.destroy();
  if (error !== undefined) throw error;
})().catch(fail);
`;
