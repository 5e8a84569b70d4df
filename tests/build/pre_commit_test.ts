import assert from "node:assert/strict";
import { denoFolder } from "../docs/reader.ts";
import { aludelCommand, baseEnvironment, run, temporaryFolder } from "../scenarios/cli.ts";
import { GIT_ENVIRONMENT, gitProject } from "../scenarios/git_project.ts";

const HOOKS = new URL("../../.pre-commit-hooks.yaml", import.meta.url);

Deno.test(
  "pre-commit takes the hook from the repository, which passes sealed and refuses edited revisions",
  {
    ignore: !(await isInstalled("pre-commit")),
  },
  async () => {
    using project = await gitProject();
    using provider = temporaryFolder();
    const env = {
      ...baseEnvironment(),
      ...GIT_ENVIRONMENT,
      PATH: `${provider.path}/bin:${Deno.env.get("PATH")}`,
      HOME: `${provider.path}/home`,
      DENO_DIR: await denoFolder(),
    };
    const words = aludelCommand().map((word) => `'${word}'`).join(" ");
    provider.write("bin/aludel", `#!/bin/sh\nexec ${words} "$@"\n`);
    Deno.chmodSync(`${provider.path}/bin/aludel`, 0o755);
    provider.write("repository/.pre-commit-hooks.yaml", Deno.readTextFileSync(HOOKS));
    for (const args of [["init", "-q"], ["add", "."], ["commit", "-q", "-m", "The hook"]]) {
      const cwd = `${provider.path}/repository`;
      assert.equal((await run("git", args, { cwd, env })).code, 0, args.join(" "));
    }
    const tryRepository = () =>
      run("pre-commit", ["try-repo", `${provider.path}/repository`, "aludel-verify"], {
        cwd: project.path,
        env,
      });

    project.add("a1");
    await project.commit();
    const good = await tryRepository();
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /aludel verify --staged\.+Passed/);

    project.write("migrations/a1/up.sql", "CREATE TABLE other (a);\n");
    await project.git("add", ".");
    const bad = await tryRepository();
    assert.equal(bad.code, 1, bad.stdout + bad.stderr);
    assert.match(bad.stdout, /error\[revision-edited\]/);
  },
);

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await run(program, ["--version"], {})).code === 0;
  } catch {
    return false;
  }
}
