import { SqlError } from "../db/connection.ts";
import { D1Account } from "../db/server/d1.ts";
import { databaseError } from "../db/sqlite_error.ts";
import { D1_TOKEN_VARIABLE, d1AccountUrl } from "../project/workspace/d1_address.ts";
import { tokenMissing } from "../project/workspace/database_access.ts";
import type { DatabaseSettings } from "../project/workspace/setting_table.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { expandBraces, matcher } from "./glob.ts";
import { environmentOf } from "./member.ts";

/**
 * Lists the D1 databases of a Cloudflare account whose names match one of the patterns, sorted by name. The account is
 * CLOUDFLARE_ACCOUNT_ID, or the one in Wrangler's settings in the project's folder.
 *
 * @throws {AludelError} `target-value` if no account is named or there is no token; `server-failed`.
 */
export async function listD1(
  settings: Settings,
  patterns: readonly string[],
): Promise<(DatabaseSettings & { readonly name: string })[]> {
  const environment = environmentOf(settings);
  const { account, url } = await d1AccountUrl(settings.root, environment);
  const name = `d1://${account}`;
  const token = environment(D1_TOKEN_VARIABLE);
  if (!token) throw tokenMissing(name);
  const matchers = patterns.flatMap(expandBraces).map(matcher);
  return (await ask(new D1Account({ url, name, token }), name))
    .filter((database) => matchers.some((matches) => matches(database.name)))
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map((database) => ({ name: database.name, url: `d1://${account}/${database.id}` }));
}

async function ask(account: D1Account, name: string) {
  try {
    return await account.databases();
  } catch (error) {
    throw error instanceof SqlError ? databaseError(error, name) ?? error : error;
  }
}
