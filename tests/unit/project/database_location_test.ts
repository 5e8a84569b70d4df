import assert from "node:assert/strict";
import {
  type DatabaseLocation,
  expandHome,
  readLocation,
  relativeReading,
} from "../../../src/project/workspace/database_location.ts";

Deno.test("readLocation() reads paths and URLs of files", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["app.db", "app.db"],
    ["./data/app.db", "./data/app.db"],
    ["/srv/app.db", "/srv/app.db"],
    ["C:\\data\\app.db", "C:\\data\\app.db"],
    ["C:/data/app.db", "C:/data/app.db"],
    ["\\\\server\\share\\app.db", "\\\\server\\share\\app.db"],
    ["100%.db", "100%.db"],
    ["a b?.db", "a b?.db"],
    ["app:1.db", "app:1.db"],
    ["sqlite:app.db", "app.db"],
    ["SQLite:./app.db", "./app.db"],
    ["sqlite://app.db", "app.db"],
    ["sqlite://data/app.db", "data/app.db"],
    ["sqlite:/srv/app.db", "/srv/app.db"],
    ["sqlite:///srv/app.db", "/srv/app.db"],
    ["sqlite:////srv/app.db", "/srv/app.db"],
    ["sqlite3:app.db", "app.db"],
    ["sqlite:C:\\app.db", "C:\\app.db"],
    ["sqlite:///C:/app.db", "C:/app.db"],
    ["file:app.db", "app.db"],
    ["file:./dev.db?connection_limit=1", "./dev.db"],
    ["file:///srv/my%20app.db", "/srv/my app.db"],
    ["file://localhost/srv/app.db", "/srv/app.db"],
    ["file:///srv/app.db#x", "/srv/app.db"],
    ["file:///srv/100%25.db", "/srv/100%.db"],
    ["file://./app.db", "./app.db"],
    ["sqlite:///./app.db", "./app.db"],
    ["sqlite:///../app.db", "../app.db"],
    ["sqlite:///~/app.db", "~/app.db"],
    ["~/app.db", "~/app.db"],
    ["sqlite:~/app.db", "~/app.db"],
    ["~backup.db", "~backup.db"],
    ["spatialite:///srv/geo.db", "/srv/geo.db"],
    ["sqlite://app.db?_foreign_keys=on&cache=shared&nolock=1", "app.db"],
    ["sqlite:app.db?mode=rwc", "app.db"],
    ["sqlite:app.db?mode=", "app.db"],
    ["file:app.db?vfs=unix&immutable=0", "app.db"],
    ["data\\app.db", "data\\app.db"],
    ['"file:./app.db"', "./app.db"],
    ["'app.db'", "app.db"],
    ["sqlite+aiosqlite:///app.db", "app.db"],
    ["sqlite+aiosqlite:///./app.db", "./app.db"],
    ["sqlite+pysqlite:////srv/app.db", "/srv/app.db"],
    ["sqlite+pysqlite:///C:\\data\\app.db", "C:\\data\\app.db"],
    ["sqlite+aiosqlite:///my%20app.db", "my%20app.db"],
    ["sqlite+pysqlite:///file:my%20app.db?uri=true", "my app.db"],
    ["SQLITE+AIOSQLITE:///app.db?timeout=5", "app.db"],
    ["jdbc:sqlite:app.db", "app.db"],
    ["jdbc:sqlite:data/app.db?foreign_keys=on", "data/app.db"],
    ["jdbc:sqlite:/srv/app.db", "/srv/app.db"],
    ["jdbc:sqlite:///srv/app.db", "/srv/app.db"],
    ["jdbc:sqlite:C:/data/app.db", "C:/data/app.db"],
    ["jdbc:sqlite:50%.db", "50%.db"],
    ["jdbc:sqlite:file:my%20app.db", "my app.db"],
  ];
  for (const [text, path] of cases) {
    assert.deepEqual(readLocation(text), { kind: "file", path }, text);
  }
});

Deno.test("readLocation() reads databases in memory", () => {
  for (
    const text of [
      ":memory:",
      "sqlite::memory:",
      "file::memory:?cache=shared",
      "file:x?mode=memory&cache=shared",
      "sqlite:///:memory:",
      "sqlite+aiosqlite://",
      "sqlite+aiosqlite:///",
      "sqlite+pysqlite:///:memory:",
      "jdbc:sqlite:",
      "jdbc:sqlite::memory:",
    ]
  ) {
    assert.deepEqual(readLocation(text), { kind: "memory" }, text);
  }
});

