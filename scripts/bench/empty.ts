/** The limit of every program under Deno: does nothing. */
export {};
