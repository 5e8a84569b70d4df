import { DATABASE } from "./aludel_project.ts";
import type { Contender, Contest } from "./contest.ts";
import {
  alembic,
  ALEMBIC_AT_MOST,
  aludel,
  dbmate,
  denoRun,
  type Site,
  withFullDatabase,
  withoutDatabase,
} from "./site.ts";

const EMPTY = "empty Deno program";
const LIMIT = "limit: node:sqlite, one transaction";
const SHA256SUM = "limit: sha256sum";

/** Every contest by the name that `--only` takes. */
export const CONTESTS: Readonly<Record<string, (site: Site) => Contest>> = {
  start: currentContest,
  history: historyContest,
  upgrade: upgradeContest,
  downgrade: downgradeContest,
  verify: verifyContest,
};

function currentContest(site: Site): Contest {
  const { folders } = site;
  const select = "limit: node:sqlite, one SELECT";
  const full = (folder: string) => ({ cwd: folder, prepare: withFullDatabase(folder) });
  return {
    title: `current, up to date, ${countOf(site)}`,
    references: [EMPTY, select],
    contenders: [
      emptyProgram(site),
      { name: select, command: denoRun("node_select.ts", DATABASE), ...full(folders.limit) },
      ...ifFound(site.tools.sqlite3, ({ path }) => ({
        name: "sqlite3 shell, one SELECT",
        command: [path, DATABASE, "SELECT count(*) FROM sqlite_schema"],
        ...full(folders.limit),
      })),
      {
        name: "aludel current",
        command: aludel(site, "current"),
        ...full(folders.aludel),
        memory: true,
      },
      ...ifFound(site.tools.dbmate, () => ({
        name: "dbmate status",
        command: dbmate(site, "status"),
        ...full(folders.dbmate),
      })),
      ...ifAlembic(site, () => ({
        name: "alembic current",
        command: alembic(site, "current"),
        ...full(folders.alembic),
      })),
    ],
    notes: alembicNotes(site),
  };
}

function historyContest(site: Site): Contest {
  const { aludel: cwd, alembic: alembicFolder } = site.folders;
  const prepare = withoutDatabase(cwd);
  return {
    title: `history and heads, ${countOf(site)}`,
    references: [EMPTY],
    contenders: [
      emptyProgram(site),
      { name: "aludel heads", command: aludel(site, "heads"), cwd, prepare },
      { name: "aludel history", command: aludel(site, "history"), cwd, prepare, memory: true },
      ...ifAlembic(site, () => ({
        name: "alembic history",
        command: alembic(site, "history"),
        cwd: alembicFolder,
      })),
    ],
    notes: alembicNotes(site),
  };
}

function upgradeContest(site: Site): Contest {
  return migrationContest(site, "upgrade", {
    title: `upgrade of a fresh file, ${countOf(site)}`,
    way: "up",
    prepare: withoutDatabase,
    aludel: ["upgrade"],
    dbmate: "up",
    alembic: ["upgrade", "head"],
  });
}

function downgradeContest(site: Site): Contest {
  const contest = migrationContest(site, "downgrade", {
    title: `downgrade to base, ${countOf(site)}`,
    way: "down",
    prepare: withFullDatabase,
    aludel: ["downgrade", "base"],
    dbmate: site.size === 1 ? "rollback" : undefined,
    alembic: ["downgrade", "base"],
  });
  return site.size === 1 ? contest : {
    ...contest,
    notes: [...contest.notes, "dbmate undoes one revision a process: left out."],
  };
}

interface MigrationWords {
  readonly title: string;
  readonly way: "up" | "down";
  readonly prepare: (folder: string) => () => void;
  readonly aludel: readonly string[];
  readonly dbmate: string | undefined;
  readonly alembic: readonly string[];
}

function migrationContest(site: Site, name: string, words: MigrationWords): Contest {
  const { folders } = site;
  const at = (folder: string) => ({ cwd: folder, prepare: words.prepare(folder) });
  const peerRounds = site.size >= 1_000 ? { rounds: site.size > 1_000 ? 1 : 3 } : {};
  return {
    title: words.title,
    references: [LIMIT],
    contenders: [
      {
        name: LIMIT,
        command: denoRun("node_limit.ts", DATABASE, `${words.way}.json`),
        ...at(folders.limit),
        memory: true,
      },
      {
        name: `aludel ${name}`,
        command: aludel(site, ...words.aludel),
        ...at(folders.aludel),
        memory: true,
      },
      ...ifFound(site.tools.sqlite3, ({ path }) => ({
        name: "sqlite3 shell, one transaction",
        command: [path, "-bail", DATABASE, `.read ${words.way}.sql`],
        ...at(folders.limit),
      })),
      ...ifFound(words.dbmate && site.tools.dbmate, () => ({
        name: `dbmate ${words.dbmate}`,
        command: dbmate(site, words.dbmate!),
        ...at(folders.dbmate),
        ...peerRounds,
      })),
      ...ifAlembic(site, () => ({
        name: `alembic ${name}`,
        command: alembic(site, ...words.alembic),
        ...at(folders.alembic),
        ...peerRounds,
      })),
    ],
    notes: alembicNotes(site),
  };
}

function verifyContest(site: Site): Contest {
  const cwd = site.folders.aludel;
  const files = "find migrations -name '*.sql' -print0 | xargs -0 sha256sum";
  return {
    title: `verify, ${countOf(site)}, ${site.size * 2} files`,
    references: site.tools.sha256sum ? [SHA256SUM, EMPTY] : [EMPTY],
    contenders: [
      ...ifFound(site.tools.sha256sum, () => ({
        name: SHA256SUM,
        command: ["sh", "-c", files],
        cwd,
      })),
      emptyProgram(site),
      {
        name: "aludel verify, files alone",
        command: aludel(site, "verify"),
        cwd,
        prepare: withoutDatabase(cwd),
        memory: true,
      },
      {
        name: "aludel verify, and a database's records",
        command: aludel(site, "verify"),
        cwd,
        prepare: withFullDatabase(cwd),
      },
    ],
    notes: [],
  };
}

function emptyProgram(site: Site): Contender {
  return { name: EMPTY, command: denoRun("empty.ts"), cwd: site.folders.limit, memory: true };
}

function ifFound<T>(tool: T | undefined | "", make: (tool: T) => Contender): Contender[] {
  return tool === undefined || tool === "" ? [] : [make(tool as T)];
}

function ifAlembic(site: Site, make: () => Contender): Contender[] {
  return site.size > ALEMBIC_AT_MOST ? [] : ifFound(site.tools.alembic, make);
}

function alembicNotes(site: Site): readonly string[] {
  return site.tools.alembic && site.size > ALEMBIC_AT_MOST
    ? ["Alembic takes minutes for projects of this size: left out."]
    : [];
}

function countOf({ size }: Site): string {
  return size === 1 ? "1 revision" : `${size.toLocaleString("en")} revisions`;
}
