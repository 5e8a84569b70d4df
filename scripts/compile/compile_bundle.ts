import type { Bundle } from "./bundle_program.ts";
import type { Platform } from "./platform.ts";

/** How compiling ended. */
export type CompileResult =
  | { readonly ok: true }
  /** Deno's runtime for compiled programs is not here and could not be fetched. */
  | { readonly ok: false; readonly reason: "no-runtime" }
  | { readonly ok: false; readonly reason: "failed"; readonly message: string };

/**
 * Makes one file of a bundle and Deno's runtime for compiled programs, which Deno fetches once for each platform.
 *
 * @param runtime An executable to take for that runtime.
 *
 * Why all permissions, and why no code cache: docs/decisions/standalone-program.md.
 */
export async function compileBundle(
  bundle: Bundle,
  platform: Platform,
  output: string,
  runtime?: string,
): Promise<CompileResult> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "--no-config",
      "--no-lock",
      "--no-check",
      "--no-code-cache",
      "--allow-all",
      "--no-prompt",
      "--app-name=aludel",
      `--target=${platform.target}`,
      // No import names most of them in words that the compiler reads.
      ...bundle.modules.filter((module) => module !== bundle.library)
        .map((module) => `--include=${module}`),
      `--output=${output}`,
      bundle.entry,
    ],
    cwd: bundle.folder,
    env: { NO_COLOR: "1", ...(runtime !== undefined && { DENORT_BIN: runtime }) },
    stdout: "null",
  }).output();
  if (code === 0) return { ok: true };
  const message = new TextDecoder().decode(stderr);
  return /denort/.test(message) && runtime === undefined
    ? { ok: false, reason: "no-runtime" }
    : { ok: false, reason: "failed", message };
}
