/** The flag of the commands that can look for drift. */
export const DRIFT_FLAG = {
  drift: {
    kind: "switch",
    help: "compare the database's schema with what its revisions lead to, too",
  },
} as const;
