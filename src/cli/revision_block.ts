import type { RevisionId } from "../graph/revision.ts";
import { type Catalogue, messageOf } from "../project/catalogue.ts";
import { type Marks, revisionName } from "./revision_line.ts";
import type { Style } from "./style.ts";

/** A field of a block: its name and its value. */
export type Field = readonly [name: string, value: string];

/**
 * The fields that describe a revision, for `-v` and `show`.
 *
 * @param folder The migrations folder for messages.
 */
export function revisionFields(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  folder: string,
  style: Style,
): readonly Field[] {
  const { graph, entries } = catalogue;
  const revision = graph.get(id);
  const entry = entries.get(id);
  const fields: Field[] = [["Revision", revisionName(catalogue, marks, id, style)]];
  const add = (name: string, values: readonly string[]) => {
    if (values.length > 0) fields.push([name, values.join(", ")]);
  };
  const parents = revision?.parents ?? [];
  add(parents.length > 1 ? "Merges" : "Parent", parents.length === 0 ? ["<base>"] : parents);
  const children = graph.childrenOf(id);
  add(children.length > 1 ? "Branches into" : "Child", children);
  add("Depends on", revision?.dependsOn ?? []);
  add("Needed by", graph.dependentsOf(id));
  add("Label", revision?.labels ?? []);
  if (entry === undefined) {
    fields.push(["Path", "not on disk: another branch of the project has it"]);
  } else {
    fields.push(["Created", entry.created.replace("T", " ").replace("Z", " UTC")]);
    fields.push(["Path", `${folder}/${entry.dir}`]);
  }
  return fields;
}

/** All that is known of a revision and its message, for `-v`. Arguments as for {@linkcode revisionFields}. */
export function revisionBlock(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  folder: string,
  style: Style,
): string {
  return blockText(
    revisionFields(catalogue, marks, id, folder, style),
    messageOf(catalogue, id),
  );
}

/** Fields with their values in one column, then the message, indented: as `git log` has it. */
export function blockText(fields: readonly Field[], message: string): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 2;
  const lines = fields.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`);
  return [...lines, "", ...message.split("\n").map((line) => `    ${line}`)].join("\n");
}
