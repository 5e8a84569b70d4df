// deno-lint-ignore-file no-console
/**
 * Measures what copies a whole database: `backup` and a rehearsal, beside `cp` and the sqlite3 shell's `.backup`.
 *
 * `deno run -A scripts/bench/copies.ts [--megabytes 1000] [--rounds 5]` prints Markdown. The shell is needed.
 */
import { aludelProgram } from "./aludel_program.ts";
import { type Contest, hold } from "./contest.ts";
import { describeMachine } from "./machine.ts";
import { tableOf } from "./table.ts";

const ROW_BYTES = 1_000;

function readNumber(flag: string, fallback: number): number {
  const at = Deno.args.indexOf(flag);
  return at < 0 ? fallback : Number(Deno.args[at + 1]);
}

async function run(cwd: string, command: readonly string[], stdin = ""): Promise<void> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, { args, cwd, stdin: "piped", stdout: "null" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  if (!(await child.status).success) throw new Error(`${command.join(" ")} failed`);
}

/** A project whose database has one table of so many bytes, with an index, and one pending revision that is cheap. */
async function makeProject(folder: string, aludel: readonly string[], megabytes: number) {
  Deno.mkdirSync(folder);
  await run(folder, [...aludel, "init", "-q"]);
  await run(folder, [...aludel, "revision", "-q", "-m", "small step", "--rev-id", "a1"]);
  const [dir] = [...Deno.readDirSync(`${folder}/migrations`)].filter((entry) => entry.isDirectory);
  Deno.writeTextFileSync(`${folder}/migrations/${dir!.name}/up.sql`, "CREATE TABLE u(a);\n");
  const rows = Math.round(megabytes * 1_000_000 / (ROW_BYTES + 60));
  await run(
    folder,
    ["sqlite3", "app.db"],
    `PRAGMA synchronous = OFF;
     CREATE TABLE t(id INTEGER PRIMARY KEY, word TEXT, filler BLOB);
     INSERT INTO t WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
       SELECT i, hex(randomblob(8)), randomblob(${ROW_BYTES}) FROM n;
     CREATE INDEX t_word ON t(word);`,
  );
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

const megabytes = readNumber("--megabytes", 1_000);
const rounds = readNumber("--rounds", 5);
const workshop = await Deno.makeTempDir({ prefix: "aludel-bench-" });
try {
  const { command: aludel, description } = await aludelProgram(`${workshop}/program`);
  const cwd = `${workshop}/project`;
  await makeProject(cwd, aludel, megabytes);
  const size = (Deno.statSync(`${cwd}/app.db`).size / 1e6).toFixed(0);
  const clean = () => {
    remove(`${cwd}/app.db.restore`);
    remove(`${cwd}/copy.db`);
  };
  const shell = "sqlite3 shell, .backup";
  const contest: Contest = {
    title: `Copying a database of ${size} MB`,
    references: ["cp", shell],
    contenders: [
      { name: "cp", command: ["cp", "app.db", "copy.db"] },
      { name: "cp and sync", command: ["sh", "-c", "cp app.db copy.db && sync copy.db"] },
      { name: shell, command: ["sqlite3", "app.db", ".backup copy.db"] },
      {
        name: "sqlite3 shell, .backup, integrity_check, sha256sum",
        command: [
          "sh",
          "-c",
          "sqlite3 app.db '.backup copy.db' && sqlite3 copy.db 'PRAGMA integrity_check' && sha256sum copy.db",
        ],
      },
      { name: "aludel backup", command: [...aludel, "backup"], memory: true },
      { name: "aludel upgrade --rehearse", command: [...aludel, "upgrade", "--rehearse"] },
    ].map((contender) => ({ ...contender, cwd, prepare: clean })),
    notes: [
      "`backup` copies, looks for damage and hashes; a rehearsal copies, runs a small revision, counts rows twice and looks for damage and violated keys.",
    ],
  };
  console.log(`${description}; ${describeMachine()}.\n`);
  console.log(tableOf(contest, await hold(contest, rounds)));
} finally {
  await Deno.remove(workshop, { recursive: true });
}
