import { foldLines } from "../../text/layout.ts";
import type { NextStep } from "../../text/next_step.ts";
import { type Here, nextLine, stepJson } from "./here.ts";
import type { OutputStream, Runtime } from "./runtime.ts";
import { plainStyle, rendered, type Style, terminalStyle } from "./style.ts";
import { visible, visibleJson } from "../../text/visible.ts";

/** Raised when a field of an answer goes, or changes its meaning; a field that is new does not raise it. */
const JSON_FORMAT = 1;

/** How the command line asked for output. */
export interface UiOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** The command line that suggested commands must repeat. */
  readonly here?: Here;
}

/** Something that draws on the terminal by itself, such as progress. */
export interface Drawing {
  /** Takes the drawing off the terminal, calls `write`, and keeps off until it returns. */
  aside(write: () => void): void;
}

/**
 * The output of a command: its answer goes to stdout, everything else to stderr.
 *
 * With `--json` the answer is exactly one JSON document, and an error is one too.
 */
export class Ui {
  readonly #runtime: Runtime;
  readonly #options: UiOptions;
  #answered = false;
  #drawing: Drawing | undefined;
  #here: Here;
  /** For text on stdout. */
  readonly style: Style;
  /** For text on stderr. */
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

  /** The command line that suggested commands must repeat. */
  get here(): Here {
    return this.#here;
  }

  /** The database that was chosen by a variable, which another command line may not have. */
  set databaseVariable(variable: string) {
    this.#here = { ...this.#here, variable };
  }

  /** Whether the answer is to be JSON. */
  get wantsJson(): boolean {
    return this.#options.json;
  }

  /** Whether progress may be drawn: on a terminal that a person watches. */
  get wantsProgress(): boolean {
    return this.#runtime.stderr.isTerminal && !this.#options.quiet && !this.#options.json;
  }

  /** Whether the JSON document has been printed. */
  get answered(): boolean {
    return this.#answered;
  }

  /** From now on texts are written beside this drawing; undefined: there is none any more. */
  set drawing(drawing: Drawing | undefined) {
    this.#drawing = drawing;
  }

  /** A line, or several, of the answer. Dropped with `--json`, whose document has it. */
  data(text: string): void {
    if (!this.#options.json) this.#tell(this.#runtime.stdout, text, this.style);
  }

  /** A text as {@linkcode Ui.data} would write it, for a program that shows it in its place. */
  asPrinted(text: string): string {
    const shown = visible(text);
    return this.style === plainStyle ? shown : rendered(shown);
  }

  /** SQL and scripts, which another program may run: unchanged, except on a terminal. */
  script(text: string): void {
    const { stdout } = this.#runtime;
    if (stdout.isTerminal) this.data(text);
    else if (!this.#options.json) this.#write(stdout, text);
  }

  /** An answer in words, such as a finding: a terminal gets it broken at spaces. Dropped with `--json`. */
  prose(text: string): void {
    this.data(this.answerLines(text).join("\n"));
  }

  /**
   * A text of the answer as {@linkcode Ui.prose} breaks it.
   * @param taken Columns that something else takes beside it.
   */
  answerLines(text: string, taken = 0): readonly string[] {
    return this.#fold(this.#runtime.stdout, text, taken).split("\n");
  }

  /**
   * The answer as JSON, if it was asked for. At most once a command. It is given the number of its format, and its lists of
   * next steps become lines to paste. The folder schemas/json has the schema of every command's answer.
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
   * A document on a line of its own, for an answer of any number of them; the last one is given to {@linkcode Ui.json}.
   * @param here What its next steps must repeat.
   */
  jsonLine(document: object, here = this.#here): void {
    if (!this.#options.json) return;
    const json = JSON.stringify(
      { format: JSON_FORMAT, ...document },
      (key, member) => this.#plain(key, member, here),
    );
    this.#write(this.#runtime.stdout, visibleJson(json));
  }

  /** Tells a person what happened; silent with `--quiet` and `--json`. */
  notice(text: string): void {
    if (!this.#options.quiet && !this.#options.json) this.#talk(text);
  }

  /** Suggests the next step. */
  hint(step: NextStep): void {
    this.notice(nextLine(step, this.talkStyle, this.#here));
  }

  /** A warning, printed even with `--quiet`. */
  warning(text: string): void {
    this.#talk(`${this.talkStyle.yellow("warning")}: ${text}`);
  }

  /** The text of an error. */
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

  /** The door of every text: whatever it was made of, no control sequence but our colours reaches a terminal. */
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

/** SQLite's integers are bigint here; JSON has them as numbers while they are exact, else as strings. */
function plainNumber(value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
