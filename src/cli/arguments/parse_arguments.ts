import {
  AliasNotFoundError,
  ArgumentParseError,
  ArgumentScannerError,
  buildApplication,
  buildCommand,
  type CommandContext,
  EnumValidationError,
  FlagNotFoundError,
  run,
  text_en,
  type TypedCommandParameters,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import { AludelError } from "../../errors.ts";
import { closest } from "../../text/closest.ts";
import { shell } from "../../text/next_step.ts";
import type { Command } from "./command.ts";
import { type Flag, type Flags, longName } from "./flag.ts";
import { usageLine } from "./help_text.ts";

/** The arguments of a command line, parsed. */
export interface ParsedArguments {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;
type StricliParameters = TypedCommandParameters<Values, string[], CommandContext>;

/** Stricli requires streams, but writes nothing, because all of its messages are thrown as errors. */
const SILENT = { stdout: { write() {} }, stderr: { write() {} } };

/**
 * Parses a command's arguments with Stricli.
 *
 * @param flags The command's flags and the shared ones.
 * @throws AludelError `usage`, with the command's usage line.
 */
export async function parseArguments(
  command: Command,
  flags: Flags,
  args: readonly string[],
): Promise<ParsedArguments> {
  let parsed: ParsedArguments | undefined;
  const rethrow = (thrown: unknown): never => {
    throw thrown instanceof ArgumentScannerError ? usageError(command, thrown) : thrown;
  };
  const application = buildApplication(
    buildCommand({
      parameters: parameters(command, flags) as StricliParameters,
      docs: { brief: command.name },
      func: (values: Values, ...rest: string[]) => {
        parsed = { flags: values, args: rest.filter((value) => value !== undefined) };
      },
    }),
    {
      name: `aludel ${command.name}`,
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments: rethrow,
          exceptionWhileRunningCommand: rethrow,
        },
      },
    },
  );
  await run(application, args, { process: SILENT });
  if (parsed === undefined) {
    throw new Error("The parser neither parsed the arguments nor refused them");
  }
  return parsed;
}

/** Converts the definitions for Stricli, whose types are inferred from literals; ours are data, hence `unknown`. */
function parameters(command: Command, flags: Flags): unknown {
  const named = Object.entries(flags);
  const last = command.positional.at(-1);
  return {
    flags: Object.fromEntries(named.map(([name, flag]) => [name, stricliFlag(flag)])),
    aliases: Object.fromEntries(
      named.flatMap(([name, flag]) => flag.alias === undefined ? [] : [[flag.alias, name]]),
    ),
    positional: last?.many
      ? {
        kind: "array",
        parameter: { brief: last.help, parse: String, placeholder: last.name },
        ...(last.optional ? {} : { minimum: command.positional.length }),
      }
      : {
        kind: "tuple",
        parameters: command.positional.map(({ name, help, optional }) => ({
          brief: help,
          parse: String,
          placeholder: name,
          ...(optional && { optional: true }),
        })),
      },
  };
}

function stricliFlag(flag: Flag): unknown {
  const brief = flag.help;
  switch (flag.kind) {
    case "switch":
      return { kind: "boolean", brief, withNegated: false };
    case "text":
      return { kind: "parsed", parse: String, brief, optional: true };
    case "list":
      return { kind: "parsed", parse: String, brief, variadic: true, default: [] };
    case "choice":
      return { kind: "enum", values: flag.values, brief, optional: true };
    case "number":
      return { kind: "parsed", parse: positiveNumber, brief, optional: true };
  }
}

function positiveNumber(text: string): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error("not a number of zero or more");
  return number;
}

function usageError(command: Command, error: ArgumentScannerError): AludelError {
  const { message, note } = explain(error, command);
  return new AludelError("usage", message, {
    notes: [...(note === undefined ? [] : [note]), `Usage: ${usageLine(command)}`],
    next: [shell`aludel ${command.name.split(" ")} --help`],
  });
}

function explain(
  error: ArgumentScannerError,
  command: Command,
): { message: string; note?: string } {
  if (error instanceof FlagNotFoundError) {
    const similar = closest(error.input, error.corrections);
    return {
      message: `Unknown flag "--${error.input}"`,
      ...(similar !== undefined && { note: `Did you mean "${longName(similar)}"?` }),
    };
  }
  if (error instanceof AliasNotFoundError) return { message: `Unknown flag "-${error.input}"` };
  if (error instanceof UnsatisfiedFlagError) {
    return { message: `A value is missing after "--${error.externalFlagName}"` };
  }
  if (error instanceof EnumValidationError) {
    return {
      message: `"${error.input}" is not a value of "--${error.externalFlagName}"`,
      note: `Its values are ${error.values.map((value) => `"${value}"`).join(", ")}`,
    };
  }
  if (error instanceof UnexpectedFlagError) {
    return { message: `"--${error.externalFlagName}" is given twice` };
  }
  if (error instanceof UnexpectedPositionalError) {
    return { message: `Unexpected argument "${error.input}"` };
  }
  if (error instanceof UnsatisfiedPositionalError) {
    const missing = command.positional.find(({ name }) => name === error.placeholder);
    return {
      message: `"aludel ${command.name}" needs ${error.placeholder}`,
      ...(missing && { note: `${missing.name}: ${missing.help}` }),
    };
  }
  if (error instanceof ArgumentParseError) {
    const name = error.externalFlagNameOrPlaceholder;
    const reason = error.exception instanceof Error ? error.exception.message : "not understood";
    return { message: `"${error.input}" for "--${name}" is ${reason}` };
  }
  return { message: error.message };
}
