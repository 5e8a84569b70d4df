import {
  type MigrationContext,
  type MigrationRequest,
  planMigration,
  type PlannedMigration,
} from "../project/migrate/migration.ts";
import { type Fingerprint, readFingerprint } from "../state/state.ts";
import { Remembered } from "./remembered.ts";

/**
 * Plans one request for many databases. Databases with the same fingerprint share a plan, so that files are read,
 * hashed and split only once; each database keeps its own mark.
 */
export class RoutePlans {
  readonly #request: MigrationRequest;
  readonly #known = new Remembered<PlannedMigration>();

  constructor(request: MigrationRequest) {
    this.#request = request;
  }

  /** Plans the request for one database. @throws {AludelError} As {@linkcode planMigration}. */
  async plan(context: MigrationContext): Promise<PlannedMigration> {
    const fingerprint = await fingerprintOf(context);
    const known = fingerprint && this.#known.get(fingerprint.text);
    if (known !== undefined) {
      return { ...known, state: { ...known.state, mark: fingerprint!.mark } };
    }
    const planned = await planMigration(context, this.#request);
    // If the marks differ, another process wrote between the two reads, and the plan may not fit the fingerprint.
    if (fingerprint?.mark === planned.state.mark && isForAll(planned)) {
      this.#known.set(fingerprint.text, planned);
    }
    return planned;
  }
}

/** Whether only the records decided the route. Downs do not qualify: they run the texts that each database stores. */
function isForAll({ route, catalogue }: PlannedMigration): boolean {
  return route.reseals.length === 0 && catalogue.past.length === 0 &&
    route.steps.every(({ direction }) => direction === "up");
}

async function fingerprintOf({ access }: MigrationContext): Promise<Fingerprint | undefined> {
  await using connection = await access.look();
  return connection === null ? undefined : await readFingerprint(connection);
}
