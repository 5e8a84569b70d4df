import { outputOf } from "./tool.ts";

/**
 * Installs npm packages into the user's cache, where they are not there yet.
 *
 * No script of a package runs: each brings its binaries along.
 * @param name The folder's name, with the releases in it.
 * @param packages Each with its exact release.
 * @returns The folder above `node_modules`, or undefined where npm fails.
 */
export async function npmPackages(
  name: string,
  packages: readonly string[],
): Promise<string | undefined> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/aludel-bench/${name}`;
  const complete = `${folder}/complete`;
  if (exists(complete)) return folder;
  const installed = await outputOf("npm", [
    "install",
    ...["--prefix", folder, "--no-audit", "--no-fund", "--silent", "--ignore-scripts"],
    ...packages,
  ]);
  if (installed === undefined) return undefined;
  Deno.writeTextFileSync(complete, "");
  return folder;
}

/** The platform as npm's packages name it. */
export function npmPlatform(): string {
  const os = Deno.build.os === "windows" ? "win32" : Deno.build.os;
  return `${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
