import assert from "node:assert/strict";

/** The modules that a file loads before it does anything: what it imports, without `import()` and types. */
async function loadedBy(...files: readonly string[]): Promise<ReadonlySet<string>> {
  const root = new URL("../../../", import.meta.url);
  const loaded = new Set<string>();
  for (const file of files) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", file],
      cwd: root,
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: readonly {
        specifier: string;
        dependencies?: readonly { code?: { specifier?: string }; isDynamic?: boolean }[];
      }[];
    };
    const byName = new Map(modules.map((module) => [module.specifier, module]));
    const waiting = [new URL(file, root).href];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (loaded.has(name)) continue;
      loaded.add(name);
      for (const { code, isDynamic } of byName.get(name)?.dependencies ?? []) {
        if (code?.specifier && !isDynamic) waiting.push(code.specifier);
      }
    }
  }
  return new Set([...loaded].map((name) => name.replace(root.href, "")));
}

Deno.test("verify --staged loads neither SQLite nor the code of schemas, runs and records", async () => {
  const loaded = await loadedBy(
    "main.ts",
    "src/cli/arguments/parse_arguments.ts",
    "src/cli/commands/check/verify.ts",
    "src/cli/modes/verify_git.ts",
  );
  assert.ok(loaded.has("src/git/verification.ts"), "the graph was read");
  const unwanted = [...loaded].filter((name) =>
    /^src\/(?:db|schema|runner|state)\/|^node:/.test(name)
  );
  assert.deepEqual(unwanted, []);
  const other = await loadedBy("src/cli/modes/verify_disk.ts");
  assert.ok([...other].some((name) => name.startsWith("src/state/")), "the other one needs them");
});
