import type { RepositoryChange } from "../git/repository.ts";

/** A change of the clone as a line, in the present tense: it is said before it is made. */
export function changeText(change: RepositoryChange): string {
  switch (change.kind) {
    case "write":
      return change.adds === undefined
        ? `write   ${change.path}`
        : [`add to  ${change.path}`, ...change.adds.map((line) => `          ${line}`)].join("\n");
    case "move":
      return `keep    ${change.path}\n     as ${change.to}`;
    case "remove":
      return `remove  ${change.path}`;
    case "configure":
      return `set     ${change.key} = ${change.value}`;
    case "unconfigure":
      return `unset   ${change.section}`;
  }
}
