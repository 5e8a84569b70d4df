/**
 * Makes docs/commands.md from the definitions of the commands, so that it says the same as `--help`.
 */
import type { Command } from "../../src/cli/arguments/command.ts";
import { COMMANDS, GROUPS } from "../../src/cli/commands.ts";
import {
  allFlags,
  type Flag,
  type Flags,
  longName,
  SHARED_FLAGS,
} from "../../src/cli/arguments/flag.ts";
import { usageLine } from "../../src/cli/arguments/help_text.ts";
import { formatGenerated } from "./format.ts";

const INTRODUCTION = `# Commands

\`aludel COMMAND [OPTIONS]\`. \`aludel --help\` lists the commands, \`aludel COMMAND --help\` explains one, \`aludel --version\` says which release
this is and which SQLite it contains. Names and flags are Alembic's if Alembic has them. Refs (\`head\`, \`3f9c\`, \`-1\`, \`billing@head\`)
are explained in [refs.md](refs.md), errors in [errors.md](errors.md), settings in [settings.md](settings.md).

## What every command does

- **Output.** stdout has the answer, stderr everything else: what happened, hints, warnings, errors, progress. Colour and progress appear on a
  terminal only, and colour only while \`NO_COLOR\` is unset. If the reader goes away (\`aludel history | head -1\`) the command still ends
  properly, with its own exit code.
- **\`--json\`** prints exactly one JSON document to stdout, on one line unless stdout is a terminal. A failed command prints
  \`{"format": 1, "error": {"code", "message", "exitCode", "notes", "next", …}}\` there; each of \`next\` is \`{"command", "why"?}\`, a line to paste, or \`{"say"}\`. What fails after the answer was printed goes to stderr as text. [json.md](json.md) has the words and the schemas.
- **A pager** shows what \`history\`, \`show\` and \`diff\` print on a terminal: \`$ALUDEL_PAGER\`, else \`$PAGER\`, else \`less\`, which leaves at once if
  everything fits. \`--no-pager\`, \`cat\` or an empty variable turn it off.
- **Flags before the command** work for \`--config\`, \`--database\`, \`--quiet\` and \`--json\`: \`aludel -c shop/aludel.json history\`. A flag's value
  may be attached: \`-m"text"\`, \`-r-3:current\`, \`--head=3f9c\`. \`downgrade -1\` and \`upgrade +1\` need no \`--\`; after \`--\` nothing is a flag.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | error: nothing was done, or the message says what |
| 2 | the command line is not understood |
| 3 | a check found something |
| 4 | partly done: what is done stays done |
| 70 | a bug of Aludel |
| 130 | interrupted |

Every command takes:

`;

/** The text of docs/commands.md, formatted. */
export async function commandDocs(): Promise<string> {
  const parts = [
    INTRODUCTION,
    flagTable(SHARED_FLAGS),
    "| `-h`, `--help` | explain the command |\n",
  ];
  for (const group of GROUPS) {
    const members = Object.entries(COMMANDS).filter(([, entry]) => entry.group === group);
    if (members.length > 0) parts.push(`\n## ${group}\n`);
    for (const [, entry] of members) parts.push(section((await entry.load()).command));
  }
  return await formatGenerated(parts.join(""), "md");
}

function section(command: Command): string {
  const letters = allFlags(command.flags);
  // A shared flag is repeated only if the command uses its letter.
  const changed = Object.fromEntries(
    Object.entries(SHARED_FLAGS).flatMap(([name, flag]: [string, Flag]) => {
      const here = letters[name];
      return here !== undefined && here.alias !== flag.alias ? [[name, here]] : [];
    }),
  );
  const flags = { ...command.flags, ...changed };
  const parts = [`\n### ${command.name}\n\n`, "```\n", usageLine(command), "\n```\n\n"];
  parts.push(command.description.join("\n\n"), "\n\n");
  if (command.positional.length + Object.keys(flags).length > 0) {
    const rows = command.positional.map(({ name, help }) => `| \`${name}\` | ${cell(help)} |\n`);
    parts.push("| | |\n|---|---|\n", ...rows, flagRows(flags), "\n");
  }
  const width = Math.max(...command.examples.map((example) => example.command.length));
  const examples = command.examples.map((example) => {
    return `${example.command.padEnd(width)}   # ${example.says}\n`;
  });
  return parts.join("") + "```sh\n" + examples.join("") + "```\n";
}

function flagTable(flags: Flags): string {
  return `| | |\n|---|---|\n${flagRows(flags)}`;
}

function flagRows(flags: Flags): string {
  return Object.entries(flags).map(([name, flag]) => {
    const value = flag.kind === "switch"
      ? ""
      : flag.kind === "choice"
      ? ` ${flag.values.join("|")}`
      : ` ${flag.value}`;
    const long = `\`${longName(name)}${value}\``;
    const spelling = flag.alias === undefined ? long : `\`-${flag.alias}\`, ${long}`;
    const repeat = flag.kind === "list" ? " (repeatable)" : "";
    return `| ${cell(spelling)} | ${cell(flag.help)}${repeat} |\n`;
  }).join("");
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
