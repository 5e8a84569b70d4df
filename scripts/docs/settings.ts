/** Makes schemas/settings.schema.json and docs/settings.md from the table of settings. */
import { SETTING_TABLE, SETTINGS_SCHEMA } from "../../src/project/workspace/setting_table.ts";
import { TOOL_TABLES } from "../../src/schema/model/foreign_objects.ts";
import { formatGenerated } from "./format.ts";

/** The text of schemas/settings.schema.json. */
function settingsSchemaText(): string {
  const schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    title: "Aludel settings",
    description: "aludel.json. docs/settings.md describes each key.",
    ...SETTINGS_SCHEMA,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The text of docs/settings.md. */
function settingsDocText(): string {
  const sections = Object.entries(SETTING_TABLE).map(([key, { about, fallback }]) => {
    const value = fallback === undefined ? "none" : `\`${JSON.stringify(fallback)}\``;
    return `### ${key}\n\n${about} Default: ${value}.\n`;
  });
  const tables = TOOL_TABLES.map((name) => `\`${name}\``).join(", ");
  return `${INTRODUCTION}\n${
    sections.join("\n")
  }\n## Tables of other tools\n\nLeft out by default: ${tables}.\n`;
}

const INTRODUCTION = `# Settings

\`aludel.json\` in the project's folder has the settings: plain JSON, every key optional. Aludel looks for it in the working folder and above it, up to
the root of the git working tree. Without one the defaults apply. All errors of the file are reported at once.
[schemas/settings.schema.json](../schemas/settings.schema.json) is its JSON Schema. If the project has the npm package, \`aludel init\` names it as \`$schema\`: \`./node_modules/aludel/schemas/settings.schema.json\`. Editors then complete and check the file, also offline. Without the package, copy the schema into the project and name it.

\`\`\`json
{
  "database": "dev",
  "databases": {
    "dev": "app.db",
    "production": { "url": "/srv/app/app.db", "drafts": "refuse" }
  }
}
\`\`\`

## Which database

The first of these that is not empty:

1. \`--database\`: a name from \`databases\`, a path, or a URL
2. \`ALUDEL_DATABASE\` in the environment: likewise
3. the setting \`database\`: likewise
4. \`DATABASE_URL\` in the environment: a path or a URL. A URL of another kind of database (\`postgres://…\`) is ignored with a notice
5. \`DATABASE_URL\` in \`.env\`: likewise

Paths in the settings and in \`.env\` are relative to that file, all others to the working folder.

| written | means |
|---|---|
| \`app.db\`, \`./app.db\`, \`/srv/app.db\`, \`~/app.db\`, \`C:\\app.db\` | a path; \`~/\` is the home folder |
| \`sqlite:app.db\`, \`sqlite://app.db\`, \`file:app.db\` | a relative path |
| \`sqlite:///srv/app.db\`, \`file:///srv/app.db\`, \`file:///C:/app.db\` | an absolute path |
| \`sqlite+aiosqlite:///app.db\`, \`sqlite+pysqlite:////srv/app.db\` | SQLAlchemy's URLs with a driver: relative, absolute |
| \`jdbc:sqlite:app.db\` | JDBC's URL: a path |
| \`:memory:\`, \`sqlite::memory:\` | a database that ends with the command, for tests |
| \`libsql://…\`, \`https://…\`, \`http://…\` | a libSQL server, see [servers.md](servers.md) |

In a URL \`%20\` is a space, except in SQLAlchemy's and JDBC's, which are taken literally. \`?mode=ro\` and \`immutable=1\` prevent writing, \`mode=rw\` prevents creating the file,
\`mode=memory\` is a database in memory; other parameters are for the application's own connection and are ignored, but \`vfs\` and the keys of encrypted databases are refused.

\`sqlite:///app.db\` is the file \`/app.db\`, where SQLAlchemy and Django read \`./app.db\`: a notice says so, unless only \`/app.db\` is there. Another notice says when the setting \`database\` is
chosen and \`DATABASE_URL\` names another database.

If the settings name databases, a bare word that is not one of the names is
an error, not a new file. Passwords and tokens of a URL are never printed.

## Keys
`;

/** The generated files, formatted as `deno fmt` wants them. */
export async function settingsFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["schemas/settings.schema.json", await formatGenerated(settingsSchemaText(), "json")],
    ["docs/settings.md", await formatGenerated(settingsDocText(), "md")],
  ]);
}
