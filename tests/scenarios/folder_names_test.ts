import assert from "node:assert/strict";
import { aludel, run, sqlite3, temporaryFolder } from "./cli.ts";

for (
  const name of [
    "Früher Stand ☕ 移行",
    "it's 100%25 #1 & more?",
    "e\u0301 composed or not",
  ]
) {
  // Windows allows no question mark.
  Deno.test(
    `everything works in a folder called ${name}`,
    { ignore: Deno.build.os === "windows" },
    async () => {
      using folder = temporaryFolder();
      const cwd = `${folder.path}/${name}`;
      Deno.mkdirSync(cwd);
      const done = async (...args: string[]) => {
        const outcome = await aludel(args, { cwd });
        assert.equal(outcome.code, 0, `${args.join(" ")}: ${outcome.stderr}`);
        return outcome.stdout;
      };
      await done("init");
      const [up = "", down = ""] =
        (await done("revision", "-m", "Größe & „Maß“ 😀", "--rev-id", "u1"))
          .split("\n");
      Deno.writeTextFileSync(`${cwd}/${up}`, 'CREATE TABLE "größe 😀" (x);\n');
      Deno.writeTextFileSync(`${cwd}/${down}`, 'DROP TABLE "größe 😀";\n');
      await done("seal");
      await done("upgrade", "-d", "dåta #1?.db");
      assert.equal(await done("current", "-d", "dåta #1?.db"), "u1 (head), Größe & „Maß“ 😀\n");
      assert.equal(
        await sqlite3(`${cwd}/dåta #1?.db`, "SELECT name FROM sqlite_schema WHERE name LIKE 'g%'"),
        "größe 😀",
      );
      assert.match(await done("upgrade", "-d", "sqlite:caf%C3%A9.db", "--json"), /"café\.db"/);
      await done("downgrade", "base", "-d", "dåta #1?.db");
      await run("git", ["init", "-q", "."], { cwd });
      await done("status", "-d", "café.db");
      await done("verify", "-d", "café.db");
    },
  );
}
