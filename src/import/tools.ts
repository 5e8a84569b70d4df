import type { WranglerDatabase } from "../project/workspace/d1_address.ts";
import type { ForeignTool } from "./foreign.ts";
import { drizzle } from "./tools/drizzle.ts";
import { golangMigrate, sqlx } from "./tools/files.ts";
import { diesel, prisma } from "./tools/folders.ts";
import { flyway, refinery } from "./tools/prefixes.ts";
import { dbmate, goose } from "./tools/sections.ts";
import { wrangler } from "./tools/wrangler.ts";

/** Every tool whose SQL files can be taken over. Those that are recognised most reliably come first. */
export function foreignTools(databases: readonly WranglerDatabase[]): readonly ForeignTool[] {
  return [
    drizzle,
    prisma,
    wrangler(databases),
    dbmate,
    goose,
    diesel,
    refinery,
    sqlx,
    golangMigrate,
    flyway,
  ];
}
