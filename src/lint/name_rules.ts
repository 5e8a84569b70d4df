import {
  mentionedNames,
  type Schema,
  type Table,
  type Trigger,
  type View,
} from "../schema/model/model.ts";
import { displayName, foldName, sameName } from "../sql/identifier.ts";
import {
  findFate,
  isOwn,
  type LintRules,
  type LintSubject,
  type Report,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/** Renames that affect views or triggers. */
export const RENAME_RULES = {
  "rename-blocked": {
    level: "error",
    what:
      "A rebuild ends in a rename while a view, or a trigger of another table, names the table.",
    why:
      "SQLite reads the whole schema for a rename, and refuses it because the view's table does not exist at that moment.",
    cure:
      "Write PRAGMA legacy_alter_table=on right before the rename and PRAGMA legacy_alter_table=off right after it.",
  },
  "rename-used": {
    level: "warning",
    what: "A table or column that a view or trigger names is renamed.",
    why:
      "SQLite rewrites their text. Files that contain it, and programs that are still running, keep using the old name.",
    cure: "Look at the text of the view or trigger afterwards.",
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

/** The names that must occur together for the rename to matter. */
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

/** Statements that foreign keys of other tables make dangerous. */
export const REFERENCE_RULES = {
  "drop-parent": {
    level: "error",
    what: "A table that foreign keys of other tables refer to is dropped.",
    why:
      "The keys then refer to nothing: the run is refused if a row has a value there, and otherwise the next insert into the child fails.",
    cure: "Drop or rebuild the children in the same revision, before the parent.",
  },
  "rebuild-order": {
    level: "error",
    what: "A rebuild that renames the old table before it creates the new one.",
    why:
      "SQLite rewrites foreign keys, views and triggers to follow the rename, so they name the old table and are dangling after it is dropped.",
    cure:
      "Create the new table under another name, copy, drop the old one, then rename the new one.",
  },
  "delete-parent": {
    level: "warning",
    what: "A DELETE from a table whose children have ON DELETE actions.",
    why:
      "Foreign keys are off while a revision runs, so CASCADE, SET NULL and SET DEFAULT do not happen, and the run is refused if a child refers to a deleted row.",
    cure:
      "Change the children in the same revision, or begin it with `-- aludel: foreign-keys=on` so that the actions happen.",
  },
} as const satisfies LintRules;

type ReferenceReport = Report<keyof typeof REFERENCE_RULES>;

/** Judges the up. */
export async function judgeReferences(
  { up }: LintSubject,
  report: ReferenceReport,
): Promise<void> {
  const renamedAway = new Map<string, number>();
  for (const walked of up.walk) {
    const { mention, statement } = walked;
    if (mention === undefined) continue;
    const at = { script: "up", at: statement.start } as const;
    const key = foldName(mention.name);
    if (mention.kind === "create-table" && renamedAway.has(key)) {
      const place = { script: "up", at: renamedAway.get(key)! } as const;
      await judgeOrder(up, mention.name, place, report);
    }
    if (isOwn(walked)) continue;
    if (mention.kind === "rename-table" && !walked.isLegacy) renamedAway.set(key, statement.start);
    if (mention.kind === "drop-table" && findFate(up, key)?.after === null) {
      const children = childrenOf(await up.after(), key);
      const { before } = findFate(up, key)!;
      if (children.length > 0 && (await up.before())?.tables.has(before)) {
        report(
          "drop-parent",
          at,
          `${names(children)} still refers to ${displayName(mention.name)}`,
        );
      }
    }
    if (mention.kind === "delete" && up.script.header.foreignKeys === "off") {
      const left = childrenOf(await up.before(), key).filter((child) =>
        child.foreignKeys.some((one) => foldName(one.parent) === key && ACTS.has(one.onDelete)) &&
        foldName(child.name) !== key && !isChanged(up, child)
      );
      if (left.length > 0) {
        report(
          "delete-parent",
          at,
          `The ON DELETE action of ${names(left)} does not run for deleted rows of ${
            displayName(mention.name)
          }`,
        );
      }
    }
  }
}

async function judgeOrder(
  up: ScriptSubject,
  name: string,
  place: { readonly script: "up"; readonly at: number },
  report: ReferenceReport,
): Promise<void> {
  const children = childrenOf(await up.before(), foldName(name))
    .filter((child) => foldName(child.name) !== foldName(name));
  // A table that still exists under its other name keeps its children, and the new one is another table.
  if (children.length === 0 || findFate(up, name)?.after !== foldName(name)) return;
  report(
    "rebuild-order",
    place,
    `The foreign keys of ${names(children)} follow the old ${
      displayName(name)
    } to its other name, and not the new one`,
  );
}

const ACTS: ReadonlySet<string> = new Set(["CASCADE", "SET NULL", "SET DEFAULT"]);

function childrenOf(schema: Schema | undefined, key: string): readonly Table[] {
  return [...schema?.tables.values() ?? []].filter((table) =>
    table.foreignKeys.some(({ parent }) => foldName(parent) === key)
  );
}

function isChanged({ walk }: ScriptSubject, { name }: Table): boolean {
  return walk.some(({ mention }) =>
    mention !== undefined && sameName(mention.name, name) &&
    (mention.kind === "delete" || mention.kind === "update" || mention.kind === "drop-table")
  );
}

function names(tables: readonly Table[]): string {
  return tables.map(({ name }) => displayName(name)).join(", ");
}
