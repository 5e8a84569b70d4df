import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { formatManifest } from "../../src/manifest/manifest.ts";
import { withDraft } from "../fixtures/memory_project.ts";
import { type Outcome, sqlite3, type TemporaryFolder, temporaryProject } from "./cli.ts";

/** A project whose revisions are written straight to disk as drafts, and whose database is `app.db`. */
export interface RunProject extends TemporaryFolder {
  /** The database's path. */
  readonly database: string;
  /** Adds a draft; `down` null leaves the file out. Its parent is the one before, unless `parents` says otherwise. */
  add(
    id: string,
    up: string | Uint8Array,
    down?: string | null,
    parents?: readonly string[],
  ): void;
  /** Changes the up or down file of a revision. */
  edit(id: string, file: "up" | "down", text: string): void;
  /** The path of a revision's file within the project. */
  file(id: string, file: "up" | "down"): string;
  /** Runs SQL on the database in the real sqlite3 shell. */
  sql(text: string): Promise<string>;
  /** The ids that the database has recorded, in order, joined by spaces; "" without a record. */
  applied(): Promise<string>;
  /** Runs a command that must exit with `code`; returns how it ended. */
  fails(code: number, ...args: string[]): Promise<Outcome>;
}

export function runProject(): RunProject {
  const folder = temporaryProject();
  const database = `${folder.path}/app.db`;
  let last: string | undefined;
  const file = (id: string, name: string) => `migrations/${id}/${name}.sql`;
  const project: RunProject = {
    ...folder,
    database,
    file,
    add(id, up, down = null, parents) {
      const before = parseManifest(folder.read("migrations/manifest.json"), "manifest.json");
      const manifest = withDraft(before, id, parents ?? (last === undefined ? [] : [last]));
      last = id;
      folder.write("migrations/manifest.json", formatManifest(manifest));
      folder.write(file(id, "up"), "");
      const bytes = typeof up === "string" ? new TextEncoder().encode(up) : up;
      Deno.writeFileSync(`${folder.path}/${file(id, "up")}`, bytes);
      if (down !== null) folder.write(file(id, "down"), down);
    },
    edit: (id, name, text) => folder.write(file(id, name), text),
    sql: (text) => sqlite3(database, text),
    async applied() {
      const tables = await sqlite3(
        database,
        "SELECT 1 FROM sqlite_schema WHERE name = 'aludel_revision'",
      );
      if (tables === "") return "";
      return await sqlite3(
        database,
        "SELECT coalesce(group_concat(id, ' '), '') FROM (SELECT id FROM aludel_revision ORDER BY position)",
      );
    },
    async fails(code, ...args) {
      const outcome = await folder.aludel(...args);
      if (outcome.code !== code) {
        throw new Error(`aludel ${args.join(" ")} exited with ${outcome.code}\n${outcome.stderr}`);
      }
      return outcome;
    },
  };
  return project;
}
