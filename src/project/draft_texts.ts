/** The texts of a new draft's files. */
export interface DraftTexts {
  readonly up: string;
  readonly down: string;
}

/**
 * Comments that say what belongs into the files; as SQL they do nothing.
 *
 * @param message Its first line is named. "Up:" before it keeps a message from being read as a directive.
 */
export function draftTexts(message: string, purpose: "change" | "merge"): DraftTexts {
  const title = message.split(/[\r\n\0]/, 1)[0]!.trim();
  if (purpose === "merge") {
    return {
      up:
        `-- Up: ${title}\n-- A merge joins branches. SQL is needed only if they must be reconciled.\n`,
      down: `-- Down: ${title}\n-- Undoes what up.sql does, if it does anything.\n`,
    };
  }
  return {
    up:
      `-- Up: ${title}\n-- Write the SQL of the change here. BEGIN and COMMIT are not needed.\n\n`,
    down: `-- Down: ${title}\n-- Write the SQL that undoes up.sql here.\n\n`,
  };
}
