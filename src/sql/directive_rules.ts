/** What a file with SQL is for: the up or down of a revision, or the wanted schema. */
export type SqlFileKind = "revision" | "schema";

/** What is known of a directive. Adding one is adding an entry here, and to docs/directives.md. */
export interface DirectiveRule {
  readonly name: string;
  readonly operator: "=" | ">=";
  /** Whether it speaks of the whole file and so must stand before the first statement. */
  readonly header: boolean;
  readonly files: readonly SqlFileKind[];
  /** Whether the value is a name of the database, which may stand in quotes. */
  readonly quotable: boolean;
  readonly reason: "required" | "none";
  /** A directive as it should be, for the errors about one that is not. */
  readonly example: string;
  /** What is wrong with a value, as the end of a sentence; undefined when nothing is. */
  readonly fault: (value: string) => string | undefined;
}

const anything = () => undefined;

const onOrOff = (value: string) =>
  value === "on" || value === "off" ? undefined : 'is neither "on" nor "off"';

/** All directives, by name. */
export const DIRECTIVE_RULES: readonly DirectiveRule[] = [
  {
    name: "allow-loss",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: true,
    reason: "required",
    example: "allow-loss=old_sessions they expire within a day",
    fault: anything,
  },
  {
    name: "choose",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: true,
    reason: "none",
    example: "choose=email",
    fault: anything,
  },
  {
    name: "foreign-keys",
    operator: "=",
    header: true,
    files: ["revision"],
    quotable: false,
    reason: "none",
    example: "foreign-keys=on",
    fault: onOrOff,
  },
  {
    name: "ignore",
    operator: "=",
    header: false,
    files: ["revision"],
    quotable: false,
    reason: "required",
    example: "ignore=drop-table nothing has read it for a year",
    fault: (value) => /^[a-z][a-z0-9-]*$/.test(value) ? undefined : "is not the code of a hazard",
  },
  {
    name: "renamed from",
    operator: "=",
    header: false,
    files: ["schema"],
    quotable: true,
    reason: "none",
    example: "renamed from=old_name",
    fault: anything,
  },
  {
    name: "sqlite",
    operator: ">=",
    header: true,
    files: ["revision", "schema"],
    quotable: false,
    reason: "none",
    example: "sqlite>=3.53",
    fault: (value) =>
      /^3(\.\d{1,3}){1,2}$/.test(value) ? undefined : 'is not a release of SQLite such as "3.53"',
  },
  {
    name: "transaction",
    operator: "=",
    header: true,
    files: ["revision"],
    quotable: false,
    reason: "none",
    example: "transaction=off",
    fault: onOrOff,
  },
];
