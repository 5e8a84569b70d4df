/** The tools with a file for each direction: golang-migrate and sqlx. */
import { type NextStep, say, shell } from "../../text/next_step.ts";
import { sha384Hex } from "../checksum.ts";
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

/** The files of a folder that match a pattern. */
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

/** The folders with a file that matches a pattern. */
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

/** golang-migrate: `VERSION_title.up.sql`. The database has one number, and whether a run failed half-way. */
export const golangMigrate: ForeignTool = {
  name: "golang-migrate",
  title: "golang-migrate",
  table: "schema_migrations",
  apply: "migrate -database URL -path DIR up",
  onEdit: "ignores",
  find: (project) => foldersWith(project, PAIR_FILE, "schema_migrations"),
  read: (project, { folder }): ForeignHistory =>
    readPairs(project, folder, PAIR_FILE, { cure: say("Rename one of them") }),
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

/** How tools with a file for each direction differ. */
interface PairRules {
  /** What to do about two files for one version. */
  readonly cure: NextStep;
  /** Whether the tool runs a file in a transaction. By default, it runs all of them so. */
  readonly isInTransaction?: (text: string) => boolean;
  /** The checksums that the tool records for the text of an up. */
  readonly checksums?: (text: string) => readonly string[];
}

/** Reads files that a pattern matches, with groups for the version, the title and the direction. */
function readPairs(
  project: ForeignFolder,
  folder: string,
  pattern: RegExp,
  { cure, isInTransaction = () => true, checksums = () => [] }: PairRules,
): ForeignHistory {
  const files = matchingFiles(project, folder, pattern);
  const keyOf = ([, digits = ""]: RegExpExecArray) => `${BigInt(digits)}`;
  const isDown = ([, , , way]: RegExpExecArray) => way === "down";
  const downs = new Map(files.filter(isDown).map((match) => [keyOf(match), match[0]]));
  const ups = files.filter((match) => !isDown(match));
  refuseTwice(folder, ups.map(keyOf), cure);
  const script = (name: string): ForeignScript => {
    const file = joinPath(folder, name);
    const text = readListed(project, file);
    return { file, text, transaction: isInTransaction(text) };
  };
  const revisions = ups
    .map((match) => {
      const [name, digits = "", slug = ""] = match;
      const key = keyOf(match);
      const up = script(name);
      const down = downs.get(key);
      return {
        key,
        message: messageOf(slug),
        created: timeOfDigits(digits),
        up,
        down: down === undefined ? null : script(down),
        checksums: checksums(up.text),
      };
    })
    .sort((a, b) => compareNumbers(a.key, b.key));
  return { revisions: inLine(revisions), notices: [] };
}

const SQLX_FILE = /^(\d+)_(.*?)(?:\.(up|down))?\.sql$/;

/** sqlx: `VERSION_description.sql`, or an `.up.sql` and a `.down.sql`. Its checksums notice every byte. */
export const sqlx: ForeignTool = {
  name: "sqlx",
  title: "sqlx",
  table: "_sqlx_migrations",
  apply: "sqlx migrate run",
  onEdit: "refuses",
  // The names alone fit other tools too.
  find: (project) =>
    foldersWith(project, SQLX_FILE, "_sqlx_migrations")
      .filter(({ folder }) => isCrateWith(project, folder, "sqlx")),
  read: (project, { folder }): ForeignHistory =>
    readPairs(project, folder, SQLX_FILE, {
      cure: shell`sqlx migrate info`,
      isInTransaction: (text) => !text.startsWith("-- no-transaction"),
      checksums: (text) => withAnyLineEnds(text).map(sha384Hex),
    }),
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
