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

/** The user and password in a URL: `user:password@`. The password may contain "@" and "/". */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)(?!\/)([^\s"'<>?#]*)@/gi;

const BEARER = /\b(bearer\s+)[\w.~+/=-]+/gi;

/** A JSON Web Token anywhere in a text: three base64url parts, the first an encoded `{"`. */
const WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/**
 * Removes secrets from a text that may contain URLs: user and password, tokens in the query, bearer tokens.
 *
 * It is used for every text that is printed, logged or stored and might have a database's URL. It removes too much
 * rather than too little; a text without any of these is returned unchanged.
 */
export function redact(text: string): string {
  return text
    .replace(USER_INFO, "$1***@")
    .replace(SECRET_PARAMETER, "$1***")
    .replace(BEARER, "$1***")
    .replace(WEB_TOKEN, "***");
}

/** The source of a database's name. */
export type TargetOrigin = "flag" | "ALUDEL_DATABASE" | "settings" | "DATABASE_URL" | ".env";

/** How to reach a server. */
export interface ServerAddress {
  readonly engine: "libsql" | "d1";
  /** `https://host`, the URL of requests. For D1 it may have to be read from Wrangler's settings. */
  readonly url: () => Promise<string>;
  /** Called when a connection is opened. It is a function, so that the token cannot be printed with the target. */
  readonly token: () => string | undefined;
}

/** The environment variable of a server's token, unless the settings name another. */
export const TOKEN_VARIABLE = "ALUDEL_DATABASE_TOKEN";

/** A database, with the policies that apply to it. */
export interface Target {
  /** The name for messages: that in the settings, or the path or URL as given, without secrets. */
  readonly name: string;
  readonly kind: "file" | "memory" | "server";
  /**
   * The path to open, resolved from the folder of its source, or `:memory:`. For a server it is the path that its
   * database would have in the project, beside which its restore points are kept; there is no such file.
   */
  readonly path: string;
  /** How to reach a server. */
  readonly server?: ServerAddress | undefined;
  /** The access that its URL allows; everything if it is left out. */
  readonly mode?: FileMode | undefined;
  /** Loadable extensions, by absolute path or by name. Only runs load them. */
  readonly extensions?: readonly string[];
  /** The functions of an application that upgrades its own database. */
  readonly functions?: SqlFunctions | undefined;
  readonly from: TargetOrigin;
  readonly drafts: DraftPolicy;
  readonly doubleQuotedStrings: boolean;
  readonly restorePoints: RestorePolicy;
}

/** The sources for {@linkcode chooseTarget}. An empty text counts as none, except for the flag. */
export interface TargetRequest {
  /** The value of `--database`. */
  readonly flag: string | undefined;
  readonly environment: (name: string) => string | undefined;
  readonly settings: Settings;
  /** The variables of the `.env` file. Not called if a flag or `ALUDEL_DATABASE` names the database. */
  readonly dotenv: () => ReadonlyMap<string, string>;
  /** The working folder, from which paths in the flag and the environment start. */
  readonly folder: string;
  /** Whether a file or folder exists. Used only for notices. */
  readonly exists: (path: string) => boolean;
}

/** The chosen database, and the notices about other sources. */
export interface TargetChoice {
  readonly target: Target;
  readonly notices: readonly string[];
}

/**
 * Chooses the database: `--database`, then `ALUDEL_DATABASE`, then the settings' `database`, then `DATABASE_URL` from
 * the environment, then from `.env`. The first three may use a name of the settings. A `DATABASE_URL` of another kind
 * of database belongs to the application and is skipped with a notice. There are also notices for one that names
 * another file than the settings, and for URLs that other programs read differently.
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
      notices.push(`${where} was ignored: ${location.scheme} is not SQLite`);
      continue;
    }
    const target = targetAt(text, source, request, !borrowed);
    notices.push(...readingNotices(text, target, source, request), ...plainNotices(target));
    if (source.from === "settings") notices.push(...shadowNotices(target, sources, request));
    return { target, notices };
  }
  throw noTarget(settings, notices);
}

/** Explains `sqlite:///app.db` if it probably was meant as a relative path. */
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

/** Warns that a token would be sent unencrypted. */
function plainNotices({ name, server }: Target): string[] {
  return server === undefined || isPrivate(name) || server.token() === undefined
    ? []
    : [`"${name}" is reached without encryption, and its token can be read on the way`];
}

/** Whether the connection cannot be read by others: it is encrypted or local. */
function isPrivate(name: string): boolean {
  return !/^http:(?!\/\/(?:localhost|127\.[\d.]+|\[::1\])(?=[:/]|$))/.test(name);
}

/** Notes that the application's `DATABASE_URL` names another database. */
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

/** Refuses an empty flag: `-d "$STAGING"` with an unset variable must not select another database. */
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

/** The name of a database: the path of a file without the scheme; anything else as given, without secrets. */
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

/** A file name for a server's database: `libsql://app.turso.io/x` becomes `app.turso.io_x`. */
export function serverFile(name: string): string {
  return name.replace(/^[a-z]+:\/\//, "").replaceAll(/[^0-9A-Za-z.-]/g, "_");
}

/**
 * The token of a server: from the variable in the settings or the usual one, in the environment or `.env`; else the
 * URL's.
 */
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

/** The absolute path; undefined for one in an unknown home folder. */
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
 * Refuses a bare word that is no name of the settings, if they have names: a typo in `--database production` must
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
