import { libraryVersion } from "../../db/node_connection.ts";
import type { ScratchImage } from "../../db/open_scratch.ts";
import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { checkScript } from "../../replay/check_script.ts";
import {
  findContentLosses,
  findFactLosses,
  readContents,
  readFacts,
} from "../../replay/contents.ts";
import { replayScript, type ReplaySource } from "../../replay/history.ts";
import { fillTables } from "../../replay/rows/fill.ts";
import { readLiterals, rowParts } from "../../replay/rows/literals.ts";
import { Scratch } from "../../replay/scratch.ts";
import { ReplayTree } from "../../replay/tree.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { describeChange } from "../../schema/diff/describe.ts";
import { isEmptySchema, type Schema } from "../../schema/model/model.ts";
import { type Plan, type PlannedStatement, writePlan } from "../../schema/plan/statement.ts";
import { canonicalText } from "../../sql/canonical_text.ts";
import { quoteName, quoteText } from "../../sql/identifier.ts";
import { releaseOf } from "../../sql/sqlite_releases.ts";
import type { Script } from "../../sql/script.ts";
import { say } from "../../text/next_step.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { Settings } from "../workspace/settings.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { autogenerate } from "./autogenerate.ts";
import { compareWith } from "./schema_reader.ts";

/** What a run of revisions is to become. */
export interface RunTrialRequest {
  /** The run, in topological order. */
  readonly ids: readonly RevisionId[];
  /** The id of the new revision. */
  readonly id: RevisionId;
  readonly message: string;
}

/** SQL that was proven equal to a run. */
export interface ProvenTexts {
  readonly texts: { readonly up: string; readonly down: string | null };
  /** `schema`: the statements that lead from the schema before to the one after · `scripts`: the scripts one after the other. */
  readonly made: "schema" | "scripts";
  /** On how many databases both ways were run and compared. */
  readonly databases: number;
  /** What could not be tried, and what the down does not give back, a sentence each. */
  readonly notices: readonly string[];
}

/** Rows for each table that the proof fills. */
const ROWS = 12;

/** Runs the old way and candidates for the new one. */
export class RunTrial {
  readonly #request: RunTrialRequest;
  readonly #settings: Settings;
  readonly #scratch: Scratch;
  readonly #tree: ReplayTree;
  readonly #sources = new Map<RevisionId, ReplaySource>();
  readonly #under: readonly RevisionId[];
  readonly #notices: string[] = [];

  constructor(
    { graph, files, entries }: Workspace,
    settings: Settings,
    request: RunTrialRequest,
    under: readonly RevisionId[],
  ) {
    this.#request = request;
    this.#settings = settings;
    this.#scratch = new Scratch(settings);
    this.#under = graph.headsOf(under, "all");
    const sourceOf = (id: RevisionId) => {
      let source = this.#sources.get(id);
      if (source === undefined) {
        const texts = new RevisionTexts(files, entries.get(id)!).requireIntact();
        source = { ...graph.get(id)!, ...texts, seed: null, asserts: null };
        this.#sources.set(id, source);
      }
      return source;
    };
    this.#tree = new ReplayTree(graph, sourceOf, this.#scratch);
    for (const id of request.ids) sourceOf(id);
  }

  /**
   * Finds SQL that gives the same schema and the same rows as the run.
   * @throws {AludelError} `squash-unequal`, and what reading and replaying the revisions throws.
   */
  async find(): Promise<ProvenTexts> {
    const before = await this.#tree.imageAt(this.#under);
    const from = await this.#schemaAt(before);
    const after = await this.#tree.extend(before, this.#request.ids);
    const to = await this.#schemaAt(after);
    const databases = [{ before, after }, ...await this.#filled(before, from)];
    const reasons: string[] = [];
    for (const made of ["schema", "scripts"] as const) {
      const found = made === "schema"
        ? await this.#fromSchema(from, to, before, after)
        : this.#fromScripts();
      if (typeof found === "string") {
        reasons.push(found);
        continue;
      }
      const { up, downs } = found;
      const fault = await this.#unequal(up, databases);
      if (fault !== undefined) {
        reasons.push(fault);
        continue;
      }
      const down = await this.#firstDown(downs, up, databases, from);
      const notices = [
        ...this.#notices,
        ...(down === null
          ? ["It cannot be undone: no down was found that gives back the schema"]
          : []),
      ];
      const texts = { up: canonicalText(up), down: down === null ? null : canonicalText(down) };
      return { texts, made, databases: databases.length, notices };
    }
    throw new AludelError("squash-unequal", "No shorter way was found that gives the same", {
      notes: reasons,
      outcome: "Nothing was written",
      next: [say("Squash a part of the run, such as the revisions after the one that is named")],
    });
  }

  async #schemaAt(image: ScratchImage | undefined): Promise<Schema> {
    await using connection = this.#scratch.openImage(image);
    return await this.#tree.schemaOf(connection);
  }

