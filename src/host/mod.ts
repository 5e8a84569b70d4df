/** The runtime that this build is made for: Deno, or what a build for Node puts in the place of `deno.ts`. */
export { host } from "./deno.ts";
export type * from "./host.ts";
