/** A statement of a script: the span of its text, without leading space and comments. */
export interface Statement {
  /** Offset of the first token that is not space or comment, in UTF-16 code units. */
  readonly start: number;
  /** Offset after the final `;`, or after the last token where there is none. */
  readonly end: number;
  /** The first keyword in upper case: `CREATE`, `INSERT`, `WITH`. */
  readonly verb: string;
}

/** An `-- aludel: name=value reason` comment. */
export interface Directive {
  readonly name: string;
  /** `=` but for `sqlite>=3.53`. */
  readonly operator: "=" | ">=";
  readonly value: string;
  /** The free text after the value, trimmed; empty where there is none. */
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** What the directives of a revision's file ask of the runner. */
export interface ScriptHeader {
  /** `off`: the script runs outside a transaction, statement by statement. */
  readonly transaction: "on" | "off";
  /** `on`: foreign keys are enforced while the script runs, so ON DELETE actions happen. */
  readonly foreignKeys: "on" | "off";
  /** The oldest SQLite that can run the script, such as `[3, 53]`; undefined: any. */
  readonly sqlite: readonly number[] | undefined;
  /** Names of objects that the script may lose, with the reason given. */
  readonly allowLoss: readonly { readonly name: string; readonly reason: string }[];
  /** Columns that still need a value which a person must choose: until then the script is not run. */
  readonly choose?: readonly { readonly name: string; readonly start: number }[];
}

/** A statement that does not end where its text does. Offsets in UTF-16 code units. */
export interface Unfinished {
  /** `trigger`: its body has no END · `(`: one is never closed · `)`: one is never opened. */
  readonly kind: "trigger" | "(" | ")";
  /** Where the statement begins. */
  readonly start: number;
  /** Where a statement begins that cannot be part of the trigger, if one does. */
  readonly straggler: number | undefined;
}

/**
 * Places in a script that may turn out to be refused, marked while its tokens were read. Offsets in UTF-16 code units.
 */
export interface ScriptMarks {
  /** The first token that may stand in no revision: no SQL, a parameter, a call of `load_extension`. */
  readonly token: number | undefined;
  /** The names that begin like Aludel's own tables, in order. */
  readonly stateNames: readonly number[];
  /** A comment that is never closed. */
  readonly openComment: number | undefined;
  /** The first statement that does not end. */
  readonly unfinished?: Unfinished;
}

/** An SQL file that has been read, decoded, tokenized and split: ready to run. */
export interface Script {
  /** The name to use in messages: `migrations/2026-11-23_3f9c_create/up.sql`. */
  readonly file: string;
  /** The canonical text (docs/formats.md): what is hashed, run and stored. */
  readonly text: string;
  readonly header: ScriptHeader;
  readonly statements: readonly Statement[];
  /** What {@linkcode findRefusal} has to look at. */
  readonly marks: ScriptMarks;
}
