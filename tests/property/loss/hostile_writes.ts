import type { Choice } from "./choice.ts";
import { quote } from "./contents.ts";
import { readDefinition, withoutConstraint, withType, writeDefinition } from "./definition.ts";
import { valueSql } from "./filled_database.ts";
import {
  anyTable,
  insertSql,
  plainTable,
  rebuild,
  rowidName,
  storedColumns,
  type Write,
} from "./writes.ts";
import type { LiveTable } from "./world.ts";

/** A condition that holds for all rows, some, or one. */
function condition(table: LiveTable, choice: Choice): string {
  const column = quote(choice.of(table.columns)?.name ?? "rowid");
  const first = table.withoutRowid
    ? "true"
    : "rowid = (SELECT min(rowid) FROM " + quote(table.name) + ")";
  return choice.of([
    "",
    " WHERE true",
    " WHERE 1",
    ` WHERE ${column} IS NOT NULL`,
    ` WHERE ${first}`,
    ` WHERE ${column} IN (SELECT ${column} FROM ${quote(table.name)})`,
    ` WHERE ${column} = ${column}`,
    " WHERE false",
  ]);
}

function column(table: LiveTable, choice: Choice) {
  return choice.of(table.columns.filter((each) => !each.isGenerated));
}

/** What a script does that may lose something; each name says what. */
export const HOSTILE_WRITES: Readonly<Record<string, Write>> = {
  delete(world, choice) {
    const table = anyTable(world, choice);
    if (!table) return [];
    const where = condition(table, choice);
    return [choice.of([
      `DELETE FROM ${quote(table.name)}${where}`,
      `WITH gone AS (SELECT 1) DELETE FROM ${quote(table.name)}${where}`,
      `DELETE FROM ${quote(table.name)}${where} RETURNING *`,
    ])];
  },
  update(world, choice) {
    const table = anyTable(world, choice);
    const set = table && column(table, choice);
    if (!table || !set) return [];
    const value = choice.of([
      "NULL",
      valueSql(set.type, choice),
      `${quote(set.name)} || ''`,
      `coalesce(${quote(set.name)}, 'red')`,
      `${quote(set.name)} + 1000`,
      `trim(${quote(set.name)})`,
      `CAST(${quote(set.name)} AS ${choice.of(["TEXT", "INTEGER", "REAL", "BLOB"])})`,
      quote(choice.of(table.columns).name),
    ]);
    const verb = choice.of(["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"]);
    return [
      `${verb} ${quote(table.name)} SET ${quote(set.name)} = ${value}${condition(table, choice)}`,
    ];
  },
  updateFrom(world, choice) {
    const [table, other] = [plainTable(world, choice), plainTable(world, choice)];
    const set = table && column(table, choice);
    if (!table || !other || !set) return [];
    return [
      `UPDATE ${quote(table.name)} SET ${quote(set.name)} = o.c FROM (SELECT ${
        quote(choice.of(other.columns).name)
      } AS c FROM ${quote(other.name)}) AS o`,
    ];
  },
  renumberKeys(world, choice) {
    const table = plainTable(world, choice);
    if (!table || table.withoutRowid) return [];
    return [
      `UPDATE ${quote(table.name)} SET _rowid_ = ${
        choice.of(["_rowid_ + 1000", "-_rowid_", "_rowid_ * 2"])
      }`,
    ];
  },
  moveColumn(world, choice) {
    const table = plainTable(world, choice);
    const from = table && column(table, choice);
    if (!table || !from) return [];
    const [name, to] = [quote(table.name), quote(world.fresh("moved"))];
    return [
      `ALTER TABLE ${name} ADD COLUMN ${to} ${choice.of(["TEXT", "INTEGER", ""])}`,
      `UPDATE ${name} SET ${to} = ${quote(from.name)}`,
      ...choice.of([
        [`ALTER TABLE ${name} DROP COLUMN ${quote(from.name)}`],
        [`UPDATE ${name} SET ${quote(from.name)} = NULL`],
      ]),
    ];
  },
  dropUnique(world, choice) {
    const table = plainTable(world, choice);
    if (!table || !/UNIQUE/.test(table.sql)) return [];
    const { parts, options } = readDefinition(table.sql);
    const kept = parts.filter((part) => !part.startsWith("UNIQUE"))
      .map((part) => part.replace(/ UNIQUE(?: ON CONFLICT \w+)?/, ""));
    const create = writeDefinition(`${table.name}__new`, { parts: kept, options });
    return rebuild(world, table, create, {
      columns: storedColumns(table),
      belongings: true,
      rowid: true,
    });
  },
  swap(world, choice) {
    const table = plainTable(world, choice);
    const [a, b] = table ? storedColumns(table).slice(-2) : [];
    if (!table || !a || !b) return [];
    return [`UPDATE ${quote(table.name)} SET ${quote(a)} = ${quote(b)}, ${quote(b)} = ${quote(a)}`];
  },
  upsert(world, choice) {
    const table = plainTable(world, choice);
    const set = table && column(table, choice);
    if (!table || !set) return [];
    const names = storedColumns(table).map(quote).join(", ");
    const value = choice.of(["NULL", "'x'", `excluded.${quote(set.name)} || '!'`, "7"]);
    return [
      `INSERT INTO ${quote(table.name)} (${names}) SELECT ${names} FROM ${
        quote(table.name)
      } WHERE true ON CONFLICT DO UPDATE SET ${quote(set.name)} = ${value}`,
    ];
  },
  replace(world, choice) {
    const table = anyTable(world, choice);
    if (!table) return [];
    const verb = choice.of(["REPLACE", "INSERT OR REPLACE"]);
    const names = table.isVirtual ? ["rowid"] : storedColumns(table);
    const key = names[0]!;
    const value = table.isVirtual ? "10" : world.someValue(table.name, key);
    if (value === undefined) return [];
    return [choice.of([
      `${verb} INTO ${quote(table.name)} (${quote(key)}) VALUES (${value})`,
      `${verb} INTO ${quote(table.name)} (${names.map(quote).join(", ")}) SELECT ${
        names.map((name) => name === key ? quote(name) : "NULL").join(", ")
      } FROM ${quote(table.name)}`,
    ])];
  },
  insert(world, choice) {
    const table = plainTable(world, choice);
    return table ? [insertSql(table, choice)] : [];
  },
  insertCopy(world, choice) {
    const table = plainTable(world, choice);
    const other = plainTable(world, choice);
    if (!table || !other) return [];
    const [to, from] = [storedColumns(table).at(-1)!, storedColumns(other).at(-1)!];
    return [
      `INSERT INTO ${quote(table.name)} (${quote(to)}) SELECT ${quote(from)} FROM ${
        quote(other.name)
      }`,
    ];
  },
  touch(world, choice) {
    // Changes no value of its own table, and fires what is there.
    const table = plainTable(world, choice);
    const set = table && column(table, choice);
    if (!table || !set) return [];
    return [`UPDATE ${quote(table.name)} SET ${quote(set.name)} = ${quote(set.name)}`];
  },
  createTableAs(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const fresh = `${table.name}__new`;
    return rebuildWith(
      `CREATE TABLE ${quote(fresh)} AS SELECT * FROM ${quote(table.name)}${
        choice.of(["", " LIMIT 1", " ORDER BY 1 DESC"])
      }`,
      table,
      choice,
    );
  },
  forgetInCopy(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const columns = storedColumns(table);
    const forgotten = choice.of(columns);
    return rebuild(world, table, sameTable(table), {
      columns: columns.filter((each) => each !== forgotten),
      belongings: !choice.oneIn(3),
      rowid: !choice.oneIn(3),
    });
  },
  forgetColumn(world, choice) {
    const table = plainTable(world, choice);
    if (!table || table.columns.length < 2) return [];
    const { parts, options } = readDefinition(table.sql);
    const at = choice.number(table.columns.length);
    const gone = table.columns[at]!.name;
    const create = writeDefinition(`${table.name}__new`, {
      parts: parts.filter((_, index) => index !== at),
      options,
    });
    return rebuild(world, table, create, {
      columns: storedColumns(table).filter((each) => each !== gone),
      belongings: choice.oneIn(2),
      rowid: !choice.oneIn(3),
    });
  },
  reorder(world, choice) {
    const table = plainTable(world, choice);
    if (!table || table.columns.some((each) => each.isGenerated)) return [];
    const { parts, options } = readDefinition(table.sql);
    const columns = parts.slice(0, table.columns.length);
    const moved = [columns.at(-1)!, ...columns.slice(0, -1)];
    const create = writeDefinition(`${table.name}__new`, {
      parts: [...moved, ...parts.slice(table.columns.length)],
      options,
    });
    return rebuild(world, table, create, {
      columns: [],
      select: "*",
      belongings: true,
      rowid: false,
    });
  },
  badCopy(world, choice) {
    const table = plainTable(world, choice);
    const other = plainTable(world, choice);
    if (!table || !other) return [];
    const columns = storedColumns(table);
    const last = quote(columns.at(-1)!);
    const from = choice.of([
      ` AS o JOIN (SELECT 1 AS n UNION ALL SELECT 2) ON n = 1 OR o.${last} IS NULL`,
      ` JOIN (SELECT 1 AS n) ON ${last} IS NOT NULL`,
      ` WHERE ${last} IS NOT NULL`,
      ` ORDER BY ${last} DESC`,
      " LIMIT 1",
      " LIMIT 100 OFFSET 1",
      ` GROUP BY ${last}`,
      ` WHERE EXISTS (SELECT 1 FROM ${quote(other.name)})`,
    ]);
    const names = columns.map(quote);
    const lists = [
      names.join(", "),
      names.map((name, at) => at === names.length - 1 ? `trim(${name})` : name).join(", "),
      names.map((name, at) => at === names.length - 1 ? `CAST(${name} AS INTEGER)` : name).join(
        ", ",
      ),
      names.map((name, at) => at === names.length - 1 ? `lower(${name})` : name).join(", "),
      names.map((name, at) => at === names.length - 1 ? `'red'` : name).join(", "),
    ];
    const seed = choice.of<string[]>([
      [],
      [insertSql({ ...table, name: `${table.name}__new` }, choice)],
      [`INSERT INTO ${quote(`${table.name}__new`)} DEFAULT VALUES`],
    ]);
    return rebuild(world, table, sameTable(table), {
      columns,
      belongings: !choice.oneIn(4),
      rowid: false,
      from,
      select: choice.of(lists),
      seed,
    });
  },
  renumber(world, choice) {
    const table = plainTable(world, choice);
    if (!table || !table.hasImplicitRowid) return [];
    return rebuild(world, table, sameTable(table), {
      columns: storedColumns(table),
      belongings: true,
      rowid: false,
      from: choice.of(["", " ORDER BY 1 DESC", " ORDER BY rowid DESC"]),
    });
  },
  forgetBelongings(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const other = plainTable(world, choice) ?? table;
    const name = /INDEX ("[^"]+"|\w+)/.exec(table.belongings.find((sql) => /INDEX/.test(sql)) ?? "")
      ?.[1];
    const statements = rebuild(world, table, sameTable(table), {
      columns: storedColumns(table),
      belongings: false,
      rowid: true,
    });
    const elsewhere = `CREATE INDEX ${name} ON ${quote(other.name)} (${
      quote(other.columns[0]!.name)
    })`;
    return name !== undefined && choice.oneIn(2) ? [...statements, elsewhere] : statements;
  },
  forgetConstraint(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const { parts, options } = readDefinition(table.sql);
    const at = choice.number(parts.length);
    const changed = parts.flatMap((part, index) => {
      if (index !== at) return [part];
      return index >= table.columns.length && !part.startsWith("PRIMARY")
        ? []
        : [withoutConstraint(part)];
    });
    const create = writeDefinition(`${table.name}__new`, {
      parts: changed,
      options: choice.of([options, options.replace(/STRICT,? ?/, ""), "", "WITHOUT ROWID"]),
    });
    return rebuild(world, table, create, {
      columns: storedColumns(table),
      belongings: true,
      rowid: true,
    });
  },
  convert(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const { parts, options } = readDefinition(table.sql);
    const at = choice.number(table.columns.length);
    const strict = /STRICT/.test(options);
    const type = choice.of(["INTEGER", "REAL", "TEXT", "NUMERIC", "ANY", "BLOB", ""]);
    const generated = choice.oneIn(5);
    const changed = parts.map((part, index) => {
      if (index !== at) return part;
      return generated
        ? `${/^("[^"]+"|\S+)/.exec(part)![1]} ${type || "TEXT"} AS (${
          choice.of(["'red'", "1 + 1", "NULL"])
        }) STORED`
        : withType(part, type);
    });
    const create = writeDefinition(`${table.name}__new`, {
      parts: changed,
      options: strict && choice.oneIn(2) ? options.replace(/STRICT,? ?/, "") : options,
    });
    const columns = storedColumns(table).filter((name) =>
      !generated || name !== table.columns[at]!.name
    );
    return rebuild(world, table, create, { columns, belongings: true, rowid: true });
  },
  renameAway(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const old = quote(world.fresh("old"));
    const columns = storedColumns(table).map(quote);
    const rowid = rowidName(table);
    if (rowid !== undefined && !choice.oneIn(3)) columns.unshift(rowid);
    const names = columns.join(", ");
    return [
      `ALTER TABLE ${quote(table.name)} RENAME TO ${old}`,
      writeDefinition(table.name, readDefinition(table.sql)),
      `INSERT INTO ${quote(table.name)} (${names}) SELECT ${names} FROM ${old}${
        choice.of(["", "", " LIMIT 1"])
      }`,
      `DROP TABLE ${old}`,
      ...choice.of([table.belongings, []]),
    ];
  },
  ownTrigger(world, choice) {
    const table = plainTable(world, choice);
    const other = anyTable(world, choice);
    const set = other && column(other, choice);
    if (!table || !other || !set) return [];
    const trigger = quote(world.fresh("own"));
    const temporary = choice.of(["", "TEMP "]);
    const action = choice.of([
      `DELETE FROM ${quote(other.name)}`,
      `UPDATE ${quote(other.name)} SET ${quote(set.name)} = NULL`,
    ]);
    return [
      `CREATE ${temporary}TRIGGER ${trigger} AFTER INSERT ON ${
        quote(table.name)
      } BEGIN ${action}; END`,
      insertSql(table, choice),
      ...choice.of([[`DROP TRIGGER ${trigger}`], []]),
    ];
  },
  moveRows(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const archive = quote(world.fresh("archive"));
    return [
      `CREATE TABLE ${archive} AS SELECT * FROM ${quote(table.name)}`,
      choice.of([`DROP TABLE ${quote(table.name)}`, `DELETE FROM ${quote(table.name)}`]),
    ];
  },
  moveThroughTemporary(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const names = storedColumns(table).map(quote).join(", ");
    const aside = quote(world.fresh("aside"));
    return [
      `CREATE TEMP TABLE ${aside} AS SELECT ${names} FROM ${quote(table.name)}`,
      `DELETE FROM ${quote(table.name)}`,
      `INSERT INTO ${quote(table.name)} (${names}) SELECT ${names} FROM ${aside}`,
    ];
  },
  dropTable(world, choice) {
    const table = anyTable(world, choice);
    return table ? [`DROP TABLE ${quote(table.name)}`] : [];
  },
  dropNewestTable(world) {
    // In a later revision than the one that moved rows there.
    const table = world.tables().filter((each) => !each.isVirtual).at(-1);
    return table ? [`DROP TABLE ${quote(table.name)}`] : [];
  },
  dropAndCreate(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    return [
      `DROP TABLE IF EXISTS ${quote(table.name)}`,
      writeDefinition(table.name, readDefinition(table.sql)),
      ...choice.of([[], table.belongings, [insertSql(table, choice)]]),
    ];
  },
  dropColumn(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    return [`ALTER TABLE ${quote(table.name)} DROP COLUMN ${quote(choice.of(table.columns).name)}`];
  },
  dropColumnAndAdd(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const { name } = choice.of(table.columns);
    return [
      `ALTER TABLE ${quote(table.name)} DROP COLUMN ${quote(name)}`,
      `ALTER TABLE ${quote(table.name)} ADD COLUMN ${quote(name)} TEXT`,
    ];
  },
  dropObject(world, choice) {
    const kind = choice.of(["index", "trigger", "view"] as const);
    const object = choice.of(world.objects(kind));
    return object ? [`DROP ${kind.toUpperCase()} ${quote(object.name)}`] : [];
  },
  replaceIndex(world, choice) {
    const index = choice.of(world.objects("index"));
    const other = plainTable(world, choice);
    if (!index || !other) return [];
    return [
      `DROP INDEX ${quote(index.name)}`,
      `CREATE INDEX ${quote(index.name)} ON ${quote(other.name)} (${
        quote(other.columns[0]!.name)
      })`,
    ];
  },
  deleteFromView(world, choice) {
    const view = choice.of(world.objects("view"));
    return view ? [`DELETE FROM ${quote(view.name)}`] : [];
  },
  sequence(_, choice) {
    return [choice.of([
      "DELETE FROM sqlite_sequence",
      "UPDATE sqlite_sequence SET seq = 0",
    ])];
  },
  fts(world, choice) {
    const table = choice.of(world.tables().filter((each) => /using fts5/i.test(each.sql)));
    if (!table) return [];
    const name = quote(table.name);
    const columns = table.columns.map((each) => quote(each.name)).join(", ");
    const fresh = quote(`${table.name}__new`);
    return choice.of<string[]>([
      [`INSERT INTO ${name} (${name}) VALUES ('delete-all')`],
      [`INSERT INTO ${name} (${name}) VALUES ('rebuild')`],
      [`INSERT INTO ${name} (${name}) VALUES ('optimize')`],
      [
        table.sql.replace(/TABLE ("[^"]+"|\w+)/, `TABLE ${fresh}`),
        `INSERT INTO ${fresh} (${columns}) SELECT ${columns} FROM ${name}`,
        `DROP TABLE ${name}`,
        `ALTER TABLE ${fresh} RENAME TO ${name}`,
      ],
      [
        table.sql.replace(/TABLE ("[^"]+"|\w+)/, `TABLE ${fresh}`),
        `INSERT INTO ${fresh} (rowid, ${columns}) SELECT rowid, ${columns} FROM ${name}`,
        `DROP TABLE ${name}`,
        `ALTER TABLE ${fresh} RENAME TO ${name}`,
      ],
      [`DROP TABLE ${name}`, table.sql],
    ]);
  },
  typo(world, choice) {
    // Without double-quoted strings SQLite refuses it; with them the condition holds for every row.
    const table = plainTable(world, choice);
    return table ? [`DELETE FROM ${quote(table.name)} WHERE "stauts" <> 'active'`] : [];
  },
  decoy(world, choice) {
    // A DELETE that is meant and takes nothing must not excuse the losses beside it.
    const table = plainTable(world, choice);
    return table ? [`DELETE FROM ${quote(table.name)} WHERE 0`] : [];
  },
};

function sameTable(table: LiveTable): string {
  return writeDefinition(`${table.name}__new`, readDefinition(table.sql));
}

function rebuildWith(create: string, table: LiveTable, choice: Choice): string[] {
  const fresh = quote(`${table.name}__new`);
  return [
    create,
    `DROP TABLE ${quote(table.name)}`,
    "PRAGMA legacy_alter_table = ON",
    `ALTER TABLE ${fresh} RENAME TO ${quote(table.name)}`,
    "PRAGMA legacy_alter_table = OFF",
    ...choice.of([[], table.belongings]),
  ];
}
