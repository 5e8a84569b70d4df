import assert from "node:assert/strict";
import { parse } from "yaml";
import { COMMANDS } from "../../src/cli/commands.ts";
import { gitProject } from "../scenarios/git_project.ts";
import { aludelCommand, baseEnvironment, run, temporaryFolder } from "../scenarios/cli.ts";
import { faultOfNextLines } from "../scenarios/next_lines.ts";
import { documents, ROOT } from "./documents.ts";
import type { MarkdownBlock } from "./markdown_block.ts";

const BLOCKS = documents().find(({ path }) => path === "docs/deploy.md")!.blocks;
const ACTION = parse(Deno.readTextFileSync(new URL("action.yml", ROOT)));

const ignore = Deno.build.os === "windows";

function textsIn(language: string): readonly string[] {
  const texts = BLOCKS.filter((block: MarkdownBlock) => block.language === language)
    .map(({ lines }) => lines.join("\n"));
  assert.ok(texts.length > 0, language);
  return texts;
}

/** The lines of a recipe that run this program: a shell's, or the words of a list. */
function commandsIn(text: string): readonly string[] {
  const lines = text.replace(
    /\["aludel", (.*)\]/g,
    (_, words: string) => `aludel ${words.replaceAll(/[",]/g, "")}`,
  );
  return Array.from(
    lines.matchAll(/(?:^|[\s/(])(aludel [a-z][^\n|;&)]*)/gm),
    ([, words]) => words!.trim(),
  );
}

Deno.test("our parser reads every command of the recipes", async () => {
  const recipes = [...BLOCKS.map(({ lines }) => lines.join("\n")), ...scriptsOfAction()];
  const commands = recipes.flatMap(commandsIn).filter((line) =>
    Object.hasOwn(COMMANDS, line.split(" ")[1]!)
  );
  for (const name of ["upgrade", "verify", "lint", "prove", "check", "report"]) {
    assert.ok(commands.some((line) => line.startsWith(`aludel ${name}`)), name);
  }
  for (const command of commands) {
    // What a pipeline puts into a variable is a branch here.
    const words = command.replace(/ (?:>|2>).*/, "").replaceAll(/\$\w+/g, "main");
    assert.equal(await faultOfNextLines([], `  next: ${words}\n`), undefined, words);
  }
});

Deno.test("the YAML of the recipes is YAML, and each container is given the volume that it opens", () => {
  const [kubernetes, github, gitlab, ...more] = textsIn("yaml").map((text) => parse(text));
  assert.equal(more.length, 0);
  const { initContainers, containers, volumes } = kubernetes.spec.template.spec;
  const names = volumes.map(({ name }: { name: string }) => name);
  for (const { volumeMounts: [mount] } of [...initContainers, ...containers]) {
    assert.ok(names.includes(mount.name));
    assert.ok(initContainers[0].command.at(-1).startsWith(`${mount.mountPath}/`));
  }
  assert.equal(github.permissions["pull-requests"], "write");
  const inputs = Object.keys(github.jobs.migrations.steps.at(-1).with);
  for (const input of inputs) assert.ok(Object.hasOwn(ACTION.inputs, input), input);
  assert.ok(gitlab.migrations.script.length >= 3);
});

Deno.test("the Dockerfile copies only what there is, and starts the script beside it", () => {
  const [text = ""] = textsIn("dockerfile");
  const stages = Array.from(text.matchAll(/^FROM \S+ AS (\w+)$/gm), ([, name]) => name!);
  for (const [, stage = ""] of text.matchAll(/--from=(\w+)/g)) assert.ok(stages.includes(stage));
  for (const line of text.split("\n").filter((each) => each !== "")) {
    assert.match(line, /^(?:FROM|RUN|WORKDIR|COPY|ENV|USER|VOLUME|ENTRYPOINT|CMD) \S/);
  }
  for (const [, words = ""] of text.matchAll(/^(?:ENTRYPOINT|CMD) (.*)$/gm)) JSON.parse(words);
  const script = BLOCKS.find(({ attributes }) => attributes.has("file"))!.attributes.get("file");
  assert.match(text, new RegExp(`^COPY .*${script} \\./$`, "m"));
  assert.ok(text.includes(`ENTRYPOINT ["./${script}"]`));
});

Deno.test(
  "the entrypoint upgrades, then becomes the application, which does not start if that fails",
  {
    ignore,
  },
  async () => {
    using folder = temporaryFolder();
    const database = `${folder.path}/app.db`;
    folder.write("entrypoint", textsIn("sh")[0]!.replace("/data/app.db", database));
    const environment = commandOnPath(folder);
    const start = () =>
      run("sh", ["entrypoint", "sh", "-c", "echo started"], { cwd: folder.path, env: environment });
    const failed = await start();
    assert.notEqual(failed.code, 0);
    assert.equal(failed.stdout, "");
    await folder.prepare("init");
    await folder.prepare("revision", "-m", "events", "--rev-id", "e1");
    const started = await start();
    assert.deepEqual([started.code, started.stdout], [0, "started\n"], started.stderr);
    assert.ok(folder.has("app.db"));
  },
);

Deno.test(
  "the action comments how the schema changes and what lint says, and a token that may not is no failure",
  {
    ignore,
  },
  async () => {
    using project = await gitProject();
    project.add("a1");
    await project.commit();
    const base = await project.git("rev-parse", "HEAD");
    project.add("a2", { up: "CREATE TABLE places (id INTEGER PRIMARY KEY);\n", parents: ["a1"] });
    await project.commit();
    using folder = temporaryFolder();
    folder.write("bin/gh", '#!/bin/sh\n[ -z "$FORK" ] || exit 1\neval cat \\"\\$$#\\"\n');
    Deno.chmodSync(`${folder.path}/bin/gh`, 0o755);
    const comment = (fork: string) =>
      run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", scriptsOfAction().at(-1)!], {
        cwd: project.path,
        env: {
          ...commandOnPath(folder),
          BASE: base.trim(),
          FOLDER: ".",
          PULL_REQUEST: "1",
          FORK: fork,
        },
      });
    const { code, stdout, stderr } = await comment("");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^#+ 1 revision$/m);
    assert.match(stdout, /^`{3,}diff\n\+ create table places\n`{3,}$/m);
    assert.match(stdout, /\*\*down-incomplete\*\*/);
    const refused = await comment("yes");
    assert.equal(refused.code, 0, refused.stderr);
    assert.match(refused.stdout, /::notice::/);
  },
);

function scriptsOfAction(): readonly string[] {
  return ACTION.runs.steps.flatMap(({ run }: { run?: string }) => run ?? []);
}

/** An environment in which `aludel` is the program that is tested. */
function commandOnPath(folder: { readonly path: string; write(path: string, text: string): void }) {
  const words = aludelCommand().map((word) => `"${word}"`).join(" ");
  folder.write("bin/aludel", `#!/bin/sh\nexec ${words} "$@"\n`);
  Deno.chmodSync(`${folder.path}/bin/aludel`, 0o755);
  return { ...baseEnvironment(), PATH: `${folder.path}/bin:${Deno.env.get("PATH")}` };
}
