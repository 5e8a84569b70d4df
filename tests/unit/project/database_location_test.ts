import assert from "node:assert/strict";
import { readLocation } from "../../../src/project/database_location.ts";

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
    ]
  ) {
    assert.deepEqual(readLocation(text), { kind: "memory" }, text);
  }
});

Deno.test("readLocation() tells servers and other databases from files", () => {
  assert.deepEqual(readLocation("libsql://x.turso.io"), { kind: "server", scheme: "libsql" });
  assert.deepEqual(readLocation("HTTPS://x"), { kind: "server", scheme: "https" });
  assert.deepEqual(readLocation("postgres://u:p@h/d"), { kind: "foreign", scheme: "postgres" });
  assert.deepEqual(readLocation("mysql+py://h"), { kind: "foreign", scheme: "mysql+py" });
});

Deno.test("readLocation() says what is wrong with the rest", () => {
  for (
    const text of ["", " ", "sqlite:", "sqlite://", "file:///", "data/", "a\0b", "sqlite:50%.db"]
  ) {
    assert.equal(readLocation(text).kind, "invalid", text);
  }
});
