import { toSecond } from "../../text/layout.ts";
import { shell } from "../../text/next_step.ts";
import { sha256Hex } from "../checksum.ts";
import { withLastSemicolon } from "../cleaning.ts";
import {
  foldersOf,
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignPlace,
  type ForeignRevision,
  type ForeignState,
  type ForeignTool,
  inLine,
  joinPath,
  messageOf,
  readListed,
  timeOfDigits,
  withAnyLineEnds,
} from "../foreign.ts";

const TABLE = "__drizzle_migrations";
const JOURNAL = "meta/_journal.json";
const FOLDER_NAME = /^(\d{14})_(.+)$/;

interface JournalEntry {
  readonly when: number;
  readonly tag: string;
}

/**
 * Drizzle Kit. Up to 0.31, a journal lists the files `TAG.sql`, and a file is applied if its time is not after that of
 * the newest record. Since 1.0, each migration is a folder whose `snapshot.json` names the snapshots before it,
 * and the records have names.
 */
export const drizzle: ForeignTool = {
  name: "drizzle",
  title: "Drizzle Kit",
  table: TABLE,
  apply: "npx drizzle-kit migrate",
  onEdit: "ignores",
  find(project) {
    const places: ForeignPlace[] = [];
    for (const folder of foldersOf(project)) {
      const journal = project.read(joinPath(folder, JOURNAL));
      const isOurs = journal !== null
        ? /"dialect"\s*:\s*"(?:sqlite|turso)"/.test(journal)
        : snapshotFolders(project, folder).length > 0;
      if (isOurs) places.push({ folder, table: TABLE });
    }
    return places;
  },
  read: (project, { folder }) =>
    project.read(joinPath(folder, JOURNAL)) === null
      ? readFolders(project, folder)
      : readJournal(project, folder),
  async state(query, { table }, history): Promise<ForeignState> {
    const rows = await query(`SELECT * FROM "${table}" ORDER BY created_at`);
    const named = rows.some(({ name }) => typeof name === "string" && name !== "");
    if (named) {
      return {
        table,
        fault: null,
        applied: rows.filter(({ name }) => name !== null && name !== "").map((
          { name, hash },
        ) => ({
          key: String(name),
          checksum: typeof hash === "string" ? hash : null,
        })),
      };
    }
    const last = rows.reduce((last, row) => Math.max(last, Number(row["created_at"])), -Infinity);
    const hashes = new Map(
      rows.map((row) => [Number(row["created_at"]), String(row["hash"])] as const),
    );
    return {
      table,
      fault: null,
      applied: history.revisions.flatMap(({ key, recordedTime = Infinity }) =>
        recordedTime <= last ? [{ key, checksum: hashes.get(recordedTime) ?? null }] : []
      ),
    };
  },
};

function readJournal(
  project: ForeignFolder,
  folder: string,
): ForeignHistory {
  const file = joinPath(folder, JOURNAL);
  const { entries } = parseJson(project, file) as { readonly entries?: readonly JournalEntry[] };
  if (!Array.isArray(entries)) {
    throw new ForeignFault(
      file,
      "The journal has no list of entries",
      shell`npx drizzle-kit check`,
    );
  }
  const revisions = entries.map(({ tag, when }: JournalEntry) => {
    const path = joinPath(folder, `${tag}.sql`);
    const text = readListed(project, path);
    return {
      key: tag,
      message: messageOf(tag.replace(/^\d+_/, "")),
      created: toSecond(new Date(when)),
      recordedTime: when,
      up: { file: path, text: withoutBreakpoints(text), transaction: true },
      down: null,
      checksums: withAnyLineEnds(text).map((one) => sha256Hex(one)),
    };
  });
  return { revisions: inLine(revisions), notices: [] };
}

const ORIGIN = "00000000-0000-0000-0000-000000000000";

interface Snapshot {
  readonly id?: string;
  readonly prevIds?: readonly string[];
}

function snapshotFolders(project: ForeignFolder, folder: string): readonly string[] {
  const names = project.list(folder)
    .filter(({ name, isFolder }) => isFolder && FOLDER_NAME.test(name))
    .map(({ name }) => name);
  const texts = names.map((name) => project.read(joinPath(folder, name, "snapshot.json")) ?? "");
  const isOurs = texts.some((text) =>
    /"prevIds"/.test(text) && /"dialect"\s*:\s*"(?:sqlite|turso)"/.test(text)
  );
  // The migrator runs each folder that has a migration.sql, with or without a snapshot.
  return isOurs
    ? names.filter((name) => project.read(joinPath(folder, name, "migration.sql")) !== null)
    : [];
}

function readFolders(
  project: ForeignFolder,
  folder: string,
): ForeignHistory {
  const names = snapshotFolders(project, folder);
  const snapshots = names.map((name): Snapshot => {
    const file = joinPath(folder, name, "snapshot.json");
    return project.read(file) === null ? {} : parseJson(project, file) as Snapshot;
  });
  const keys = new Map(snapshots.map(({ id }, index) => [id, names[index]!] as const));
  const notices: string[] = [];
  const parentsOf = (index: number): readonly string[] => {
    const before = index === 0 ? [] : [names[index - 1]!];
    const { prevIds } = snapshots[index]!;
    if (prevIds === undefined) return before;
    const known = prevIds.flatMap((id) => keys.get(id) ?? []);
    if (known.length > 0 || prevIds.every((id) => id === ORIGIN)) return known;
    notices.push(
      `${joinPath(folder, names[index]!)}: no snapshot has the id that it follows, so it follows ${
        before[0] ?? "nothing"
      }`,
    );
    return before;
  };
  const revisions = names.map((name, index): ForeignRevision => {
    const path = joinPath(folder, name, "migration.sql");
    const text = readListed(project, path);
    const [, digits = "", slug = ""] = FOLDER_NAME.exec(name)!;
    return {
      key: name,
      message: messageOf(slug),
      parents: parentsOf(index),
      created: timeOfDigits(digits),
      up: { file: path, text: withoutBreakpoints(text), transaction: true },
      down: null,
      checksums: withAnyLineEnds(text).map((one) => sha256Hex(one)),
    };
  });
  return { revisions, notices };
}

/** The text without the markers between its statements, each of which gets a semicolon. */
function withoutBreakpoints(text: string): string {
  const parts = text.split(/-->[ \t]*statement-breakpoint[ \t]*/);
  if (parts.length === 1) return text;
  return parts.map((part) => part.trim()).filter((part) => part !== "").map(withLastSemicolon).join(
    "\n",
  ) +
    "\n";
}

function parseJson(project: ForeignFolder, file: string): unknown {
  try {
    const value: unknown = JSON.parse(readListed(project, file));
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ForeignFault(file, "The file is not valid JSON", shell`npx drizzle-kit check`);
}