  /** The database before the run with generated rows, and what the run makes of it; nothing if it takes no such rows. */
  async #filled(before: ScratchImage | undefined, from: Schema): Promise<Databases> {
    if (from.tables.size === 0) return [];
    const texts = this.#request.ids.map((id) => this.#sources.get(id)!.up.text);
    for (const plain of [false, true]) {
      await using connection = this.#scratch.openImage(before);
      await fillTables(connection, from, { seed: 1, rows: ROWS, plain, texts });
      const image = connection.image();
      try {
        const after = await this.#tree.extend(image, this.#request.ids);
        return [{ before: image, after }];
      } catch (error) {
        if (!(error instanceof AludelError)) throw error;
      }
    }
    this.#notices.push("The run refuses generated rows, so it was tried on its own rows only");
    return [];
  }

  /** The statements between the two schemas, with the rows that the run makes in an empty database. */
  async #fromSchema(
    from: Schema,
    to: Schema,
    before: ScratchImage | undefined,
    after: ScratchImage | undefined,
  ): Promise<{ readonly up: string; readonly downs: readonly string[] } | string> {
    const { message } = this.#request;
    const settings = { ...this.#settings, exclude: [], columnOrder: true };
    const comparison = compareWith(settings, from, to);
    try {
      const { up, texts, down } = await autogenerate({
        comparison,
        message,
        down: true,
        sqlite: releaseOf(this.#settings.sqlite ?? libraryVersion()),
        columnOrder: true,
        scratch: this.#scratch,
        parent: () => Promise.resolve(this.#scratch.openImage(before)),
      });
      if (up.statements.some(({ choice }) => choice !== undefined)) {
        return "The schemas alone do not say which values a new column has";
      }
      const isOpen = down.statements.some(({ choice }) => choice !== undefined);
      const downs = [...(isOpen ? [] : [texts.down]), ...this.#downScripts()];
      const isBase = isEmptySchema(from);
      if (!isBase) return { up: texts.up, downs: downs.reverse() };
      return { up: await this.#withRows(up, to, after, `Up: ${message}`), downs };
    } catch (error) {
      if (error instanceof AludelError) return error.message;
      throw error;
    }
  }

  /** The plan with the rows of a database, before its triggers would see them. */
  async #withRows(
    plan: Plan,
    schema: Schema,
    image: ScratchImage | undefined,
    title: string,
  ): Promise<string> {
    await using connection = this.#scratch.openImage(image);
    const inserts: PlannedStatement[] = [];
    for (const table of schema.tables.values()) {
      const parts = rowParts(table);
      const rows = parts.length === 0 ? [] : await readLiterals(connection, table.name, parts);
      const into = `INSERT INTO ${quoteName(table.name)} (${parts.join(", ")})`;
      rows.forEach((row, at) =>
        inserts.push({
          sql: `${into} VALUES (${row.join(", ")})`,
          cost: "metadata",
          comment: at === 0 ? `the rows of ${table.name}` : "",
          hazards: [],
        })
      );
      if (!table.autoincrement) continue;
      const [last] = await connection.query(
        "SELECT seq FROM main.sqlite_sequence WHERE name = ?",
        [table.name],
      );
      if (last === undefined) continue;
      const set = { cost: "metadata", hazards: [] } as const;
      const name = quoteText(table.name);
      inserts.push(
        {
          ...set,
          sql: `DELETE FROM sqlite_sequence WHERE name = ${name}`,
          comment: `the sequence of ${table.name}`,
        },
        {
          ...set,
          sql: `INSERT INTO sqlite_sequence VALUES (${name}, ${last["seq"]})`,
          comment: "",
        },
      );
    }
    const { numbers } = await readFacts(connection);
    for (const [name, number] of numbers) {
      if (number === "0") continue;
      const sql = `PRAGMA ${name} = ${number}`;
      inserts.push({ sql, cost: "metadata", comment: name, hazards: [] });
    }
    const isTrigger = ({ sql }: PlannedStatement) => /^\s*CREATE\s+TRIGGER\b/i.test(sql);
    const statements = [
      ...plan.statements.filter((one) => !isTrigger(one)),
      ...inserts,
      ...plan.statements.filter(isTrigger),
    ];
    return writePlan({ ...plan, statements }, { title, purpose: "file" });
  }

  /** The scripts one after the other, in one file. */
  #fromScripts(): { readonly up: string; readonly downs: readonly string[] } | string {
    const scripts = this.#request.ids.map((id) => this.#tree.scriptOf(id));
    const joined = joinScripts(scripts);
    return joined === undefined
      ? "A script of the run has a header for a run of its own (transaction=off, foreign-keys=on)"
      : { up: joined, downs: this.#downScripts() };
  }

  /** The downs in reverse, in one file; nothing if one is missing or has to run by itself. */
  #downScripts(): readonly string[] {
    const scripts: Script[] = [];
    for (const id of this.#request.ids.toReversed()) {
      const { down } = this.#sources.get(id)!;
      if (down === null) return [];
      try {
        scripts.push(checkScript(down.file, down.text, id));
      } catch (error) {
        if (error instanceof AludelError) return [];
        throw error;
      }
    }
    return [joinScripts(scripts) ?? []].flat();
  }

  /** What a new up makes otherwise than the run does; undefined if nothing. */
  async #unequal(up: string, databases: Databases): Promise<string | undefined> {
    try {
      for (const { before, after } of databases) {
        await using made = await this.#run(before, [up]);
        await using old = this.#scratch.openImage(after);
        const [is, was] = [await this.#tree.schemaOf(made), await this.#tree.schemaOf(old)];
        const [change] = compareSchemas(is, was, { columnOrder: true });
        if (change !== undefined) return `The schema lacks: ${describeChange(change).join(", ")}`;
        const [now, then] = [await readContents(made, was), await readContents(old, was)];
        const [facts, oldFacts] = [await readFacts(made), await readFacts(old)];
        const [loss] = [
          ...findContentLosses(then, now),
          ...findContentLosses(now, then),
          ...findFactLosses(oldFacts, facts),
        ];
        if (loss !== undefined) return `The rows differ: ${loss}`;
      }
      return undefined;
    } catch (error) {
      if (error instanceof AludelError) return `${error.message}: ${error.sqlite ?? ""}`;
      throw error;
    }
  }

  /** The first down that gives back the schema on every database; null if there is none. */
  async #firstDown(
    downs: readonly string[],
    up: string,
    databases: Databases,
    from: Schema,
  ): Promise<string | null> {
    for (const down of downs) {
      try {
        let isSame = true;
        for (const { before } of databases) {
          await using connection = await this.#run(before, [up, down]);
          const schema = await this.#tree.schemaOf(connection);
          if (compareSchemas(schema, from, { columnOrder: true }).length > 0) isSame = false;
        }
        if (isSame) return down;
      } catch (error) {
        if (!(error instanceof AludelError)) throw error;
      }
    }
    return null;
  }

  async #run(before: ScratchImage | undefined, texts: readonly string[]) {
    const { id } = this.#request;
    const connection = this.#scratch.openImage(before);
    try {
      await connection.execute("BEGIN");
      for (const text of texts) {
        await replayScript(connection, id, checkScript(`the SQL of ${id}`, text, id));
      }
      await connection.execute("COMMIT");
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}

type Databases = readonly {
  readonly before: ScratchImage | undefined;
  readonly after: ScratchImage | undefined;
}[];

/** Scripts as one text: the directives of their heads at its top. undefined if one has to run by itself. */
function joinScripts(scripts: readonly Script[]): string | undefined {
  const heads = new Set<string>();
  const bodies: string[] = [];
  for (const { header, text, statements, file } of scripts) {
    if (header.transaction === "off" || header.foreignKeys === "on") return undefined;
    const start = statements[0]?.start ?? text.length;
    const directives = text.slice(0, start).match(/^-- aludel: .*$/gm) ?? [];
    for (const directive of directives) heads.add(directive);
    const folder = file.split("/").at(-2) ?? file;
    if (statements.length > 0) bodies.push(`-- from ${folder}\n${text.slice(start).trimEnd()}\n`);
  }
  const end = (body: string) => /;\s*$/.test(body) ? body : `${body.trimEnd()}\n;\n`;
  return [...heads, ...bodies.map(end)].join("\n");
}
