import type { ParseError } from "jsonc-parser";
import { AludelError } from "../../errors.ts";
import { again, say } from "../../text/next_step.ts";
import { readIfThere } from "./files.ts";

/** The names of Wrangler's settings files, in the order in which it looks for them. */
export const WRANGLER_FILES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"] as const;

/**
 * A D1 database in Wrangler's settings: https://developers.cloudflare.com/workers/wrangler/configuration/#d1-databases
 */
export interface WranglerDatabase {
  readonly binding?: string;
  readonly database_name?: string;
  readonly database_id?: string;
  readonly migrations_dir?: string;
  readonly migrations_table?: string;
}

/** The part of Wrangler's settings that Aludel reads. */
export interface WranglerSettings {
  readonly account_id?: string;
  readonly d1_databases?: readonly WranglerDatabase[];
  readonly env?: Readonly<Record<string, WranglerSettings>>;
}

/** The error for a settings file of Wrangler's that cannot be parsed. */
export class WranglerFault extends Error {
  override readonly name = "WranglerFault";
}

/**
 * Parses a file of Wrangler's settings. The parsers are loaded on demand.
 * @throws {WranglerFault} with the problem: `not valid TOML in line 3`.
 */
export async function parseWrangler(file: string, text: string): Promise<WranglerSettings> {
  const value = file.endsWith(".toml") ? await parseToml(text) : await parseJson(text);
  return typeof value === "object" && value !== null ? value : {};
}

async function parseToml(text: string): Promise<unknown> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new WranglerFault(`not valid TOML in line ${error.line}`);
  }
}

async function parseJson(text: string): Promise<unknown> {
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const line = text.slice(0, first.offset).split("\n").length;
  throw new WranglerFault(`not valid JSON in line ${line}: ${printParseErrorCode(first.error)}`);
}

/** All databases of the settings; those of environments come last. */
export function wranglerDatabases({ d1_databases, env }: WranglerSettings): WranglerDatabase[] {
  return [{ d1_databases }, ...Object.values(env ?? {})]
    .flatMap((one) => Array.isArray(one?.d1_databases) ? one.d1_databases : []);
}

/** The environment variable of Cloudflare's token. Wrangler reads the same, and the two below. */
export const D1_TOKEN_VARIABLE = "CLOUDFLARE_API_TOKEN";
const ACCOUNT_VARIABLE = "CLOUDFLARE_ACCOUNT_ID";
const API_VARIABLE = "CLOUDFLARE_API_BASE_URL";

const API = "https://api.cloudflare.com/client/v4";

/** The address of a D1 database in a target. */
export interface D1Address {
  /** The account. If undefined, it is that of Wrangler's settings or the environment. */
  readonly account: string | undefined;
  /** The id, or without an account the name or binding in Wrangler's settings. */
  readonly database: string;
}

/** The address of Cloudflare's API, which tests replace. */
function apiUrl(environment: (name: string) => string | undefined): string {
  return (environment(API_VARIABLE) || API).replace(/\/+$/, "");
}

/**
 * Finds the URL of requests for a database.
 * @param name The target for messages.
 * @param folder The folder that may have Wrangler's settings.
 * @throws {AludelError} `target-value`: it is not in Wrangler's settings, or no account is known.
 */
export async function resolveD1(
  address: D1Address,
  name: string,
  folder: string,
  environment: (name: string) => string | undefined,
): Promise<string> {
  const { account, id } = address.account === undefined
    ? await findByName(address.database, name, folder, environment)
    : { account: address.account, id: address.database };
  const place = [account, id].map(encodeURIComponent);
  return `${apiUrl(environment)}/accounts/${place[0]}/d1/database/${place[1]}`;
}

/**
 * Finds the URL that lists the D1 databases of the account.
 * @param folder The folder that may have Wrangler's settings.
 * @throws {AludelError} `target-value`: no account is known.
 */
export async function d1AccountUrl(
  folder: string,
  environment: (name: string) => string | undefined,
): Promise<{ readonly account: string; readonly url: string }> {
  const file = wranglerFile(folder);
  const settings = file === undefined ? {} : await readSettings(file, "D1", folder);
  const account = settings.account_id || environment(ACCOUNT_VARIABLE);
  if (!account) {
    throw new AludelError("target-value", "No Cloudflare account is named", {
      notes: [`neither ${file ?? "a file of Wrangler's"} nor ${ACCOUNT_VARIABLE} names one`],
      outcome: "Nothing was run",
      next: [say(`Set ${ACCOUNT_VARIABLE}, or account_id in wrangler.toml (docs/servers.md)`)],
    });
  }
  return {
    account,
    url: `${apiUrl(environment)}/accounts/${encodeURIComponent(account)}/d1/database`,
  };
}

function wranglerFile(folder: string): string | undefined {
  return WRANGLER_FILES.find((one) => readIfThere(`${folder}/${one}`) !== "");
}

async function findByName(
  wanted: string,
  name: string,
  folder: string,
  environment: (name: string) => string | undefined,
) {
  const file = wranglerFile(folder);
  if (file === undefined) {
    throw invalid(
      name,
      `is not known: "${folder}" has no wrangler.toml, wrangler.json or wrangler.jsonc`,
    );
  }
  const settings = await readSettings(file, name, folder);
  const all = wranglerDatabases(settings);
  const found = all.filter(({ database_name, binding }) =>
    database_name === wanted || binding === wanted
  );
  const ids = new Set(found.flatMap(({ database_id }) => database_id ?? []));
  const [id] = ids;
  if (id === undefined) {
    const known = all.flatMap(({ database_name, binding }) => database_name ?? binding ?? []);
    throw invalid(
      name,
      `is not in ${file}, which has ${
        known.length === 0 ? "no D1 database" : known.map((one) => `"${one}"`).join(", ")
      }`,
    );
  }
  if (ids.size > 1) {
    throw invalid(name, `names ${ids.size} databases in ${file}, in several environments`);
  }
  const account = settings.account_id || environment(ACCOUNT_VARIABLE);
  if (!account) {
    throw invalid(name, `has no account: neither ${file} nor ${ACCOUNT_VARIABLE} names one`);
  }
  return { account, id };
}

async function readSettings(file: string, name: string, folder: string) {
  try {
    return await parseWrangler(file, readIfThere(`${folder}/${file}`));
  } catch (error) {
    if (!(error instanceof WranglerFault)) throw error;
    throw invalid(name, `cannot be found, because ${file} is ${error.message}`);
  }
}

function invalid(name: string, fault: string): AludelError {
  return new AludelError("target-value", `The database "${name}" ${fault}`, {
    next: [
      again`-d ${"d1://ACCOUNT/ID"} # name it by its account and its id`,
      say("docs/servers.md"),
    ],
  });
}
