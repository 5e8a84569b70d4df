/** Removes a file or a folder with all that is in it, where it is there. */
export function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Keeps a copy of a folder as it is now; what it returns puts it back. */
export function keepFolder(folder: string): () => void {
  const kept = `${folder}.kept`;
  copyFolder(folder, kept);
  return () => {
    removeAll(folder);
    copyFolder(kept, folder);
  };
}

function copyFolder(from: string, to: string): void {
  const { success } = new Deno.Command("cp", { args: ["-a", from, to] }).outputSync();
  if (!success) throw new Error(`${from} could not be copied`);
}
