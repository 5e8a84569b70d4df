/** The tools that keep a file for each direction, or only the way up: golang-migrate, sqlx, Wrangler. */
import { type NextStep, say, shell } from "../../text/next_step.ts";
import type { WranglerDatabase } from "../../project/workspace/d1_address.ts";
import type { ForeignDigest } from "../checksum.ts";
import {
  compareNumbers,
  foldersOf,
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignScript,
  type ForeignTool,
  inLine,
  isCrateWith,
  joinPath,
  messageOf,
  readListed,
  timeOfDigits,
  withAnyLineEnds,
} from "../foreign.ts";

/** The files of a folder that a pattern recognises. */
export function matchingFiles(
  project: ForeignFolder,
  folder: string,
  pattern: RegExp,
): readonly RegExpExecArray[] {
  return project.list(folder).flatMap(({ name, isFolder }) => {
    const match = isFolder ? null : pattern.exec(name);
    return match === null ? [] : [match];
  });
}

/** The folders with a file that a pattern recognises. */
export function foldersWith(project: ForeignFolder, pattern: RegExp, table: string) {
  return [...foldersOf(project)]
    .filter((folder) => matchingFiles(project, folder, pattern).length > 0)
    .map((folder) => ({ folder, table }));
}

/** Refuses two files for one version. @throws {ForeignFault} */
export function refuseTwice(folder: string, keys: readonly string[], cure: NextStep): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice === undefined) return;
  throw new ForeignFault(folder || ".", `Two files have the version ${twice}`, cure);
}

const PAIR_FILE = /^(\d+)_(.*)\.(up|down)\.sql$/;

/** golang-migrate: `VERSION_title.up.sql`; the database knows one number, and whether a run failed half-way. */
export const golangMigrate: ForeignTool = {
  name: "golang-migrate",
  title: "golang-migrate",
  table: "schema_migrations",
  apply: "migrate -database URL -path DIR up",
  onEdit: "ignores",
  find: (project) => foldersWith(project, PAIR_FILE, "schema_migrations"),
  read(project, { folder }): ForeignHistory {
    const files = matchingFiles(project, folder, PAIR_FILE);
    const downs = new Map(
      files.filter(([, , , way]) => way === "down").map((
        [name, digits],
      ) => [`${BigInt(digits!)}`, name]),
    );
    const ups = files.filter(([, , , way]) => way === "up");
    refuseTwice(folder, ups.map(([, digits]) => `${BigInt(digits!)}`), say("Rename one of them"));
    const revisions = ups
      .map(([name, digits = "", slug = ""]) => {
        const key = `${BigInt(digits)}`;
        const down = downs.get(key);
        return {
          key,
          message: messageOf(slug),
          created: timeOfDigits(digits),
          up: script(project, folder, name),
          down: down === undefined ? null : script(project, folder, down),
          checksums: [],
        };
      })
      .sort((a, b) => compareNumbers(a.key, b.key));
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }, history) {
    const [row] = await query(`SELECT version, dirty FROM "${table}" LIMIT 1`);
    if (row === undefined) return { table, fault: null, applied: [] };
    const version = String(row["version"]);
    const isDirty = Number(row["dirty"]) !== 0;
    return {
      table,
      fault: isDirty ? `Version ${version} is dirty: a run of golang-migrate failed in it` : null,
      applied: [
        ...history.revisions.filter(({ key }) => compareNumbers(key, version) < 0),
        { key: version },
      ].map(({ key }) => ({ key, checksum: null })),
    };
  },
};

function script(project: ForeignFolder, folder: string, name: string): ForeignScript {
  const file = joinPath(folder, name);
  return { file, text: readListed(project, file), transaction: true };
}

const SQLX_FILE = /^(\d+)_(.*?)(?:\.(up|down))?\.sql$/;

