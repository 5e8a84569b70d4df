import { main } from "./src/cli/main.ts";
import { denoRuntime } from "./src/cli/terminal/runtime.ts";

Deno.exit(await main(denoRuntime()));
