/** The hidden command that prints candidates. */
export const COMPLETE_COMMAND = "__complete";
