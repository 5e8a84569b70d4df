/** The tools with both directions in one file, marked by comments: dbmate and goose. */
import { StatementSplitter } from "../../sql/script.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { say, shell } from "../../text/next_step.ts";
import {
  atItsLine,
  BASELINE,
  compareNumbers,
  foldersOf,
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignPlace,
  type ForeignScript,
  type ForeignTool,
  inLine,
  joinPath,
  messageOf,
  readListed,
  recordsOf,
  timeOfDigits,
} from "../foreign.ts";
import { matchingFiles } from "./files.ts";

/** A comment that begins or changes a section. */
interface Marker {
  /** The text after the tool's name: `up transaction:false`, `StatementBegin`. */
  readonly words: string;
  readonly start: number;
  readonly end: number;
}

/** The comments that match a pattern. A text in a string is not a marker. */
function markersOf(text: string, pattern: RegExp): readonly Marker[] {
  const markers: Marker[] = [];
  const tokenizer = new Tokenizer(text);
  while (tokenizer.next()) {
    if (tokenizer.kind !== "comment") continue;
    const match = pattern.exec(tokenizer.current.trimEnd());
    if (match !== null) {
      markers.push({ words: match[1]!.trim(), start: tokenizer.start, end: tokenizer.end });
    }
  }
  return markers;
}

function placesWith(
  project: ForeignFolder,
  name: RegExp,
  marker: RegExp,
  table: string,
): readonly ForeignPlace[] {
  return [...foldersOf(project)]
    .filter((folder) => {
      const [first] = matchingFiles(project, folder, name);
      if (first === undefined) return false;
      return markersOf(project.read(joinPath(folder, first[0])) ?? "", marker).length > 0;
    })
    .map((folder) => ({ folder, table }));
}

const DBMATE_FILE = /^(\d+)_?(.*)\.sql$/;
const DBMATE_MARKER = /^--\s*migrate:((?:up|down)(?:\s.*)?)$/;

/** dbmate: `-- migrate:up` and `-- migrate:down`, perhaps several pairs in a file, each with options. */
export const dbmate: ForeignTool = {
  name: "dbmate",
  title: "dbmate",
  table: "schema_migrations",
  apply: "dbmate up",
  onEdit: "ignores",
  find: (project) => placesWith(project, DBMATE_FILE, DBMATE_MARKER, "schema_migrations"),
  read(project, { folder }): ForeignHistory {
    const revisions = matchingFiles(project, folder, DBMATE_FILE).map(
      ([name, version = "", slug = ""]) => {
        const file = joinPath(folder, name);
        const { up, down } = dbmateSections(file, readListed(project, file));
        return {
          key: version,
          message: messageOf(slug),
          created: timeOfDigits(version),
          up,
          down,
          checksums: [],
        };
      },
    );
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    const rows = await query(`SELECT version FROM "${table}" ORDER BY version`);
    return { table, fault: null, applied: recordsOf(rows, "version") };
  },
};

function dbmateSections(
  file: string,
  text: string,
): { up: ForeignScript; down: ForeignScript | null } {
  const markers = markersOf(text, DBMATE_MARKER);
  const parts: { up: string[]; down: string[] } = { up: [], down: [] };
  const transaction = { up: true, down: true };
  const [first] = markers;
  if (first === undefined || !first.words.startsWith("up")) {
    throw new ForeignFault(file, 'There is no "-- migrate:up"', shell`dbmate status`);
  }
  for (const [index, { words, end }] of markers.entries()) {
    const direction = words.startsWith("up") ? "up" : "down";
    const until = markers[index + 1]?.start;
    if (text.slice(end, until).trim() === "") continue;
    const section = atItsLine(text, end, until);
    // The pairs of a file are undone in the reverse order.
    if (direction === "up") parts.up.push(section);
    else parts.down.unshift(section);
    if (/(?:^|\s)transaction:false(?:\s|$)/.test(words)) transaction[direction] = false;
  }
  const script = (direction: "up" | "down"): ForeignScript => ({
    file,
    text: parts[direction].map((part, index) => index === 0 ? part : part.trimStart()).join(""),
    transaction: transaction[direction],
  });
  const hasDown = markers.some(({ words }) => words.startsWith("down"));
  return { up: script("up"), down: hasDown ? script("down") : null };
}

