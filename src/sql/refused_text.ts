import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";
import { readMentions } from "./mentions.ts";
import {
  LEGACY_ALTER_TABLE,
  LOAD_EXTENSION,
  type PlacedRefusal,
  type Refusal,
  refuseAttach,
  refuseOpenChoice,
  refuseOutside,
  refusePragma,
  refuseStateTable,
  refuseTransactionControl,
  refuseUnderForeignKeys,
  refuseUnfinished,
  VACUUM_IN_TRANSACTION,
  VACUUM_INTO,
} from "./refusal.ts";
import type { Script, Statement } from "./script.ts";
import { isStateName, ownsStateNames, TokenReader } from "./token_reader.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Finds the first token or statement of a script that is not allowed in a revision: transaction control, ATTACH,
 * pragmas, Aludel's own tables, parameters, template placeholders, dot-commands, values that are still to be chosen,
 * statements without an end. It is called before anything runs; {@linkcode refuseAction} guards the run itself.
 *
 * @param script A script from {@linkcode readScript}.
 * @returns The error to throw, with its place and fix, or undefined if everything is allowed.
 */
export function findRefusal(script: Script): AludelError | undefined {
  const found = firstRefusal(script);
  if (found === undefined) return undefined;
  const { refusal: { code, reason, next }, at } = found;
  return new AludelError(code, reason, { place: placeOf(script.file, script.text, at), next });
}

function firstRefusal(script: Script): PlacedRefusal | undefined {
  // A PRAGMA legacy_alter_table=on that has not been switched off.
  let legacy: Statement | undefined;
  const [open] = script.header.choose ?? [];
  if (open !== undefined) return { refusal: refuseOpenChoice(open.name), at: open.start };
  for (const statement of script.statements) {
    const found = refuseStatement(script, statement) ?? refuseMarked(script, statement) ??
      refuseOpen(script, statement);
    if (found !== undefined) return found;
    const pragma = statement.verb === "PRAGMA" ? readPragma(script.text, statement) : undefined;
    if (pragma?.name.toLowerCase() === LEGACY_ALTER_TABLE && pragma.value !== undefined) {
      legacy = isOff(pragma.value) ? undefined : statement;
    } else if (legacy !== undefined && !isTableRename(script.text, statement)) {
      return { refusal: MISPLACED_LEGACY, at: legacy.start };
    }
  }
  if (legacy !== undefined) return { refusal: MISPLACED_LEGACY, at: legacy.start };
  const { openComment } = script.marks;
  return openComment === undefined ? undefined : { refusal: OPEN_COMMENT, at: openComment };
}

const MISPLACED_LEGACY: Refusal = {
  code: "sql-pragma",
  reason: `"PRAGMA ${LEGACY_ALTER_TABLE}" is allowed only around the rename that ends a rebuild`,
  next: [
    say(
      `Write it right before ALTER TABLE … RENAME TO, and PRAGMA ${LEGACY_ALTER_TABLE}=off right after`,
    ),
  ],
};

function isOff(value: string): boolean {
  return ["0", "off", "no", "false"].includes(value.toLowerCase());
}

function isTableRename(text: string, statement: Statement): boolean {
  return readMentions(text, statement)[0]?.kind === "rename-table";
}

/** Refuses a statement by its first words. */
function refuseStatement(script: Script, statement: Statement): PlacedRefusal | undefined {
  const found = refuseVerb(script, statement);
  if (found !== undefined || script.header.transaction === "on") return found;
  return OUTSIDE.has(statement.verb)
    ? undefined
    : { refusal: refuseOutside(statement.verb), at: statement.start };
}

/**
 * The verbs that are allowed outside a transaction. VACUUM and the pragmas that {@linkcode refusePragma} allows there
 * cannot run in one. ANALYZE and REINDEX could, but they usually follow a VACUUM, hold the write lock for long, and
 * change neither a row nor a definition.
 */
const OUTSIDE: ReadonlySet<string> = new Set(["VACUUM", "PRAGMA", "ANALYZE", "REINDEX"]);

function refuseVerb(script: Script, statement: Statement): PlacedRefusal | undefined {
  const { text, header } = script;
  const at = statement.start;
  switch (statement.verb) {
    case "BEGIN":
    case "COMMIT":
    case "END":
    case "ROLLBACK":
    case "SAVEPOINT":
    case "RELEASE":
      return { refusal: refuseTransactionControl(statement.verb), at };
    case "ATTACH":
    case "DETACH":
      return { refusal: refuseAttach(statement.verb), at };
    case "VACUUM":
      if (header.transaction === "on") return { refusal: VACUUM_IN_TRANSACTION, at };
      return new TokenReader(text, statement).seek(INTO) ? { refusal: VACUUM_INTO, at } : undefined;
    case "PRAGMA": {
      const pragma = readPragma(text, statement);
      const refusal = pragma && refusePragma(pragma.name, pragma.value, header);
      return refusal && { refusal, at };
    }
    case "EXPLAIN": {
      // Some pragmas take effect while they are compiled, so EXPLAIN does not make them harmless.
      const explained = readExplained(text, statement);
      return explained.verb === "EXPLAIN" ? undefined : refuseStatement(script, explained);
    }
    case "DROP":
    case "ALTER": {
      const kind = header.foreignKeys === "on" ? readMentions(text, statement)[0]?.kind : undefined;
      if (kind === "drop-table") return { refusal: refuseUnderForeignKeys("DROP TABLE"), at };
      if (kind === "rename-table") {
        return { refusal: refuseUnderForeignKeys("ALTER TABLE … RENAME TO"), at };
      }
      return undefined;
    }
    case "":
      return refuseDotCommand(text, at);
    default:
      return undefined;
  }
}

