import type { Tools } from "./peers.ts";

/** The tools' releases, one line. */
export async function describeTools(tools: Tools): Promise<string> {
  const names = [
    `Deno ${Deno.version.deno} (SQLite ${await denoSqlite()})`,
    ...(["sqlite3", "sha256sum", "dbmate", "alembic"] as const).flatMap((name) =>
      tools[name] === undefined ? [] : [`${name} ${tools[name].release}`]
    ),
  ];
  return names.join(", ");
}

/** What matters of the machine, and nothing that names it. */
export function describeMachine(): string {
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const load = Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
  return `${navigator.hardwareConcurrency} cores, ${memory} GiB, ${Deno.build.os} ` +
    `${Deno.build.arch}, load ${load} at the start`;
}

async function denoSqlite(): Promise<string> {
  const { DatabaseSync } = await import("node:sqlite");
  using database = new DatabaseSync(":memory:");
  return String(database.prepare("SELECT sqlite_version() AS release").get()?.["release"]);
}
