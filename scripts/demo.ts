// deno-lint-ignore-file no-console
/**
 * The main job, on this repository's own migrations: each command is printed, run for real, and followed by what the
 * database then holds. Leaves demo.db behind. Exits 1 if anything is not as it should be.
 */
import { DatabaseSync } from "node:sqlite";

const ROOT = new URL("../", import.meta.url);
const DATABASE = new URL("demo.db", ROOT);
const MAIN = new URL("main.ts", ROOT).href;

/** Each command with the tables and views that must stand afterwards; undefined for commands that only look. */
const STEPS: readonly (readonly [args: readonly string[], objects?: readonly string[]])[] = [
  [["history", "--graph"]],
  [["upgrade", "+1"], ["events"]],
  [["current"]],
  [["show", "3f9c"]],
  [["upgrade", "head", "--dry-run"]],
  [
    ["upgrade", "head"],
    ["categories", "events", "open_registrations", "registration_log", "registrations", "users"],
  ],
  [["status"]],
  [
    ["downgrade", "-1"],
    ["categories", "events", "open_registrations", "registration_log", "registrations", "users"],
  ],
  [["current"]],
  [["downgrade", "base"], []],
  [
    ["upgrade", "head"],
    ["categories", "events", "open_registrations", "registration_log", "registrations", "users"],
  ],
  [["verify"]],
];

const shell = await sqlite3Shell();
for (const suffix of ["", "-journal", "-wal", "-shm"]) {
  await Deno.remove(new URL(`demo.db${suffix}`, ROOT)).catch(() => {});
}
await Deno.remove(new URL("demo.db.restore", ROOT), { recursive: true }).catch(() => {});
for (const [args, objects] of STEPS) {
  console.log(`$ aludel ${args.join(" ")}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    cwd: ROOT,
  }).spawn().status;
  if (code !== 0) fail(`aludel ${args.join(" ")} exited with ${code}`);
  if (objects === undefined) {
    console.log();
    continue;
  }
  const standing = await readObjects();
  console.log(`${shell ? "$ sqlite3 demo.db .tables" : "Tables and views in demo.db"}`);
  console.log(standing.join("  ") || "(none)");
  console.log();
  const own = standing.filter((name) => !name.startsWith("aludel_"));
  if (own.join() !== objects.join()) fail(`expected ${objects.join(", ") || "nothing"}`);
}
console.log("Done. demo.db holds the result; look at it with any SQLite tool.");

/** The tables and views, as the real sqlite3 shell says, or else SQLite in this process. */
async function readObjects(): Promise<string[]> {
  if (shell) {
    const output = await new Deno.Command("sqlite3", { args: ["demo.db", ".tables"], cwd: ROOT })
      .output();
    return new TextDecoder().decode(output.stdout).split(/\s+/).filter((name) => name !== "")
      .sort();
  }
  const database = new DatabaseSync(DATABASE, { readOnly: true });
  const rows = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
  ).all();
  database.close();
  return rows.map((row) => String(row["name"]));
}

async function sqlite3Shell(): Promise<boolean> {
  try {
    return (await new Deno.Command("sqlite3", { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

function fail(reason: string): never {
  console.error(`The demo failed: ${reason}`);
  Deno.exit(1);
}
