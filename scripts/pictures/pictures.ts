import { file, hidden, type Picture, shown, sql } from "./picture.ts";

const FIRST_SCHEMA = `CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  title  TEXT NOT NULL
);
CREATE TABLE guests (
  id    INTEGER PRIMARY KEY,
  event INTEGER NOT NULL REFERENCES events,
  name  TEXT NOT NULL,
  seats TEXT NOT NULL,
  fax   TEXT
);
`;

const WANTED_SCHEMA = `CREATE TABLE events (
  id     INTEGER PRIMARY KEY,
  title  TEXT NOT NULL,
  starts TEXT
);
CREATE TABLE guests (
  id    INTEGER PRIMARY KEY,
  event INTEGER NOT NULL REFERENCES events,
  name  TEXT NOT NULL,
  seats INTEGER NOT NULL
);
CREATE INDEX guests_by_event ON guests (event);
`;

/** Enough rows for a run to last: its progress is part of the picture. */
const MANY_GUESTS = `
INSERT INTO events VALUES (1, 'An evening of short readings');
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT 700000)
INSERT INTO guests SELECT n, 1, 'Guest ' || n, n % 4, NULL FROM number;
`;

/** A draft under a known id, with its two files. */
function revision(
  id: string,
  message: string,
  { up, down, flags = "" }: { readonly up: string; readonly down: string; readonly flags?: string },
) {
  return [
    hidden(`aludel revision -m "${message}" --rev-id ${id} ${flags}`),
    file(`migrations/*${id}*/up.sql`, up),
    file(`migrations/*${id}*/down.sql`, down),
  ];
}

const EVENTS = revision("3f9c1a2b4d5e", "create events", {
  up: "CREATE TABLE events (id INTEGER PRIMARY KEY, title TEXT NOT NULL);\n",
  down: "DROP TABLE events;\n",
});

const GUESTS = revision("77a0c3e9b1f2", "create guests", {
  up: `CREATE TABLE guests (
  id    INTEGER PRIMARY KEY,
  event INTEGER NOT NULL REFERENCES events,
  name  TEXT NOT NULL
);
`,
  down: "DROP TABLE guests;\n",
});

/** Revisions are drawn in the order of their creation: it is set, so that the drawing stays as it is. */
function createdInOrder(...ids: readonly string[]) {
  return ids.map((id, minute) => {
    const time = `2026-11-24T10:${10 + minute}:00Z`;
    const setting = `/"id":"${id}"/s/"created":"[^"]*"/"created":"${time}"/`;
    return hidden(`sed -i '${setting}' migrations/manifest.json`);
  });
}

/** Two branches with labels beside the trunk, one of which needs the other's first revision, and a merge. */
const BRANCHES = [
  ...EVENTS,
  ...GUESTS,
  ...revision("b4d81e60a9c7", "begin billing with invoices", {
    up: "CREATE TABLE invoices (id INTEGER PRIMARY KEY, guest INTEGER REFERENCES guests);\n",
    down: "DROP TABLE invoices;\n",
    flags: "--branch-label billing",
  }),
  ...revision("c05e7f3d2a18", "rate events", {
    up: "ALTER TABLE events ADD COLUMN rating INTEGER;\n",
    down: "ALTER TABLE events DROP COLUMN rating;\n",
    flags: "--head 77a0 --splice --branch-label rating",
  }),
  ...revision("e93b5c7142fd", "add due dates", {
    up: "ALTER TABLE invoices ADD COLUMN due TEXT;\n",
    down: "ALTER TABLE invoices DROP COLUMN due;\n",
    flags: "--head billing@head",
  }),
  hidden('aludel merge heads -m "join both branches" --rev-id f21d6ab80c93'),
  ...revision("0a6e2f9b7c54", "count views", {
    up: "CREATE TABLE views (event INTEGER NOT NULL REFERENCES events, day TEXT NOT NULL);\n",
    down: "DROP TABLE views;\n",
    flags: "--head base --branch-label statistics --depends-on 3f9c",
  }),
  ...revision("9d1c8e3f5b20", "remind late payers", {
    up: "ALTER TABLE invoices ADD COLUMN reminded TEXT;\n",
    down: "ALTER TABLE invoices DROP COLUMN reminded;\n",
    flags: "--head f21d",
  }),
  ...createdInOrder(
    "3f9c1a2b4d5e",
    "77a0c3e9b1f2",
    "b4d81e60a9c7",
    "c05e7f3d2a18",
    "e93b5c7142fd",
    "f21d6ab80c93",
    "0a6e2f9b7c54",
    "9d1c8e3f5b20",
  ),
];

