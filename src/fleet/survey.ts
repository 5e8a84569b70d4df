import type { Connection } from "../db/connection.ts";
import { databaseMissing } from "../db/sqlite_error.ts";
import { digest } from "../digest.ts";
import { AludelError, type ErrorCode } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { upgradeRoute } from "../graph/route.ts";
import { databaseBytes } from "../project/copies/database_files.ts";
import { foreignDatabase } from "../project/migrate/migration.ts";
import { compareRecords, recordLineages } from "../project/migrate/records.ts";
import {
  type Catalogue,
  isOfAnotherProject,
  joinCatalogue,
} from "../project/workspace/catalogue.ts";
import { accessTo, type LookPatience } from "../project/workspace/database_access.ts";
import type { TextsOf } from "../project/workspace/revision_texts.ts";
import type { Target } from "../project/workspace/target.ts";
import type { Workspace } from "../project/workspace/workspace.ts";
import { squashInside } from "../project/workspace/squashes.ts";
import { readIntents } from "../state/intent.ts";
import { readFingerprint, readState } from "../state/state.ts";
import { shell } from "../text/next_step.ts";
import { Remembered } from "./remembered.ts";
import { type MemberError, memberError } from "./member_error.ts";
import { findingError } from "../project/migrate/record_findings.ts";

/**
 * The state of a database compared with the project's revisions. `pending`: it lacks some · `current`: it has all ·
 * `ahead`: it has all, and others that are not on disk · `foreign`: it belongs to another project · `differs`: its
 * records contradict the files · `interrupted`: a script outside a transaction did not end · `locked`, `missing`,
 * `unreadable`: nothing could be read.
 */
export type Standing =
  | "pending"
  | "current"
  | "ahead"
  | "foreign"
  | "differs"
  | "interrupted"
  | "locked"
  | "missing"
  | "unreadable";

/** The result of a look at one database. */
export interface Sight {
  readonly standing: Standing;
  /** The number of revisions that it lacks. */
  readonly pending: number;
  /** The revisions that it is at. */
  readonly heads: readonly RevisionId[];
  /** The error that keeps it from an upgrade; left out for `pending`, `current` and `ahead`. */
  readonly error?: MemberError;
  /** Equal for databases with equal records and schemas; left out if it was not requested or could not be read. */
  readonly group?: string;
  /** The size of its file; 0 for a server. */
  readonly bytes: number;
}

type Verdict = Omit<Sight, "group" | "bytes">;

/**
 * The schema without Aludel's tables. The order comes from a subquery: libSQL servers accept no ORDER BY in an
 * aggregate.
 */
const SCHEMA =
  "SELECT group_concat(sql, char(30)) AS sql FROM (SELECT coalesce(sql, name) AS sql " +
  "FROM main.sqlite_schema WHERE tbl_name NOT LIKE 'aludel\\_%' ESCAPE '\\' ORDER BY type, name)";

/** Looks at databases. Compares records with the files only once for databases with equal records. */
export class Surveyor {
  readonly #workspace: Workspace;
  readonly #textsOf: TextsOf;
  readonly #goal: readonly RevisionId[];
  readonly #verdicts = new Remembered<Verdict>();
  readonly #schemas = new Remembered<string>();

  /** @param goal The revisions that an upgrade leads to. */
  constructor(workspace: Workspace, textsOf: TextsOf, goal: readonly RevisionId[]) {
    this.#workspace = workspace;
    this.#textsOf = textsOf;
    this.#goal = goal;
  }

  /**
   * Looks at one database without creating or changing anything. Never throws for a fault of the database.
   *
   * @param patience How to wait for a lock.
   * @param groups Whether to read its schema, for {@linkcode Sight.group}.
   */
  async look(
    target: Target,
    { patience, groups }: { readonly patience: LookPatience; readonly groups: boolean },
  ): Promise<Sight> {
    const bytes = groups && target.kind === "file" ? databaseBytes(target.path) : 0;
    try {
      const connection = await accessTo(target, patience).look();
      if (connection === null) {
        return { ...MISSING, error: memberError(databaseMissing(target.name), ""), bytes };
      }
      try {
        const known = await readFingerprint(connection);
        const verdict = await this.#judge(connection, known?.text);
        if (!groups) return { ...verdict, bytes };
        const group = `${digest(known?.text ?? "")} ${await this.#schema(connection)}`;
        return { ...verdict, bytes, group };
      } finally {
        await connection.close();
      }
    } catch (thrown) {
      const error = memberError(thrown, target.name);
      return { standing: standingOf(error.code), pending: 0, heads: [], error, bytes };
    }
  }

  async #judge(connection: Connection, fingerprint: string | undefined): Promise<Verdict> {
    const known = fingerprint === undefined ? undefined : this.#verdicts.get(fingerprint);
    // An error names its database, so it is made again.
    if (known !== undefined && known.error === undefined) return known;
    const verdict = await this.#read(connection);
    if (fingerprint !== undefined) this.#verdicts.set(fingerprint, verdict);
    return verdict;
  }

  async #read(connection: Connection): Promise<Verdict> {
    const { name } = connection;
    const { applied } = await readState(connection);
    let catalogue: Catalogue;
    try {
      catalogue = joinCatalogue(this.#workspace, applied);
    } catch (thrown) {
      const error = memberError(thrown, name);
      return { standing: "differs", pending: 0, heads: [], error };
    }
    const { graph, onDisk } = catalogue;
    const heads = graph.headsOf(catalogue.applied, "parents");
    const pending = upgradeRoute(graph, catalogue.applied, this.#goal).length;
    const refused = (standing: Standing, error: AludelError): Verdict => ({
      standing,
      pending,
      heads,
      error: memberError(error, name),
    });
    if (isOfAnotherProject(catalogue)) {
      return refused("foreign", foreignDatabase(name, [...catalogue.records.keys()]));
    }
    const [inside] = catalogue.inside;
    if (inside !== undefined) return refused("differs", squashInside(inside, name));
    const [intent] = await readIntents(connection);
    if (intent !== undefined) return refused("interrupted", interrupted(name, intent.revision));
    const contradiction = this.#contradiction(catalogue);
    if (contradiction !== undefined) return refused("differs", contradiction);
    const isAhead = catalogue.applied.values().some((id) => !onDisk.has(id));
    return { standing: pending > 0 ? "pending" : isAhead ? "ahead" : "current", pending, heads };
  }

  #contradiction(catalogue: Catalogue): AludelError | undefined {
    const findings = compareRecords(catalogue, {
      hashesOf: (entry) => this.#textsOf(entry).hashes,
      lineageOf: recordLineages(catalogue),
    });
    return findings.map((finding) =>
      finding.kind === "resealed"
        ? undefined
        : findingError(finding, catalogue, this.#workspace.files)
    ).find((error) => error !== undefined);
  }

  async #schema(connection: Connection): Promise<string> {
    const [row] = await connection.query(SCHEMA);
    const text = String(row?.["sql"] ?? "");
    let known = this.#schemas.get(text);
    if (known === undefined) this.#schemas.set(text, known = digest(text));
    return known;
  }
}

const MISSING = { standing: "missing", pending: 0, heads: [] } as const;

function standingOf(code: ErrorCode): Standing {
  if (code === "database-busy" || code === "lock-timeout") return "locked";
  return code === "database-missing" ? "missing" : "unreadable";
}

function interrupted(name: string, revision: RevisionId): AludelError {
  return new AludelError(
    "off-interrupted",
    `Revision "${revision}" was interrupted in database "${name}"`,
    { revision, outcome: "Nothing was run", next: [shell`aludel status # see how to go on`] },
  );
}
