import assert from "node:assert/strict";
import { AludelError } from "../../../../src/errors.ts";
import { lockFolder } from "../../../../src/project/workspace/folder_lock.ts";
import {
  findRestorePoint,
  formatRestorePoint,
  parseRestorePoint,
  pruneRestorePoints,
  readRestoreFolder,
  removeRestorePoint,
  restoreFolderOf,
  type RestorePoint,
} from "../../../../src/project/copies/restore_points.ts";
import {
  findLeftovers,
  openWorkFolder,
  removeLeftovers,
} from "../../../../src/project/copies/work_folder.ts";
import { TempFolder } from "../../../fixtures/temp_folder.ts";

function point(name: string, created: string, kind: RestorePoint["kind"] = "run"): RestorePoint {
  return {
    name,
    kind,
    holds: "database",
    sequence: 0,
    created,
    reason: `reason of ${name}`,
    file: "app.db",
    heads: [{ id: "a1", lineage: `sha256:${"0".repeat(64)}` }],
    bytes: 4096,
    sha256: "0".repeat(64),
    mode: 0o640,
    madeBy: "aludel 0.1.0",
  };
}

function put(folder: TempFolder, ...points: readonly RestorePoint[]): string {
  const database = folder.file("app.db");
  Deno.writeTextFileSync(database, "");
  for (const each of points) {
    const path = `${restoreFolderOf(database)}/${each.name}`;
    Deno.mkdirSync(path, { recursive: true });
    Deno.writeTextFileSync(`${path}/point.json`, formatRestorePoint(each));
  }
  return database;
}

const names = (database: string) => readRestoreFolder(database).points.map(({ name }) => name);

Deno.test("parseRestorePoint() reads what formatRestorePoint() writes, and nothing else", () => {
  const written = point("p", "2026-11-23T10:15:00Z");
  assert.deepEqual(parseRestorePoint(formatRestorePoint(written)), written);
  const spoiled: readonly (readonly [keyof RestorePoint | "format", unknown])[] = [
    ["format", 2],
    ["sha256", "x"],
    ["bytes", "many"],
    ["kind", "other"],
    ["file", "../../etc/passwd"],
    ["file", ".."],
    ["file", "a\0b"],
    ["name", "../app.db"],
    ["name", "a b"],
    ["heads", null],
    ["heads", [{ id: 7, lineage: "x" }]],
    ["mode", -1],
    ["sequence", 1.5],
    ["holds", "rows"],
    ["holds", "everything"],
  ];
  for (const [key, value] of spoiled) {
    const text = JSON.stringify({ format: 1, ...written, [key]: value });
    assert.equal(parseRestorePoint(text), undefined, key);
  }
  for (const text of ["", "null", "7", "[]"]) assert.equal(parseRestorePoint(text), undefined);
});

Deno.test("parseRestorePoint() takes a point without a number for a copy that is older than all others", () => {
  const { holds: _, sequence: __, ...old } = point("p", "2026-11-23T10:15:00Z");
  const read = parseRestorePoint(JSON.stringify({ format: 1, ...old }));
  assert.deepEqual(read, { ...old, holds: "database", sequence: 0 });
  // An Aludel that knows copies only must not take rows for one.
  const rows = { ...point("p", "2026-11-23T10:15:00Z"), holds: "rows" } as const;
  assert.equal(JSON.parse(formatRestorePoint(rows)).format, 2);
  assert.deepEqual(parseRestorePoint(formatRestorePoint(rows)), rows);
});

Deno.test("readRestoreFolder() goes by the number where there is one, whatever the clock says", () => {
  using folder = new TempFolder();
  const database = put(
    folder,
    { ...point("b", "2026-11-22T00:00:00Z"), sequence: 2 },
    { ...point("c", "1999-01-01T00:00:00Z"), sequence: 3 },
    { ...point("a", "2026-11-23T00:00:00Z"), sequence: 1 },
    point("before", "2027-01-01T00:00:00Z"),
  );
  assert.deepEqual(names(database), ["before", "a", "b", "c"]);
  assert.equal(findRestorePoint(readRestoreFolder(database), undefined).name, "c");
  pruneRestorePoints(database, 1, new Set());
  assert.deepEqual(names(database), ["c"]);
});

Deno.test("pruneRestorePoints() to none leaves what the run has made", () => {
  using folder = new TempFolder();
  const database = put(
    folder,
    point("a", "2026-11-20T00:00:00Z"),
    point("b", "2026-11-21T00:00:00Z"),
  );
  pruneRestorePoints(database, 0, new Set(["b"]));
  assert.deepEqual(names(database), ["b"]);
});

Deno.test("removeRestorePoint() leaves what somebody else has put into the folder", () => {
  using folder = new TempFolder();
  const database = put(folder, point("a", "2026-11-20T00:00:00Z"));
  const path = `${restoreFolderOf(database)}/a`;
  Deno.writeTextFileSync(`${path}/app.db`, "copy");
  Deno.writeTextFileSync(`${path}/NOTES`, "mine");
  removeRestorePoint(restoreFolderOf(database), { name: "a", file: "app.db" });
  assert.deepEqual(fileNames(path), ["NOTES"]);
  assert.deepEqual(readRestoreFolder(database).others, ["a"]);
});

