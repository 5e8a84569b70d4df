/**
 * What to do about SQLite's most frequent refusals: its words say what happened, these say what next.
 * The first pattern that matches the message wins.
 */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /^no such column: "?.*should this be a string literal in single-quotes/,
    "Write text in single quotes: '…'. For files that rely on double quotes, set \"doubleQuotedStrings\": true in aludel.json",
  ],
  [
    /^no such function: /,
    "The function is not part of SQLite as built here. A function that your application registers is not there when a revision runs: write the statement without it, or keep that step in the application",
  ],
  [
    /^no such module: /,
    "The virtual table's module is an extension that this SQLite does not have; FTS5 and R*Tree are built in",
  ],
  [
    /^no such tokenizer: /,
    "The FTS tokenizer is registered by your application and is not there when a revision runs",
  ],
  [
    /^unknown database /,
    "A revision works on one database, called main; other databases cannot be attached",
  ],
  [
    /^Cannot add a NOT NULL column with default value NULL/,
    "The table has rows: give the column a default, or add it without NOT NULL, fill it, and rebuild the table",
  ],
  [
    /^Cannot add a column with non-constant default/,
    "The table has rows: SQLite adds a column with a constant default only. Add it without, then UPDATE",
  ],
  [
    /^(cannot add a STORED column|Cannot add a UNIQUE column|Cannot add a PRIMARY KEY column)/i,
    "SQLite cannot add such a column with ALTER TABLE: create a new table, copy the rows, drop the old one, rename the new one",
  ],
  [
    /^error in (view|trigger|index) /,
    "The named object refers to something that this statement removes or renames: drop it before, create it again after",
  ],
  [
    /^incomplete input/,
    "The statement that begins here is cut short: something must follow its last word",
  ],
  [
    /^FOREIGN KEY constraint failed/,
    "Enforcement is on because of `-- aludel: foreign-keys=on`: order the statements so that parents exist before their children",
  ],
];

/** The advice for SQLite's message, or undefined where its own words are enough. */
export function adviceFor(sqlite: string): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(sqlite))?.[1];
}
