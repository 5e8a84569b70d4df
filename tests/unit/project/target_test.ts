import assert from "node:assert/strict";
import { again } from "../../../src/text/next_step.ts";
import { AludelError } from "../../../src/errors.ts";
import { chooseTarget, type TargetChoice } from "../../../src/project/workspace/target.ts";
import { parseDotenv } from "../../../src/project/workspace/dotenv.ts";
import { parseSettings } from "../../../src/project/workspace/settings.ts";

interface Given {
  readonly flag?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: unknown;
  readonly dotenv?: string;
  /** The files that there are. */
  readonly files?: readonly string[];
}

function choose({ flag, env = {}, settings = {}, dotenv = "", files = [] }: Given): TargetChoice {
  return chooseTarget({
    flag,
    environment: (name) => env[name],
    settings: parseSettings(JSON.stringify(settings), "aludel.json", "/project"),
    dotenv: () => parseDotenv(dotenv),
    folder: "/srv/app/sub",
    exists: (path) => files.includes(path),
  });
}

function refusal(given: Given): AludelError {
  try {
    choose(given);
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error;
  }
  assert.fail("a target was chosen");
}

const everything = {
  flag: "flag.db",
  env: { ALUDEL_DATABASE: "aludel.db", DATABASE_URL: "sqlite:url.db" },
  settings: { database: "settings.db" },
  dotenv: "DATABASE_URL=dotenv.db",
};

Deno.test("chooseTarget() refuses an empty flag, and looks nowhere else for a database", () => {
  for (const flag of ["", " "]) {
    const error = refusal({ ...everything, flag });
    assert.equal(error.code, "target-value");
    assert.match(error.message, /--database/);
  }
});

Deno.test("chooseTarget() takes the first place that names a database, empty ones aside", () => {
  const { env } = everything;
  const cases: readonly (readonly [Given, string, string])[] = [
    [everything, "flag", "/srv/app/sub/flag.db"],
    [{ ...everything, flag: undefined }, "ALUDEL_DATABASE", "/srv/app/sub/aludel.db"],
    [
      { ...everything, flag: undefined, env: { ...env, ALUDEL_DATABASE: "" } },
      "settings",
      "/project/settings.db",
    ],
    [
      { env: { DATABASE_URL: "sqlite:url.db" }, dotenv: everything.dotenv },
      "DATABASE_URL",
      "/srv/app/sub/url.db",
    ],
    [{ env: { DATABASE_URL: "" }, dotenv: everything.dotenv }, ".env", "/project/dotenv.db"],
  ];
  for (const [given, from, path] of cases) {
    const { target } = choose(given);
    assert.deepEqual([target.from, target.path], [from, path]);
  }
});

Deno.test("chooseTarget() finds names of the settings, with their own policies", () => {
  const settings = {
    database: "dev",
    drafts: "refuse",
    databases: {
      dev: "app.db",
      old: { url: "/srv/old.db", drafts: "allow", doubleQuotedStrings: true },
    },
  };
  assert.deepEqual(choose({ settings }).target, {
    name: "dev",
    kind: "file",
    path: "/project/app.db",
    from: "settings",
    drafts: "refuse",
    doubleQuotedStrings: false,
    restorePoints: "hazard",
  });
  assert.deepEqual(choose({ settings, env: { ALUDEL_DATABASE: "old" } }).target, {
    name: "old",
    kind: "file",
    path: "/srv/old.db",
    from: "ALUDEL_DATABASE",
    drafts: "allow",
    doubleQuotedStrings: true,
    restorePoints: "hazard",
  });
});

Deno.test("chooseTarget() takes a slip in a name for one, not for a new file", () => {
  const settings = { databases: { production: "/srv/app.db" } };
  const error = refusal({ settings, flag: "prodction" });
  assert.equal(error.code, "target-unknown");
  assert.deepEqual(error.next, [
    again`-d production # if that was meant`,
    again`-d ./prodction # for a file of that name`,
  ]);
  assert.equal(choose({ settings, flag: "./prodction" }).target.path, "/srv/app/sub/prodction");
  assert.equal(choose({ settings, flag: "prod.db" }).target.path, "/srv/app/sub/prod.db");
  assert.equal(choose({ flag: "prodction" }).target.path, "/srv/app/sub/prodction");
  assert.equal(refusal({ settings, flag: "toString" }).code, "target-unknown");
});

Deno.test("chooseTarget() passes over another kind of database in DATABASE_URL", () => {
  const choice = choose({
    env: { DATABASE_URL: "postgres://me:secret@host/db" },
    dotenv: "DATABASE_URL='file:app.db'",
  });
  assert.equal(choice.target.path, "/project/app.db");
  assert.deepEqual(choice.notices, ["DATABASE_URL was ignored: postgres is not SQLite"]);
  const error = refusal({ env: { DATABASE_URL: "postgres://me:secret@host/db" } });
  assert.equal(error.code, "target-none");
  assert.deepEqual(error.notes, ["DATABASE_URL was ignored: postgres is not SQLite"]);
});

Deno.test("chooseTarget() refuses other databases that were asked for, without secrets", () => {
  for (
    const url of [
      "mysql://x.io?authToken=s3cret",
      "postgres://u:s3cret@h/d",
    ]
  ) {
    const error = refusal({ flag: url });
    assert.equal(error.code, "target-unsupported");
    assert.ok(
      !JSON.stringify([error.message, error.notes, error.next, error.place]).includes("s3cret"),
    );
  }
  assert.equal(refusal({ flag: "sqlite:" }).code, "target-value");
  assert.equal(refusal({ flag: "https://u:s3cret@x.io" }).code, "target-value");
});

