import assert from "node:assert/strict";
import { aludelCommand, run } from "../scenarios/cli.ts";
import { compareOutput, type IdMap, readSession, realCommand } from "./console_session.ts";

const ROOT = new URL("../../", import.meta.url);

for (const path of ["README.md", ...documents("docs/")]) {
  const steps = readSession(Deno.readTextFileSync(new URL(path, ROOT)));
  if (steps.length === 0) continue;
  Deno.test(`${path} shows what really happens`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "aludel-docs-" });
    try {
      const bin = `${folder}/.bin`;
      await Deno.mkdir(bin);
      const words = aludelCommand().map((word) => `'${word}'`).join(" ");
      await Deno.writeTextFile(`${bin}/aludel`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
      const env = {
        PATH: `${bin}:${Deno.env.get("PATH")}`,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_AUTHOR_NAME: "Reader",
        GIT_AUTHOR_EMAIL: "reader@example.org",
        GIT_COMMITTER_NAME: "Reader",
        GIT_COMMITTER_EMAIL: "reader@example.org",
      };
      const ids: IdMap = new Map();
      let cwd = folder;
      for (const step of steps) {
        const place = `${path}:${step.line}`;
        if (step.kind === "file") {
          await Deno.writeTextFile(onlyMatch(cwd, realCommand(step.pattern, ids)), step.text);
          continue;
        }
        const command = realCommand(step.command, ids);
        const entered = /^cd (\S+)$/.exec(command);
        if (entered) {
          cwd = `${cwd}/${entered[1]}`;
          continue;
        }
        const { stdout } = await run("sh", ["-c", `{ ${command}\n} 2>&1`], { cwd, env });
        const text = stdout.replace(/\n+$/, "");
        const printed = text === "" ? [] : text.split("\n");
        const difference = compareOutput(step.output, printed, ids);
        assert.equal(difference, undefined, `${place}: $ ${step.command}\n${difference}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function documents(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))]
    .flatMap((entry) =>
      entry.isDirectory
        ? documents(`${folder}${entry.name}/`)
        : entry.name.endsWith(".md")
        ? [folder + entry.name]
        : []
    )
    .sort();
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
