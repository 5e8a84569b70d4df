import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { readLocation } from "../project/workspace/database_location.ts";
import { isAbsolutePath, resolvePath } from "../project/workspace/files.ts";
import type { DatabaseSettings } from "../project/workspace/setting_table.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { parseDotenv } from "../project/workspace/dotenv.ts";
import { chooseTarget, type Target } from "../project/workspace/target.ts";
import { say, shell } from "../text/next_step.ts";

/** One database of a fleet, as a source names it. Plain data without a secret: it is sent to workers and kept in the journal. */
export interface Member {
  /** For people, and what tells one from another: a path as the source gives it, or a URL without secrets. */
  readonly name: string;
  /** With an absolute path or a URL. */
  readonly database: DatabaseSettings;
}

/** The databases that were named, each once, in the order of the source. */
export class MemberList {
  readonly #folder: string;
  readonly #source: string;
  readonly #members = new Map<string, Member>();
  readonly #names = new Set<string>();

  /**
   * @param folder What relative paths start from.
   * @param source For messages: what names the databases.
   */
  constructor(folder: string, source: string) {
    this.#folder = folder;
    this.#source = source;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /**
   * Adds a database, unless it is there already.
   *
   * @param url A path or a URL.
   * @param place For messages: where the source names it, such as `line 3`.
   * @throws {AludelError} `fleet-target` for what is no database, or has a token in it.
   */
  add({ name, ...database }: DatabaseSettings & { readonly name?: string }, place: string): void {
    const location = readLocation(database.url);
    switch (location.kind) {
      case "file": {
        const { path } = location;
        const isHome = /^~[/\\]/.test(path);
        const full = isHome || isAbsolutePath(path) ? path : resolvePath(path, this.#folder);
        const mode = location.mode === "ro" ? "?mode=ro" : "";
        // A URL, because a path may look like one.
        const url = mode === "" ? full : `file:${encodePath(full)}${mode}`;
        return this.#put(full, { name: name ?? path, database: { ...database, url } });
      }
      case "server":
        if (location.token !== undefined) {
          throw this.#refused(`has a token in the URL of "${location.name}"`, place, [
            say("Name the environment variable that holds it: tokenVariable, in a line of JSON"),
          ]);
        }
        return this.#put(location.url, { name: name ?? location.name, database });
      case "d1":
        return this.#put(location.name, { name: name ?? location.name, database });
      case "memory":
        throw this.#refused("names a database in memory", place);
      case "foreign":
        throw this.#refused(`names a database that is not SQLite (${location.scheme})`, place);
      case "invalid":
        throw this.#refused(`has a path that ${location.fault}`, place);
    }
  }

  #put(key: string, member: Member): void {
    if (this.#members.has(key)) return;
    // Two databases with one name could not be told apart in a report.
    const name = this.#names.has(member.name) ? key : member.name;
    this.#names.add(name);
    this.#members.set(key, { ...member, name });
  }

  #refused(
    fact: string,
    place: string,
    next = [say("Let it name a path such as tenants/a.db, or a URL such as libsql://host")],
  ): AludelError {
    return new AludelError("fleet-target", `${this.#source} ${fact}`, {
      notes: place === "" ? [] : [place],
      outcome: "Nothing was run",
      next,
    });
  }
}

function encodePath(path: string): string {
  return path.replace(/[%?#]/g, (character) => encodeURIComponent(character));
}

/** The folders of the members of a list whose files are one and the same, such as a file and a link to it. */
export function withoutLinksToSame(members: readonly Member[]): readonly Member[] {
  const seen = new Set<string>();
  return members.filter(({ database: { url } }) => {
    const path = realPathOf(url);
    if (path === undefined) return true;
    if (seen.has(path)) return false;
    seen.add(path);
    return true;
  });
}

/** Asked of links only: the path of anything else is its own. */
function realPathOf(path: string): string | undefined {
  try {
    return host.files.lstat(path).isSymlink ? host.files.realPath(path) : path;
  } catch {
    return undefined; // a server, or a file that is not there
  }
}

/** The name that a member's database has for as long as it is chosen. */
const CHOSEN = "member";

/** Makes the targets of a fleet's members, with the policies of the settings. */
export class MemberTargets {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * The member as a target whose file is never created.
   * @throws {AludelError} An error of the area `target`.
   */
  targetOf({ name, database }: Member): Target {
    const settings = this.#settings;
    const { target } = chooseTarget({
      flag: CHOSEN,
      environment: host.process.env,
      settings: { ...settings, databases: { [CHOSEN]: database } },
      dotenv: () => parseDotenv(dotenvOf(settings.root)),
      folder: settings.root,
      exists: () => false,
    });
    return { ...target, name, ...(target.kind === "file" && { mode: target.mode ?? "rw" }) };
  }
}

/** The variables of the environment, and of `.env` if the settings allow it. */
export function environmentOf({ root, dotenv }: Settings): (name: string) => string | undefined {
  return (name) =>
    host.process.env(name) || (dotenv ? parseDotenv(dotenvOf(root)).get(name) : undefined);
}

function dotenvOf(root: string): string {
  try {
    return host.files.readText(`${root}/.env`);
  } catch {
    return "";
  }
}

/** @throws {AludelError} `fleet-empty` for a source that names no database: it is more likely wrong than the fleet gone. */
export function requireMembers(members: readonly Member[], source: string): void {
  if (members.length > 0) return;
  throw new AludelError("fleet-empty", `${source} names no database`, {
    outcome: "Nothing was run",
    next: [shell`aludel fleet status --glob "tenants/*.db"`],
  });
}
