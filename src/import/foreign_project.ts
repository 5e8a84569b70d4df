import { host } from "../host/mod.ts";
import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { decodeUtf8 } from "../sql/canonical_text.ts";
import { closest } from "../text/closest.ts";
import { say, shell } from "../text/next_step.ts";
import {
  BASELINE,
  type ForeignEntry,
  ForeignFault,
  type ForeignFolder,
  type ForeignHistory,
  type ForeignPlace,
  type ForeignRecords,
  type ForeignTool,
  type FoundTool,
} from "./foreign.ts";
import { hasTable } from "./foreign_records.ts";

/** The files of another tool's project on disk. Each folder is listed only once for all tools. */
export class DiskFolder implements ForeignFolder {
  readonly #root: string;
  readonly #lists = new Map<string, readonly ForeignEntry[]>();

  /** @param root An absolute path. */
  constructor(root: string) {
    this.#root = root;
  }

  /** @throws {ForeignFault} The file is not UTF-8. */
  read(path: string): string | null {
    try {
      return decodeUtf8(host.files.read(`${this.#root}/${path}`));
    } catch (error) {
      if (error instanceof TypeError) {
        throw new ForeignFault(path, "The file is not UTF-8", say("Save it as UTF-8"));
      }
      if (host.fault(error) !== undefined) return null;
      throw error;
    }
  }

  list(path: string): readonly ForeignEntry[] {
    const listed = this.#lists.get(path) ?? this.#read(path);
    this.#lists.set(path, listed);
    return listed;
  }

  #read(path: string): readonly ForeignEntry[] {
    try {
      return host.files.list(path === "" ? this.#root : `${this.#root}/${path}`)
        .map(({ name, isDirectory }) => ({ name, isFolder: isDirectory }))
        .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
    } catch (error) {
      if (host.fault(error) !== undefined) return [];
      throw error;
    }
  }
}

/** A tool that is recognised by its files. */
type FindableTool = ForeignRecords & Pick<ForeignTool, "find">;

/** The choice of a tool on the command line. */
interface ToolChoice<Tool extends FindableTool> {
  readonly tools: readonly Tool[];
  readonly project: ForeignFolder;
  /** The name of the tool, if it was given. */
  readonly name: string | undefined;
  /** A folder of the project, `""` for all of it. */
  readonly source: string;
}

/**
 * Finds the tools by their files.
 *
 * @returns One or more; several if the files match several tools.
 * @throws {AludelError} `import-tool` if the tool is unknown, or none is found.
 */
export function findTools<Tool extends FindableTool>(
  { tools, project, name, source }: ToolChoice<Tool>,
): readonly [FoundTool<Tool>, ...FoundTool<Tool>[]] {
  const asked = name === undefined ? tools : tools.filter((tool) => tool.name === name);
  if (asked.length === 0) throw unknownTool(name!, tools);
  const isInside = ({ folder }: ForeignPlace) =>
    source === "" || folder === source || folder.startsWith(`${source}/`);
  const found = asked.flatMap((tool) =>
    tool.find(project).filter(isInside).map((place): FoundTool<Tool> => ({ tool, place }))
  );
  // Names such as 1_x.up.sql also match other tools, which have more specific marks.
  const sure = found.filter(({ tool, place }) =>
    !NAMES_ALONE.has(tool.name) ||
    !found.some((other) => !NAMES_ALONE.has(other.tool.name) && other.place.folder === place.folder)
  );
  const [first, ...others] = sure;
  if (first !== undefined) return [first, ...others];
  const [tool] = asked;
  if (name !== undefined && source !== "") {
    return [{ tool: tool!, place: { folder: source, table: tool!.table } }];
  }
  throw new AludelError(
    "import-tool",
    name === undefined
      ? "No migrations of another tool were found here"
      : `No migrations of ${tool!.title} were found here`,
    {
      notes: [`Known tools: ${tools.map((one) => one.name).join(", ")}`],
      next: [
        shell`aludel import ${name ?? "TOOL"} --source DIR # name the folder of its migrations`,
        BASELINE,
      ],
    },
  );
}

const NAMES_ALONE: ReadonlySet<string> = new Set(["golang-migrate", "flyway"]);

function unknownTool(name: string, tools: readonly FindableTool[]): AludelError {
  const names = tools.map((tool) => tool.name);
  const near = closest(name, names);
  return new AludelError("import-tool", `Unknown tool "${name}"`, {
    notes: [`Known tools: ${names.join(", ")}`],
    next: [near === undefined ? BASELINE : shell`aludel import ${near}`],
  });
}

/**
 * The one of several tools whose table is in the database.
 *
 * @param databases Targets whose records could decide, if no database was named.
 * @throws {AludelError} `import-ambiguous` if there is not exactly one.
 */
export async function decideTool<Found extends FoundTool>(
  found: readonly [Found, ...Found[]],
  connection: Connection | null,
  databases: readonly string[] = [],
): Promise<Found> {
  if (found.length === 1) return found[0];
  const recorded: Found[] = [];
  for (const one of found) {
    if (connection !== null && await hasTable(connection, one.place.table)) recorded.push(one);
  }
  if (recorded.length === 1) return recorded[0]!;
  throw new AludelError("import-ambiguous", "Migrations of several tools were found here", {
    notes: found.map(({ tool, place }) => `${tool.title} in "${place.folder || "."}"`),
    next: [
      ...(connection === null ? databases : []).map((target) =>
        shell`aludel import -d ${target} # its records decide`
      ),
      ...found.map(({ tool, place }) =>
        shell`aludel import ${tool.name} --source ${place.folder || "."}`
      ),
    ],
  });
}

/** Reads the migrations. @throws {AludelError} `import-file`. */
export function readHistory(
  project: ForeignFolder,
  { tool, place }: FoundTool<ForeignTool>,
): ForeignHistory {
  return translated(() => tool.read(project, place));
}

/** Calls a function that reads foreign files. @throws {AludelError} `import-file` for a {@linkcode ForeignFault}. */
export function translated<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ForeignFault)) throw error;
    throw new AludelError("import-file", error.fact, {
      place: { file: error.file },
      outcome: "Nothing was written",
      next: [error.cure],
      cause: error,
    });
  }
}
