import { mentionedNames } from "../schema/mentioned_names.ts";
import type { Schema, Trigger, View } from "../schema/model.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import type { LintRules, Report } from "./lint_rule.ts";
import type { LintSubject, ScriptSubject } from "./lint_subject.ts";
import { isOwn, type WalkedStatement } from "./script_walk.ts";

/** Renames of what a view or trigger names. */
export const RENAME_RULES = {
  "rename-blocked": {
    level: "error",
    what:
      "A rebuild ends in a rename while a view, or a trigger of another table, names the table.",
    why:
      "SQLite reads the whole schema for a rename, meets a view of a table that is not there at that moment and refuses.",
    cure:
      "Write PRAGMA legacy_alter_table=on right before the rename and PRAGMA legacy_alter_table=off right after it.",
  },
  "rename-used": {
    level: "warning",
    what: "A table or column is renamed that a view or trigger names.",
    why:
      "SQLite rewrites their text. A file that holds it, and every program that still runs, goes on with the old name.",
    cure: "Look at the view or trigger afterwards: `aludel schema head`.",
  },
} as const satisfies LintRules;

type RenameReport = Report<keyof typeof RENAME_RULES>;

/** Judges the up. */
export async function judgeRenames({ up }: LintSubject, report: RenameReport): Promise<void> {
  const dropped = new Set<string>();
  for (const walked of up.walk) {
    const { mention, statement, isLegacy } = walked;
    if (mention === undefined) continue;
    if (mention.kind.startsWith("drop-")) dropped.add(foldName(mention.name));
    if (isLegacy || (mention.kind !== "rename-table" && mention.kind !== "rename-column")) continue;
    const place = { script: "up", at: statement.start } as const;
    const isRebuild = mention.kind === "rename-table" && dropped.has(foldName(mention.to!));
    if (isRebuild) {
      const users = await usersOf(up, [foldName(mention.to!)], dropped, "elsewhere");
      if (users.length > 0) {
        report(
          "rename-blocked",
          place,
          `Fails because ${users.join(", ")} names ${displayName(mention.to!)}`,
        );
      }
    } else if (!isOwn(walked)) {
      const users = await usersOf(up, namesOf(walked), dropped, "anywhere");
      if (users.length > 0) {
        report("rename-used", place, `SQLite rewrites ${users.join(", ")}`);
      }
    }
  }
}

/** What must be named together for the rename to concern somebody. */
function namesOf({ mention }: WalkedStatement): readonly string[] {
  const table = foldName(mention!.name);
  return mention!.kind === "rename-column" ? [table, foldName(mention!.column!)] : [table];
}

async function usersOf(
  up: ScriptSubject,
  names: readonly string[],
  dropped: ReadonlySet<string>,
  where: "anywhere" | "elsewhere",
): Promise<string[]> {
  const before = await up.before();
  if (before === undefined) return [];
  return objectsOf(before).filter((object) => {
    const isOnIt = object.kind === "trigger" && foldName(object.table) === names[0];
    if (dropped.has(foldName(object.name)) || (where === "elsewhere" && isOnIt)) return false;
    const mentioned = mentionedNames(object.sql);
    return names.every((name) => mentioned.has(name));
  }).map(({ kind, name }) => `${kind} ${displayName(name)}`);
}

function objectsOf({ views, triggers }: Schema): readonly (View | Trigger)[] {
  return [...views.values(), ...triggers.values()];
}
