import { AludelError, exitCodeOf, REPORT_BUG } from "../errors.ts";
import { shell } from "../text/next_step.ts";
import { BUILD, PROGRAM, RELEASE } from "../text/program.ts";
import { splitCommandLine } from "./arguments/command_line.ts";
import type { Command } from "./arguments/command.ts";
import { COMMANDS, COMPLETE_COMMAND } from "./commands.ts";
import { findCommand, normalArguments, readArguments } from "./arguments/typed_command.ts";
import type { Here } from "./terminal/here.ts";
import type { Runtime } from "./terminal/runtime.ts";
import { Ui } from "./terminal/ui.ts";

/**
 * Runs one command line and returns its exit code (0 done, 1 error, 2 usage, 3 finding, 4 partly done, 70 a bug of
 * Aludel, 130 interrupted). It never throws.
 */
export async function main(runtime: Runtime): Promise<number> {
  if (runtime.args[0] === COMPLETE_COMMAND) return await printCandidates(runtime);
  // Until the flags are parsed, the word `--json` decides how errors are printed.
  let ui = new Ui(runtime, { json: runtime.args.includes("--json"), quiet: false });
  try {
    const line = splitCommandLine(runtime.args);
    // Help and the release are always text.
    const plain = new Ui(runtime, { json: false, quiet: false });
    if (line.release) {
      plain.data(await releaseText(runtime));
      return 0;
    }
    if (line.command === undefined && !line.help && ui.wantsJson) {
      throw new AludelError("usage", "A command is missing", { next: [shell`aludel --help`] });
    }
    if (line.command === undefined || line.command === "help") {
      return await printHelp(plain, line.command === "help" ? line.args : [], line);
    }
    const { name, args } = findCommand(line.command, line.args) ??
      await (await import("./arguments/typed_command.ts")).refuseUnknownCommand(
        line.command,
        line.args,
      );
    const { command } = await COMMANDS[name]!.load();
    if (line.help) {
      plain.data((await import("./arguments/help_text.ts")).commandText(command, plain.style));
      return 0;
    }
    return await runCommand(runtime, command, args, (chosen) => ui = chosen);
  } catch (thrown) {
    return await reportError(runtime, ui, thrown);
  }
}

/**
 * Prints candidates for a shell's Tab key. On an error it prints none, because a message would disturb the command
 * line.
 */
async function printCandidates(runtime: Runtime): Promise<number> {
  try {
    const { complete } = await import("./completion/complete.ts");
    const { candidateLines } = await import("./completion/candidates.ts");
    const words = runtime.args.slice(runtime.args[1] === "--" ? 2 : 1);
    runtime.stdout.write(candidateLines(await complete(words, runtime)));
  } catch {
    // There are no candidates.
  }
  return 0;
}

async function runCommand(
  runtime: Runtime,
  command: Command,
  args: readonly string[],
  useUi: (ui: Ui) => void,
): Promise<number> {
  const normal = normalArguments(command, args);
  useUi(new Ui(runtime, { json: normal.json, quiet: false }));
  if (normal.help) {
    const { commandText } = await import("./arguments/help_text.ts");
    const ui = new Ui(runtime, { json: false, quiet: false });
    ui.data(commandText(command, ui.style));
    return 0;
  }
  const parsed = await readArguments(command, normal);
  const ui = new Ui(runtime, {
    json: parsed.flags["json"] === true,
    quiet: parsed.flags["quiet"] === true,
    here: hereOf(parsed.flags, runtime),
  });
  useUi(ui);
  const values = parsed.flags as Parameters<Command["run"]>[1];
  return await command.run({ runtime, ui }, values, parsed.args) ?? 0;
}

/**
 * The command line for next steps. They name the database of `$ALUDEL_DATABASE`, which may be set only for this line.
 */
function hereOf(flags: Readonly<Record<string, unknown>>, runtime: Runtime): Here {
  const { config, database } = flags as { config?: string; database?: string };
  const variable = database === undefined ? runtime.env("ALUDEL_DATABASE") : undefined;
  return { typed: runtime.args, config, database, variable };
}

async function printHelp(
  ui: Ui,
  words: readonly string[],
  line: { readonly help: boolean; readonly command: string | undefined },
): Promise<number> {
  const help = await import("./arguments/help_text.ts");
  const topic = words.filter((word) => !word.startsWith("-"));
  if (topic.length > 0) {
    const found = findCommand(topic[0]!, topic.slice(1)) ??
      await (await import("./arguments/typed_command.ts")).refuseUnknownCommand(
        topic[0]!,
        topic.slice(1),
      );
    const { command } = await COMMANDS[found.name]!.load();
    ui.data(help.commandText(command, ui.style));
    return 0;
  }
  if (line.command === undefined && !line.help) {
    // Without a command the help goes to stderr, so that a script without one fails visibly.
    ui.error(help.briefText(ui.talkStyle));
    return 2;
  }
  ui.data(help.overviewText(ui.style));
  return 0;
}

async function releaseText(runtime: Runtime): Promise<string> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(":memory:");
  const row = database.prepare("SELECT sqlite_version() AS release").get();
  database.close();
  const build = BUILD === "source" ? "" : `build ${BUILD}, `;
  return `${PROGRAM} ${RELEASE} (${build}SQLite ${row?.["release"]}, ${runtime.runtime})`;
}

async function reportError(runtime: Runtime, ui: Ui, thrown: unknown): Promise<number> {
  const { expectedError } = await import("./render/error_text.ts");
  const { bugText, errorJson, errorText } = await import("./render/error_text.ts");
  const error = expectedError(thrown);
  const exitCode = exitCodeOf(error);
  if (!(error instanceof AludelError) || error.code === "internal") {
    const program = await releaseText(runtime).catch(() => `${PROGRAM} ${RELEASE}`);
    ui.error(bugText(error, program, ui.talkStyle));
    if (ui.wantsJson && !ui.answered) {
      const message = error instanceof Error ? error.message : String(error);
      ui.json({
        error: errorJson(new AludelError("internal", message, { next: [REPORT_BUG] }), exitCode),
      });
    }
  } else if (ui.wantsJson && !ui.answered) {
    ui.json({ error: errorJson(error, exitCode) });
  } else {
    ui.error(errorText(error, ui.talkStyle, ui.here));
  }
  return exitCode;
}
