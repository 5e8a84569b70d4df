import { DATABASE } from "../aludel_project.ts";
import type { Contest } from "../contest.ts";
import { runQuietly } from "../process.ts";
import { type Site, withFullDatabase } from "../site.ts";
import { aludel, counted, denoRun, EMPTY, emptyProgram, removeAll } from "../yard.ts";

/** What runs the revisions in memory to answer, beside a program that runs their statements once. */
export function proofContest(site: Site): readonly Contest[] {
  const cwd = site.folders.aludel;
  const replayed = "limit: node:sqlite in memory";
  const limit = {
    name: replayed,
    role: "limit",
    command: denoRun("node_limit.ts", ":memory:", "up.json"),
    cwd: site.folders.limit,
  } as const;
  const prepare = withFullDatabase(cwd);
  prepare();
  Deno.writeFileSync(`${cwd}/schema.sql`, outputOf(cwd, aludel(site, "schema", "-d", DATABASE)));
  runQuietly(cwd, aludel(site, "check"));
  const own = (name: string, ...words: readonly string[]) =>
    ({
      name: `aludel ${name}`,
      role: "own",
      command: aludel(site, ...words),
      cwd,
      prepare,
    }) as const;
  const size = counted(site.size, "revision");
  return [
    {
      kind: "check",
      count: site.size,
      title: `check, ${size}, nothing replayed yet`,
      references: [replayed],
      contenders: [limit, {
        ...own("check, first time", "check"),
        prepare: () => removeAll(`${cwd}/.aludel`),
      }],
      notes: [],
    },
    {
      kind: "check-again",
      count: site.size,
      title: `check, ${size}, from the cache`,
      references: [EMPTY],
      contenders: [emptyProgram(site.folders.limit), own("check, from the cache", "check")],
      notes: [],
    },
    {
      kind: "proof",
      count: site.size,
      title: `locate and blame, ${size}`,
      references: [replayed],
      contenders: [limit, own("locate", "locate"), own("blame", "blame", "item_1")],
      notes: [],
    },
  ];
}

function outputOf(cwd: string, [program, ...args]: readonly string[]): Uint8Array {
  return new Deno.Command(program!, { args, cwd }).outputSync().stdout;
}
