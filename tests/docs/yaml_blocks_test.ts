import assert from "node:assert/strict";
import { parse } from "yaml";
import { gitProject } from "../scenarios/git_project.ts";
import { runnerOf } from "./block_runner.ts";
import { documents, ROOT } from "./documents.ts";
import { newReader, POSIX } from "./reader.ts";

const PRE_COMMIT_HOOKS = ".pre-commit-hooks.yaml";

/** Every YAML text with its place: the blocks of the documents, and the file that docs/git.md names. */
const TEXTS: readonly (readonly [place: string, text: string])[] = [
  ...documents().flatMap((document) =>
    document.blocks.filter((block) => runnerOf(document, block) === "yaml")
      .map(({ lines, line }) => [`${document.path}:${line}`, lines.join("\n")] as const)
  ),
  [PRE_COMMIT_HOOKS, Deno.readTextFileSync(new URL(PRE_COMMIT_HOOKS, ROOT))],
];

Deno.test(
  "what the YAML tells other programs to run passes a good commit and refuses a bad one",
  POSIX,
  async () => {
    const reader = await newReader();
    try {
      using project = await gitProject();
      project.add("a1");
      await project.commit();
      await project.git("update-ref", "refs/remotes/origin/main", "HEAD");
      const commands = TEXTS.flatMap(([place, text]) => {
        const found = commandsOf(parse(text));
        assert.ok(found.length > 0, `${place} runs nothing`);
        return found.map((command) => [place, command] as const);
      });
      assert.ok(commands.length > 2);
      const expectExit = async (code: number) => {
        for (const [place, command] of commands) {
          const outcome = await reader.type(command, project.path);
          assert.equal(outcome.code, code, `${place}: ${command}\n${outcome.stdout}`);
        }
      };
      await expectExit(0);
      project.write("migrations/a1/up.sql", "CREATE TABLE other (a);\n");
      await project.commit();
      await expectExit(3);
    } finally {
      await reader.leave();
    }
  },
);

/** The values of `run` and `entry` at any depth, as they are where the pull request goes to main. */
function commandsOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === "run" || key === "entry") && typeof inner === "string"
      ? [inner.replace("${{ github.base_ref }}", "main")]
      : commandsOf(inner)
  );
}
