import { DatabaseSync } from "node:sqlite";
import type { Field } from "./peers.ts";

/** The tools' releases, one line. */
export function describeField(field: Field): string {
  return [
    `Deno ${Deno.version.deno} (SQLite ${denoSqlite()})`,
    ...(["sqlite3", "sha256sum", "git"] as const).flatMap((name) =>
      field[name] === undefined ? [] : [`${name} ${field[name].release}`]
    ),
    ...field.peers.map(({ name, release }) => `${name} ${release}`),
  ].join(", ");
}

/** What matters of the machine, and nothing that names it. */
export function describeMachine(): string {
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${navigator.hardwareConcurrency} cores, ${memory} GiB, ${Deno.build.os} ` +
    `${Deno.build.arch}`;
}

/** How many programs wanted to run in the last 1, 5 and 15 minutes, on average. */
export function describeLoad(): string {
  return Deno.loadavg().map((value) => value.toFixed(1)).join(" ");
}

function denoSqlite(): string {
  using database = new DatabaseSync(":memory:");
  return String(database.prepare("SELECT sqlite_version() AS release").get()?.["release"]);
}
