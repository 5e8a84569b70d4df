/** The tools with a folder for each migration: Prisma and Diesel. */
import { shell } from "../../text/next_step.ts";
import { sha256Hex } from "../checksum.ts";
import {
  foldersOf,
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignPlace,
  type ForeignTool,
  hasRevisions,
  inLine,
  isCrateWith,
  joinPath,
  messageOf,
  readListed,
  recordsOf,
  timeOfDigits,
  withAnyLineEnds,
} from "../foreign.ts";

/** Prisma Migrate: `TIME_name/migration.sql`, and a lock file that names the provider. */
export const prisma: ForeignTool = {
  name: "prisma",
  title: "Prisma Migrate",
  table: "_prisma_migrations",
  apply: "npx prisma migrate deploy",
  onEdit: "ignores",
  find: (project) =>
    [...foldersOf(project)]
      .filter((folder) =>
        /^\s*provider\s*=\s*"sqlite"/m.test(
          project.read(joinPath(folder, "migration_lock.toml")) ?? "",
        )
      )
      .map((folder) => ({ folder, table: "_prisma_migrations" })),
  read(project, { folder }) {
    const names = project.list(folder).filter(({ isFolder }) => isFolder).map(({ name }) => name);
    const revisions = names.map((name) => {
      const file = joinPath(folder, name, "migration.sql");
      const text = readListed(project, file);
      const [, digits = "", slug = name] = /^(\d{14})_(.*)$/.exec(name) ?? [];
      return {
        key: name,
        message: messageOf(slug),
        created: timeOfDigits(digits),
        up: { file, text, transaction: false },
        down: null,
        checksums: withAnyLineEnds(text).map((one) => sha256Hex(one)),
      };
    });
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    const rows = await query(
      `SELECT migration_name AS name, checksum, finished_at AS finished FROM "${table}" ` +
        "WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name",
    );
    const unfinished = rows.find(({ finished }) => finished === null);
    return {
      table,
      fault: unfinished === undefined
        ? null
        : `Prisma records that "${unfinished["name"]}" began and did not finish`,
      applied: rows.filter(({ finished }) => finished !== null).map(({ name, checksum }) => ({
        key: String(name),
        checksum: checksum === null ? null : String(checksum),
      })),
    };
  },
};

/** Diesel: `VERSION_name/up.sql` and `down.sql`, and a `metadata.toml` if they run without a transaction. */
export const diesel: ForeignTool = {
  name: "diesel",
  title: "Diesel",
  table: "__diesel_schema_migrations",
  apply: "diesel migration run",
  onEdit: "ignores",
  find(project) {
    const settings = project.read("diesel.toml");
    const named = /^\s*\[migrations_directory\][^[]*?^\s*dir\s*=\s*"([^"]*)"/m.exec(settings ?? "")
      ?.[1];
    const places = [
      ...named === undefined ? [] : [named],
      ...settings === null ? [] : ["migrations"],
    ];
    if (settings === null) {
      places.push(...[...foldersOf(project)].filter((one) => isCrateWith(project, one, "diesel")));
    }
    return [...new Set(places)]
      .filter((folder) =>
        !hasRevisions(project, folder) && dieselFolders(project, folder).length > 0
      )
      .map((folder): ForeignPlace => ({ folder, table: "__diesel_schema_migrations" }));
  },
  read(project, { folder }): ForeignHistory {
    const revisions = dieselFolders(project, folder).map((name) => {
      const [, digits = "", slug = ""] = VERSION_NAME.exec(name)!;
      const version = digits.replaceAll("-", "");
      const metadata = project.read(joinPath(folder, name, "metadata.toml")) ?? "";
      const transaction = !/^\s*run_in_transaction\s*=\s*false/m.test(metadata);
      const script = (direction: "up" | "down") => {
        const file = joinPath(folder, name, `${direction}.sql`);
        const text = project.read(file);
        return text === null ? null : { file, text, transaction };
      };
      const up = script("up");
      if (up === null) {
        throw new ForeignFault(
          joinPath(folder, name),
          "There is no up.sql",
          shell`diesel migration list`,
        );
      }
      return {
        key: version,
        message: messageOf(slug),
        created: timeOfDigits(version),
        up,
        down: script("down"),
        checksums: [],
      };
    });
    // Diesel orders by the version as text.
    revisions.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    return { revisions: inLine(revisions), notices: [] };
  },
  async state(query, { table }) {
    const rows = await query(`SELECT version FROM "${table}" ORDER BY version`);
    return { table, fault: null, applied: recordsOf(rows, "version") };
  },
};

const VERSION_NAME = /^([\d-]+)_(.*)$/;

function dieselFolders(project: ForeignFolder, folder: string): readonly string[] {
  return project.list(folder)
    .filter(({ name, isFolder }) =>
      isFolder && VERSION_NAME.test(name) && project.read(joinPath(folder, name, "up.sql")) !== null
    )
    .map(({ name }) => name);
}
