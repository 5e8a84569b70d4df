/** Wrangler's settings, in whichever of their three notations, and the databases that it keeps for local work. */
import type { ParseError } from "jsonc-parser";
import { say } from "../text/next_step.ts";
import { ForeignFault, type ForeignFolder, joinPath } from "./foreign.ts";
import type { WranglerDatabase } from "./tools/files.ts";

/** In the order in which Wrangler looks for them. */
const FILES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"] as const;

interface WranglerSettings {
  readonly d1_databases?: readonly WranglerDatabase[];
  readonly env?: Readonly<Record<string, WranglerSettings>>;
}

/**
 * The D1 databases of a project, those of its environments after the others; none without settings of Wrangler's. The
 * parsers are loaded only for a file that is there.
 *
 * @throws {ForeignFault} Settings that cannot be read.
 */
export async function readWranglerDatabases(
  project: ForeignFolder,
): Promise<readonly WranglerDatabase[]> {
  const file = FILES.find((name) => project.read(name) !== null);
  if (file === undefined) return [];
  const settings = await parse(file, project.read(file)!) as WranglerSettings | undefined;
  const all = [settings, ...Object.values(settings?.env ?? {})]
    .flatMap((one) => Array.isArray(one?.d1_databases) ? one.d1_databases : []);
  const places = new Set<string>();
  return all.filter(({ migrations_dir = "migrations", migrations_table = "" }) => {
    const place = `${migrations_dir}\0${migrations_table}`;
    return !places.has(place) && places.add(place);
  }).map((database) => ({
    ...database,
    ...(database.migrations_dir !== undefined && {
      migrations_dir: joinPath(...database.migrations_dir.split("/")),
    }),
  }));
}

async function parse(file: string, text: string): Promise<unknown> {
  if (file.endsWith(".toml")) {
    const { parse, TomlError } = await import("smol-toml");
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw unreadable(file, `not valid TOML in line ${error.line}`);
    }
  }
  const { parse, printParseErrorCode } = await import("jsonc-parser");
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const line = text.slice(0, first.offset).split("\n").length;
  throw unreadable(file, `not valid JSON in line ${line}: ${printParseErrorCode(first.error)}`);
}

function unreadable(file: string, fact: string): ForeignFault {
  return new ForeignFault(file, `The file is ${fact}`, say("Correct it there"));
}

const LOCAL = ".wrangler/state/v3/d1/miniflare-D1DatabaseObject";

/** The files of the databases that Wrangler keeps for local work, relative to the project. */
export function localDatabases(project: ForeignFolder): readonly string[] {
  return project.list(LOCAL)
    .filter(({ name, isFolder }) =>
      !isFolder && name.endsWith(".sqlite") && name !== "metadata.sqlite"
    )
    .map(({ name }) => joinPath(LOCAL, name));
}