const GOOSE_FILE = /^(\d+)_(.*)\.sql$/;
const GOOSE_GO_FILE = /^(\d+)_(.*)\.go$/;
const GOOSE_MARKER = /^--\s*\+goose\s+(.+)$/;

/** goose: `-- +goose Up` and `Down`. Its marks around statements with inner semicolons are removed. */
export const goose: ForeignTool = {
  name: "goose",
  title: "goose",
  table: "goose_db_version",
  apply: "goose up",
  onEdit: "ignores",
  find: (project) => placesWith(project, GOOSE_FILE, GOOSE_MARKER, "goose_db_version"),
  read(project, { folder }): ForeignHistory {
    const [go] = matchingFiles(project, folder, GOOSE_GO_FILE).filter(([name]) =>
      !name.endsWith("_test.go")
    );
    if (go !== undefined) {
      throw new ForeignFault(
        joinPath(folder, go[0]),
        "The migration is Go code, not SQL",
        BASELINE,
      );
    }
    const revisions = matchingFiles(project, folder, GOOSE_FILE)
      .map(([name, digits = "", slug = ""]) => {
        const file = joinPath(folder, name);
        const { up, down } = gooseSections(file, readListed(project, file));
        const created = timeOfDigits(digits);
        return {
          key: `${BigInt(digits)}`,
          message: messageOf(slug),
          created,
          up,
          down,
          checksums: [],
        };
      })
      .sort((a, b) => compareNumbers(a.key, b.key));
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    // A version is applied if its newest row says so. The row of version 0 marks the table itself.
    const rows = await query(
      `SELECT version_id AS version, is_applied AS applied FROM "${table}" WHERE version_id > 0 ORDER BY id`,
    );
    const applied = new Map<string, boolean>();
    for (const row of rows) {
      const version = String(row["version"]);
      applied.delete(version);
      applied.set(version, Number(row["applied"]) !== 0);
    }
    return {
      table,
      fault: null,
      applied: [...applied].filter(([, is]) => is).map(([key]) => ({ key, checksum: null })),
    };
  },
};

function gooseSections(
  file: string,
  text: string,
): { up: ForeignScript; down: ForeignScript | null } {
  let direction: "up" | "down" | undefined;
  let hasDown = false;
  let transaction = true;
  const parts = { up: "", down: "" };
  const markers = markersOf(text, GOOSE_MARKER);
  const take = (start: number, end: number | undefined) => {
    const section = text.slice(start, end);
    if (direction !== undefined) {
      parts[direction] += parts[direction] === "" ? atItsLine(text, start, end) : section;
    } else if (hasSql(section)) {
      throw new ForeignFault(file, 'There is SQL before "-- +goose Up"', shell`goose validate`);
    }
  };
  take(0, markers[0]?.start ?? 0);
  for (const [index, { words, end }] of markers.entries()) {
    const word = words.toLowerCase().replace(/\s+/g, " ");
    if (word === "up" || word === "down") direction = word;
    if (word === "down") hasDown = true;
    else if (word === "no transaction") transaction = false;
    else if (word === "envsub on") {
      throw new ForeignFault(
        file,
        "The file contains environment variables (ENVSUB ON)",
        say("Replace the variables by their values, and remove the marker"),
      );
    }
    take(end, markers[index + 1]?.start);
  }
  if (direction === undefined) {
    throw new ForeignFault(file, 'There is no "-- +goose Up"', shell`goose validate`);
  }
  const script = (way: "up" | "down") => ({ file, text: `${parts[way].trimEnd()}\n`, transaction });
  return { up: script("up"), down: hasDown ? script("down") : null };
}

function hasSql(text: string): boolean {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(text);
  while (tokenizer.next()) splitter.take(tokenizer);
  return splitter.finish().length > 0;
}
