import type { ForeignDigest } from "./checksum.ts";
import type { ForeignFolder, ForeignTool } from "./foreign.ts";
import { drizzle } from "./tools/drizzle.ts";
import type { WranglerDatabase } from "../project/workspace/d1_address.ts";
import { golangMigrate, sqlx, wrangler } from "./tools/files.ts";
import { diesel, prisma } from "./tools/folders.ts";
import { flyway, refinery } from "./tools/prefixes.ts";
import { dbmate, goose } from "./tools/sections.ts";

/** What the readers need besides files. */
export interface ForeignReaders {
  readonly digest: ForeignDigest;
  readonly wranglerDatabases: (project: ForeignFolder) => readonly WranglerDatabase[];
}

/** Every tool whose SQL files can be taken over. The surest signs come first. */
export function foreignTools(
  { digest, wranglerDatabases }: ForeignReaders,
): readonly ForeignTool[] {
  return [
    drizzle(digest),
    prisma(digest),
    wrangler(wranglerDatabases),
    dbmate,
    goose,
    diesel,
    refinery,
    sqlx(digest),
    golangMigrate,
    flyway,
  ];
}
