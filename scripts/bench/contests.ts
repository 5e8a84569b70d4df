import type { Contest } from "./contest.ts";
import { backupContest } from "./contests/backup.ts";
import { diffContest } from "./contests/diff.ts";
import { fleetContest } from "./contests/fleet.ts";
import { historyContest } from "./contests/history.ts";
import { hookContest } from "./contests/hook.ts";
import { downgradeContest, upgradeContest } from "./contests/migration.ts";
import { onlineContest } from "./contests/online.ts";
import { proofContest } from "./contests/proof.ts";
import { rebuildContest } from "./contests/rebuild.ts";
import { startContest } from "./contests/start.ts";
import { verifyContest } from "./contests/verify.ts";
import type { Site } from "./site.ts";
import type { Yard } from "./yard.ts";

/** By the names that `--only` takes: what is measured in the projects of each size. */
export const ON_SITE: Readonly<Record<string, (site: Site) => readonly Contest[]>> = {
  start: startContest,
  history: historyContest,
  upgrade: upgradeContest,
  downgrade: downgradeContest,
  verify: verifyContest,
  proof: proofContest,
};

/** What is measured for each size, and makes its own projects. */
export const BY_SIZE: Readonly<Record<string, (yard: Yard, size: number) => readonly Contest[]>> = {
  hook: hookContest,
  diff: diffContest,
};

/** What is measured once, at a size of its own. */
export const ONCE: Readonly<Record<string, (yard: Yard) => readonly Contest[]>> = {
  rebuild: rebuildContest,
  fleet: fleetContest,
  online: onlineContest,
  backup: backupContest,
};
