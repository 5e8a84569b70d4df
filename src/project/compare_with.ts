import type { Change } from "../schema/change.ts";
import { compareSchemas } from "../schema/compare.ts";
import { checkRenames } from "../schema/diff/check_renames.ts";
import { withoutExcluded } from "../schema/exclude.ts";
import type { Schema } from "../schema/model.ts";
import { NO_HINTS, type RenameHints } from "../schema/renames.ts";
import { type RenameSuggestion, suggestRenames } from "../schema/rename_suggestion.ts";
import type { Settings } from "./settings.ts";

/** Two schemas under the project's settings, and what differs. */
export interface Comparison {
  readonly from: Schema;
  /** The wanted schema; what the settings exclude is in it as it is in the present one. */
  readonly to: Schema;
  readonly changes: readonly Change[];
  /** Renames that the difference may hide. */
  readonly suggestions: readonly RenameSuggestion[];
  /** Rename hints that do nothing, a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Compares two schemas as the project's settings say.
 * @throws {AludelError} `schema-rename-hint` as {@linkcode checkRenames} does.
 */
export function compareWith(
  settings:
    & Pick<Settings, "exclude" | "columnOrder">
    & Partial<Pick<Settings, "doubleQuotedStrings">>,
  from: Schema,
  wanted: Schema,
  hints: RenameHints = NO_HINTS,
): Comparison {
  const to = withoutExcluded(from, wanted, settings.exclude);
  const notices = checkRenames(from, to, hints);
  const changes = compareSchemas(from, to, {
    renames: hints,
    columnOrder: settings.columnOrder,
    doubleQuotedStrings: settings.doubleQuotedStrings ?? false,
  });
  return { from, to, changes, suggestions: suggestRenames(changes), notices };
}