/** Every picture of the documents. */
export const PICTURES: readonly Picture[] = [
  {
    name: "autogenerate",
    alt:
      "A terminal: aludel revision --autogenerate lists what differs and writes the SQL for it, " +
      "aludel upgrade keeps a copy of the database, shows how far it is, and has done it",
    moves: true,
    steps: [
      hidden("aludel init"),
      file("schema.sql", FIRST_SCHEMA),
      hidden('aludel revision --autogenerate -m "create events and guests"'),
      hidden("aludel seal"),
      hidden("aludel upgrade"),
      sql("app.db", MANY_GUESTS),
      file("schema.sql", WANTED_SCHEMA),
      shown('aludel revision --autogenerate -m "count seats"'),
      shown("aludel upgrade"),
    ],
  },
  {
    name: "error",
    alt: "A terminal: aludel upgrade fails, shows the place in the SQL file with a caret, " +
      "SQLite's words, what was rolled back, and what to type next",
    moves: false,
    steps: [
      hidden("aludel init"),
      ...EVENTS,
      ...GUESTS,
      ...revision("b4d81e60a9c7", "find guests fast", {
        up: `CREATE INDEX guests_by_event ON guests (event);
CREATE INDEX guests_by_name ON guests (surname, name);
`,
        down: "DROP INDEX guests_by_name;\nDROP INDEX guests_by_event;\n",
      }),
      shown("aludel upgrade"),
    ],
  },
  {
    name: "graph",
    alt: "A terminal: aludel history --graph draws revisions with branches, labels, a merge and " +
      "a dependency, and marks where the database stands",
    moves: false,
    steps: [
      hidden("aludel init"),
      ...BRANCHES,
      hidden("aludel seal 3f9c 77a0 b4d8 c05e e93b f21d"),
      hidden("aludel upgrade f21d"),
      shown("aludel history --graph -i"),
    ],
  },
  {
    name: "status",
    alt: "A terminal: aludel status lists where the database stands, what is pending, in draft " +
      "and on another branch, an edited revision with its verdict, and what to type next",
    moves: false,
    steps: [
      hidden("aludel init && git init -q -b main && printf '/app.db*\\n' > .gitignore"),
      ...EVENTS,
      ...GUESTS,
      hidden("aludel seal && git add . && git commit -q -m 'Keep events and their guests'"),
      hidden("git switch -q -c billing"),
      ...revision("b4d81e60a9c7", "begin billing with invoices", {
        up: "CREATE TABLE invoices (id INTEGER PRIMARY KEY, guest INTEGER REFERENCES guests);\n",
        down: "DROP TABLE invoices;\n",
      }),
      hidden("aludel seal && git add . && git commit -q -m 'Begin billing' && aludel upgrade"),
      hidden("git switch -q main"),
      file("migrations/*3f9c1a2b4d5e*/down.sql", "-- Nobody needs this.\nDROP TABLE events;\n"),
      ...revision("c05e7f3d2a18", "find guests fast", {
        up: "CREATE INDEX guests_by_event ON guests (event);\n",
        down: "DROP INDEX guests_by_event;\n",
      }),
      shown("aludel status"),
    ],
  },
];
