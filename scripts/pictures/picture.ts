/** One step of the session that a picture shows. */
export type PictureStep =
  /** A command that is typed at the prompt, and shown with what it prints. */
  | { readonly kind: "shown"; readonly command: string }
  /** A command that prepares what is shown. It must succeed. */
  | { readonly kind: "hidden"; readonly command: string }
  /** A file of the project that is there; in its path, `*` stands for any characters of one name. */
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  /** SQL that is run on a database of the project beforehand, for its rows. */
  | { readonly kind: "sql"; readonly database: string; readonly text: string };

/** A picture of a terminal: what is typed there, and how it is drawn. */
export interface Picture {
  /** The name of its file, without `.svg`. */
  readonly name: string;
  /** What it shows, for those who cannot see it: the text of the picture's `alt`. */
  readonly alt: string;
  /** Whether it plays as it was recorded, or shows the end of the session alone. */
  readonly moves: boolean;
  readonly steps: readonly PictureStep[];
}

/** A command that is shown. */
export function shown(command: string): PictureStep {
  return { kind: "shown", command };
}

/** A command that prepares. */
export function hidden(command: string): PictureStep {
  return { kind: "hidden", command };
}

/** A file of the project. */
export function file(path: string, text: string): PictureStep {
  return { kind: "file", path, text };
}

/** Rows of a database. */
export function sql(database: string, text: string): PictureStep {
  return { kind: "sql", database, text };
}
