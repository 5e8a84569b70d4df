import type { Crew } from "./crew.ts";
import type { Member } from "./member.ts";
import type { Sight } from "./survey.ts";

/** So many databases are looked at in one order. */
const BATCH = 64;

/**
 * Looks at the databases of a fleet, creates and changes nothing.
 * @param see Called with each, in no particular order.
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
