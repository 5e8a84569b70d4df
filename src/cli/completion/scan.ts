import { type Flag, type Flags, longName, takesValue } from "../arguments/flag.ts";
import {
  type Candidate,
  type Candidates,
  type CompletionRequest,
  flagValueCandidates,
} from "./candidates.ts";

/** Reads the words of a command's arguments. */
export class Scan {
  readonly #flags: Flags;
  readonly #used = new Set<string>();
  /** The name of the flag whose value comes next. */
  pending: string | undefined;
  /** The number of arguments that are not flags. */
  count = 0;
  /** Whether `--` was given. */
  ended = false;
  config: string | undefined;
  database: string | undefined;

  constructor(flags: Flags) {
    this.#flags = flags;
  }

  see(word: string): void {
    if (this.pending !== undefined) {
      this.#take(this.pending, word);
      this.pending = undefined;
    } else if (this.ended || !word.startsWith("-") || /^-\d/.test(word)) this.count++;
    else if (word === "--") this.ended = true;
    else {
      const { name, value } = this.#read(word);
      if (name === undefined) return;
      this.#used.add(name);
      if (value !== undefined) this.#take(name, value);
      if (value === undefined && takesValue(this.#flags[name]!)) this.pending = name;
    }
  }

  /** Candidates for a flag's value, if one is being typed: as a word, after `=`, or after the flag's letter. */
  valueOf(typed: string, request: CompletionRequest): Candidates | undefined {
    if (this.pending !== undefined) {
      return flagValueCandidates(this.#flags[this.pending]!, typed, request);
    }
    if (this.ended || !typed.startsWith("-")) return undefined;
    const { name, value } = this.#read(typed);
    if (name === undefined || value === undefined) return undefined;
    const before = typed.slice(0, typed.length - value.length);
    const { words } = flagValueCandidates(this.#flags[name]!, value, request);
    return { words: words.map((word) => ({ ...word, value: before + word.value })), paths: "none" };
  }

  /** The flags that can still be given. */
  unused(): readonly Candidate[] {
    const flags = Object.entries(this.#flags)
      .filter(([name, flag]) => flag.kind === "list" || !this.#used.has(name))
      .map(([name, flag]) => ({ value: longName(name), description: flag.help }));
    return [...flags, { value: "--help", description: "print the command's help" }];
  }

  #take(name: string, value: string): void {
    if (name === "config") this.config = value;
    if (name === "database") this.database = value;
  }

  #read(word: string): { readonly name?: string; readonly value?: string } {
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const long = equals < 0 ? word : word.slice(0, equals);
      const name = Object.keys(this.#flags).find((one) => longName(one) === long);
      if (name === undefined) return {};
      return equals < 0 ? { name } : { name, value: word.slice(equals + 1) };
    }
    const found = Object.entries(this.#flags).find(([, flag]) => flag.alias === word[1]);
    if (found === undefined) return {};
    const [name, flag] = found as [string, Flag];
    return word.length > 2 && takesValue(flag) ? { name, value: word.slice(2) } : { name };
  }
}
