/** A tool that is known only by two commands: one that lists its steps, and one that takes a step. */
import type { Connection } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { host } from "../../host/mod.ts";
import { quoteName } from "../../sql/identifier.ts";
import { again, typedWord } from "../../text/next_step.ts";
import type { ForeignQuery } from "../foreign.ts";
import {
  readSteps,
  recorded,
  type StepCommands,
  type StepTool,
  type ToolCommand,
  withAncestors,
} from "./step.ts";

/** An unknown tool. A step is recorded if its name is a value in the tool's table. */
export const anyTool: StepTool = {
  name: "replay",
  title: "the tool",
  table: "",
  apply: "its own command",
  onEdit: "ignores",
  find: () => [],
  commands() {
    throw new AludelError("usage", "The files here do not say which steps there are", {
      next: [again`--steps COMMAND # a program that prints one step a line`],
    });
  },
  async state(query, { table }, history) {
    const rows = await query(`SELECT * FROM ${quoteName(table)}`);
    const values = new Set(rows.flatMap((row) => Object.values(row)).map(String));
    const keys = history.revisions.map(({ key }) => key).filter((key) => values.has(key));
    const state = recorded(table, withAncestors(history, keys));
    if (rows.length === 0 || keys.length > 0) return state;
    return { ...state, fault: `No row of the table "${table}" names a step` };
  },
};

/**
 * Finds the tables of a database in which one of the names is a value.
 * @param names The names of steps.
 */
export async function tablesNaming(
  connection: Pick<Connection, "query">,
  names: readonly string[],
): Promise<readonly string[]> {
  const query: ForeignQuery = (sql) => connection.query(sql);
  const tables = await query(
    "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await query(`SELECT * FROM ${quoteName(String(name))}`);
    const values = new Set(rows.flatMap((row) => Object.values(row)).map(String));
    if (names.some((one) => values.has(one))) found.push(String(name));
  }
  return found;
}

/**
 * Reads the command line that takes a step. It is run by a shell, with the step's name in place of `{rev}` and the path
 * of the scratch file in place of `{database}`.
 *
 * @throws {AludelError} `usage` if it has no `{rev}`.
 */
export function commandTemplate(line: string): StepCommands["run"] {
  if (!line.includes("{rev}")) {
    throw new AludelError("usage", `"${line}" does not say which step to take`, {
      notes: ["{rev} stands for the step"],
      next: [again`--replay ${`${line} {rev}`}`],
    });
  }
  return (rev, scratch) => {
    const filled = line.replace(
      /\{(rev|database)\}/g,
      (_, word) => typedWord(word === "rev" ? rev : scratch),
    );
    return { ...shellCommand(filled), name: line.replaceAll("{rev}", rev) };
  };
}

/**
 * Makes the commands of an unknown tool.
 * @param steps The command line that prints its steps.
 * @param replay The command line that takes a step, as for {@linkcode commandTemplate}.
 * @throws {AludelError} `usage`.
 */
export function anyCommands(steps: string, replay: string): StepCommands {
  return {
    list: shellCommand(steps),
    read: readSteps,
    run: commandTemplate(replay),
    takesOne: false,
  };
}

function shellCommand(line: string): ToolCommand {
  return host.os === "windows"
    ? { program: "cmd", args: ["/d", "/s", "/c", `"${line}"`], name: line, rawArguments: true }
    : { program: "sh", args: ["-c", line], name: line };
}
