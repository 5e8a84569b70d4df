import { quotedList } from "../../text/layout.ts";
import { AludelError, type NewErrorFacts } from "../../errors.ts";
import { foldName, sameName } from "../../sql/identifier.ts";
import { describeObject } from "./describe.ts";
import type { Schema, Table, View, VirtualTable } from "../model/model.ts";
import { type RenameDoubt, type RenameHint, type RenameHints, Renames } from "./renames.ts";
import { say } from "../../text/next_step.ts";

/**
 * Checks the rename hints of a schema file against the two schemas, so that none is silently ignored.
 *
 * A hint is open if the present schema has the old name and lacks the new one. It was applied if the present schema has
 * the new name.
 *
 * @returns A notice for each hint that has no effect but seems to need one: a sentence without a final period.
 * @throws {AludelError} `schema-rename-hint` if it is unclear whether a rename was applied, or SQLite cannot do it.
 */
export function checkRenames(from: Schema, to: Schema, hints: RenameHints): readonly string[] {
  if (hints.tables.length + hints.columns.length === 0) return [];
  const renames = new Renames(from, to, hints);
  const [doubt] = renames.doubts;
  if (doubt !== undefined) throw doubtful(doubt);
  const notices: string[] = [];
  const isEmpty = from.tables.size + from.virtualTables.size + from.views.size === 0;
  for (const hint of hints.tables) {
    const [old, name] = [foldName(hint.from), foldName(hint.to)];
    if (renames.table(old) === name) continue;
    const [present, wanted] = [findObject(from, old), findObject(to, name)];
    if (findObject(from, name)?.kind === wanted?.kind) {
      if (present !== undefined && findObject(to, old) === undefined) {
        notices.push(taken(`table "${hint.from}"`, `"${hint.to}"`));
      }
    } else if (present !== undefined && wanted !== undefined) {
      throw impossible(hint, present, wanted);
    } else if (!isEmpty) {
      notices.push(unknown(`table "${hint.from}"`, `"${hint.to}"`));
    }
  }
  for (const hint of hints.columns) {
    const [old, name, key] = [hint.from, hint.to, hint.table].map(foldName) as Names;
    const oldKey = renames.oldTable(key);
    const present = renames.table(oldKey) === key ? from.tables.get(oldKey) : undefined;
    const wanted = to.tables.get(key);
    if (present === undefined || wanted === undefined || old === name) continue;
    if (renames.columns(oldKey).get(old) === name) continue;
    const columns = [`column "${hint.table}"."${hint.from}"`, `"${hint.to}"`] as const;
    if (hasColumn(present, name)) {
      if (hasColumn(present, old) && !hasColumn(wanted, old)) notices.push(taken(...columns));
    } else notices.push(unknown(...columns));
  }
  return notices;
}

type Names = [old: string, name: string, key: string];

function findObject(schema: Schema, key: string): Table | VirtualTable | View | undefined {
  return schema.tables.get(key) ?? schema.virtualTables.get(key) ?? schema.views.get(key);
}

function hasColumn(table: Table, key: string): boolean {
  return table.columns.some(({ name }) => foldName(name) === key);
}

function taken(old: string, name: string): string {
  return `The ${old} is not renamed to ${name}, which is there already: the line "renamed from" does nothing`;
}

function unknown(old: string, name: string): string {
  return `There is no ${old} to be renamed to ${name}: the line "renamed from" does nothing`;
}

function doubtful({ kind, hints }: RenameDoubt): AludelError {
  const [first, second] = hints as [RenameHint, RenameHint];
  switch (kind) {
    case "circle": {
      const names = quotedList(hints.map(({ to }) => to));
      return failure(first, `Cannot tell whether ${names} were already swapped`, {
        notes: ["The names are the same before and after"],
        next: [
          say('If they have, delete the lines "renamed from"'),
          say(
            `If they have not, rename "${first.from}" to a third name in a revision of its own, then to "${first.to}"`,
          ),
        ],
      });
    }
    case "stays": {
      const last = hints.at(-1)!;
      return failure(
        last,
        `Cannot tell whether "${last.from}" was already renamed to "${last.to}"`,
        {
          notes: [`Both exist, and both are wanted beside "${first.to}"`],
          next: [
            say('If it has, delete this line "renamed from"'),
            say(`If it has not, leave "${last.from}" out of the schema for this revision`),
          ],
        },
      );
    }
    case "fork":
      return failure(
        second,
        `"${first.from}" cannot be renamed to both "${first.to}" and "${second.to}"`,
        { next: [say('Delete one of the two lines "renamed from"')] },
      );
  }
}

function impossible(
  hint: RenameHint,
  present: Table | VirtualTable | View,
  wanted: Table | VirtualTable | View,
): AludelError {
  const isModule = present.kind === "virtual-table" && wanted.kind === "virtual-table" &&
    sameName(present.module, wanted.module);
  return failure(
    hint,
    isModule
      ? `SQLite cannot rename a virtual table of the module "${present.module}"`
      : `The ${describeObject(present)} cannot become the ${describeObject(wanted)} by a rename`,
    { next: [say("Delete the line: the old one is then dropped, and the new one created")] },
  );
}

function failure(
  { place }: RenameHint,
  message: string,
  details: Pick<NewErrorFacts, "notes" | "next">,
): AludelError {
  return new AludelError("schema-rename-hint", message, { ...(place && { place }), ...details });
}
