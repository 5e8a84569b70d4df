/**
 * The limit of a fleet: opens each database of a folder through node:sqlite, in as many workers as are asked for, and reads
 * one row of it or runs statements in one transaction, and nothing else.
 *
 * Arguments: a folder, how many workers, and a JSON file that holds an array of statements; none: a row is read.
 */
import { DatabaseSync } from "node:sqlite";

interface Share {
  readonly paths: readonly string[];
  readonly statements: readonly string[] | undefined;
}

function work({ paths, statements }: Share): void {
  for (const path of paths) {
    const database = new DatabaseSync(path);
    if (statements === undefined) {
      database.prepare("SELECT max(position) FROM aludel_revision").get();
    } else {
      database.exec("PRAGMA foreign_keys = OFF");
      database.exec("BEGIN IMMEDIATE");
      for (const statement of statements) database.exec(statement);
      database.exec("COMMIT");
    }
    database.close();
  }
}

function startWorker(share: Share): Promise<void> {
  const worker = new Worker(import.meta.url, { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => {
      worker.terminate();
      resolve();
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(share);
  });
}

// In a worker this module runs too, and must not start others.
if ("WorkerGlobalScope" in globalThis) {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<Share>) => void;
    postMessage(message: unknown): void;
  };
  scope.onmessage = ({ data }) => {
    work(data);
    scope.postMessage("done");
  };
} else {
  const [folder, jobs, file] = Deno.args;
  const statements = file === undefined ? undefined : JSON.parse(Deno.readTextFileSync(file));
  const paths = [...Deno.readDirSync(folder!)].map(({ name }) => `${folder}/${name}`);
  const count = Number(jobs);
  await Promise.all(
    Array.from(
      { length: count },
      (_, at) =>
        startWorker({ paths: paths.filter((_, index) => index % count === at), statements }),
    ),
  );
}
