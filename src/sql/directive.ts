import { AludelError } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";
import { unquote } from "./identifier.ts";
import type { Directive } from "./script.ts";
import { Tokenizer } from "./tokenizer.ts";

/** The kind of an SQL file: the up or down of a revision, or the wanted schema. */
export type SqlFileKind = "revision" | "schema";

/** The rule of a directive. To add one, add an entry to {@linkcode DIRECTIVE_RULES} and to docs/directives.md. */
interface DirectiveRule {
  readonly name: string;
  /** `none` if it has no value. */
  readonly operator: "=" | ">=" | "none";
  /** Whether it applies to the whole file, so that it must precede the first statement. */
  readonly header: boolean;
  readonly files: readonly SqlFileKind[];
  /** Whether the value is a name in the database, which may be quoted. */
  readonly quotable: boolean;
  readonly reason: "required" | "none";
  /** A correct directive, for errors. */
  readonly example: string;
  /** Finds the problem of a value, as the end of a sentence; undefined if there is none. */
  readonly fault: (value: string) => string | undefined;
}

const anything = () => undefined;

const onOrOff = (value: string) =>
  value === "on" || value === "off" ? undefined : 'is neither "on" nor "off"';

/** All directives, by name. */
export const DIRECTIVE_RULES: readonly DirectiveRule[] = [
  {
    name: "allow-loss",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: true,
    reason: "required",
    example: "allow-loss=old_sessions they expire within a day",
    fault: anything,
  },
  {
    name: "choose",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: true,
    reason: "none",
    example: "choose=email",
    fault: anything,
  },
  {
    name: "foreign-keys",
    operator: "=",
    header: true,
    files: ["revision"],
    quotable: false,
    reason: "none",
    example: "foreign-keys=on",
    fault: onOrOff,
  },
  {
    name: "ignore",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: false,
    reason: "required",
    example: "ignore=drop-table nothing has read it for a year",
    fault: (value) => /^[a-z][a-z0-9-]*$/.test(value) ? undefined : "is not the code of a hazard",
  },
  {
    name: "online",
    operator: "none",
    header: true,
    files: ["revision"],
    quotable: false,
    reason: "none",
    example: "online",
    fault: anything,
  },
  {
    name: "renamed from",
    operator: "=",
    header: false,
    files: ["schema"],
    quotable: true,
    reason: "none",
    example: "renamed from=old_name",
    fault: anything,
  },
  {
    name: "sqlite",
    operator: ">=",
    header: true,
    files: ["revision", "schema"],
    quotable: false,
    reason: "none",
    example: "sqlite>=3.53",
    fault: (value) =>
      /^3(\.\d{1,3}){1,2}$/.test(value) ? undefined : 'is not a release of SQLite such as "3.53"',
  },
  {
    name: "transaction",
    operator: "=",
    header: true,
    files: ["revision"],
    quotable: false,
    reason: "none",
    example: "transaction=off",
    fault: onOrOff,
  },
];

/** The place of a comment, as far as directives depend on it. */
export interface CommentPlace {
  readonly file: string;
  readonly fileKind: SqlFileKind;
  /** Whether a statement has begun before the comment. */
  readonly afterStatement: boolean;
}

/**
 * Whether a comment is a directive, well-formed or not: `-- aludel: …` with any spacing and case, or the same in a
 * block comment. Malformed directives count, so that they are reported rather than ignored.
 *
 * @param text The whole text.
 * @param start The start of the comment.
 * @param end The end of the comment.
 */
export function isDirective(text: string, start: number, end: number): boolean {
  return bodyStart(text, start, end) !== undefined;
}

/** The start of the directive's name, or undefined if the comment is no directive. */
function bodyStart(text: string, start: number, end: number): number | undefined {
  let at = skipSpace(text, start + 2, end);
  const WORD = "aludel";
  if (text.slice(at, at + WORD.length).toLowerCase() !== WORD) return undefined;
  at = skipSpace(text, at + WORD.length, end);
  if (text[at] === ":" && at < end) return at + 1;
  // A comment without the colon is prose about Aludel, unless it continues like a directive.
  const rest = text.slice(at, end);
  const isSlip = at > start && DIRECTIVE_RULES.some((rule) => assigns(rest, rule));
  return isSlip ? at : undefined;
}

function assigns(rest: string, rule: DirectiveRule): boolean {
  return rule.operator !== "none" && rest.startsWith(rule.name) &&
    /^\s*>?=/.test(rest.slice(rule.name.length));
}

function skipSpace(text: string, at: number, end: number): number {
  while (at < end && (text[at] === " " || text[at] === "\t")) at++;
  return at;
}

/**
 * Reads a comment as a directive (docs/directives.md has the grammar).
 *
 * @param text The whole text.
 * @param start The start of the comment.
 * @param end The end of the comment.
 * @param comment The place of the comment.
 * @returns The directive, or undefined if the comment is none.
 * @throws {AludelError} `directive-syntax`, `directive-unknown`, `directive-value`,
 * `directive-file` or `directive-place`.
 */
