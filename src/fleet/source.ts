import { host, type ProcessOutput } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { SqlError } from "../db/connection.ts";
import { accessTo } from "../project/workspace/database_access.ts";
import type { DatabaseSettings, FleetSettings } from "../project/workspace/setting_table.ts";
import type { Settings } from "../project/workspace/settings.ts";
import type { Target } from "../project/workspace/target.ts";
import { closest } from "../text/closest.ts";
import { instead, say, shell } from "../text/next_step.ts";
import { expandGlob } from "./glob.ts";
import { type Member, MemberList, requireMembers, withoutLinksToSame } from "./member.ts";

/** A source of a fleet's databases. */
export type FleetSource =
  | { readonly kind: "glob"; readonly patterns: readonly string[] }
  | { readonly kind: "query"; readonly database: Target; readonly sql: string }
  /** The D1 databases of a Cloudflare account whose names match. */
  | { readonly kind: "d1"; readonly patterns: readonly string[]; readonly settings: Settings }
  /** A program that prints one database per line: its name and arguments, or a line for the system's shell. */
  | { readonly kind: "command"; readonly command: readonly string[] | string };

/** A source, its name for messages, and the folder for its relative paths and its program. */
export interface NamedSource {
  readonly source: FleetSource;
  readonly name: string;
  readonly folder: string;
}

/**
 * Finds a fleet in the settings.
 *
 * @param targetOf Returns a database of the settings by its name.
 * @throws {AludelError} `fleet-unknown`.
 */
export function fleetOfSettings(
  name: string,
  settings: Settings,
  targetOf: (database: string) => Target,
): NamedSource {
  const { fleets, root } = settings;
  const fleet = Object.hasOwn(fleets, name) ? fleets[name] : undefined;
  if (fleet === undefined) throw unknownFleet(name, Object.keys(fleets));
  return { source: sourceOf(fleet, settings, targetOf), name: `The fleet "${name}"`, folder: root };
}

function sourceOf(
  fleet: string | FleetSettings,
  settings: Settings,
  targetOf: (database: string) => Target,
): FleetSource {
  if (typeof fleet === "string") return { kind: "glob", patterns: [fleet] };
  const { glob, query, d1, command } = fleet;
  if (glob !== undefined) return { kind: "glob", patterns: glob };
  if (query !== undefined) {
    return { kind: "query", database: targetOf(query.database), sql: query.sql };
  }
  if (d1 !== undefined) return { kind: "d1", patterns: d1, settings };
  return { kind: "command", command: command ?? [] };
}

function unknownFleet(name: string, names: readonly string[]): AludelError {
  const near = closest(name, names);
  return new AludelError("fleet-unknown", `The settings have no fleet "${name}"`, {
    notes: names.length === 0 ? [] : [`they have ${names.map((one) => `"${one}"`).join(", ")}`],
    next: near === undefined
      ? [say('Name it under "fleets" in aludel.json, or use --glob, --query, --d1 or --from')]
      : [instead(name, near)],
  });
}

/**
 * Lists the databases that a source names, without duplicates.
 * @throws {AludelError} `fleet-empty`, `fleet-target`, `fleet-query`, `fleet-command`, `target-value` if there is no
 * Cloudflare account or token, and the errors of opening a database.
 */
export async function listMembers({ source, name, folder }: NamedSource): Promise<Member[]> {
  const list = new MemberList(folder, name);
  switch (source.kind) {
    case "glob":
      for (const pattern of source.patterns) {
        for (const path of expandGlob(pattern, folder)) list.add({ url: asPath(path) }, "");
      }
      break;
    case "query":
      for (const [index, row] of (await query(source.database, source.sql)).entries()) {
        list.add(row, `in row ${index + 1}`);
      }
      break;
    case "d1": {
      const { listD1 } = await import("./d1_list.ts");
      for (const member of await listD1(source.settings, source.patterns)) list.add(member, "");
      break;
    }
    case "command":
      for (const [index, line] of (await printed(source.command, folder, name)).entries()) {
        if (line.trim() !== "") list.add(readLine(line, index + 1, name), `in line ${index + 1}`);
      }
      break;
  }
  requireMembers(list.members, name);
  return [...withoutLinksToSame(list.members)];
}

