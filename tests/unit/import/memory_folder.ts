import type { ForeignFolder } from "../../../src/import/foreign.ts";

/** A foreign project in memory: the text of each file by its path. */
export function memoryFolder(files: Readonly<Record<string, string>>): ForeignFolder {
  return {
    read: (path) => files[path] ?? null,
    list(path) {
      const prefix = path === "" ? "" : `${path}/`;
      const names = new Map<string, boolean>();
      for (const file of Object.keys(files)) {
        if (!file.startsWith(prefix)) continue;
        const rest = file.slice(prefix.length);
        const slash = rest.indexOf("/");
        names.set(slash < 0 ? rest : rest.slice(0, slash), slash >= 0);
      }
      return [...names].sort().map(([name, isFolder]) => ({ name, isFolder }));
    },
  };
}
