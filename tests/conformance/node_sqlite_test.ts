import { openNodeSqlite } from "../../src/db/open.ts";
import { describeConnection } from "./connection.ts";

describeConnection(
  "node:sqlite in memory",
  () => Promise.resolve(openNodeSqlite({ path: ":memory:", mode: "create" })),
);

const folder = Deno.makeTempDirSync({ prefix: "aludel_" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
let databases = 0;

describeConnection(
  "node:sqlite on a file",
  () => Promise.resolve(openNodeSqlite({ path: `${folder}/${databases++}.db`, mode: "create" })),
);
