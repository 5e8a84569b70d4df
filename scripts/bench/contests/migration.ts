import { DATABASE } from "../aludel_project.ts";
import type { Contender, Contest } from "../contest.ts";
import { expectObjects } from "../workload.ts";
import { type PlacedPeer, type Site, withFullDatabase, withoutDatabase } from "../site.ts";
import { aludel, counted, denoRun } from "../yard.ts";

const LIMIT = "limit: node:sqlite, one transaction";

/** Taking a fresh file to the newest revision. */
export function upgradeContest(site: Site): readonly Contest[] {
  return [migrationContest(site, {
    kind: "upgrade",
    title: `upgrade of a fresh file, ${counted(site.size, "revision")}`,
    way: "up",
    prepare: withoutDatabase,
    objects: site.objects,
    aludel: ["upgrade"],
    peer: ({ upgrade }) => upgrade,
  })];
}

/** Taking a file back to no revision. */
export function downgradeContest(site: Site): readonly Contest[] {
  const contest = migrationContest(site, {
    kind: "downgrade",
    title: `downgrade to base, ${counted(site.size, "revision")}`,
    way: "down",
    prepare: withFullDatabase,
    objects: "",
    aludel: ["downgrade", "base"],
    peer: ({ downgrade }) => site.size > 1 && downgrade?.single ? undefined : downgrade,
  });
  const notes = site.peers.flatMap(({ name, downgrade }) => {
    if (downgrade === undefined) return [`${name} knows no way down.`];
    return site.size > 1 && downgrade.single
      ? [`${name} undoes one revision a process: left out.`]
      : [];
  });
  return [{ ...contest, notes: [...contest.notes, ...notes] }];
}

interface Words {
  readonly kind: string;
  readonly title: string;
  readonly way: "up" | "down";
  readonly prepare: (folder: string, memory?: readonly string[]) => () => void;
  /** What the database has afterwards. */
  readonly objects: string;
  readonly aludel: readonly string[];
  readonly peer: (
    peer: PlacedPeer,
  ) => { readonly name: string; readonly command: readonly string[] } | undefined;
}

function migrationContest(site: Site, words: Words): Contest {
  const at = (cwd: string, memory: readonly string[] = []) => ({
    cwd,
    prepare: words.prepare(cwd, memory),
    check: () => expectObjects(`${cwd}/${DATABASE}`, words.objects),
  });
  const shell = site.field.sqlite3;
  const contenders: (Contender | undefined)[] = [
    {
      name: LIMIT,
      role: "limit",
      command: denoRun("node_limit.ts", DATABASE, `${words.way}.json`),
      ...at(site.folders.limit),
      memory: true,
    },
    shell && {
      name: "sqlite3 shell, one transaction",
      role: "limit",
      command: [shell.path, "-bail", DATABASE, `.read ${words.way}.sql`],
      ...at(site.folders.limit),
    },
    {
      name: `aludel ${words.kind}`,
      role: "own",
      command: aludel(site, ...words.aludel),
      ...at(site.folders.aludel),
      memory: true,
    },
    ...site.peers.map((peer) => contenderOf(peer, words.peer(peer), site.size, at)),
  ];
  return {
    kind: words.kind,
    count: site.size,
    title: words.title,
    references: [LIMIT],
    contenders: contenders.filter((one) => one !== undefined),
    notes: site.notes,
  };
}

/** Of the peers that need seconds or minutes a few rounds tell enough. */
function contenderOf(
  { folder, memory }: PlacedPeer,
  command: ReturnType<Words["peer"]>,
  size: number,
  at: (cwd: string, memory: readonly string[]) => Pick<Contender, "cwd" | "prepare" | "check">,
): Contender | undefined {
  if (command === undefined) return undefined;
  const rounds = size < 1_000 ? {} : { rounds: size > 1_000 ? 1 : 3 };
  return {
    name: command.name,
    role: "peer",
    command: command.command,
    ...at(folder, memory),
    ...rounds,
  } as Contender;
}
