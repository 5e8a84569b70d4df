import type { Contest } from "../contest.ts";
import { type Site, withFullDatabase, withoutDatabase } from "../site.ts";
import { aludel, counted, EMPTY, emptyProgram } from "../yard.ts";

/** Listing all revisions. Where a peer's list asks the database too, it has one. */
export function historyContest(site: Site): readonly Contest[] {
  const cwd = site.folders.aludel;
  const prepare = withoutDatabase(cwd);
  return [{
    kind: "history",
    count: site.size,
    title: `history and heads, ${counted(site.size, "revision")}`,
    references: [EMPTY],
    contenders: [
      emptyProgram(site.folders.limit),
      {
        name: "aludel history",
        role: "own",
        command: aludel(site, "history"),
        cwd,
        prepare,
        memory: true,
      },
      { name: "aludel heads", role: "own", command: aludel(site, "heads"), cwd, prepare },
      ...site.peers.flatMap(({ folder, memory, history }) =>
        history === undefined ? [] : [{
          name: history.name,
          role: "peer" as const,
          command: history.command,
          cwd: folder,
          prepare: withFullDatabase(folder, memory),
        }]
      ),
    ],
    notes: site.notes,
  }];
}