export function readDirective(
  text: string,
  start: number,
  end: number,
  comment: CommentPlace,
): Directive | undefined {
  const body = bodyStart(text, start, end);
  if (body === undefined) return undefined;
  const place = placeOf(comment.file, text, start);
  if (text[start] === "/") {
    throw new AludelError("directive-syntax", "A directive is a -- comment, not a /* */ one", {
      place,
      next: [say("Write it on a line of its own, as in -- aludel: transaction=off")],
    });
  }
  if (text[body - 1] !== ":") {
    throw new AludelError("directive-syntax", 'A colon is missing after "aludel"', {
      place,
      next: [say(`Write -- aludel: ${text.slice(body, end).trim()}`)],
    });
  }
  const words = text.slice(body, end).trim();
  const rule = DIRECTIVE_RULES.find(({ name }) => startsWithName(words, name));
  if (rule === undefined) throw unknownDirective(words, comment, place);
  if (!rule.files.includes(comment.fileKind)) {
    throw new AludelError(
      "directive-file",
      `The directive "${rule.name}" does not belong in ${FILE_KIND_NAMES[comment.fileKind]}`,
      {
        place,
        notes: [`It is for ${rule.files.map((kind) => FILE_KIND_NAMES[kind]).join(", ")}`],
        next: [say("Move it there, or delete it")],
      },
    );
  }
  if (rule.header && comment.afterStatement) {
    throw new AludelError(
      "directive-place",
      `The directive "${rule.name}" comes after the first statement, but applies to the whole file`,
      { place, next: [say("Move it to the top of the file")] },
    );
  }
  return { ...readValue(words.slice(rule.name.length), rule, place), start, end };
}

const FILE_KIND_NAMES: Readonly<Record<SqlFileKind, string>> = {
  revision: "a revision's SQL",
  schema: "a schema file",
};

function startsWithName(words: string, name: string): boolean {
  return words.startsWith(name) && !/^[\w-]/.test(words.slice(name.length, name.length + 1));
}

function unknownDirective(
  words: string,
  comment: CommentPlace,
  place: NonNullable<AludelError["place"]>,
): AludelError {
  const name = /^[^\s=<>]*/.exec(words)?.[0] ?? "";
  const names = DIRECTIVE_RULES.filter(({ files }) => files.includes(comment.fileKind))
    .map((rule) => rule.name);
  const near = closest(name.toLowerCase(), names);
  const message = name === "" ? "A directive has no name" : `There is no directive "${name}"`;
  return new AludelError("directive-unknown", message, {
    place,
    notes: [`There are ${names.join(", ")}`],
    next: [
      near === undefined
        ? say("Delete the line, or take one of these")
        : say(`Did you mean "${near}"?`),
    ],
  });
}

function readValue(
  rest: string,
  rule: DirectiveRule,
  place: NonNullable<AludelError["place"]>,
): Omit<Directive, "start" | "end"> {
  const wrong = (message: string) =>
    new AludelError("directive-value", message, {
      place,
      next: [say(`Write -- aludel: ${rule.example}`)],
    });
  let words = rest.trimStart();
  if (rule.operator === "none") {
    if (words !== "") {
      throw wrong(`The directive "${rule.name}" takes no value, but "${words}" follows`);
    }
    return { name: rule.name, operator: "=", value: "on", reason: "" };
  }
  if (!words.startsWith(rule.operator) || words.startsWith("==")) {
    throw wrong(`The directive "${rule.name}" needs "${rule.operator}" and a value`);
  }
  words = words.slice(rule.operator.length).trimStart();
  const length = valueLength(words);
  const written = words.slice(0, length);
  const value = rule.quotable ? unquote(written) : written;
  const reason = words.slice(length).trim();
  if (value === "") throw wrong(`The directive "${rule.name}" has no value`);
  const fault = rule.fault(value);
  if (fault !== undefined) throw wrong(`The value "${value}" of "${rule.name}" ${fault}`);
  if (rule.reason === "required" && reason === "") {
    throw wrong(`The directive "${rule.name}" needs a reason after "${value}"`);
  }
  if (rule.reason === "none" && reason !== "") {
    throw wrong(`The directive "${rule.name}" ends after its value, but "${reason}" follows`);
  }
  return { name: rule.name, operator: rule.operator, value, reason };
}

/** The length of a value: a quoted name, which may contain spaces, or everything up to a space. */
function valueLength(words: string): number {
  if (/^["'`[]/.test(words)) {
    const tokenizer = new Tokenizer(words);
    tokenizer.next();
    if (tokenizer.kind !== "illegal") return tokenizer.end;
  }
  const space = words.search(/\s/);
  return space < 0 ? words.length : space;
}
