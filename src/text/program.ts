/** The name people type. */
export const PROGRAM = "aludel";

/** The release of this program, the same as in deno.json (scripts/check_docs.ts compares them). */
export const RELEASE = "0.1.0";
