import { main } from "./src/cli/main.ts";
import { hostRuntime } from "./src/cli/terminal/runtime.ts";
import { host } from "./src/host/mod.ts";

host.process.exit(await main(hostRuntime()));
