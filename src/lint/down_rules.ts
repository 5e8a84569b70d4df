import { mentionedNames } from "../schema/model/model.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import { leavesNothingToUndo } from "../sql/mentions.ts";
import {
  isTemporary,
  type LintRules,
  type LintSubject,
  readAlteration,
  type Report,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/** Problems of down.sql. */
export const DOWN_RULES = {
  "no-down": {
    level: "warning",
    what: "A revision has no down.sql.",
    why: "It cannot be undone, and neither can anything before it.",
    cure: "Write a down.sql, or say why there is no way back.",
  },
  "empty-down": {
    level: "warning",
    what: "The down.sql has no statement, but the up.sql has.",
    why: "A downgrade would change nothing, so it is refused.",
    cure:
      "Write the statements, or delete the file to mark the revision as irreversible. If there is nothing to undo, say so: `-- aludel: ignore=empty-down REASON`.",
  },
  "down-incomplete": {
    level: "warning",
    what: "The down.sql does not name something that the up.sql creates.",
    why: "Objects that are left behind make the revision fail when it is applied again.",
    cure: "Drop it in down.sql. A proof shows exactly what a down leaves behind.",
  },
} as const satisfies LintRules;

type DownReport = Report<keyof typeof DOWN_RULES>;

/** Compares the down with the objects that the up creates. */
export function judgeDown({ up, down }: LintSubject, report: DownReport): void {
  const { statements } = up.script;
  if (statements.length === 0) return;
  if (down === null) {
    return report("no-down", { script: "up", at: statements[0]!.start }, "There is no down.sql");
  }
  const place = { script: "down", at: down.script.statements[0]?.start ?? 0 } as const;
  if (down.script.statements.length === 0) {
    if (leavesNothingToUndo(statements)) return;
    return report("empty-down", place, "The down.sql undoes nothing");
  }
  const named = mentionedNames(down.script.text);
  for (const { name, what, owner } of creations(up)) {
    if (named.has(foldName(name))) continue;
    // An up that rebuilds the table creates again what the table had: nothing of that is left behind.
    if (owner !== undefined && (dropsTable(down, owner) || dropsTable(up, owner))) continue;
    report("down-incomplete", place, `The down.sql does not name ${what}, which up.sql creates`);
  }
}

interface Creation {
  readonly name: string;
  readonly what: string;
  /** The folded name of the table that it belongs to. */
  readonly owner: string | undefined;
}

/** The objects that exist after the up but not before, according to its statements. */
function creations(up: ScriptSubject): Creation[] {
  const renamed = new Set(
    up.walk.filter(({ mention }) => mention?.kind === "rename-table")
      .map(({ mention }) => foldName(mention!.name)),
  );
  const dropped = new Set(
    up.walk.filter(({ mention }) => mention?.kind.startsWith("drop-"))
      .map(({ mention }) => foldName(mention!.name)),
  );
  return up.walk.flatMap((walked): Creation[] => {
    const creation = creationOf(walked);
    if (creation === undefined) return [];
    const { name } = creation;
    return renamed.has(foldName(name)) || dropped.has(foldName(name)) ? [] : [creation];
  });
}

function creationOf({ mention, text, own }: WalkedStatement): Creation | undefined {
  if (mention === undefined || isTemporary(mention)) return undefined;
  const { name, on } = mention;
  const owner = on === undefined ? undefined : foldName(on);
  switch (mention.kind) {
    case "create-table":
    case "create-virtual-table":
      return { name, what: `table ${displayName(name)}`, owner: undefined };
    case "create-view":
      return { name, what: `view ${displayName(name)}`, owner: undefined };
    case "create-index":
      return { name, what: `index ${displayName(name)}`, owner };
    case "create-trigger":
      return { name, what: `trigger ${displayName(name)}`, owner };
    case "alter-table": {
      const alteration = readAlteration(text);
      if (alteration.kind !== "add-column" || own.has(foldName(name))) return undefined;
      const column = `column ${displayName(name)}.${displayName(alteration.column)}`;
      return { name: alteration.column, what: column, owner: foldName(name) };
    }
    default:
      return undefined;
  }
}

/** Whether a script drops the table, even if for a rebuild, so that all its parts are dropped. */
function dropsTable(script: ScriptSubject, owner: string): boolean {
  const aliases = script.fates.touched.get(owner)?.aliases ?? new Set([owner]);
  return script.walk.some(({ mention }) =>
    (mention?.kind === "drop-table" || mention?.kind === "drop-view") &&
    aliases.has(foldName(mention.name))
  );
}
