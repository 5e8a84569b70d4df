/** A revision of {@linkcode calendarHistory}. */
export interface CalendarRevision {
  readonly id: string;
  readonly message: string;
  readonly parents: readonly string[];
  readonly label?: string;
  readonly up: string;
  readonly down: string;
}

/** Tables in the order in which a calendar of events would get them, with their columns. */
const TABLES: readonly (readonly [name: string, columns: string])[] = [
  ["people", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE"],
  ["venues", "id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT"],
  [
    "events",
    "id INTEGER PRIMARY KEY, venue INTEGER NOT NULL REFERENCES venues, title TEXT NOT NULL, starts TEXT NOT NULL",
  ],
  ["rooms", "id INTEGER PRIMARY KEY, venue INTEGER NOT NULL REFERENCES venues, seats INTEGER"],
  [
    "tickets",
    "id INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES events, holder INTEGER REFERENCES people, price REAL",
  ],
  ["tags", "id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE"],
  [
    "event_tags",
    "event INTEGER NOT NULL REFERENCES events, tag INTEGER NOT NULL REFERENCES tags, PRIMARY KEY (event, tag)",
  ],
  [
    "speakers",
    "event INTEGER NOT NULL REFERENCES events, person INTEGER NOT NULL REFERENCES people, PRIMARY KEY (event, person)",
  ],
];

/** What a branch of its own adds. */
const BILLING: typeof TABLES = [
  [
    "invoices",
    "id INTEGER PRIMARY KEY, buyer INTEGER NOT NULL REFERENCES people, made TEXT NOT NULL",
  ],
  [
    "invoice_lines",
    "id INTEGER PRIMARY KEY, invoice INTEGER NOT NULL REFERENCES invoices, ticket INTEGER REFERENCES tickets, amount REAL",
  ],
  ["payments", "id INTEGER PRIMARY KEY, invoice INTEGER NOT NULL REFERENCES invoices, paid TEXT"],
];

/** Columns that come later. */
const COLUMNS: readonly (readonly [table: string, name: string, type: string])[] = [
  ["events", "ends", "TEXT"],
  ["events", "summary", "TEXT"],
  ["events", "capacity", "INTEGER"],
  ["events", "published", "INTEGER NOT NULL DEFAULT 0"],
  ["people", "phone", "TEXT"],
  ["people", "language", "TEXT NOT NULL DEFAULT 'en'"],
  ["people", "joined", "TEXT"],
  ["venues", "street", "TEXT"],
  ["venues", "country", "TEXT"],
  ["venues", "latitude", "REAL"],
  ["venues", "longitude", "REAL"],
  ["rooms", "floor", "INTEGER"],
  ["rooms", "projector", "INTEGER NOT NULL DEFAULT 0"],
  ["tickets", "bought", "TEXT"],
  ["tickets", "seat", "TEXT"],
  ["tickets", "refunded", "INTEGER NOT NULL DEFAULT 0"],
  ["speakers", "topic", "TEXT"],
  ["speakers", "minutes", "INTEGER"],
  ["tags", "colour", "TEXT"],
  ["events", "parent", "INTEGER REFERENCES events"],
  ["people", "photo", "BLOB"],
  ["venues", "opened", "TEXT"],
  ["venues", "website", "TEXT"],
  ["rooms", "name", "TEXT"],
  ["tickets", "checked_in", "TEXT"],
  ["event_tags", "added", "TEXT"],
  ["speakers", "confirmed", "INTEGER NOT NULL DEFAULT 0"],
  ["people", "newsletter", "INTEGER NOT NULL DEFAULT 0"],
];

const BILLING_COLUMNS: typeof COLUMNS = [
  ["invoices", "number", "TEXT"],
  ["invoices", "due", "TEXT"],
  ["invoice_lines", "vat", "REAL NOT NULL DEFAULT 0"],
  ["payments", "method", "TEXT"],
];

const INDEXES: readonly (readonly [table: string, columns: string])[] = [
  ["events", "starts"],
  ["events", "venue"],
  ["tickets", "event"],
  ["tickets", "holder"],
  ["rooms", "venue"],
  ["event_tags", "tag"],
  ["speakers", "person"],
  ["people", "name"],
  ["venues", "city"],
];

/** A calendar's history of 60 revisions: a branch for billing, one for search, two merges, and a column that goes again. */
export function calendarHistory(): readonly CalendarRevision[] {
  const revisions: CalendarRevision[] = [];
  let last = 0;
  const nextId = () => `c${String(++last).padStart(3, "0")}`;
  const add = (message: string, up: string, down: string, more: Partial<CalendarRevision> = {}) => {
    const id = nextId();
    const parents = revisions.slice(-1).map((one) => one.id);
    revisions.push({ id, message, parents, up: `${up}\n`, down: `${down}\n`, ...more });
    return id;
  };
  const table = ([name, columns]: (typeof TABLES)[number], more?: Partial<CalendarRevision>) =>
    add(
      `create ${name.replace("_", " ")}`,
      `CREATE TABLE ${name} (\n  ${columns.replace(/, (?=\w+ [A-Z]|PRIMARY)/g, ",\n  ")}\n);`,
      `DROP TABLE ${name};`,
      more,
    );
  const column = (
    [table, name, type]: (typeof COLUMNS)[number],
    more?: Partial<CalendarRevision>,
  ) =>
    add(
      `add ${name} to ${table}`,
      `ALTER TABLE ${table} ADD COLUMN ${name} ${type};`,
      `ALTER TABLE ${table} DROP COLUMN ${name};`,
      more,
    );
  const index = ([table, columns]: (typeof INDEXES)[number], more?: Partial<CalendarRevision>) =>
    add(
      `index ${table} by ${columns}`,
      `CREATE INDEX ${table}_${columns} ON ${table} (${columns});`,
      `DROP INDEX ${table}_${columns};`,
      more,
    );

  TABLES.forEach((one) => table(one));
  COLUMNS.slice(0, 8).forEach((one) => column(one));
  const fork = index(INDEXES[0]!);
  let billing = table(BILLING[0]!, { parents: [fork], label: "billing" });
  for (const one of BILLING.slice(1)) billing = table(one);
  for (const one of BILLING_COLUMNS) billing = column(one);
  let trunk = column(COLUMNS[8]!, { parents: [fork] });
  for (const one of COLUMNS.slice(9, 15)) trunk = column(one);
  add("join billing", "-- Both sides are applied.", "-- Both sides stay.", {
    parents: [trunk, billing],
  });
  add(
    "show what sells",
    "CREATE VIEW sales AS\nSELECT events.title, count(*) AS sold, sum(tickets.price) AS total\nFROM tickets JOIN events ON events.id = tickets.event\nGROUP BY events.id;",
    "DROP VIEW sales;",
  );
  INDEXES.slice(1).forEach((one) => index(one));
  COLUMNS.slice(15).forEach((one) => column(one));
  const second = add(
    "count tickets that are sold",
    "CREATE TRIGGER tickets_sold AFTER INSERT ON tickets\nWHEN NEW.holder IS NOT NULL\nBEGIN\n  UPDATE events SET capacity = capacity - 1 WHERE id = NEW.event;\nEND;",
    "DROP TRIGGER tickets_sold;",
  );
  const search = add(
    "search events by their words",
    "CREATE VIRTUAL TABLE event_words USING fts5 (title, summary, content=events, content_rowid=id);",
    "DROP TABLE event_words;",
    { parents: [second], label: "search" },
  );
  const photo = add(
    "keep photos elsewhere",
    "-- aludel: allow-loss=people.photo They are files now.\nALTER TABLE people DROP COLUMN photo;\nALTER TABLE people ADD COLUMN photo_path TEXT;",
    "ALTER TABLE people DROP COLUMN photo_path;\nALTER TABLE people ADD COLUMN photo BLOB;",
    { parents: [second] },
  );
  add("join search", "-- Both sides are applied.", "-- Both sides stay.", {
    parents: [photo, search],
  });
  add(
    "rename speakers' topic to subject",
    "ALTER TABLE speakers RENAME COLUMN topic TO subject;",
    "ALTER TABLE speakers RENAME COLUMN subject TO topic;",
  );
  add(
    "keep who is on the waiting list",
    "CREATE TABLE waiting (\n  event INTEGER NOT NULL REFERENCES events,\n  person INTEGER NOT NULL REFERENCES people,\n  since TEXT NOT NULL,\n  PRIMARY KEY (event, person)\n);\nCREATE INDEX waiting_since ON waiting (since);",
    "DROP TABLE waiting;",
  );
  return revisions;
}
