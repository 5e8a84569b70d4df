import { say } from "../text/next_step.ts";
import { displayName, foldName, unquote } from "../sql/identifier.ts";
import { newerFeatures } from "../sql/sqlite_features.ts";
import { isAtLeast, type Release, releaseOf } from "../sql/sqlite_releases.ts";
import { TokenReader } from "../sql/token_reader.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import {
  isTemporary,
  type LintRules,
  type LintSubject,
  type Report,
  scriptsOf,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/** Statements whose effect differs between databases. */
export const HIDDEN_RULES = {
  "if-not-exists": {
    level: "warning",
    what: "CREATE … IF NOT EXISTS.",
    why:
      "If an object of that name already exists, whatever its definition, the statement does nothing and the revision counts as applied: drift that nobody sees.",
    cure: "Leave IF NOT EXISTS out, and stamp a database that already has the object.",
  },
  "nondeterministic": {
    level: "warning",
    what: "Rows are written with random() or the present time.",
    why:
      "Two databases with the same revisions have different rows, and a rehearsal or proof has other rows than the run.",
    cure: "Write constants, or compute the values from existing rows.",
  },
  "function-missing": {
    level: "error",
    what: "A function that this SQLite does not have, such as regexp() or uuid().",
    why:
      "`aludel upgrade` would refuse the statement. In memory, for `prove` and `check`, the function returns NULL.",
    cure:
      'Write the SQL without it, or name it in the setting "functions" if your application registers it and runs the revisions itself.',
  },
  "newer-sqlite": {
    level: "error",
    what:
      "A statement, clause, function, pragma or literal that is newer than the oldest SQLite that must run the file, as the setting `sqlite` or `-- aludel: sqlite>=` says.",
    why: "It fails there, or does something else: an unknown pragma is ignored.",
    cure:
      "Write it without, or begin the file with `-- aludel: sqlite>=RELEASE` if no older SQLite runs it.",
  },
} as const satisfies LintRules;

type HiddenReport = Report<keyof typeof HIDDEN_RULES>;

/** Judges both scripts. */
export async function judgeHidden(subject: LintSubject, report: HiddenReport): Promise<void> {
  for (const one of scriptsOf(subject)) {
    judgeRelease(one, subject.sqlite, report);
    const { direction, script, walk, missingFunctions } = one;
    for (const name of await missingFunctions()) {
      const at = findWord(script.text, name) ?? script.statements[0]?.start ?? 0;
      const what = `This SQLite has no function ${name}(), so a run will refuse the file`;
      report("function-missing", { script: direction, at }, what);
    }
    for (const walked of walk) {
      const { mention, statement, text } = walked;
      if (mention === undefined || isTemporary(mention)) continue;
      if (mention.kind.startsWith("create-")) {
        if (direction === "up" && hasIfNotExists(text)) {
          const what = `${displayName(mention.name)} is created only if nothing has that name`;
          report("if-not-exists", { script: direction, at: statement.start }, what);
        }
      } else {
        const found = WRITES.has(mention.kind) ? findChance(walked) : undefined;
        if (found === undefined) continue;
        const { name, at } = found;
        const place = { script: direction, at: statement.start + at };
        report("nondeterministic", place, `${name} gives other values in each database`);
      }
    }
  }
}

/** The first token of a name. @param name Folded. */
function findWord(text: string, name: string): number | undefined {
  const tokenizer = new Tokenizer(text);
  while (tokenizer.nextSignificant()) {
    const { kind, current, start } = tokenizer;
    const isName = kind === "word" || kind === "quoted";
    if (isName && foldName(unquote(current)) === name) return start;
  }
  return undefined;
}

/**
 * Reports features that are newer than the oldest release. A newer release in the file's header replaces the settings'.
 */
function judgeRelease(
  { direction, script: { text, statements, header } }: ScriptSubject,
  setting: Release | undefined,
  report: HiddenReport,
): void {
  const own = header.sqlite && releaseOf(header.sqlite.join("."));
  const release = own && setting ? (isAtLeast(own, setting) ? own : setting) : own ?? setting;
  if (release === undefined) return;
  for (const statement of statements) {
    for (const { name, since, start } of newerFeatures(text, statement, release)) {
      const [needed, oldest] = [since.join("."), release.join(".")];
      report(
        "newer-sqlite",
        { script: direction, at: start },
        `SQLite has ${name} since ${needed}, and the file must run on ${oldest}`,
        {
          next: [
            say("Write it without"),
            say(`If no older SQLite runs it, begin the file with: -- aludel: sqlite>=${needed}`),
          ],
        },
      );
    }
  }
}

function hasIfNotExists(text: string): boolean {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  // CREATE, up to four words for the kind, then IF.
  for (let words = 0; words < 5 && reader.word !== "IF" && !reader.isAtEnd; words++) {
    reader.advance();
  }
  return reader.accept("IF", "NOT", "EXISTS");
}

const WRITES: ReadonlySet<string> = new Set(["insert", "replace", "update", "delete"]);

/** Functions that return another value each time: https://sqlite.org/deterministic.html */
const CHANCE: ReadonlySet<string> = new Set(["random", "randomblob"]);

/** Date and time functions, which use the present time if they have no arguments. */
const CLOCK: ReadonlySet<string> = new Set(
  ["date", "datetime", "julianday", "strftime", "time", "timediff", "unixepoch"],
);

const CURRENT = /^current_(?:date|time|timestamp)$/i;

/** Finds the first part of a statement whose value differs each time. */
function findChance(
  { text }: WalkedStatement,
): { readonly name: string; readonly at: number } | undefined {
  const tokenizer = new Tokenizer(text);
  /** A word before a possible parenthesis. */
  let word: { readonly name: string; readonly at: number } | undefined;
  /** An open call of a date or time function. */
  let clock: typeof word;
  let isJustOpened = false;
  while (tokenizer.nextSignificant()) {
    const { kind, current, start } = tokenizer;
    const opens = kind === "operator" && current === "(";
    if (kind === "word" && CURRENT.test(current)) return { name: current, at: start };
    if (opens && word !== undefined) {
      const name = word.name.toLowerCase();
      if (CHANCE.has(name)) return { name: `${word.name}()`, at: word.at };
      if (CLOCK.has(name)) clock = word;
    } else if (clock !== undefined && kind === "string" && /^'now'$/i.test(current)) {
      return { name: `${clock.name}('now')`, at: clock.at };
    } else if (clock !== undefined && kind === "operator" && current === ")") {
      if (isJustOpened) return { name: `${clock.name}()`, at: clock.at };
      clock = undefined;
    }
    isJustOpened = opens;
    word = kind === "word" ? { name: current, at: start } : undefined;
  }
  return undefined;
}
