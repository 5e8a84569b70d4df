import { DEFAULT_FOLDER_TEMPLATE } from "../../manifest/folder_name.ts";
import type { RestorePolicy } from "../../runner/request.ts";
import type { JsonSchema, ObjectSchema } from "./json_schema.ts";

/** Whether unsealed revisions may run in a database. */
export type DraftPolicy = "allow" | "refuse";

/** A named target of the settings. The general settings apply to what it leaves out. */
export interface DatabaseSettings {
  /** A path relative to the settings file, or a URL. */
  readonly url: string;
  readonly drafts?: DraftPolicy;
  readonly doubleQuotedStrings?: boolean;
  readonly restorePoints?: RestorePolicy;
  /** The environment variable that holds the token of a server. */
  readonly tokenVariable?: string;
}

/** Many databases by name: patterns of their files, or one of the other members. Exactly one member is set. */
export interface FleetSettings {
  /** Patterns of paths, relative to the settings file. */
  readonly glob?: readonly string[];
  /** A database with a list of the others, and the SQL that reads the list. */
  readonly query?: { readonly database: string; readonly sql: string };
  /** Patterns of names of D1 databases. */
  readonly d1?: readonly string[];
  /** A program that prints one database a line, and its arguments. */
  readonly command?: readonly string[];
}

/** A program that prints a schema as SQL. Exactly one of the first five members is set. */
export interface SchemaProgram {
  /** The program and its arguments. It runs in the settings file's folder. */
  readonly command?: readonly string[];
  /** `models:Base`: a module with a declarative base or a MetaData; several are separated by commas. */
  readonly sqlalchemy?: string;
  /** Whether to print the models of the project whose manage.py is beside the settings. */
  readonly django?: boolean;
  /** The settings file of drizzle-kit. */
  readonly drizzle?: string;
  /** The schema file of Prisma. */
  readonly prisma?: string;
  /** The interpreter for SQLAlchemy and Django. */
  readonly python?: string;
}

/** The content of `aludel.json`, with defaults filled in. */
export interface SettingValues {
  /** The migrations folder as written: relative to the settings file, or absolute. */
  readonly migrations: string;
  readonly database: string | undefined;
  readonly databases: Readonly<Record<string, string | DatabaseSettings>>;
  readonly fleets: Readonly<Record<string, string | FleetSettings>>;
  /** A file or a folder of files, or the program that prints the schema. */
  readonly schema: string | SchemaProgram | undefined;
  /** The oldest SQLite that runs the project's revisions, such as `3.45`. */
  readonly sqlite: string | undefined;
  /** Patterns of names that Aludel ignores. */
  readonly exclude: readonly string[];
  /** Loadable extensions: absolute paths and names, after parsing. */
  readonly extensions: readonly string[];
  /** Functions that the application registers. */
  readonly functions: readonly string[];
  readonly columnOrder: boolean;
  readonly folderTemplate: string;
  readonly drafts: DraftPolicy;
  readonly doubleQuotedStrings: boolean;
  readonly dotenv: boolean;
  /** Seconds. */
  readonly lockTimeout: number;
  readonly restorePoints: RestorePolicy;
  readonly restorePointsKept: number;
  /** Megabytes. */
  readonly restoreRowsFrom: number;
  /** Percent of the database's size. */
  readonly restoreRowsShare: number;
  /** Megabytes. */
  readonly comparisonMemory: number;
  /** The number of rows from which a table is rebuilt beside writers; undefined: only if its script says so. */
  readonly online: { readonly rows: number } | undefined;
}

/** One key of `aludel.json`. */
export interface SettingEntry<Value> {
  readonly schema: JsonSchema;
  /** The value if the file does not have the key. */
  readonly fallback: Value;
  /** The description in docs/settings.md and the published schema. */
  readonly about: string;
}

const DRAFTS = { type: "string", enum: ["allow", "refuse"] } as const;
const RESTORE_POINTS = { type: "string", enum: ["hazard", "always", "never"] } as const;

/**
 * Every key of `aludel.json`. The parser, schemas/settings.schema.json and docs/settings.md are made from this table;
 * `deno task docs` writes the latter two.
 */
