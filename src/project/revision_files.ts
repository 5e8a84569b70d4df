/**
 * The files of a migrations folder, wherever they are: on disk, in git's index, embedded in a program.
 *
 * Synchronous: 20,000 small files are read five times faster so (docs/decisions/).
 */
export interface RevisionFiles {
  /** The folder's name for messages, such as `migrations`. */
  readonly name: string;
  /**
   * The bytes of a file, or null where there is none.
   * @param path Relative to the folder, with `/`: `manifest.json`, `2026-11-23_3f9c_create/up.sql`.
   */
  read(path: string): Uint8Array | null;
  /** The names of the folders inside it, sorted. */
  folders(): readonly string[];
}

/** The name of the manifest inside the folder. */
export const MANIFEST_FILE = "manifest.json";
