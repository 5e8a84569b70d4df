import { AludelError } from "../../../errors.ts";
import { blame } from "../../../proof/blame.ts";
import { foldName, unquote } from "../../../sql/identifier.ts";
import { closest } from "../../../text/closest.ts";
import { displayWidth, padColumns } from "../../../text/layout.ts";
import { chooseHistory, HISTORY_FLAG } from "../../session/replay.ts";
import { Session } from "../../session/session.ts";
import { defineCommand } from "../../arguments/command.ts";
import { titleOf } from "../../render/revision.ts";
import { instead, shell } from "../../../text/next_step.ts";
import { visible } from "../../../text/visible.ts";

export const command = defineCommand({
  name: "blame",
  description: [
    "Shows which revision last changed each part of a table: columns, constraints, indexes, triggers. The revisions are replayed in memory and the schemas before and after each one compared, so it does not matter how a change was written. Renames are followed if a statement makes them.",
  ],
  flags: HISTORY_FLAG,
  positional: [{ name: "TABLE", help: "a table, view or virtual table, or TABLE.COLUMN" }],
  examples: [
    { command: "aludel blame users", says: "all parts of a table" },
    { command: "aludel blame users.email", says: "one column" },
    { command: "aludel blame users --at 3f9c", says: "as of that revision" },
  ],
  async run(context, flags, [text = ""]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const { ids, tree } = await chooseHistory(session, flags.at);
    const readings = readName(text);
    const { lines: all, owners, belongings } = await blame(
      ids,
      tree,
      readings.map(({ owner }) => owner),
    );
    const { owner, column } = readings.find((one) => owners.has(one.owner)) ?? readings.at(-1)!;
    const lines = (all.get(owner) ?? []).filter((line) =>
      column === undefined || line.column === column
    );
    if (lines.length === 0) {
      const whole = belongings.get(foldName(unquote(text)));
      throw whole === undefined
        ? nothingFound(text, column, owner, owners)
        : new AludelError("blame-unknown", `"${text}" is part of "${whole}"`, {
          next: [instead(text, whole)],
        });
    }
    const title = (id: string) => titleOf(session.catalogue, id);
    ui.json({
      lines: lines.map(({ revision, line }) => ({ revision, message: title(revision), line })),
    });
    const shown = lines.map((one) => ({ ...one, line: visible(one.line) }));
    const width = Math.max(...shown.map(({ line }) => displayWidth(line)));
    for (const { revision, line } of shown) {
      const padded = padColumns(line, width);
      ui.data(`${ui.style.yellow(revision)}  ${padded}  ${title(revision)}`.trimEnd());
    }
  },
});

/** The possible meanings of a name, folded: with a dot it is a table, or else a table and a column. */
function readName(
  text: string,
): readonly { readonly owner: string; readonly column: string | undefined }[] {
  const whole = { owner: foldName(unquote(text)), column: undefined };
  const dot = text.lastIndexOf(".");
  if (dot < 0) return [whole];
  return [whole, {
    owner: foldName(unquote(text.slice(0, dot))),
    column: foldName(unquote(text.slice(dot + 1))),
  }];
}

function nothingFound(
  text: string,
  column: string | undefined,
  owner: string,
  owners: ReadonlyMap<string, string>,
): AludelError {
  const known = owners.get(owner);
  const near = known === undefined ? closest(owner, [...owners.keys()]) : undefined;
  const nearby = owners.get(near ?? "");
  const message = column !== undefined && known !== undefined
    ? `Table "${known}" has no column "${column}"`
    : `The revisions make no table or view "${text}"`;
  return new AludelError("blame-unknown", message, {
    next: known !== undefined
      ? [instead(text, known)]
      : nearby === undefined
      ? [shell`aludel schema head`]
      : [instead(text, column === undefined ? nearby : `${nearby}.${column}`)],
  });
}
