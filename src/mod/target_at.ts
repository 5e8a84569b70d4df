import { host } from "../host/mod.ts";
import type { SqlFunctions } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { D1_TOKEN_VARIABLE, resolveD1 } from "../project/workspace/d1_address.ts";
import { expandHome, readLocation } from "../project/workspace/database_location.ts";
import { type DraftPolicy, SETTING_TABLE } from "../project/workspace/setting_table.ts";
import { serverFile, type Target, TOKEN_VARIABLE } from "../project/workspace/target.ts";
import type { Clock, RestorePolicy } from "../runner/request.ts";
import { type NextStep, say } from "../text/next_step.ts";

/** The policies of an application's database, with the defaults of the settings. */
export interface TargetPolicies {
  readonly drafts?: DraftPolicy;
  readonly doubleQuotedStrings?: boolean;
  readonly restorePoints?: RestorePolicy;
  readonly extensions?: readonly string[];
  readonly functions?: SqlFunctions;
}

/** @throws {AludelError} `target-value`, `target-unsupported` (a database in memory, another kind of database). */
export function targetAt(database: string | URL, policies: TargetPolicies = {}): Target {
  const text = typeof database === "string" ? database : database.href;
  const location = readLocation(text);
  switch (location.kind) {
    case "file": {
      const path = expandHome(location.path, host.process.env);
      if (path === undefined) {
        throw new AludelError(
          "target-value",
          "The database is in the home folder, but HOME is not set",
          { next: [say("Give its whole path")] },
        );
      }
      return {
        name: location.path,
        kind: "file",
        path,
        ...(location.mode && { mode: location.mode }),
        ...policiesOf(policies),
      };
    }
    case "memory":
      throw unsupported("A database in memory would be gone when the upgrade ends", [
        say("In a test, upgrade a file in a temporary folder"),
      ]);
    case "server":
      return {
        name: location.name,
        kind: "server",
        path: `${host.process.cwd}/${serverFile(location.name)}`,
        server: {
          engine: "libsql",
          url: () => Promise.resolve(location.url),
          token: () => host.process.env(TOKEN_VARIABLE) || location.token,
        },
        ...policiesOf(policies),
      };
    case "d1": {
      const { cwd, env } = host.process;
      return {
        name: location.name,
        kind: "server",
        path: `${cwd}/${serverFile(location.name)}`,
        server: {
          engine: "d1",
          url: () => resolveD1(location, location.name, cwd, env),
          token: () => env(D1_TOKEN_VARIABLE),
        },
        ...policiesOf(policies),
      };
    }
    case "foreign":
      throw unsupported(`The database is not SQLite (${location.scheme})`);
    case "invalid":
      throw new AludelError("target-value", `The database's path ${location.fault}`, {
        next: [say("Give a path such as app.db, or a URL such as sqlite:app.db")],
      });
  }
}

function policiesOf(policies: TargetPolicies) {
  return {
    from: "flag",
    drafts: policies.drafts ?? SETTING_TABLE.drafts.fallback,
    doubleQuotedStrings: policies.doubleQuotedStrings ??
      SETTING_TABLE.doubleQuotedStrings.fallback,
    restorePoints: policies.restorePoints ?? SETTING_TABLE.restorePoints.fallback,
    extensions: policies.extensions ?? [],
    functions: policies.functions,
  } as const;
}

function unsupported(message: string, next: readonly NextStep[] = [say("Name an SQLite file")]) {
  return new AludelError("target-unsupported", message, { next });
}

/** How long a database is waited for if the application does not say it. */
export const LOCK_TIMEOUT_MS = SETTING_TABLE.lockTimeout.fallback * 1_000;

export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