Deno.test(
  "a link or a file at the path of the restore points is neither followed by removals nor removed",
  {
    ignore: Deno.build.os === "windows", // which asks for a privilege to make links
  },
  async () => {
    using folder = new TempFolder();
    const path = folder.file("app.db.restore");
    // A folder elsewhere, on a larger disk for instance, serves, and stays with its link.
    Deno.mkdirSync(folder.file("elsewhere"));
    Deno.symlinkSync("elsewhere", path);
    {
      using work = await openWorkFolder(path);
      assert.equal(work.madeRestoreFolder, false);
    }
    await removeLeftovers(path);
    Deno.mkdirSync(`${path}/.work-crashed`);
    await removeLeftovers(path);
    assert.equal(Deno.readLinkSync(path), "elsewhere");
    assert.deepEqual(folder.names(), ["app.db.restore", "elsewhere"]);
    Deno.removeSync(path);
    Deno.symlinkSync("nowhere", path);
    await assert.rejects(openWorkFolder(path), { code: "restore-folder-taken" });
    await removeLeftovers(path);
    assert.equal(Deno.readLinkSync(path), "nowhere");
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, "");
    await assert.rejects(openWorkFolder(path), { code: "restore-folder-taken" });
    await removeLeftovers(path);
    assert.throws(() => readRestoreFolder(folder.file("app.db")), { code: "restore-folder-taken" });
    assert.equal(Deno.readTextFileSync(path), "");
  },
);

Deno.test("an empty folder that was there before stays", async () => {
  using folder = new TempFolder();
  const path = folder.file("app.db.restore");
  Deno.mkdirSync(path);
  (await openWorkFolder(path))[Symbol.dispose]();
  assert.deepEqual(folder.names(), ["app.db.restore"]);
});

Deno.test("readRestoreFolder() sorts by time, counts on within a second, and names others", () => {
  using folder = new TempFolder();
  const now = "2026-11-23T10:15:00Z";
  const database = put(
    folder,
    point("x_10", now),
    point("x_2", now),
    point("x", now),
    point("early", "2026-11-22T10:15:00Z"),
  );
  Deno.mkdirSync(`${restoreFolderOf(database)}/stranger`);
  assert.deepEqual(names(database), ["early", "x", "x_2", "x_10"]);
  assert.deepEqual(readRestoreFolder(database).others, ["stranger"]);
  assert.deepEqual(readRestoreFolder(folder.file("none.db")).points, []);
});

Deno.test("findRestorePoint() takes the newest, a name, or its beginning", () => {
  using folder = new TempFolder();
  const database = put(
    folder,
    point("2026-11-22_1", "2026-11-22T00:00:00Z"),
    point("2026-11-23_1", "2026-11-23T00:00:00Z"),
    point("2026-11-23_12", "2026-11-23T01:00:00Z"),
  );
  const read = readRestoreFolder(database);
  const find = (text?: string) => findRestorePoint(read, text).name;
  assert.equal(find(), "2026-11-23_12");
  assert.equal(find("2026-11-23_1"), "2026-11-23_1");
  assert.equal(find("2026-11-22"), "2026-11-22_1");
  const refused = (code: string) => (error: unknown) =>
    error instanceof AludelError && error.code === code;
  assert.throws(() => find("2026"), refused("restore-point-ambiguous"));
  assert.throws(() => find("2025"), refused("restore-point-missing"));
  assert.throws(
    () => findRestorePoint({ ...read, points: [] }, undefined),
    refused("restore-point-missing"),
  );
});

Deno.test("pruneRestorePoints() removes the oldest, but none that was asked for or spared", () => {
  using folder = new TempFolder();
  const database = put(
    folder,
    point("a", "2026-11-20T00:00:00Z"),
    point("b", "2026-11-21T00:00:00Z", "backup"),
    point("c", "2026-11-22T00:00:00Z"),
    point("d", "2026-11-23T00:00:00Z", "restore"),
    point("e", "2026-11-24T00:00:00Z"),
  );
  pruneRestorePoints(database, 4, new Set());
  assert.deepEqual(names(database), ["a", "b", "c", "d", "e"]);
  pruneRestorePoints(database, 2, new Set(["a"]));
  assert.deepEqual(names(database), ["a", "b", "d", "e"]);
});

Deno.test("a work folder is a leftover only if nobody has locked the file beside it", async () => {
  using folder = new TempFolder();
  const path = folder.file("app.db.restore");
  {
    using used = await openWorkFolder(path);
    Deno.writeTextFileSync(`${used.path}/copy`, "");
    if (Deno.build.os !== "windows") {
      assert.equal(Deno.statSync(used.path).mode! & 0o777, 0o700);
    }
    assert.deepEqual(await findLeftovers(path), []);
    await removeLeftovers(path);
    assert.equal(Deno.readTextFileSync(`${used.path}/copy`), "");
    const crashed = `${path}/.work-crashed`;
    Deno.mkdirSync(crashed);
    assert.deepEqual(await findLeftovers(path), [crashed]);
    using _lock = await lockFolder(crashed, { timeout: 0, lockFile: `${crashed}.lock` });
    assert.deepEqual(await findLeftovers(path), []);
  }
  // As a crash leaves it that comes between the folder and the file that is locked for it.
  Deno.writeTextFileSync(`${path}/.work-half.lock`, "");
  assert.deepEqual(await findLeftovers(path), [`${path}/.work-crashed`]);
  await removeLeftovers(path);
  assert.deepEqual(folder.names(), []);
});

Deno.test("a work folder that is kept has nothing in it but its files", async () => {
  using folder = new TempFolder();
  const path = folder.file("app.db.restore");
  {
    using used = await openWorkFolder(path);
    Deno.writeTextFileSync(`${used.path}/copy`, "");
    // Windows renames no folder with an open file in it.
    assert.deepEqual(fileNames(used.path), ["copy"]);
    Deno.renameSync(used.path, `${path}/kept`);
    used.keep();
  }
  assert.deepEqual(fileNames(path), ["kept"]);
  assert.deepEqual(fileNames(`${path}/kept`), ["copy"]);
});

function fileNames(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}