Deno.test("readLocation() tells servers and other databases from files", () => {
  const servers: readonly [string, string, string, string?][] = [
    ["libsql://x.turso.io", "libsql://x.turso.io", "https://x.turso.io"],
    ["HTTPS://x/", "https://x", "https://x"],
    ["wss://x/db?authToken=a", "https://x/db", "https://x/db", "a"],
    ["ws://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["libsql://x:1?tls=0&jwt=b#c", "http://x:1", "http://x:1", "b"],
  ];
  for (const [text, name, url, token] of servers) {
    assert.deepEqual(readLocation(text), { kind: "server", name, url, token });
  }
  for (const text of ["libsql://", "libsql://u:p@x", "https://x:port"]) {
    assert.equal(readLocation(text).kind, "invalid", text);
  }
  assert.deepEqual(readLocation("postgres://u:p@h/d"), { kind: "foreign", scheme: "postgres" });
  assert.deepEqual(readLocation("mysql+py://h"), { kind: "foreign", scheme: "mysql+py" });
  assert.deepEqual(readLocation("jdbc:postgresql://h/d"), {
    kind: "foreign",
    scheme: "postgresql",
  });
  assert.deepEqual(readLocation("jdbc:oracle:thin:@h"), { kind: "foreign", scheme: "oracle" });
});

Deno.test("readLocation() says what is wrong with the rest", () => {
  for (
    const text of [
      ...["", " ", "sqlite:", "sqlite://", "file:///", "data/", "a\0b", "sqlite:50%.db"],
      ...["~root/app.db", "sqlite:~root/app.db", "jdbc:sqlite::resource:app.db"],
      ...["file:app.db?mode=readonly", "file:app.db?vfs=multiplex", "file:app.db?key=secret"],
    ]
  ) {
    assert.equal(readLocation(text).kind, "invalid", text);
  }
});

Deno.test("readLocation() obeys what a URL allows with the file", () => {
  const file = (mode?: "ro" | "rw"): DatabaseLocation => ({
    kind: "file",
    path: "app.db",
    ...(mode && { mode }),
  });
  for (
    const [text, location] of [
      ["file:app.db?mode=ro", file("ro")],
      ["file:app.db?cache=private&mode=rw", file("rw")],
      ["sqlite:app.db?mode=rwc", file()],
      ["file:app.db?immutable=1", file("ro")],
      ["file:app.db?mode=rw&immutable=1", file("ro")],
      ["sqlite+pysqlite:///app.db?mode=ro", file("ro")],
      ["sqlite+pysqlite:///file:app.db?mode=ro&uri=true", file("ro")],
      ["jdbc:sqlite:file:app.db?mode=ro", file("ro")],
    ] as const
  ) {
    assert.deepEqual(readLocation(text), location, text);
  }
});

Deno.test("relativeReading() tells what SQLAlchemy reads in three slashes", () => {
  for (
    const [text, path] of [
      ["sqlite:///app.db", "app.db"],
      ["sqlite3:///data/my%20app.db?mode=ro", "data/my app.db"],
      ["sqlite:////app.db", undefined],
      ["sqlite:///./app.db", undefined],
      ["sqlite:///~/app.db", undefined],
      ["sqlite:///C:/app.db", undefined],
      ["sqlite:///:memory:", undefined],
      ["file:///app.db", undefined],
      ["sqlite:/app.db", undefined],
      ["/app.db", undefined],
    ] as const
  ) {
    assert.equal(relativeReading(text), path, text);
  }
});

Deno.test("expandHome() puts the home folder before what begins with it", () => {
  const variables = (values: Record<string, string>) => (name: string) => values[name];
  assert.equal(expandHome("~/a/b.db", variables({ HOME: "/home/me" })), "/home/me/a/b.db");
  assert.equal(expandHome("~/b.db", variables({ HOME: "/" })), "/b.db");
  assert.equal(expandHome("~\\b.db", variables({ USERPROFILE: "C:\\me" })), "C:\\me\\b.db");
  assert.equal(expandHome("~/b.db", variables({ HOME: "" })), undefined);
  assert.equal(expandHome("a~/b.db", variables({})), "a~/b.db");
});
