/** The tools whose file names begin with a letter for the kind: refinery and Flyway. */
import { say } from "../../text/next_step.ts";
import { crc32, sipHash13 } from "../checksum.ts";
import {
  BASELINE,
  ForeignFault,
  type ForeignHistory,
  type ForeignTool,
  inLine,
  isCrateWith,
  joinPath,
  messageOf,
  readListed,
  timeOfDigits,
  withAnyLineEnds,
} from "../foreign.ts";
import { foldersWith, matchingFiles, refuseTwice } from "./files.ts";

const REFINERY_CODE = /^([UV])(\d+(?:\.\d+)?)__(\w+)\.rs$/;
const REFINERY_FILE = /^([UV])(\d+(?:\.\d+)?)__(\w+)\.sql$/;

/** refinery: `V1__name.sql`, or `U` for files that may be added out of order. Both run by number. */
export const refinery: ForeignTool = {
  name: "refinery",
  title: "refinery",
  table: "refinery_schema_history",
  apply: "refinery migrate",
  onEdit: "refuses",
  find: (project) =>
    foldersWith(project, REFINERY_FILE, "refinery_schema_history")
      .filter(({ folder }) => isCrateWith(project, folder, "refinery")),
  read(project, { folder }): ForeignHistory {
    const [code] = matchingFiles(project, folder, REFINERY_CODE);
    if (code !== undefined) {
      throw new ForeignFault(
        joinPath(folder, code[0]),
        "The migration is Rust code, not SQL",
        BASELINE,
      );
    }
    const files = matchingFiles(project, folder, REFINERY_FILE);
    refuseTwice(folder, files.map(([, , version]) => version!), say("Rename one of them"));
    const revisions = files
      .map(([name, , version = "", slug = ""]) => {
        const file = joinPath(folder, name);
        const text = readListed(project, file);
        return {
          key: version,
          message: messageOf(slug),
          created: timeOfDigits(version),
          up: { file, text, transaction: true },
          down: null,
          checksums: withAnyLineEnds(text).flatMap((one) => [
            refineryChecksum(slug, version, one, 4),
            refineryChecksum(slug, version, one, 8),
          ]),
        };
      })
      .sort((a, b) => Number(a.key) - Number(b.key));
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    const rows = await query(`SELECT version, checksum FROM "${table}" ORDER BY version`);
    return {
      table,
      fault: null,
      applied: rows.map(({ version, checksum }) => ({
        key: String(version),
        checksum: String(checksum),
      })),
    };
  },
};

/**
 * The checksum of refinery: name, version and text, hashed as by Rust. A text is followed by the byte 0xff. The version
 * has four bytes up to 0.8, and eight since 0.9.
 */
function refineryChecksum(name: string, version: string, text: string, width: 4 | 8): string {
  const encoder = new TextEncoder();
  const number = new Uint8Array(width);
  const view = new DataView(number.buffer);
  const value = BigInt(Math.trunc(Number(version)));
  if (width === 8) view.setBigInt64(0, value, true);
  else view.setInt32(0, Number(BigInt.asIntN(32, value)), true);
  const end = Uint8Array.of(0xff);
  const parts = [encoder.encode(name), end, number, encoder.encode(text), end];
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return sipHash13(bytes);
}

const FLYWAY_FILE = /^([VU])([\d._]+?)__(.+)\.sql$/;
const FLYWAY_REPEATABLE = /^R__(.+)\.sql$/;

/** Flyway: `V1.2__name.sql`, and `U1.2__name.sql` to undo it. */
export const flyway: ForeignTool = {
  name: "flyway",
  title: "Flyway",
  table: "flyway_schema_history",
  apply: "flyway migrate",
  onEdit: "refuses",
  find: (project) =>
    foldersWith(project, FLYWAY_FILE, "flyway_schema_history").filter(() =>
      project.read("Cargo.toml") === null
    ),
  read(project, { folder }): ForeignHistory {
    const [repeatable] = matchingFiles(project, folder, FLYWAY_REPEATABLE);
    if (repeatable !== undefined) {
      throw new ForeignFault(
        joinPath(folder, repeatable[0]),
        "Flyway runs this file again whenever it changes, which a revision cannot do",
        say("Write its views and triggers into the newest versioned file, and delete this one"),
      );
    }
    const files = matchingFiles(project, folder, FLYWAY_FILE);
    const undo = new Map(
      files.filter(([, kind]) => kind === "U").map((
        [name, , version],
      ) => [versionKey(version!), name]),
    );
    const versioned = files.filter(([, kind]) => kind === "V");
    refuseTwice(
      folder,
      versioned.map(([, , version]) => versionKey(version!)),
      say("Rename one of them"),
    );
    const revisions = versioned
      .map(([name, , version = "", slug = ""]) => {
        const key = versionKey(version);
        const file = joinPath(folder, name);
        const text = readListed(project, file);
        const down = undo.get(key);
        const downFile = down === undefined ? undefined : joinPath(folder, down);
        return {
          key,
          message: messageOf(slug),
          created: timeOfDigits(key),
          up: { file, text, transaction: true },
          down: downFile === undefined
            ? null
            : { file: downFile, text: readListed(project, downFile), transaction: true },
          checksums: [flywayChecksum(text)],
        };
      })
      .sort((a, b) => compareVersions(a.key, b.key));
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    const rows = await query(
      `SELECT version, checksum, success, type FROM "${table}" WHERE version IS NOT NULL ORDER BY installed_rank`,
    );
    const failed = rows.find(({ success }) => Number(success) === 0);
    const applied = new Map<string, string | null>();
    for (const { version, checksum, type } of rows) {
      const key = versionKey(String(version));
      if (String(type).startsWith("UNDO")) applied.delete(key);
      else applied.set(key, checksum === null ? null : String(checksum));
    }
    return {
      table,
      fault: failed === undefined
        ? null
        : `Flyway records that version ${failed["version"]} failed half-way`,
      applied: [...applied].map(([key, checksum]) => ({ key, checksum })),
    };
  },
};

/** A version in one form: `1_2` and `1.2` are the same, and leading zeros and final parts of zero are ignored. */
function versionKey(version: string): string {
  const parts = version.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ""));
  while (parts.length > 1 && parts.at(-1) === "0") parts.pop();
  return parts.join(".");
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split("."), b.split(".")];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [x, y] = [BigInt(left[at] ?? 0), BigInt(right[at] ?? 0)];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** The checksum of the lines without their ends, so that it is the same with other line ends. */
function flywayChecksum(text: string): string {
  const encoder = new TextEncoder();
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  return String(crc32(lines.map((line) => encoder.encode(line))));
}
