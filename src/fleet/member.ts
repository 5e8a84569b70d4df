import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { readLocation } from "../project/workspace/database_location.ts";
import { isAbsolutePath, resolvePath } from "../project/workspace/files.ts";
import type { DatabaseSettings } from "../project/workspace/setting_table.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { parseDotenv } from "../project/workspace/dotenv.ts";
import { chooseTarget, type Target } from "../project/workspace/target.ts";
import { say, shell } from "../text/next_step.ts";

/**
 * One database of a fleet. It is plain data without secrets, because it is sent to workers and stored in the journal.
 */
export interface Member {
  /** A unique name for messages: the path as the source spells it, or the URL without secrets. */
  readonly name: string;
  /** Its `url` is an absolute path or a URL. */
  readonly database: DatabaseSettings;
}

/** The databases that a source names, in its order and without duplicates. */
export class MemberList {
  readonly #folder: string;
  readonly #source: string;
  readonly #members = new Map<string, Member>();
  readonly #names = new Set<string>();

  /**
   * @param folder The folder that relative paths start from.
   * @param source The name of the source for messages.
   */
  constructor(folder: string, source: string) {
    this.#folder = folder;
    this.#source = source;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  /**
   * Adds a database, unless the list has it.
   *
   * @param database Its `url` may be a path.
   * @param place The place in the source for messages, such as `in line 3`; may be empty.
   * @throws {AludelError} `fleet-target` if the URL names no SQLite database, or contains a token.
   */
  add({ name, ...database }: DatabaseSettings & { readonly name?: string }, place: string): void {
    const location = readLocation(database.url);
    switch (location.kind) {
      case "file": {
        const { path } = location;
        const isHome = /^~[/\\]/.test(path);
        const full = isHome || isAbsolutePath(path) ? path : resolvePath(path, this.#folder);
        const mode = location.mode === "ro" ? "?mode=ro" : "";
        // The path is encoded, because it may have characters that mean something in a URL.
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
    // Reports tell databases apart by their names.
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

/** Leaves out members whose file another member has already named, for example by a symbolic link. */
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

/** The path of a file with symbolic links resolved; undefined for a server, or if there is no file. */
function realPathOf(path: string): string | undefined {
  try {
    return host.files.lstat(path).isSymlink ? host.files.realPath(path) : path;
  } catch {
    return undefined;
  }
}

/** The name under which a member's database is added to the settings to choose it. */
const CHOSEN = "member";

/** Makes the targets of a fleet's members, with the policies of the settings. */
export class MemberTargets {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Makes a target of a member. Its file is never created.
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

/** Returns a reader of environment variables, and of `.env` if the settings allow it. */
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

/** Refuses an empty fleet, because the source is probably wrong. @throws {AludelError} `fleet-empty`. */
export function requireMembers(members: readonly Member[], source: string): void {
  if (members.length > 0) return;
  throw new AludelError("fleet-empty", `${source} names no database`, {
    outcome: "Nothing was run",
    next: [shell`aludel fleet status --glob "tenants/*.db"`],
  });
}
