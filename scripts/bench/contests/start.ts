import { DATABASE } from "../aludel_project.ts";
import type { Contest } from "../contest.ts";
import { type Site, withFullDatabase } from "../site.ts";
import { aludel, counted, denoRun, EMPTY, emptyProgram } from "../yard.ts";

/** Asking where a database is that is up to date. */
export function startContest(site: Site): readonly Contest[] {
  const { folders, field } = site;
  const select = "limit: node:sqlite, one SELECT";
  const full = (folder: string) => ({ cwd: folder, prepare: withFullDatabase(folder) });
  return [{
    kind: "start",
    count: site.size,
    title: `current, up to date, ${counted(site.size, "revision")}`,
    references: [EMPTY, select],
    contenders: [
      emptyProgram(folders.limit),
      {
        name: select,
        role: "limit",
        command: denoRun("node_select.ts", DATABASE),
        ...full(folders.limit),
      },
      ...(field.sqlite3
        ? [{
          name: "sqlite3 shell, one SELECT",
          role: "limit" as const,
          command: [field.sqlite3.path, DATABASE, "SELECT count(*) FROM sqlite_schema"],
          ...full(folders.limit),
        }]
        : []),
      {
        name: "aludel current",
        role: "own",
        command: aludel(site, "current"),
        ...full(folders.aludel),
        memory: true,
      },
      ...site.peers.flatMap(({ folder, memory, status }) =>
        status === undefined ? [] : [{
          name: status.name,
          role: "peer" as const,
          command: status.command,
          cwd: folder,
          prepare: withFullDatabase(folder, memory),
        }]
      ),
    ],
    notes: site.notes,
  }];
}
