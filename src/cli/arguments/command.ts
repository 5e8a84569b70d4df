import type { Runtime } from "../terminal/runtime.ts";
import type { Ui } from "../terminal/ui.ts";
import type { Flags, FlagValues, SHARED_FLAGS } from "./flag.ts";

/** An argument that is not a flag. Only the last one may be `optional` or `many`. */
export interface Positional {
  /** Such as `REF`. */
  readonly name: string;
  readonly help: string;
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Whether there may be several: at least one, unless it is also `optional`. */
  readonly many?: boolean;
}

/** A command line as it is typed, and its effect. */
export interface Example {
  readonly command: string;
  readonly says: string;
}

/** The program's surroundings, the session and the output, for a command. */
export interface CommandContext {
  readonly runtime: Runtime;
  readonly ui: Ui;
}

/** A command as its module defines it. */
export interface CommandDefinition<F extends Flags> {
  /** The name as typed after `aludel`; two words for a sub-command: `hook install`. */
  readonly name: string;
  /** The effect, and all that a newcomer must know, in paragraphs without line breaks. */
  readonly description: readonly string[];
  readonly flags: F;
  readonly positional: readonly Positional[];
  /** At least one, printed at the end of the help. */
  readonly examples: readonly [Example, ...Example[]];
  /**
   * Calls the use case and renders its result.
   * @returns The exit code; 0 if there is none.
   */
  run(
    context: CommandContext,
    flags: FlagValues<F> & FlagValues<typeof SHARED_FLAGS>,
    args: readonly string[],
  ): Promise<number | void>;
}

/** A command whose flags are not known to the type checker. */
export type Command = CommandDefinition<Flags>;

/** Infers the types of the flags for `run`. */
export function defineCommand<const F extends Flags>(definition: CommandDefinition<F>): Command {
  return definition as unknown as Command;
}
