import { DatabaseSync } from "node:sqlite";
import { DATABASE, writeAludelProject } from "../aludel_project.ts";
import type { Contender, Contest } from "../contest.ts";
import {
  aludel,
  counted,
  denoRun,
  EMPTY,
  emptyProgram,
  keepFolder,
  newFolder,
  removeAll,
  type Yard,
} from "../yard.ts";
import { CHANGED_EVERY, tablesAsAlchemy, tablesAsDrizzle, tablesAsSql } from "../many_tables.ts";
import { writeAlembicEnvironment } from "../peers/alembic.ts";
import { linkModules, NODE_RELEASES } from "../peers/node_peers.ts";
import { runQuietly } from "../process.ts";
import { workload, writeStatements } from "../workload.ts";

/** Comparing schemas of so many tables, and replaying so many revisions. */
export function diffContest(yard: Yard, size: number): readonly Contest[] {
  return [autogenerateContest(yard, size), replayContest(yard, size)];
}

/** A column is added to every fiftieth table; each tool writes the revision that adds them. */
function autogenerateContest(yard: Yard, size: number): Contest {
  return {
    kind: "diff",
    count: size,
    title: `autogenerate, ${counted(size, "table")}, a column added to every ${CHANGED_EVERY}th`,
    references: [EMPTY],
    contenders: [
      emptyProgram(yard.folder),
      ...ownContenders(yard, size),
      ...alembicContender(yard, size),
      ...drizzleContender(yard, size),
    ],
    notes: [
      "Aludel reads schema.sql and replays its revisions in memory, or reads the database; Alembic reads " +
      "the database, and Python's models; drizzle-kit reads its last snapshot, and TypeScript's models.",
    ],
  };
}

function ownContenders(yard: Yard, size: number): readonly Contender[] {
  const cwd = newFolder(yard, "autogenerate");
  const files = newFolder(yard, "files");
  Deno.writeTextFileSync(`${files}/a.sql`, tablesAsSql(size, false));
  Deno.writeTextFileSync(`${files}/b.sql`, tablesAsSql(size, true));
  const step = { number: 1, message: "create", up: statementsOf(size), down: ["SELECT 1"] };
  writeAludelProject(cwd, [step]);
  Deno.writeTextFileSync(`${cwd}/schema.sql`, tablesAsSql(size, true));
  runQuietly(cwd, aludel(yard, "upgrade"));
  const restore = keepFolder(cwd);
  const autogenerate = aludel(yard, "revision", "--autogenerate", "-m", "add");
  const check = () => expectChanges(`${cwd}/migrations`, /ADD COLUMN/g, size);
  return [
    {
      name: "aludel revision --autogenerate",
      role: "own",
      command: autogenerate,
      cwd,
      prepare: restore,
      check,
      memory: true,
    },
    {
      name: "aludel revision --autogenerate --from database",
      role: "own",
      command: [...autogenerate, "--from", DATABASE],
      cwd,
      prepare: restore,
      check,
    },
    {
      name: "aludel diff a.sql b.sql",
      role: "own",
      command: aludel(yard, "diff", "a.sql", "b.sql"),
      cwd: files,
    },
  ];
}

function alembicContender(yard: Yard, size: number): readonly Contender[] {
  if (!yard.field.peers.some(({ name }) => name === "Alembic")) return [];
  const cwd = newFolder(yard, "autogenerate-alembic");
  writeAlembicEnvironment(cwd, true);
  Deno.writeTextFileSync(`${cwd}/models.py`, tablesAsAlchemy(size, true));
  using database = new DatabaseSync(`${cwd}/${DATABASE}`);
  database.exec(`BEGIN;\n${tablesAsSql(size, false)}COMMIT;`);
  return [{
    name: "alembic revision --autogenerate",
    role: "peer",
    command: ["alembic", "revision", "--autogenerate", "-m", "add"],
    cwd,
    prepare: keepFolder(cwd),
    check: () => expectChanges(`${cwd}/alembic/versions`, /op\.add_column\(/g, size),
  }];
}

function drizzleContender(yard: Yard, size: number): readonly Contender[] {
  const peers = yard.field.nodePeers;
  if (peers === undefined) return [];
  const cwd = newFolder(yard, "autogenerate-drizzle");
  linkModules(cwd, peers);
  Deno.writeTextFileSync(
    `${cwd}/drizzle.config.ts`,
    'export default { dialect: "sqlite", schema: "./schema.ts", out: "./drizzle" };\n',
  );
  const command = [peers.node, `${peers.modules}/drizzle-kit/bin.cjs`, "generate"];
  Deno.writeTextFileSync(`${cwd}/schema.ts`, tablesAsDrizzle(size, false));
  runQuietly(cwd, command);
  Deno.writeTextFileSync(`${cwd}/schema.ts`, tablesAsDrizzle(size, true));
  return [{
    name: `drizzle-kit ${NODE_RELEASES["drizzle-kit"]} generate`,
    role: "peer",
    command,
    cwd,
    prepare: keepFolder(cwd),
    check: () => expectChanges(`${cwd}/drizzle`, /ALTER TABLE `t\d+` ADD `added`/g, size),
  }];
}

function statementsOf(size: number): readonly string[] {
  return tablesAsSql(size, false).split(";\n").filter((one) => one !== "");
}

/** Throws unless the files of a folder have as many places that add a column as there are changed tables. */
function expectChanges(folder: string, place: RegExp, size: number): void {
  const expected = Math.ceil(size / CHANGED_EVERY);
  const found = countIn(folder, place);
  if (found !== expected) throw new Error(`${found} changes are written, not ${expected}`);
}

function countIn(folder: string, place: RegExp): number {
  let count = 0;
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) count += countIn(path, place);
    else if (/\.(?:sql|py)$/.test(entry.name)) {
      count += Deno.readTextFileSync(path).match(place)?.length ?? 0;
    }
  }
  return count;
}

/** What `check` and autogenerate do first. */
function replayContest(yard: Yard, size: number): Contest {
  const cwd = newFolder(yard, "replay");
  const limit = newFolder(yard, "replay-limit");
  const steps = workload(size);
  writeAludelProject(cwd, steps);
  writeStatements(limit, steps);
  const command = aludel(yard, "diff", "heads", "empty");
  const name = "limit: node:sqlite in memory";
  return {
    kind: "replay",
    count: size,
    title: `replay of ${counted(size, "revision")} to their schema`,
    references: [name],
    contenders: [
      { name, role: "limit", command: denoRun("node_limit.ts", ":memory:", "up.json"), cwd: limit },
      {
        name: "aludel diff heads empty, first time",
        role: "own",
        command,
        cwd,
        prepare: () => removeAll(`${cwd}/.aludel`),
        memory: true,
      },
      { name: "aludel diff heads empty, from the cache", role: "own", command, cwd, memory: true },
    ],
    notes: [],
  };
}
