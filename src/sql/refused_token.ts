import { LOAD_EXTENSION, type Refusal } from "./refusal_reason.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Why a token may stand in no revision.
 *
 * @param text The script's text.
 * @param at Where the token begins that was marked: {@linkcode ScriptMarks.token}.
 */
export function refuseToken(text: string, at: number): Refusal {
  const token = new Tokenizer(text, at);
  token.next();
  if (token.kind === "parameter") return refuseParameter(token.current);
  return token.kind === "illegal" ? refuseIllegal(token.current, text, at) : LOAD_EXTENSION;
}

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
