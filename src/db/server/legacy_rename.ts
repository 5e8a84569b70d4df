import { type Row, SqlError } from "../connection.ts";
import { foldName, quoteName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { Shadow } from "./shadow.ts";

/** The server, as {@linkcode LegacyRename} needs it. */
export interface LegacyServer {
  readonly name: string;
  execute(sql: string): Promise<void>;
  query(sql: string): Promise<Row[]>;
}

/** A table that gets another name, while another table gets its name. */
interface Exchange {
  table: string;
  readonly away: string;
  /** The table that gets the name; undefined until its rename. */
  into?: string;
}

const VIEWS_AND_TRIGGERS = `SELECT type, name, sql FROM main.sqlite_schema
  WHERE type IN ('view', 'trigger') ORDER BY type, rowid`;

const FOREIGN_KEYS = `SELECT m.name AS child, f.id AS id, f.seq AS seq, f."table" AS parent
  FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
  WHERE m.type = 'table' ORDER BY 1, 2, 3`;

/**
 * PRAGMA legacy_alter_table for a server that refuses it: between ON and OFF, the renames of tables leave all other texts
 * alone (https://sqlite.org/pragma.html#pragma_legacy_alter_table).
 *
 * Views and triggers are dropped at ON and created again at OFF, as they are in the {@linkcode Shadow}, which runs the same
 * statements with the real pragma. On the server, foreign keys always follow a rename. If they refer to a table that is
 * renamed to make room for its replacement, the table is dropped at once: the next statement must be its DROP TABLE.
 * Other renames of such tables are refused.
 */
export class LegacyRename {
  readonly #server: LegacyServer;
  readonly #shadow: Shadow;
  #isOn = false;
  #exchange: Exchange | undefined;

  constructor(server: LegacyServer, shadow: Shadow) {
    this.#server = server;
    this.#shadow = shadow;
  }

  /** Called when the transaction has ended. */
  forget(): void {
    this.#isOn = false;
    this.#exchange = undefined;
  }

  /** Switches the pragma. @throws {SqlError} if that is not possible here. */
  async set(isOn: boolean, inTransaction: boolean): Promise<void> {
    if (isOn === this.#isOn) return;
    if (!isOn) {
      this.#isOn = false;
      await this.#shadow.run("PRAGMA legacy_alter_table = OFF");
      if (this.#exchange === undefined) await this.#putBack();
      return;
    }
    if (!inTransaction) throw this.#impossible("outside of a transaction");
    const known = await this.#shadow.query(VIEWS_AND_TRIGGERS);
    const texts = new Set(known.map(({ sql }) => sql));
    const objects = await this.#server.query(VIEWS_AND_TRIGGERS);
    const unknown = objects.find(({ sql }) => !texts.has(sql!));
    if (unknown !== undefined) {
      throw this.#impossible(`and ${unknown["type"]} "${unknown["name"]}" is unknown to SQLite`);
    }
    // Triggers come first, because dropping a view drops its triggers.
    for (const { type, name } of objects) {
      await this.#server.execute(`DROP ${type} IF EXISTS main.${quoteName(String(name))}`);
    }
    await this.#shadow.run("PRAGMA legacy_alter_table = ON");
    this.#isOn = true;
  }

  /**
   * Runs a statement to which the pragma gives another meaning.
   * @returns Whether it did.
   * @throws {SqlError}
   */
  async run(sql: string): Promise<boolean> {
    if (!this.#isOn && this.#exchange === undefined) return false;
    const names = namesOf(sql);
    const exchange = this.#exchange;
    if (exchange !== undefined) {
      if (this.#isOn && isSame(names?.to, exchange.table) && exchange.into === undefined) {
        exchange.into = names!.table;
        exchange.table = names!.to!;
      } else if (names?.to === undefined && isSame(names?.table, exchange.away) && exchange.into) {
        this.#exchange = undefined;
        await this.#server.execute(`DROP TABLE main.${quoteName(exchange.table)}`);
        await this.#server.execute(
          `ALTER TABLE main.${quoteName(exchange.into)} RENAME TO ${quoteName(exchange.table)}`,
        );
      } else {
        throw this.#impossible(`and foreign keys refer to "${exchange.table}", which is renamed`);
      }
    } else {
      if (names?.to === undefined || !await this.#isReferred(names.table)) return false;
      this.#exchange = { table: names.table, away: names.to };
    }
    await this.#shadow.run(sql);
    if (!this.#isOn && this.#exchange === undefined) await this.#putBack();
    return true;
  }

  async #isReferred(table: string): Promise<boolean> {
    const rows = await this.#server.query(FOREIGN_KEYS);
    return rows.some(({ parent }) => isSame(String(parent), table));
  }

  async #putBack(): Promise<void> {
    const objects = await this.#shadow.query(VIEWS_AND_TRIGGERS);
    const views = objects.filter(({ type }) => type === "view");
    const triggers = objects.filter(({ type }) => type === "trigger");
    for (const { sql } of [...views, ...triggers]) await this.#server.execute(String(sql));
    const [here, there] = [this.#server, this.#shadow].map((side) => side.query(FOREIGN_KEYS));
    if (JSON.stringify(shown(await here!)) !== JSON.stringify(shown(await there!))) {
      throw this.#impossible("and foreign keys followed a rename");
    }
  }

  #impossible(why: string): SqlError {
    return new SqlError(`the server has no PRAGMA legacy_alter_table, ${why}`, {
      database: this.#server.name,
      resultCode: 1,
    });
  }
}

function isSame(one: string | undefined, other: string): boolean {
  return one !== undefined && foldName(one) === foldName(other);
}

function shown(rows: readonly Row[]): readonly string[] {
  return rows.map(({ child, parent }) => `${child} ${foldName(String(parent))}`);
}

/** The names of `ALTER TABLE table RENAME TO to` and of `DROP TABLE table`; undefined for another statement. */
function namesOf(sql: string): { readonly table: string; readonly to?: string } | undefined {
  const tokens = new Tokenizer(sql);
  const words: string[] = [];
  while (tokens.nextSignificant()) {
    if (tokens.kind !== "semicolon") words.push(tokens.current);
  }
  const verb = words.slice(0, 2).join(" ").toUpperCase();
  let rest = words.slice(2);
  if (/^IF$/i.test(rest[0] ?? "") && /^EXISTS$/i.test(rest[1] ?? "")) rest = rest.slice(2);
  if (rest[1] === ".") rest = rest.slice(2);
  const table = unquote(rest[0] ?? "");
  if (verb === "DROP TABLE" && rest.length === 1) return { table };
  if (verb !== "ALTER TABLE" || rest.length !== 4) return undefined;
  if (!/^RENAME TO$/i.test(`${rest[1]} ${rest[2]}`)) return undefined;
  return { table, to: unquote(rest[3]!) };
}
