/**
 * A `file:` URI for a path, as SQLite reads it: https://sqlite.org/uri.html
 * @param query What follows the question mark.
 */
export function fileUri(path: string, query: string): string {
  const isWindows = Deno.build.os === "windows";
  const slashes = isWindows ? path.replaceAll("\\", "/") : path;
  const escaped = slashes.replace(/[%?#]/g, (character) => encodeURIComponent(character));
  const address = isWindows && /^[A-Za-z]:\//.test(escaped)
    ? `file:///${escaped}`
    : escaped.startsWith("/")
    ? `file://${escaped}`
    : `file:${escaped}`;
  return `${address}?${query}`;
}