export const SETTING_TABLE: {
  readonly [Key in keyof SettingValues]: SettingEntry<SettingValues[Key]>;
} = {
  migrations: {
    schema: { type: "string", minLength: 1 },
    fallback: "migrations",
    about: "The migrations folder, relative to this file.",
  },
  database: {
    schema: { type: "string", minLength: 1 },
    fallback: undefined,
    about:
      "The database that commands work on unless `--database` or `ALUDEL_DATABASE` names another: a name from `databases`, a path relative to this file, or a URL.",
  },
  databases: {
    schema: {
      type: "object",
      propertyNames: { pattern: "^[0-9A-Za-z_][0-9A-Za-z_-]*$" },
      additionalProperties: {
        anyOf: [{ type: "string", minLength: 1 }, {
          type: "object",
          properties: {
            url: { type: "string", minLength: 1 },
            drafts: DRAFTS,
            doubleQuotedStrings: { type: "boolean" },
            restorePoints: RESTORE_POINTS,
            tokenVariable: { type: "string", pattern: "^[A-Za-z_][0-9A-Za-z_]*$" },
          },
          required: ["url"],
          additionalProperties: false,
        }],
      },
    },
    fallback: {},
    about:
      "Databases by name: a path or URL each, or an object with `url` and its own `drafts`, `doubleQuotedStrings` and `restorePoints`. For a server `tokenVariable` names the environment variable that holds its token; without it that is `ALUDEL_DATABASE_TOKEN`, and for Cloudflare D1 `CLOUDFLARE_API_TOKEN`.",
  },
  fleets: {
    schema: {
      type: "object",
      propertyNames: { pattern: "^[0-9A-Za-z_][0-9A-Za-z_-]*$" },
      additionalProperties: {
        anyOf: [{ type: "string", minLength: 1 }, {
          type: "object",
          properties: {
            glob: { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 },
            query: {
              type: "object",
              properties: {
                database: { type: "string", minLength: 1 },
                sql: { type: "string", minLength: 1 },
              },
              required: ["database", "sql"],
              additionalProperties: false,
            },
            d1: { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 },
            command: { type: "array", items: { type: "string" }, minItems: 1 },
          },
          additionalProperties: false,
        }],
      },
    },
    fallback: {},
    about:
      'Many databases by name, for the `fleet` commands: a pattern such as `"tenants/*.db"`, relative to this file, or an object with `glob` (several patterns), `query` (`{"database": "control", "sql": "SELECT path FROM tenant"}`), `d1` (patterns of the names of D1 databases) or `command` (a program that prints a database a line). See [fleets](fleet.md).',
  },
  schema: {
    schema: {
      anyOf: [{ type: "string", minLength: 1 }, {
        type: "object",
        properties: {
          command: { type: "array", items: { type: "string" }, minItems: 1 },
          sqlalchemy: {
            type: "string",
            pattern:
              "^[\\p{L}\\p{N}_.]+:[\\p{L}\\p{N}_.]+(?: *, *[\\p{L}\\p{N}_.]+:[\\p{L}\\p{N}_.]+)*$",
          },
          django: { type: "boolean" },
          drizzle: { type: "string", minLength: 1 },
          prisma: { type: "string", minLength: 1 },
          python: { type: "string", minLength: 1 },
        },
        additionalProperties: false,
      }],
    },
    fallback: undefined,
    about:
      'The schema you want, which `check` and `revision --autogenerate` compare with: an SQL file or a folder of them, relative to this file, or a program that prints it: `{"sqlalchemy": "models:Base"}`, `{"django": true}`, `{"drizzle": "drizzle.config.ts"}`, `{"prisma": "prisma/schema.prisma"}`, or any `{"command": ["npx", "drizzle-kit", "export"]}`. Python is that of the active virtual environment, or of `.venv`, `venv` or `env` beside this file, unless `"python"` names another. Without this setting it is `schema.sql`, or else the folder `schema`.',
  },
  sqlite: {
    schema: { type: "string", pattern: "^3\\.[0-9]{1,3}$" },
    fallback: undefined,
    about:
      "The oldest SQLite that will run the revisions, such as `3.45`: what autogenerate writes needs no newer one. Without this setting it is the one that is built in.",
  },
  exclude: {
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    fallback: [],
    about:
      "Names of tables, views and triggers that another tool owns; `*` and `?` stand for any letters. Aludel ignores them, and the indexes and triggers of such a table, and never changes them. The tables of known tools, listed below, are excluded without being named; a name that begins with `!`, such as `!schema_migrations`, still belongs to the project.",
  },
  extensions: {
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    fallback: [],
    about:
      "Loadable extensions that the schema needs, such as sqlite-vec or SpatiaLite: a path, relative to this file, or a name such as `mod_spatialite` that the system's loader finds. They are native code: only commands that run SQL load them, and they name them first; hooks and commands that only look do not.",
  },
  functions: {
    schema: { type: "array", items: { type: "string", minLength: 1 } },
    fallback: [],
    about:
      "Names of functions that only the application registers. When revisions are tried in memory, they return NULL without a notice. A run on a database does not have them and fails if SQLite calls one.",
  },
  columnOrder: {
    schema: { type: "boolean" },
    fallback: false,
    about:
      "Whether the same columns in another order are a difference. Another order then costs a rebuild.",
  },
  folderTemplate: {
    schema: { type: "string", minLength: 1 },
    fallback: DEFAULT_FOLDER_TEMPLATE,
    about:
      "The names of new revisions' folders: `{id}` (required), `{slug}`, `{date}`, `{time}`, `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}`, `{second}`, `{epoch}`, all in UTC.",
  },
  drafts: {
    schema: DRAFTS,
    fallback: "allow",
    about: "Whether drafts, revisions that are not sealed, may run.",
  },
  doubleQuotedStrings: {
    schema: { type: "boolean" },
    fallback: false,
    about:
      'Whether SQLite may read `"text"` as a string if no column has that name. It never may in UPDATE, DELETE, REPLACE, WITH and an INSERT that overwrites rows.',
  },
  dotenv: {
    schema: { type: "boolean" },
    fallback: true,
    about: "Whether `DATABASE_URL` is also looked for in a file `.env` beside this one.",
  },
  lockTimeout: {
    schema: { type: "number", minimum: 0, maximum: 86_400 },
    fallback: 60,
    about: "The number of seconds that a command waits for another process that holds a lock.",
  },
  restorePoints: {
    schema: RESTORE_POINTS,
    fallback: "hazard",
    about:
      "When a run copies the database first: `hazard`, if it drops tables or columns that have rows, or deletes or overwrites all rows of one; `always`; `never`.",
  },
  restorePointsKept: {
    schema: { type: "number", minimum: 1, maximum: 10_000 },
    fallback: 10,
    about:
      "The number of restore points of runs and of `aludel restore` that are kept; the oldest are removed first. Those of `aludel backup` are never removed.",
  },
  restoreRowsFrom: {
    schema: { type: "number", minimum: 0, maximum: 1_000_000_000 },
    fallback: 64,
    about:
      "The size of a database, in megabytes, from which a run that deletes or changes few rows keeps only these rows instead of copying the whole database. A smaller one is copied in less than a second.",
  },
  restoreRowsShare: {
    schema: { type: "number", minimum: 0, maximum: 100 },
    fallback: 1,
    about:
      "The greatest size of the rows that are kept that way, in percent of the database; 0 means that the database is always copied.",
  },
  online: {
    schema: {
      type: "object",
      properties: { rows: { type: "number", minimum: 1, maximum: 1_000_000_000_000 } },
      required: ["rows"],
      additionalProperties: false,
    },
    fallback: undefined,
    about:
      'The number of rows from which tables are rebuilt beside writers, such as `{"rows": 1000000}`; see [online.md](online.md). Without this setting only scripts with `-- aludel: online` are.',
  },
  comparisonMemory: {
    schema: { type: "number", minimum: 1, maximum: 1_000_000 },
    // The runner's COMPARISON_MEMORY, repeated so that a hook need not load the runner.
    fallback: 256,
    about:
      "The number of megabytes of changed pages that a run keeps in memory, in order to compare its result with the state before. A run that changes more starts again and compares with a copy. In WAL mode this needs no memory.",
  },
};

/** The schema of the whole file, for the parser and for publication. */
export const SETTINGS_SCHEMA: ObjectSchema = {
  type: "object",
  properties: {
    "$schema": { type: "string", description: "The address of the JSON Schema, for editors." },
    ...Object.fromEntries(
      Object.entries(SETTING_TABLE).map(([key, { schema, about }]) => [
        key,
        { ...schema, description: about },
      ]),
    ),
  },
  additionalProperties: false,
};