const INTO = new Set(["INTO"]);

function readPragma(
  text: string,
  statement: Statement,
): { readonly name: string; readonly value: string | undefined } | undefined {
  const reader = new TokenReader(text, statement);
  reader.advance();
  const name = reader.qualifiedName()?.name;
  if (name === undefined) return undefined;
  const hasValue = reader.acceptOperator("=") || reader.acceptOperator("(");
  return { name, value: hasValue ? reader.text : undefined };
}

function readExplained(text: string, statement: Statement): Statement {
  const reader = new TokenReader(text, statement);
  reader.advance();
  reader.accept("QUERY", "PLAN");
  return { start: reader.start, end: statement.end, verb: reader.word };
}

function refuseDotCommand(text: string, at: number): PlacedRefusal | undefined {
  if (text[at] !== "." || (at > 0 && text[at - 1] !== "\n")) return undefined;
  const command = /^\.\w*/.exec(text.slice(at, at + 32))?.[0] ?? ".";
  const refusal: Refusal = {
    code: "sql-dot-command",
    reason: `"${command}" is a command of the sqlite3 shell, not SQL`,
    next: [say("Delete the line; a revision holds SQL only")],
  };
  return { refusal, at };
}

/** Refuses a statement by the marked tokens in it. */
function refuseMarked({ text, marks }: Script, statement: Statement): PlacedRefusal | undefined {
  const { token, stateNames } = marks;
  if (token !== undefined && contains(statement, token)) {
    return { refusal: refuseToken(text, token), at: token };
  }
  return stateNames.some((at) => contains(statement, at))
    ? refuseStateNames(text, statement)
    : undefined;
}

/** Refuses a statement without an end. If a quote or a comment is open, that is the cause and is reported instead. */
function refuseOpen({ text, marks }: Script, { start }: Statement): PlacedRefusal | undefined {
  const { unfinished, openComment } = marks;
  return openComment === undefined && unfinished?.start === start
    ? { refusal: refuseUnfinished(text, unfinished), at: start }
    : undefined;
}

function contains({ start, end }: Statement, at: number): boolean {
  return start <= at && at < end;
}

function refuseStateNames(text: string, statement: Statement): PlacedRefusal | undefined {
  for (const { kind, name, to, on, start } of readMentions(text, statement)) {
    const owner = kind === "rename-table" ? to : kind === "create-virtual-table" ? name : undefined;
    const kept = owner !== undefined && ownsStateNames(owner)
      ? owner
      : [name, to, on].find((candidate) => candidate !== undefined && isStateName(candidate));
    if (kept !== undefined) return { refusal: refuseStateTable(kept), at: start };
  }
  return undefined;
}

/** Refuses a comment without an end, which SQLite silently extends over the rest of the script. */
const OPEN_COMMENT: Refusal = {
  code: "sql-comment",
  reason: "The comment that begins here is never closed",
  next: [say("Close it with */")],
};

/**
 * The reason why a token is not allowed in a revision.
 *
 * @param text The script's text.
 * @param at The start of the marked token: {@linkcode ScriptMarks.token}.
 */
function refuseToken(text: string, at: number): Refusal {
  const token = new Tokenizer(text, at);
  token.next();
  if (token.kind === "parameter") return refuseParameter(token.current);
  return token.kind === "illegal" ? refuseIllegal(token.current, text, at) : LOAD_EXTENSION;
}

function refuseParameter(parameter: string): Refusal {
  if (parameter.startsWith("#")) {
    return {
      code: "sql-token",
      reason: `"${parameter}" is not SQL: "#" does not begin a comment in SQLite`,
      next: [say("Begin comments with --")],
    };
  }
  return {
    code: "sql-parameter",
    reason: `"${parameter}" is a parameter without a value: SQLite would read it as NULL`,
    next: [say("Write the value itself; if it is text, put it in single quotes")],
  };
}

function refuseIllegal(token: string, text: string, start: number): Refusal {
  const first = token[0] ?? "";
  if (first === "{" || (first === "$" && text[start + 1] === "{")) {
    return {
      code: "sql-placeholder",
      reason: "This is a template placeholder, and a revision is run as it is",
      next: [say("Replace the placeholder with its value")],
    };
  }
  return { code: "sql-token", ...explainIllegal(token, first) };
}

function explainIllegal(token: string, first: string): Omit<Refusal, "code"> {
  switch (first) {
    case "'":
      return {
        reason: "The string that begins here is never closed",
        next: [say("Close it with '")],
      };
    case '"':
    case "`":
      return {
        reason: "The name that begins here is never closed",
        next: [say(`Close it with ${first}`)],
      };
    case "[":
      return {
        reason: "The name that begins here is never closed",
        next: [say("Close it with ]")],
      };
    case "x":
    case "X":
      return {
        reason: "The blob literal that begins here does not consist of pairs of hexadecimal digits",
        next: [say("Write it as x'00ff'")],
      };
    case "#":
      return {
        reason: '"#" does not begin a comment in SQLite',
        next: [say("Begin comments with --")],
      };
  }
  const shown = token.length > 40 ? `${token.slice(0, 40)}…` : token;
  return {
    reason: `"${shown}" is not a token that SQLite can read`,
    next: [say("Correct or delete it")],
  };
}
