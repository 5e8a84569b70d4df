// deno-lint-ignore-file no-console
/**
 * Everything that must hold besides the tests: formatting, lint, types, layers, docs.
 *
 * Runs each check to its end, prints what failed, and exits 1 if any did.
 */

const CHECKS: readonly (readonly [name: string, ...args: string[]])[] = [
  ["format", "fmt", "--check"],
  ["lint", "lint"],
  ["types", "check", "main.ts", "src", "scripts", "tests"],
  ["layers", "run", "-A", "scripts/check/layers.ts"],
  ["docs", "run", "-A", "scripts/check/documents.ts"],
];

const failed: string[] = [];
for (const [name, ...args] of CHECKS) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  if (code === 0) {
    console.log(`ok      ${name}`);
  } else {
    failed.push(name);
    console.log(`FAILED  ${name}`);
    console.log(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  }
}
if (failed.length > 0) {
  console.log(`${failed.length} of ${CHECKS.length} checks failed: ${failed.join(", ")}`);
  Deno.exit(1);
}
