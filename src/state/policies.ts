import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import type { LogStamp } from "./log.ts";
import { SET_META, UNSET_META } from "./statements.ts";
import { ensureStateTables, POLICY_FORMAT, readFormat } from "./state_format.ts";
import { appendLog } from "./write_state.ts";

/**
 * A restriction that a database imposes on every client, whatever its settings. `no-drafts`: only sealed revisions run
 * ·
 * `no-loss`: a run that loses data is rolled back · `no-downgrade`: no down runs.
 */
export type Policy = "no-downgrade" | "no-drafts" | "no-loss";

/** All policies, sorted. */
export const POLICIES: readonly Policy[] = ["no-downgrade", "no-drafts", "no-loss"];

/**
 * Reads the policies of a database. There are none if it has no state tables.
 *
 * @throws {AludelError} `policy-unknown` for a policy that this Aludel cannot obey; `state-newer-format`,
 *   `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readPolicies(connection: Connection): Promise<ReadonlySet<Policy>> {
  const format = await readFormat(connection);
  if (format === "absent" || format.number < POLICY_FORMAT) return new Set();
  const [row] = await connection.query("SELECT value FROM main.aludel_meta WHERE key = 'policies'");
  const names = String(row?.["value"] ?? "").split(" ").filter((name) => name !== "");
  const unknown = names.find((name) => !(POLICIES as readonly string[]).includes(name));
  if (unknown === undefined) return new Set(names as Policy[]);
  throw new AludelError(
    "policy-unknown",
    `Database "${connection.name}" has the policy "${unknown}", which this Aludel does not know`,
    { outcome: "Nothing was changed", next: [say("Update Aludel")] },
  );
}

/**
 * Replaces the policies of a database. While there is one, the state tables have a format that programs without support
 * for policies refuse. It runs inside the caller's transaction.
 *
 * @throws {AludelError} As {@linkcode readPolicies}.
 * @throws {SqlError}
 */
export async function writePolicies(
  connection: Connection,
  policies: ReadonlySet<Policy>,
): Promise<void> {
  await ensureStateTables(connection);
  if (policies.size === 0) {
    await UNSET_META.run(connection, { key: "policies" });
    await SET_META.run(connection, { key: "format", value: String(POLICY_FORMAT - 1) });
    return;
  }
  await SET_META.run(connection, { key: "policies", value: [...policies].sort().join(" ") });
  await SET_META.run(connection, { key: "format", value: String(POLICY_FORMAT) });
}

/** Policies to set and to remove. */
export interface PolicyChange {
  readonly set: readonly Policy[];
  readonly off: readonly Policy[];
}

/**
 * Changes the policies of a database and logs the change. It runs inside the caller's transaction.
 *
 * @returns The policies after the change, and whether they changed. If not, nothing is written.
 * @throws {AludelError} As {@linkcode readPolicies}.
 * @throws {SqlError}
 */
export async function changePolicies(
  connection: Connection,
  { set, off }: PolicyChange,
  stamp: LogStamp,
): Promise<{ readonly policies: readonly Policy[]; readonly changed: boolean }> {
  const before = await readPolicies(connection);
  const after = new Set([...before, ...set].filter((policy) => !off.includes(policy)));
  const policies = [...after].sort();
  const added = policies.filter((policy) => !before.has(policy));
  const removed = [...before].filter((policy) => !after.has(policy)).sort();
  if (added.length + removed.length === 0) return { policies, changed: false };
  await writePolicies(connection, after);
  const details = { added, removed, policies };
  await appendLog(connection, { ...stamp, event: "protect", revision: null, details });
  return { policies, changed: true };
}
