import { host } from "../../host/mod.ts";
import type { SqlFunctions } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import type { RestorePolicy } from "../../runner/request.ts";
import { closest } from "../../text/closest.ts";
import { again, say } from "../../text/next_step.ts";
import { D1_TOKEN_VARIABLE, resolveD1 } from "./d1_address.ts";
import { expandHome, type FileMode, readLocation, relativeReading } from "./database_location.ts";
import { resolvePath } from "./files.ts";
import type { DatabaseSettings, DraftPolicy } from "./setting_table.ts";
import { type Settings, SETTINGS_FILE } from "./settings.ts";

/** Names of query parameters whose values are secrets, as libSQL, Turso and others spell them. */
const SECRET_PARAMETER =
  /([?&;](?:[\w.-]*(?:token|key|secret|password|passwd|pwd|auth|jwt|signature|sig)[\w.-]*)=)[^&;#\s"'<>]*/gi;

/** The part of a URL before the host: `user:password@`. The password may hold "@" and "/". */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)(?!\/)([^\s"'<>?#]*)@/gi;

const BEARER = /\b(bearer\s+)[\w.~+/=-]+/gi;

/** A JSON Web Token anywhere in a text: three base64url parts, the first an encoded `{"`. */
const WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/**
 * Removes secrets from a text that may contain URLs: user and password, tokens in the query, bearer tokens.
 *
 * For every text that is printed, logged or stored and that could hold a database's URL. Hides too
 * much rather than too little; a text without any of these comes back unchanged.
 */
export function redact(text: string): string {
  return text
    .replace(USER_INFO, "$1***@")
    .replace(SECRET_PARAMETER, "$1***")
    .replace(BEARER, "$1***")
    .replace(WEB_TOKEN, "***");
}

/** What said which database it is. */
export type TargetOrigin = "flag" | "ALUDEL_DATABASE" | "settings" | "DATABASE_URL" | ".env";

/** How to reach a server. */
export interface ServerAddress {
  readonly engine: "libsql" | "d1";
  /** `https://host`, where requests go. Of D1 it may have to be read from Wrangler's settings. */
  readonly url: () => Promise<string>;
  /** Asked when a connection is opened; not a value, so that nothing can print it. */
  readonly token: () => string | undefined;
}

/** The environment variable that holds the token of a server, unless the settings name another. */
export const TOKEN_VARIABLE = "ALUDEL_DATABASE_TOKEN";

/** One database, with the policies that hold for it. */
export interface Target {
  /** For messages: its name in the settings, or the path or URL as given, without secrets. */
  readonly name: string;
  readonly kind: "file" | "memory" | "server";
  /**
   * What to open: a path seen from the folder that held it, or `:memory:`. For a server the path that its database would
   * have in the project, beside which its restore points are kept; there is no such file.
   */
  readonly path: string;
  /** How to reach a server. */
  readonly server?: ServerAddress | undefined;
  /** What its URL allows with the file; everything if it is left out. */
  readonly mode?: FileMode | undefined;
  /** Loadable extensions that a run, and nothing else, loads: by absolute path or by name. */
  readonly extensions?: readonly string[];
  /** The functions of an application that upgrades its own database. */
  readonly functions?: SqlFunctions | undefined;
  readonly from: TargetOrigin;
  readonly drafts: DraftPolicy;
  readonly doubleQuotedStrings: boolean;
  readonly restorePoints: RestorePolicy;
}

/** Where {@linkcode chooseTarget} looks. An empty text counts as none, but for the flag's. */
export interface TargetRequest {
  /** The value of `--database`. */
  readonly flag: string | undefined;
  readonly environment: (name: string) => string | undefined;
  readonly settings: Settings;
  /** The variables of the `.env` file; not asked if a flag or `ALUDEL_DATABASE` names the database. */
  readonly dotenv: () => ReadonlyMap<string, string>;
  /** The working folder, which paths of the flag and of the environment start from. */
  readonly folder: string;
  /** Whether there is such a file or folder: only for what a notice says. */
  readonly exists: (path: string) => boolean;
}

/** The chosen database, and what was passed over on the way, a sentence each. */
export interface TargetChoice {
  readonly target: Target;
  readonly notices: readonly string[];
}

/**
 * Chooses the database: `--database`, then `ALUDEL_DATABASE`, then the settings' `database`, then
 * `DATABASE_URL` from the environment, then from `.env`. The first three may use a name of the settings.
 * A `DATABASE_URL` of another kind of database is passed over with a notice, as it is the application's; one for another
 * file than the settings name, and a URL that other programs read in another way, are notices too.
 *
 * @throws {AludelError} `target-none`, `target-unknown` (a name that the settings do not have),
 * `target-unsupported` (another kind of database), `target-value` (not a path or URL, or an empty flag).
 */
export function chooseTarget(request: TargetRequest): TargetChoice {
  const { settings, folder } = request;
  if (request.flag?.trim() === "") throw emptyFlag();
  const sources: readonly Source[] = [
    { from: "flag", folder, read: () => request.flag },
    { from: "ALUDEL_DATABASE", folder, read: () => request.environment("ALUDEL_DATABASE") },
    { from: "settings", folder: settings.root, read: () => settings.database },
    { from: "DATABASE_URL", folder, read: () => request.environment("DATABASE_URL") },
    {
      from: ".env",
      folder: settings.root,
      read: () => settings.dotenv ? request.dotenv().get("DATABASE_URL") : undefined,
    },
  ];
  const notices: string[] = [];
  for (const source of sources) {
    const text = source.read()?.trim();
    if (text === undefined || text === "") continue;
    const borrowed = source.from === "DATABASE_URL" || source.from === ".env";
    const location = borrowed ? readLocation(text) : undefined;
    if (location?.kind === "foreign") {
      const where = source.from === ".env" ? 'DATABASE_URL in ".env"' : "DATABASE_URL";
      notices.push(`${where} was passed over: ${location.scheme} is not SQLite`);
      continue;
    }
    const target = targetAt(text, source, request, !borrowed);
    notices.push(...readingNotices(text, target, source, request), ...plainNotices(target));
    if (source.from === "settings") notices.push(...shadowNotices(target, sources, request));
    return { target, notices };
  }
  throw noTarget(settings, notices);
}

/** Says what `sqlite:///app.db` is here where the other reading of it is likely. */
function readingNotices(
  text: string,
  { path, kind }: Target,
  { folder }: Source,
  { exists }: TargetRequest,
): string[] {
  const relative = relativeReading(text);
  if (relative === undefined || kind !== "file") return [];
  if (exists(path) && !exists(resolvePath(relative, folder))) return [];
  return [
    `"${
      redact(text)
    }" is the file "${path}"; for "${relative}" in "${folder}" write "sqlite:${relative}"`,
  ];
}

/** Says that a token would be sent unencrypted. */
function plainNotices({ name, server }: Target): string[] {
  return server === undefined || isPrivate(name) || server.token() === undefined
    ? []
    : [`"${name}" is reached without encryption, and its token can be read on the way`];
}

/** Whether nobody can read on the way what is sent. */
function isPrivate(name: string): boolean {
  return !/^http:(?!\/\/(?:localhost|127\.[\d.]+|\[::1\])(?=[:/]|$))/.test(name);
}

/** Says that the application's own `DATABASE_URL` is not what was chosen. */
function shadowNotices(
  target: Target,
  sources: readonly Source[],
  request: TargetRequest,
): string[] {
  for (const source of sources) {
    if (source.from !== "DATABASE_URL" && source.from !== ".env") continue;
    const text = source.read()?.trim() ?? "";
    const location = readLocation(text);
    if (text === "" || location.kind === "foreign") continue;
    const path = location.kind === "file" ? pathOf(location.path, source, request) : undefined;
    if (path === target.path) return [];
    const where = source.from === ".env" ? 'DATABASE_URL in ".env"' : "DATABASE_URL";
    return [
      `The database is "${target.name}", from ${
        request.settings.file ?? SETTINGS_FILE
      }; ${where} names another: --database ${shownName(text)}`,
    ];
  }
  return [];
}

/** `-d "$STAGING"` with an unset variable must not reach another database than the one that was meant. */
function emptyFlag(): AludelError {
  return new AludelError("target-value", "The value of --database is empty", {
    notes: ["It may come from a variable that is not set"],
    next: [again`-d app.db # name an SQLite file`, say("Or leave --database out for the default")],
  });
}

interface Source {
  readonly from: TargetOrigin;
  readonly folder: string;
  readonly read: () => string | undefined;
}

function targetAt(text: string, source: Source, request: TargetRequest, named: boolean): Target {
  const { settings } = request;
  const entry = named && Object.hasOwn(settings.databases, text)
    ? settings.databases[text]
    : undefined;
  if (entry === undefined) {
    if (named) refuseUnknownName(text, settings);
    return open({ url: text }, shownName(text), source, request);
  }
  const database = typeof entry === "string" ? { url: entry } : entry;
  return open(database, text, { ...source, folder: settings.root }, request);
}

/** A file by its path, without the scheme; anything else as given, without secrets. */
function shownName(text: string): string {
  const location = readLocation(text);
  if (location.kind === "server" || location.kind === "d1") return location.name;
  return location.kind === "file" ? location.path : redact(text);
}

function open(
  database: DatabaseSettings,
  name: string,
  source: Source,
  request: TargetRequest,
): Target {
  const { settings } = request;
  const location = readLocation(database.url);
  const policies = {
    drafts: database.drafts ?? settings.drafts,
    doubleQuotedStrings: database.doubleQuotedStrings ?? settings.doubleQuotedStrings,
    restorePoints: database.restorePoints ?? settings.restorePoints,
    ...(settings.extensions.length > 0 && { extensions: settings.extensions }),
  };
  switch (location.kind) {
    case "memory":
      return { name, kind: "memory", path: ":memory:", from: source.from, ...policies };
    case "file": {
      const path = pathOf(location.path, source, request);
      if (path === undefined) {
        throw invalid(name, source, "is in the home folder, and HOME is not set");
      }
      if (host.os !== "windows" && /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path)) {
        throw invalid(name, source, "is a path of Windows");
      }
      const { mode } = location;
      return { name, kind: "file", path, ...(mode && { mode }), from: source.from, ...policies };
    }
    case "server":
      return {
        name,
        kind: "server",
        path: `${settings.root}/${serverFile(location.name)}`,
        server: {
          engine: "libsql",
          url: () => Promise.resolve(location.url),
          token: tokenOf(database, TOKEN_VARIABLE, location.token, request),
        },
        from: source.from,
        ...policies,
      };
    case "d1": {
      const { root } = settings;
      return {
        name: location.name,
        kind: "server",
        path: `${root}/${serverFile(location.name)}`,
        server: {
          engine: "d1",
          url: () => resolveD1(location, name, root, request.environment),
          token: tokenOf(database, D1_TOKEN_VARIABLE, undefined, request),
        },
        from: source.from,
        ...policies,
      };
    }
    case "foreign":
      throw unsupported(location, name, source);
    case "invalid":
      throw invalid(name, source, location.fault);
  }
}

/** What a server's database would be called as a file: `libsql://app.turso.io/x` is `app.turso.io_x`. */
export function serverFile(name: string): string {
  return name.replace(/^[a-z]+:\/\//, "").replaceAll(/[^0-9A-Za-z.-]/g, "_");
}

/** The token of a server: from the variable that the settings name or the usual one, of the environment or `.env`; else the URL's. */
function tokenOf(
  { tokenVariable }: DatabaseSettings,
  usual: string,
  own: string | undefined,
  { environment, dotenv, settings }: TargetRequest,
): () => string | undefined {
  const variable = tokenVariable ?? usual;
  return () =>
    environment(variable) || (settings.dotenv ? dotenv().get(variable) : undefined) || own;
}

/** The absolute path; undefined for one in a home folder that is not known. */
function pathOf(path: string, { folder }: Source, { environment }: TargetRequest) {
  const expanded = expandHome(path, environment);
  return expanded === undefined ? undefined : resolvePath(expanded, folder);
}

function invalid(name: string, source: Source, fault: string): AludelError {
  return new AludelError("target-value", `The database "${name}" ${fault}`, {
    notes: [`it comes from ${originOf(source, name)}`],
    next: [say("Give a path such as app.db, or a URL such as sqlite:app.db")],
  });
}

/**
 * A bare word is taken for a name if the settings have names: a slip in `--database production` must
 * not create an empty file of that name.
 */
function refuseUnknownName(text: string, settings: Settings): void {
  const names = Object.keys(settings.databases);
  if (names.length === 0 || !/^[0-9A-Za-z_-]+$/.test(text)) return;
  const near = closest(text, names);
  throw new AludelError("target-unknown", `The settings have no database "${text}"`, {
    notes: [`they have ${names.map((name) => `"${name}"`).join(", ")}`],
    next: [
      ...(near === undefined ? [] : [again`-d ${near} # if that was meant`]),
      again`-d ${`./${text}`} # for a file of that name`,
    ],
  });
}

function unsupported(
  { scheme }: { readonly scheme: string },
  name: string,
  source: Source,
): AludelError {
  return new AludelError("target-unsupported", `The database "${name}" is not SQLite (${scheme})`, {
    notes: [`it comes from ${originOf(source, name)}`],
    next: [again`-d app.db # name an SQLite file`],
  });
}

function noTarget(settings: Settings, notices: readonly string[]): AludelError {
  const names = Object.keys(settings.databases);
  return new AludelError("target-none", "No database is named", {
    notes: [
      ...notices,
      ...(names.length > 0 ? [`the settings have ${names.map((n) => `"${n}"`).join(", ")}`] : []),
    ],
    next: [
      again`-d ${names[0] ?? "app.db"}`,
      say(`Or set "database" in ${settings.file ?? SETTINGS_FILE}`),
    ],
  });
}

function originOf(source: Source, name: string): string {
  if (source.from === "flag") return "--database";
  return source.from === "settings" ? `"${name}" in ${SETTINGS_FILE}` : source.from;
}
