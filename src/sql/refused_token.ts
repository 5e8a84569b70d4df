import { foldName, unquote } from "./identifier.ts";
import { LOAD_EXTENSION, type PlacedRefusal, type Refusal } from "./refusal_reason.ts";
import { isStateName } from "./state_name.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Judges the tokens of one statement, which it is given in order, spaces and comments left out. */
export class TokenJudge {
  /** Whether a token so far is a name that Aludel keeps for itself. */
  seesStateName = false;
  /** Where a `load_extension` starts that may turn out to be a call. */
  #loader: number | undefined;
  /** Whether the token before makes the next one a name of a table. */
  #namesTable = false;

  /** Takes the tokenizer's current token, and says why it may not stand in a revision. */
  take(token: Tokenizer): PlacedRefusal | undefined {
    const loader = this.#loader;
    this.#loader = undefined;
    switch (token.kind) {
      case "word":
      case "quoted":
      case "string":
        this.#takeName(token);
        return undefined;
      case "parameter":
        return { refusal: refuseParameter(token.current), at: token.start };
      case "illegal":
        return { refusal: refuseIllegal(token.current, token.text, token.start), at: token.start };
      case "operator": {
        const code = token.text.charCodeAt(token.start);
        this.#namesTable = code === 0x2e; // main.load_extension is no function
        const isCall = loader !== undefined && code === 0x28;
        return isCall ? { refusal: LOAD_EXTENSION, at: loader } : undefined;
      }
      default:
        this.#namesTable = false;
        return undefined;
    }
  }

  #takeName(token: Tokenizer): void {
    const { text, start, end, kind } = token;
    const first = text.charCodeAt(kind === "word" ? start : start + 1) | 0x20;
    const wasTable = this.#namesTable;
    this.#namesTable = kind === "word" && end - start <= 6 &&
      TABLE_FOLLOWS.has(token.current.toUpperCase());
    // This runs for every word of every script: look at the first letter before anything is cut out.
    if (first === 0x61) {
      this.seesStateName ||= isStateName(unquote(token.current));
    } else if (first === 0x6c && !wasTable && kind !== "string" && end - start >= 14) {
      if (foldName(unquote(token.current)) === "load_extension") this.#loader = start;
    }
  }
}

const TABLE_FOLLOWS: ReadonlySet<string> = new Set(["INTO", "TABLE", "EXISTS", "ON"]);

function refuseParameter(parameter: string): Refusal {
  if (parameter.startsWith("#")) {
    return {
      code: "sql-token",
      reason: `"${parameter}" is not SQL: "#" begins no comment in SQLite`,
      next: ["Begin comments with --"],
    };
  }
  return {
    code: "sql-parameter",
    reason:
      `"${parameter}" is a parameter, which nothing gives a value: SQLite would take it for NULL`,
    next: ["Write the value itself; if it is meant as text, put it into single quotes"],
  };
}

function refuseIllegal(token: string, text: string, start: number): Refusal {
  const first = token[0] ?? "";
  if (first === "{" || (first === "$" && text[start + 1] === "{")) {
    return {
      code: "sql-placeholder",
      reason: "A placeholder of a template stands here, and a revision is run as it is",
      next: ["Write what the placeholder stands for"],
    };
  }
  return { code: "sql-token", ...explainIllegal(token, first) };
}

function explainIllegal(token: string, first: string): Omit<Refusal, "code"> {
  switch (first) {
    case "'":
      return { reason: "The string that begins here is never closed", next: ["Close it with '"] };
    case '"':
    case "`":
      return {
        reason: "The name that begins here is never closed",
        next: [`Close it with ${first}`],
      };
    case "[":
      return { reason: "The name that begins here is never closed", next: ["Close it with ]"] };
    case "x":
    case "X":
      return {
        reason: "The blob literal that begins here is not made of pairs of hexadecimal digits",
        next: ["Write it as x'00ff'"],
      };
    case "#":
      return {
        reason: '"#" begins no comment in SQLite',
        next: ["Begin comments with --"],
      };
  }
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
  return { reason: `"${shown}" is nothing that SQLite can read`, next: ["Correct or delete it"] };
}
