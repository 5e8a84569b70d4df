import type { Host } from "../../src/host/host.ts";

/** The host for what runs this, Deno or Node. */
export const { host } = await import(
  `../../src/host/${"Deno" in globalThis ? "deno" : "node"}.ts`
) as { readonly host: Host };