/** Prefixes a relative path that looks like a URL or a quoted string. */
function asPath(path: string): string {
  return /^[/.]/.test(path) || !/^["'~]|:/.test(path) ? path : `./${path}`;
}

/** The columns of a row, or keys of a JSON object, that are read. */
const URL_KEYS = ["url", "database", "path"];
const NAME_KEYS = ["name"];
const TOKEN_KEYS = ["tokenVariable", "token_variable"];

type NamedDatabase = DatabaseSettings & { readonly name?: string };

/** Reads a database from a JSON object or a row; null if it names none. */
function databaseOf(record: Readonly<Record<string, unknown>>): NamedDatabase | null {
  const text = (keys: readonly string[]) => {
    const value = keys.map((key) => record[key]).find((one) => typeof one === "string");
    return value === undefined || value === "" ? undefined : value as string;
  };
  const url = text(URL_KEYS);
  if (url === undefined) return null;
  const name = text(NAME_KEYS);
  const tokenVariable = text(TOKEN_KEYS);
  return { url, ...(name && { name }), ...(tokenVariable && { tokenVariable }) };
}

async function query(database: Target, sql: string): Promise<NamedDatabase[]> {
  const connection = await accessTo(database).look();
  if (connection === null) throw badQuery(`There is no database "${database.name}"`, sql);
  try {
    return (await connection.query(sql)).map((row, index) => {
      const [first] = Object.values(row);
      const found = databaseOf(row) ?? (typeof first === "string" ? { url: first } : null);
      if (found === null || found.url === "") {
        throw badQuery(`Row ${index + 1} of the query names no database`, sql);
      }
      return found;
    });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw badQuery(`"${database.name}" refuses the query`, sql, error);
  } finally {
    await connection.close();
  }
}

function badQuery(message: string, sql: string, cause?: SqlError): AludelError {
  return new AludelError("fleet-query", message, {
    notes: [sql, 'It must give a path or URL in its first column, or in one called "url"'],
    ...(cause !== undefined && { sqlite: cause.sqlite, cause }),
    outcome: "Nothing was run",
    next: [say('Correct the query, such as "SELECT path AS url, name FROM tenant"')],
  });
}

/** Runs a command and returns the lines that it printed. @throws {AludelError} `fleet-command` if it fails. */
async function printed(
  command: readonly string[] | string,
  folder: string,
  name: string,
): Promise<string[]> {
  const { code, stdout, stderr } = await run(command, folder, name);
  if (code !== 0) {
    const said = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim();
    throw badCommand(`${name} ended with exit code ${code}`, said.split("\n").slice(-SHOWN_LINES));
  }
  return new TextDecoder().decode(stdout).replaceAll("\r\n", "\n").split("\n");
}

/** The number of lines shown of the output of a failed command. */
const SHOWN_LINES = 10;

async function run(
  command: readonly string[] | string,
  cwd: string,
  name: string,
): Promise<ProcessOutput> {
  const [program = "", ...args] = typeof command !== "string"
    ? command
    : host.os === "windows"
    ? ["cmd", "/d", "/s", "/c", `"${command}"`]
    : ["sh", "-c", command];
  try {
    return await host.processes.run(program, {
      args,
      cwd,
      rawArguments: typeof command === "string",
    });
  } catch (error) {
    if (host.fault(error) === undefined) throw error;
    throw badCommand(`${name} cannot be run`, [error instanceof Error ? error.message : ""]);
  }
}

function readLine(line: string, number: number, name: string): NamedDatabase {
  if (!/^\s*[{"]/.test(line)) return { url: line.trim() };
  try {
    const value: unknown = JSON.parse(line);
    const found = typeof value === "string"
      ? { url: value }
      : databaseOf(value as Readonly<Record<string, unknown>>);
    if (found !== null) return found;
  } catch {
    // A line that is not JSON is refused below.
  }
  throw badCommand(`${name} printed a line that names no database`, [
    `line ${number}: ${line.trim()}`,
  ]);
}

function badCommand(message: string, notes: readonly string[]): AludelError {
  return new AludelError("fleet-command", message, {
    notes: [
      ...notes.filter((note) => note !== ""),
      'It must print a path or URL a line, or a line of JSON such as {"url": "tenants/a.db", "name": "a"}',
    ],
    outcome: "Nothing was run",
    next: [shell`aludel fleet status --glob "tenants/*.db" # name the databases by a pattern`],
  });
}
