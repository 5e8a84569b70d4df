/**
 * Makes the folder `.aludel` beside the settings, or a folder in it, and keeps it out of git. What is in it can be
 * deleted at any time.
 *
 * @param root The folder `.aludel`.
 * @throws {Error} What the operating system says.
 */
export function makeCacheFolder(root: string, folder: string): void {
  Deno.mkdirSync(folder, { recursive: true });
  try {
    Deno.writeTextFileSync(`${root}/.gitignore`, "*\n", { createNew: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
