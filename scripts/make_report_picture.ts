// deno-lint-ignore-file no-console
/**
 * Makes docs/pictures/report.png: the page of `aludel report` for a history of 60 revisions, seen in Chromium.
 * Run by `deno task pictures:report`.
 */
import { fileURLToPath } from "node:url";
import { calendarHistory } from "./pictures/calendar_history.ts";
import { CHROMIUM, Page } from "./pictures/browser.ts";

const ROOT = new URL("../", import.meta.url);
/** A table that changes beside its neighbours, and a position with a merge and a branch. */
const SHOWN = "c057";
const APPLIED = "c055";

if (CHROMIUM === undefined) throw new Error("There is no Chromium");
const folder = Deno.makeTempDirSync({ prefix: "aludel-picture-" });
const project = `${folder}/calendar`;
try {
  Deno.mkdirSync(project);
  await aludel("init");
  for (const { id, message, parents, label, up, down } of calendarHistory()) {
    const files = await aludel(
      "revision",
      "-m",
      message,
      "--rev-id",
      id,
      ...parents.flatMap((parent) => ["--head", parent]),
      ...(parents.length === 1 ? ["--splice"] : []),
      ...(label === undefined ? [] : ["--branch-label", label]),
    );
    const [upFile, downFile] = files.trim().split("\n");
    Deno.writeTextFileSync(`${project}/${upFile}`, up);
    Deno.writeTextFileSync(`${project}/${downFile}`, down);
  }
  await aludel("seal");
  await aludel("prove");
  await aludel("upgrade", APPLIED);
  await aludel("report", "--out", "report.html");
  await using page = await Page.open(`file://${project}/report.html#r/${SHOWN}`, { height: 1000 });
  await page.until(`document.querySelector("main table-diagram")`);
  if (page.complaints.length > 0) throw new Error(page.complaints.join("\n"));
  Deno.writeFileSync(new URL("docs/pictures/report.png", ROOT), await page.picture());
  const { size } = Deno.statSync(`${project}/report.html`);
  console.log(`The page has ${size} bytes.`);
} finally {
  Deno.removeSync(folder, { recursive: true });
}

async function aludel(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(new URL("main.ts", ROOT)), ...args],
    cwd: project,
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0 && code !== 3) throw new Error(`${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
