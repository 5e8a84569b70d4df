import assert from "node:assert/strict";
import type { Reader } from "./reader.ts";
import { compareOutput, type NameMap, realCommand } from "./session_output.ts";
import type { SessionCommand, SessionFile, SessionStep } from "./session_step.ts";

/**
 * Takes the steps one after the other, in the reader's folder and in those that `cd` leads to.
 * @throws AssertionError at the first one that does not go as the document says, with its line.
 */
export async function followSession(
  path: string,
  steps: readonly SessionStep[],
  reader: Reader,
): Promise<void> {
  const names: NameMap = new Map();
  let cwd = reader.folder;
  for (const step of steps) {
    if (step.kind === "file") {
      await writeFile(cwd, step, names);
      continue;
    }
    const entered = /^cd (\S+)$/.exec(step.command)?.[1];
    if (entered !== undefined) cwd = await Deno.realPath(`${cwd}/${entered}`);
    else {
      const difference = await differenceOf(step, cwd, reader, names);
      const place = `${path}:${step.line}: $ ${step.command}`;
      assert.equal(difference, undefined, `${place}\n${difference}`);
    }
  }
}

async function differenceOf(
  { command, output, exitCode }: SessionCommand,
  cwd: string,
  reader: Reader,
  names: NameMap,
): Promise<string | undefined> {
  const { code, stdout } = await reader.type(realCommand(command, names), cwd);
  const text = stdout.replace(/\n+$/, "");
  const printed = text === "" ? [] : text.split("\n");
  const difference = output === undefined ? undefined : compareOutput(output, printed, names);
  if (difference !== undefined) return difference;
  return code === exitCode
    ? undefined
    : `it exited with ${code}, and the document states ${exitCode}:\n${stdout}`;
}

async function writeFile(cwd: string, step: SessionFile, names: NameMap): Promise<void> {
  const path = onlyMatch(cwd, realCommand(step.pattern, names));
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, step.text);
}

/** The path that a pattern names: the one file that is there, or, without a `*`, the path itself. */
function onlyMatch(folder: string, pattern: string): string {
  if (!pattern.includes("*")) return `${folder}/${pattern}`;
  const [first = "", ...rest] = pattern.split("/");
  const form = new RegExp(`^${first.split("*").map(escaped).join(".*")}$`);
  const names = first.includes("*")
    ? [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) => form.test(name))
    : [first];
  assert.equal(names.length, 1, `${pattern} names ${names.length} of the files in ${folder}`);
  const path = `${folder}/${names[0]}`;
  return rest.length === 0 ? path : onlyMatch(path, rest.join("/"));
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