/** sqlx: `VERSION_description.sql`, or an `.up.sql` and a `.down.sql`. Its checksums notice every byte. */
export function sqlx(digest: ForeignDigest): ForeignTool {
  return {
    name: "sqlx",
    title: "sqlx",
    table: "_sqlx_migrations",
    apply: "sqlx migrate run",
    onEdit: "refuses",
    // The names alone fit other tools too.
    find: (project) =>
      foldersWith(project, SQLX_FILE, "_sqlx_migrations")
        .filter(({ folder }) => isCrateWith(project, folder, "sqlx")),
    read(project, { folder }): ForeignHistory {
      const files = matchingFiles(project, folder, SQLX_FILE);
      const downs = new Map(
        files.filter(([, , , way]) => way === "down").map((
          [name, digits],
        ) => [`${BigInt(digits!)}`, name]),
      );
      const ups = files.filter(([, , , way]) => way !== "down");
      refuseTwice(folder, ups.map(([, digits]) => `${BigInt(digits!)}`), shell`sqlx migrate info`);
      const revisions = ups
        .map(([name, digits = "", slug = ""]) => {
          const key = `${BigInt(digits)}`;
          const up = script(project, folder, name);
          const down = downs.get(key);
          const withMark = (of: ForeignScript) => ({
            ...of,
            transaction: !of.text.startsWith("-- no-transaction"),
          });
          return {
            key,
            message: messageOf(slug),
            created: timeOfDigits(digits),
            up: withMark(up),
            down: down === undefined ? null : withMark(script(project, folder, down)),
            checksums: withAnyLineEnds(up.text).map((text) => digest("sha384", text)),
          };
        })
        .sort((a, b) => compareNumbers(a.key, b.key));
      return { revisions: inLine(revisions), notices: [] };
    },
    async state(query, { table }) {
      const rows = await query(
        `SELECT version, success, lower(hex(checksum)) AS checksum FROM "${table}" ORDER BY version`,
      );
      const failed = rows.find(({ success }) => Number(success) === 0);
      return {
        table,
        fault: failed === undefined
          ? null
          : `sqlx records that version ${failed["version"]} failed half-way`,
        applied: rows.map(({ version, checksum }) => ({
          key: String(version),
          checksum: String(checksum),
        })),
      };
    },
  };
}

const WRANGLER_FILE = /\.sql$/;

/**
 * Wrangler's migrations of D1 databases: `NNNN_name.sql`, recorded with the whole file name.
 * @param databases Reads the settings, in whichever of their three notations they are.
 */
export function wrangler(
  databases: (project: ForeignFolder) => readonly WranglerDatabase[],
): ForeignTool {
  return {
    name: "wrangler",
    title: "Wrangler (Cloudflare D1)",
    table: "d1_migrations",
    apply: "npx wrangler d1 migrations apply DATABASE --local",
    onEdit: "ignores",
    find: (project) =>
      databases(project)
        .map((database) => ({
          folder: database.migrations_dir ?? "migrations",
          table: database.migrations_table ?? "d1_migrations",
        }))
        .filter(({ folder }) => matchingFiles(project, folder, WRANGLER_FILE).length > 0),
    read(project, { folder }): ForeignHistory {
      const revisions = matchingFiles(project, folder, WRANGLER_FILE)
        .map(({ input: name }) => ({
          key: name,
          message: messageOf(name.replace(/^\d+_/, "").replace(/\.sql$/, "")),
          created: null,
          up: script(project, folder, name),
          down: null,
          checksums: [],
        }))
        .sort((a, b) => parseInt(a.key) - parseInt(b.key) || (a.key < b.key ? -1 : 1));
      return { revisions: inLine(revisions), notices: [] };
    },
    async state(query, { table }) {
      const rows = await query(`SELECT name FROM "${table}" ORDER BY id`);
      return {
        table,
        fault: null,
        applied: rows.map(({ name }) => ({ key: String(name), checksum: null })),
      };
    },
  };
}
