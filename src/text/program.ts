/** The name of the command. */
export const PROGRAM = "aludel";

/** The release of this program, the same as in deno.json (`deno task ok` compares them). */
export const RELEASE = "0.1.0";

/** The build, such as `1a86035 2026-11-24`. scripts/compile/ replaces this text by the commit. */
export const BUILD: string = "source";

/** Whether a version is older than another one, number by number: `2.9` is older than `2.10.1`. */
export function isOlderVersion(version: string, than: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  const differs = than.findIndex((number, index) => (parts[index] ?? 0) !== number);
  return differs >= 0 && (parts[differs] ?? 0) < than[differs]!;
}
