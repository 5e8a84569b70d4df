import type { Contest } from "../contest.ts";
import { type Site, withFullDatabase, withoutDatabase } from "../site.ts";
import { aludel, counted, EMPTY, emptyProgram } from "../yard.ts";

const SHA256SUM = "limit: sha256sum";

/** Hashing every file, beside what does only that. No peer has checksums of this kind. */
export function verifyContest(site: Site): readonly Contest[] {
  const cwd = site.folders.aludel;
  const files = "find migrations -name '*.sql' -print0 | xargs -0 sha256sum";
  return [{
    kind: "verify",
    count: site.size,
    title: `verify, ${counted(site.size, "revision")}, ${counted(site.size * 2, "file")}`,
    references: site.field.sha256sum ? [SHA256SUM, EMPTY] : [EMPTY],
    contenders: [
      ...(site.field.sha256sum
        ? [{ name: SHA256SUM, role: "limit" as const, command: ["sh", "-c", files], cwd }]
        : []),
      emptyProgram(site.folders.limit),
      {
        name: "aludel verify, files alone",
        role: "own",
        command: aludel(site, "verify"),
        cwd,
        prepare: withoutDatabase(cwd),
        memory: true,
      },
      {
        name: "aludel verify, and a database's records",
        role: "own",
        command: aludel(site, "verify"),
        cwd,
        prepare: withFullDatabase(cwd),
      },
    ],
    notes: [],
  }];
}
