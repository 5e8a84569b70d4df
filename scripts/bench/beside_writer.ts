// deno-lint-ignore-file no-console
/**
 * Runs a command while another process writes to table `t` of a database, 200 transactions a second.
 *
 *     beside_writer.ts DATABASE COMMAND…
 *
 * Fails if the command fails, if a write is not in the table at the end, or if the writer waited for too long. Prints
 * how many writes there were and the longest wait.
 */
import { DatabaseSync } from "node:sqlite";

/** The longest that the writer may wait, in milliseconds: the level of the contest. */
const LONGEST = 250;
const PERIOD = 5;

const [path, ...command] = Deno.args;
if (command.length === 0) await write(path!);
else await besideWriter(path!, command);

/** What the writer tells at its end: its last value of each row that it wrote. */
interface Journal {
  readonly rows: readonly (readonly [id: number, text: string | null])[];
  readonly writes: number;
  readonly longest: number;
}

async function besideWriter(
  database: string,
  [program, ...args]: readonly string[],
): Promise<void> {
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.url, database],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const journal = new Response(writer.stdout).text();
  const { code } = await new Deno.Command(program!, { args: [...args] }).output();
  await writer.stdin.close();
  const { rows, writes, longest }: Journal = JSON.parse(await journal);
  const lost = lostWrites(database, rows);
  console.log(`${writes} writes, the longest waited ${longest} ms, ${lost} lost`);
  console.error(`${writes} writes, the longest waited ${longest} ms, ${lost} lost`);
  Deno.exit(code === 0 && lost === 0 && writes > 0 && longest <= LONGEST ? 0 : 1);
}

function lostWrites(path: string, rows: Journal["rows"]): number {
  using database = new DatabaseSync(path);
  const select = database.prepare("SELECT d FROM t WHERE id = ?");
  return rows.filter(([id, text]) => (select.get(id)?.["d"] ?? null) !== text).length;
}

/** Updates rows until standard input ends. The number of rows stays, since the contest counts them. */
async function write(path: string): Promise<void> {
  using database = new DatabaseSync(path);
  database.exec("PRAGMA busy_timeout = 20000");
  const { most } = database.prepare("SELECT max(id) AS most FROM t").get() as { most: number };
  const update = database.prepare("UPDATE t SET d = ? WHERE id = ?");
  const journal = new Map<number, string>();
  let isStopped = false;
  (async () => {
    for await (const _ of Deno.stdin.readable);
    isStopped = true;
  })();
  let writes = 0;
  let longest = 0;
  for (let at = 0; !isStopped; at++) {
    const id = 1 + at * 7919 % most;
    const text = `write ${at}`;
    const begun = performance.now();
    database.exec("BEGIN IMMEDIATE");
    update.run(text, id);
    database.exec("COMMIT");
    const took = performance.now() - begun;
    journal.set(id, text);
    writes++;
    longest = Math.max(longest, took);
    await new Promise((resolve) => setTimeout(resolve, Math.max(PERIOD - took, 0)));
  }
  console.log(JSON.stringify({ rows: [...journal], writes, longest: Math.round(longest) }));
}
