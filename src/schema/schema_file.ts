/** A file of the wanted schema. */
export interface SchemaFile {
  /** The name for messages: `schema.sql`. */
  readonly file: string;
  /** Canonical text: LF, no BOM. */
  readonly text: string;
}