Deno.test("chooseTarget() finds the token of a server, and shows it nowhere", async () => {
  const flag = "libsql://x.io/app?authToken=own";
  const databases = { app: { url: flag, tokenVariable: "APP_TOKEN" } };
  const token = (given: Given) => choose(given).target.server?.token();
  assert.equal(token({ flag }), "own");
  assert.equal(token({ flag, env: { ALUDEL_DATABASE_TOKEN: "variable" } }), "variable");
  assert.equal(token({ flag, dotenv: "ALUDEL_DATABASE_TOKEN=file" }), "file");
  const env = { APP_TOKEN: "theirs", ALUDEL_DATABASE_TOKEN: "variable" };
  assert.equal(token({ flag: "app", settings: { databases }, env }), "theirs");
  const { target } = choose({ flag, env });
  assert.deepEqual([target.name, target.kind], ["libsql://x.io/app", "server"]);
  assert.equal(await target.server?.url(), "https://x.io/app");
  assert.doesNotMatch(JSON.stringify(target), /own|variable/);
});

Deno.test("chooseTarget() says that a token goes without encryption, but for this machine", () => {
  const env = { ALUDEL_DATABASE_TOKEN: "t" };
  for (const flag of ["http://db.example.org", "libsql://db.example.org?tls=0"]) {
    assert.match(choose({ flag, env }).notices[0] ?? "", /without encryption/);
    assert.deepEqual(choose({ flag }).notices, []);
  }
  for (const flag of ["http://127.0.0.1:8080", "http://localhost", "https://db.example.org"]) {
    assert.deepEqual(choose({ flag, env }).notices, []);
  }
});

Deno.test("chooseTarget() does not ask for .env unless it must and may", () => {
  const asked = (given: Given) => {
    let count = 0;
    try {
      chooseTarget({
        flag: given.flag,
        environment: () => undefined,
        settings: parseSettings(JSON.stringify(given.settings ?? {}), "aludel.json", "/project"),
        dotenv: () => (count++, new Map()),
        folder: "/",
        exists: () => false,
      });
    } catch (error) {
      assert.ok(error instanceof AludelError && error.code === "target-none");
    }
    return count;
  };
  assert.deepEqual([asked({}), asked({ flag: "x.db" }), asked({ settings: { dotenv: false } })], [
    1,
    0,
    0,
  ]);
});

Deno.test("chooseTarget() knows a database in memory", () => {
  const { target } = choose({ flag: ":memory:" });
  assert.deepEqual([target.kind, target.path, target.name], ["memory", ":memory:", ":memory:"]);
});

Deno.test("chooseTarget() says which file three slashes are, unless only that one is there", () => {
  const notices = (files: readonly string[]) =>
    choose({ env: { DATABASE_URL: "sqlite:///app.db" }, files }).notices;
  const notice =
    '"sqlite:///app.db" is the file "/app.db"; for "app.db" in "/srv/app/sub" write "sqlite:app.db"';
  assert.deepEqual(notices([]), [notice]);
  assert.deepEqual(notices(["/srv/app/sub/app.db"]), [notice]);
  assert.deepEqual(notices(["/app.db", "/srv/app/sub/app.db"]), [notice]);
  assert.deepEqual(notices(["/app.db"]), []);
  assert.deepEqual(choose({ env: { DATABASE_URL: "sqlite+aiosqlite:///app.db" } }).notices, []);
  assert.deepEqual(choose({ flag: "sqlite:///app.db" }).notices, [notice]);
});

Deno.test("chooseTarget() says that settings are before the application's DATABASE_URL", () => {
  const settings = { database: "app.db" };
  const told = (given: Given) => choose({ settings, ...given }).notices;
  const line = (where: string, name: string) => [
    `The database is "app.db", from aludel.json; ${where} names another: --database ${name}`,
  ];
  assert.deepEqual(
    told({ env: { DATABASE_URL: "sqlite:url.db" } }),
    line("DATABASE_URL", "url.db"),
  );
  assert.deepEqual(
    told({ dotenv: "DATABASE_URL=libsql://x.io?authToken=s3cret" }),
    line('DATABASE_URL in ".env"', "libsql://x.io"),
  );
  assert.deepEqual(told({ env: { DATABASE_URL: "file:/project/app.db" } }), []);
  assert.deepEqual(told({ dotenv: "DATABASE_URL=./app.db" }), []);
  assert.deepEqual(told({ env: { DATABASE_URL: "postgres://h/d" } }), []);
  assert.deepEqual(told({ env: { DATABASE_URL: " " } }), []);
  assert.deepEqual(told({ flag: "x.db", env: { DATABASE_URL: "sqlite:url.db" } }), []);
});

Deno.test("chooseTarget() finds the home folder, and keeps what the URL allows", () => {
  const home = { HOME: "/home/me" };
  assert.equal(choose({ flag: "~/app.db", env: home }).target.path, "/home/me/app.db");
  assert.equal(
    choose({ env: { ...home, DATABASE_URL: "sqlite:///~/app.db" } }).target.path,
    "/home/me/app.db",
  );
  assert.equal(refusal({ flag: "~/app.db" }).code, "target-value");
  assert.equal(choose({ flag: "file:app.db?mode=ro" }).target.mode, "ro");
  const settings = { databases: { replica: "file:app.db?mode=ro" } };
  assert.equal(choose({ settings, flag: "replica" }).target.mode, "ro");
});

Deno.test({
  name: "chooseTarget() takes a backslash for a letter, and refuses the drives of Windows",
  ignore: Deno.build.os === "windows",
  fn() {
    assert.equal(choose({ flag: "data\\app.db" }).target.path, "/srv/app/sub/data\\app.db");
    for (const flag of ["C:\\data\\app.db", "sqlite:///C:/app.db", "\\\\host\\share\\app.db"]) {
      assert.equal(refusal({ flag }).code, "target-value", flag);
    }
  },
});
