import {
  type MigrationContext,
  type MigrationRequest,
  planMigration,
  type PlannedMigration,
} from "../project/migrate/migration.ts";
import { type Fingerprint, readFingerprint } from "../state/state.ts";
import { Remembered } from "./remembered.ts";

/**
 * The routes of one request on many databases. Databases with the same fingerprint go the same way: its files are read,
 * hashed and split for the first of them, and the others have their own mark only.
 */
export class RoutePlans {
  readonly #request: MigrationRequest;
  readonly #known = new Remembered<PlannedMigration>();

  constructor(request: MigrationRequest) {
    this.#request = request;
  }

  /** @throws {AludelError} As {@linkcode planMigration}. */
  async plan(context: MigrationContext): Promise<PlannedMigration> {
    const fingerprint = await fingerprintOf(context);
    const known = fingerprint && this.#known.get(fingerprint.text);
    if (known !== undefined) {
      return { ...known, state: { ...known.state, mark: fingerprint!.mark } };
    }
    const planned = await planMigration(context, this.#request);
    // Another process may have written in between.
    if (fingerprint?.mark === planned.state.mark && isForAll(planned)) {
      this.#known.set(fingerprint.text, planned);
    }
    return planned;
  }
}

/** Whether nothing but the records decided the route: an undoing runs what each database has stored. */
function isForAll({ route, catalogue }: PlannedMigration): boolean {
  return route.reseals.length === 0 && catalogue.past.length === 0 &&
    route.steps.every(({ direction }) => direction === "up");
}

async function fingerprintOf({ access }: MigrationContext): Promise<Fingerprint | undefined> {
  await using connection = await access.look();
  return connection === null ? undefined : await readFingerprint(connection);
}
