import type { Runtime } from "../terminal/runtime.ts";
import type { Ui } from "../terminal/ui.ts";
import type { Flags, FlagValues, SHARED_FLAGS } from "./flag.ts";

/** An argument that is not a flag. Only the last one may be `optional` or `many`. */
export interface Positional {
  /** Such as `REF`. */
  readonly name: string;
  readonly help: string;
  /** May be left out. */
  readonly optional?: boolean;
  /** Any number of them: at least one unless also `optional`. */
  readonly many?: boolean;
}

/** A command line as it is typed, and its effect. */
export interface Example {
  readonly command: string;
  readonly says: string;
}

/** The world as a command sees it. */
export interface CommandContext {
  readonly runtime: Runtime;
  readonly ui: Ui;
}

/** A command as its module defines it. */
export interface CommandDefinition<F extends Flags> {
  /** As typed after `aludel`; two words for a sub-command: `hook install`. */
  readonly name: string;
  /** Its effect, and everything a newcomer must know, in paragraphs without line breaks. */
  readonly description: readonly string[];
  readonly flags: F;
  readonly positional: readonly Positional[];
  /** At least one; the help ends with them. */
  readonly examples: readonly [Example, ...Example[]];
  /**
   * Calls the use case and renders its result.
   * @returns The exit code; nothing is 0.
   */
  run(
    context: CommandContext,
    flags: FlagValues<F> & FlagValues<typeof SHARED_FLAGS>,
    args: readonly string[],
  ): Promise<number | void>;
}

/** A command whose flags are not known to the type checker. */
export type Command = CommandDefinition<Flags>;

/** Gives `run` the types of the flags. */
export function defineCommand<const F extends Flags>(definition: CommandDefinition<F>): Command {
  return definition as unknown as Command;
}
