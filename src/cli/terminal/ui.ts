import { foldLines } from "../../text/layout.ts";
import type { NextStep } from "../../text/next_step.ts";
import { type Here, nextLine, stepJson } from "./here.ts";
import type { OutputStream, Runtime } from "./runtime.ts";
import { plainStyle, rendered, type Style, terminalStyle } from "./style.ts";
import { visible, visibleJson } from "../../text/visible.ts";

/** Increased if a field of an answer is removed or changes its meaning, but not for a new field. */
const JSON_FORMAT = 1;

/** The output options of a command line. */
export interface UiOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** The command line, which suggested commands must repeat. */
  readonly here?: Here;
}

/** A drawing on the terminal, such as a progress line. */
export interface Drawing {
  /** Removes the drawing, calls `write`, and draws nothing until it returns. */
  aside(write: () => void): void;
}

/**
 * The output of a command. Its answer goes to stdout, everything else to stderr.
 *
 * With `--json` the answer, or an error, is exactly one JSON document.
 */
export class Ui {
  readonly #runtime: Runtime;
  readonly #options: UiOptions;
  #answered = false;
  #drawing: Drawing | undefined;
  #here: Here;
  /** The style for stdout. */
  readonly style: Style;
  /** The style for stderr. */
  readonly talkStyle: Style;

  constructor(runtime: Runtime, options: UiOptions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#here = options.here ?? {};
    const colour = (isTerminal: boolean) =>
      isTerminal && !runtime.env("NO_COLOR") && runtime.env("TERM") !== "dumb";
    this.style = colour(runtime.stdout.isTerminal) ? terminalStyle : plainStyle;
    this.talkStyle = colour(runtime.stderr.isTerminal) ? terminalStyle : plainStyle;
  }

  /** The command line, which suggested commands must repeat. */
  get here(): Here {
    return this.#here;
  }

  /** The database that a variable chose. The variable may not be set for another command line. */
  set databaseVariable(variable: string) {
    this.#here = { ...this.#here, variable };
  }

  /** Whether the answer must be JSON. */
  get wantsJson(): boolean {
    return this.#options.json;
  }

  /** Whether to draw progress: only if stderr is a terminal. */
  get wantsProgress(): boolean {
    return this.#runtime.stderr.isTerminal && !this.#options.quiet && !this.#options.json;
  }

  /** Whether the JSON document was printed. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Sets the drawing beside which texts are written; undefined if there is none. */
  set drawing(drawing: Drawing | undefined) {
    this.#drawing = drawing;
  }

  /** Prints one or more lines of the answer. With `--json` they are dropped, because the document has them. */
  data(text: string): void {
    if (!this.#options.json) this.#tell(this.#runtime.stdout, text, this.style);
  }

  /** Formats a text as {@linkcode Ui.data} prints it, for another program that shows it. */
  asPrinted(text: string): string {
    const shown = visible(text);
    return this.style === plainStyle ? shown : rendered(shown);
  }

  /** Prints SQL or a script, which another program may run: unchanged, except on a terminal. */
  script(text: string): void {
    const { stdout } = this.#runtime;
    if (stdout.isTerminal) this.data(text);
    else if (!this.#options.json) this.#write(stdout, text);
  }

  /** Prints prose of the answer, such as a finding, which is wrapped on a terminal. It is dropped with `--json`. */
  prose(text: string): void {
    this.data(this.answerLines(text).join("\n"));
  }

  /**
   * Wraps a text of the answer as {@linkcode Ui.prose} does.
   * @param taken The number of columns that are used beside it.
   */
  answerLines(text: string, taken = 0): readonly string[] {
    return this.#fold(this.#runtime.stdout, text, taken).split("\n");
  }

  /**
   * Prints the answer as JSON, if that was asked for. It may be called once. It adds the number of the format, and
   * formats next steps as lines to paste. The folder schemas/json has the schema of every command's answer.
   */
  json(answer: object): void {
    if (!this.#options.json) return;
    if (this.#answered) throw new Error("A command prints one JSON document, not two");
    this.#answered = true;
    const indent = this.#runtime.stdout.isTerminal ? 2 : 0;
    const document = { format: JSON_FORMAT, ...answer };
    const json = JSON.stringify(document, (key, member) => this.#plain(key, member), indent);
    this.#write(this.#runtime.stdout, visibleJson(json));
  }

  /**
   * Prints a JSON document on its own line, for an answer of several; the last one is printed by {@linkcode Ui.json}.
   * @param here The command line that its next steps must repeat.
   */
  jsonLine(document: object, here = this.#here): void {
    if (!this.#options.json) return;
    const json = JSON.stringify(
      { format: JSON_FORMAT, ...document },
      (key, member) => this.#plain(key, member, here),
    );
    this.#write(this.#runtime.stdout, visibleJson(json));
  }

  /** Tells a person what happened. It is silent with `--quiet` and `--json`. */
  notice(text: string): void {
    if (!this.#options.quiet && !this.#options.json) this.#talk(text);
  }

  /** Suggests a next step. */
  hint(step: NextStep): void {
    this.notice(nextLine(step, this.talkStyle, this.#here));
  }

  /** Prints a warning, even with `--quiet`. */
  warning(text: string): void {
    this.#talk(`${this.talkStyle.yellow("warning")}: ${text}`);
  }

  /** Prints an error. */
  error(text: string): void {
    this.#talk(text);
  }

  #talk(text: string): void {
    const { stderr } = this.#runtime;
    this.#tell(stderr, this.#fold(stderr, text), this.talkStyle);
  }

  #fold(stream: OutputStream, text: string, taken = 0): string {
    return stream.isTerminal ? foldLines(visible(text), this.#runtime.columns - taken) : text;
  }

  /** Writes every text. Control sequences other than our colours are escaped, so that none reaches a terminal. */
  #tell(stream: OutputStream, text: string, style: Style): void {
    const shown = visible(text);
    this.#write(stream, style === plainStyle ? shown : rendered(shown));
  }

  #plain(key: string, member: unknown, here = this.#here): unknown {
    if (key !== "next" || !Array.isArray(member)) return plainNumber(member);
    return member.map((step: NextStep) => stepJson(step, here));
  }

  #write(stream: OutputStream, text: string): void {
    const write = () => stream.write(text + "\n");
    if (this.#drawing === undefined) write();
    else this.#drawing.aside(write);
  }
}

/** Converts bigint, which we use for SQLite's integers, to a JSON number if that is exact, else to a string. */
function plainNumber(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
