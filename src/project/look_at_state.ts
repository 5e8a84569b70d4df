import { NO_STATE, readState, type State } from "../state/read_state.ts";
import type { DatabaseAccess } from "./database_access.ts";

/** The state of a database that may not exist. Creates nothing. */
export async function lookAtState(access: DatabaseAccess): Promise<State> {
  const connection = await access.look();
  if (connection === null) return NO_STATE;
  try {
    return await readState(connection);
  } finally {
    await connection.close();
  }
}
