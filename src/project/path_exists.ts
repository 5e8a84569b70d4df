/**
 * Whether something is at a path, a link that leads nowhere included. A path that may not be looked at counts as free:
 * whoever goes on to write there is told why that fails.
 */
export function pathExists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
