import { host } from "../../host/mod.ts";
import { type Connection, ServerFault, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { again, say } from "../../text/next_step.ts";
import { accessTo } from "../workspace/database_access.ts";
import type { Target } from "../workspace/target.ts";
import { type CopyWatch, throwIfInterrupted } from "./copy_session.ts";
import { copyByRows } from "./row_copy.ts";

/** The size of one query's pages in bytes. */
const PORTION = 1024 * 1024;

/**
 * Copies the database of a server into a file: page by page (https://sqlite.org/dbpage.html), or by rows if the server
 * does not allow its pages to be read. The copy has the state that a new reader sees: during a transaction of another
 * connection, the state before it.
 *
 * @param file An empty file.
 * @throws {AludelError} `copy-failed`, `interrupted`, `server-failed`.
 * @throws {SqlError}
 */
export async function copyServer(target: Target, file: string, watch: CopyWatch): Promise<void> {
  await using connection = await accessTo(target).connect({ doubleQuotedStrings: true });
  const interrupted = () => throwIfInterrupted(watch);
  if (connection.batch !== undefined) return await copyByRows(connection, file, interrupted);
  await connection.execute("BEGIN");
  if (!await givesPages(connection)) {
    await copyByRows(connection, file, interrupted);
    return await connection.execute("COMMIT");
  }
  const [size] = await readPages(
    connection,
    target.name,
    "SELECT page_size AS page, page_count AS pages FROM pragma_page_size, pragma_page_count",
    [],
  );
  const [page, pages] = [Number(size?.["page"]), Number(size?.["pages"])];
  using copy = host.files.open(file, { write: true });
  const step = BigInt(Math.max(Math.floor(PORTION / page), 1));
  for (let from = 1n; from <= pages; from += step) {
    const rows = await readPages(
      connection,
      target.name,
      "SELECT data FROM sqlite_dbpage WHERE pgno >= ? AND pgno < ? ORDER BY pgno",
      [from, from + step],
    );
    for (const [at, { data }] of rows.entries()) {
      if (!(data instanceof Uint8Array) || data.length !== page) {
        throw unreadable(target.name, "a page has another length");
      }
      writeFully(copy, from === 1n && at === 0 ? withoutLog(data) : data);
    }
    const bytes = Math.min(Number(from + step - 1n), pages) * page;
    watch.emit({ type: "copying", what: `copying "${target.name}"`, bytes, of: pages * page });
    interrupted();
  }
  copy.sync();
  await connection.execute("COMMIT");
}

async function givesPages(connection: Connection): Promise<boolean> {
  try {
    await connection.query("SELECT data FROM sqlite_dbpage WHERE pgno = 1");
    return true;
  } catch (error) {
    if (!(error instanceof SqlError) || error instanceof ServerFault) throw error;
    return false;
  }
}

async function readPages(
  connection: Connection,
  name: string,
  sql: string,
  bounds: readonly bigint[],
) {
  try {
    return await connection.query(sql, bounds);
  } catch (error) {
    if (!(error instanceof SqlError) || error instanceof ServerFault) throw error;
    throw unreadable(name, error.sqlite, error);
  }
}

/** The first page of a file that is not in WAL mode: https://sqlite.org/fileformat2.html#file_format_version_numbers */
function withoutLog(page: Uint8Array): Uint8Array {
  const first = page.slice();
  first[18] = 1;
  first[19] = 1;
  return first;
}

function writeFully(file: { write(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.write(bytes.subarray(done));
}

function unreadable(name: string, words: string, cause?: unknown): AludelError {
  return new AludelError("copy-failed", `The server does not let "${name}" be copied`, {
    notes: [words],
    next: [
      say("Make a branch or a backup with the server's own tools first"),
      again`--restore-points never # then go without a copy`,
    ],
    cause,
  });
}
