import type { Crew } from "./crew.ts";
import type { Member } from "./member.ts";
import type { Sight } from "./survey.ts";

/** The number of databases in one order to a worker. */
const BATCH = 64;

/**
 * Looks at the databases of a fleet without creating or changing anything.
 * @param see Called once for each database, in any order.
 */
export async function lookAtFleet(
  members: readonly Member[],
  crew: Crew,
  see: (member: Member, sight: Sight) => void,
): Promise<void> {
  let next = 0;
  await crew.work(
    () => {
      const from = next;
      next = Math.min(next + BATCH, members.length);
      return Promise.resolve(
        members.slice(from, next).map((member, index) => ({
          position: from + index,
          member,
          work: { kind: "look", groups: false },
        })),
      );
    },
    ({ position, result }) => {
      if (result.kind === "look") see(members[position]!, result.sight);
    },
  );
}
