/** Follows the schema files, for `dev`. */
import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { type DevOutcome, type DevRequest, followSchema } from "../../project/author/dev.ts";
import { pathExists, resolvePath, splitPath } from "../../project/workspace/files.ts";
import type { RunHost } from "../../runner/request.ts";
import type { LoadedSchema } from "../../schema/source/load_schema.ts";
import type { Session } from "../session/session.ts";
import { schemaReader } from "../session/schemas.ts";

/** The time without changes before the files are read, in milliseconds, because an editor may write a file in parts. */
const SETTLED_MS = 40;

/** Folders of a project that are no source of a schema. */
const PASSED_OVER = /(?:^|[/\\])(?:\.git|\.aludel|node_modules|__pycache__|\.venv|venv)(?:[/\\]|$)/;

/** Waits for changes of the files that a schema comes from. */
class SchemaWatch implements Disposable {
  readonly #watch: Disposable;
  #isChanged = false;
  #wake: (() => void) | undefined;

  constructor({ folder, isSource }: SchemaPlace) {
    this.#watch = host.files.watch(folder, (path) => {
      if (!isSource(path)) return;
      this.#isChanged = true;
      this.#wake?.();
    });
  }

  /** Resolves after a change since the last call. */
  async changed(): Promise<void> {
    if (!this.#isChanged) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isChanged = false;
    this.#wake = undefined;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}

/** A folder, and the files in it from which a schema comes. */
interface SchemaPlace {
  readonly folder: string;
  readonly isSource: (path: string) => boolean;
}

function placeOf({ settings }: Session): SchemaPlace {
  const { schema, root } = settings;
  // A program may read any file of the project.
  if (typeof schema === "object") {
    return { folder: root, isSource: (path) => !PASSED_OVER.test(path.slice(root.length)) };
  }
  const names = schema === undefined ? ["schema.sql", "schema"] : [schema];
  const paths = names.map((name) => resolvePath(name, root));
  const path = paths.find(pathExists) ?? paths[0]!;
  if (pathExists(path) && host.files.stat(path).isDirectory) {
    return { folder: path, isSource: (changed) => /\.sql$/i.test(changed) };
  }
  const { folder, file } = splitPath(path);
  return { folder, isSource: (changed) => splitPath(changed).file === file };
}

/** The events of following a schema. */
export interface DevTalk {
  /** Makes the host of one run. */
  readonly hostOf: () => RunHost & Disposable;
  readonly onRun: (program: string) => void;
  readonly onDone: (outcome: DevOutcome, wanted: LoadedSchema & { readonly name: string }) => void;
  /** Called for an error that editing the schema can fix. */
  readonly onFault: (error: AludelError) => void;
}

/**
 * Follows the schema until a signal ends the process. SQLite rolls back uncommitted changes then.
 * @throws {AludelError} The errors of the database or the project at the start.
 */
export async function watchSchema(
  session: Session,
  request: Omit<DevRequest, "reader" | "host">,
  talk: DevTalk,
): Promise<never> {
  const { path } = request.target;
  const place = placeOf(session);
  using watch = new SchemaWatch({
    ...place,
    isSource: (changed) => place.isSource(changed) && !changed.startsWith(path),
  });
  let told: string | undefined;
  for (let isFirst = true;; isFirst = false) {
    if (!isFirst) {
      await watch.changed();
      await session.runtime.sleep(SETTLED_MS);
    }
    try {
      const reader = schemaReader(session);
      const wanted = await reader.wanted(talk.onRun);
      using host = talk.hostOf();
      const outcome = await followSchema({ ...request, reader, host }, wanted);
      told = undefined;
      // If the database already has the schema, it was not edited.
      if (isFirst || outcome.comparison.changes.length > 0) talk.onDone(outcome, wanted);
    } catch (error) {
      if (!(error instanceof AludelError) || (isFirst && !isAboutSchema(error))) throw error;
      // One save can cause several events.
      const fault = JSON.stringify([error.message, error.place, error.notes]);
      if (fault !== told) talk.onFault(error);
      told = fault;
    }
  }
}

/** Whether an error is about the schema's text, so that the next edit may fix it. */
function isAboutSchema({ code }: AludelError): boolean {
  return /^(?:schema-|autogenerate-|sql-|directive-|data-loss$)/.test(code);
}
