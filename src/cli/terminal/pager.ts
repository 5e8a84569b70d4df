import { host } from "../../host/mod.ts";
import type { Runtime } from "./runtime.ts";
import type { Ui } from "./ui.ts";

/** The flag of commands with answers that may be longer than a screen. */
export const PAGER_FLAG = {
  noPager: { kind: "switch", help: "print a long answer at once, without a pager" },
} as const;

/** Fails silently if `less` is not installed. */
const LESS_IF_THERE = "command -v less >/dev/null || exit 127; less";

/** The options that git uses: exit if everything fits, keep colours, keep the screen. */
const LESS = "FRX";

/**
 * Finds the command line of the pager: `$ALUDEL_PAGER`, else `$PAGER`, else `less`.
 * @returns undefined if it is empty or `cat`, or if the output is not a terminal.
 */
function findPager(
  runtime: Pick<Runtime, "env" | "stdout">,
  noPager: boolean,
): string | undefined {
  if (noPager || !runtime.stdout.isTerminal || runtime.env("TERM") === "dumb") return undefined;
  const own = runtime.env("ALUDEL_PAGER") ?? runtime.env("PAGER");
  const pager = own ?? (host.os === "windows" ? "" : LESS_IF_THERE);
  return pager.trim() === "" || pager.trim() === "cat" ? undefined : pager;
}

/** Prints an answer as {@linkcode Ui.data} does, but on a terminal in the user's pager. */
export async function page(
  { runtime, ui }: { readonly runtime: Runtime; readonly ui: Ui },
  text: string,
  { noPager }: { readonly noPager: boolean },
): Promise<void> {
  const pager = ui.wantsJson ? undefined : findPager(runtime, noPager);
  if (pager === undefined || !await showIn(pager, ui.asPrinted(text), runtime)) ui.data(text);
}

/** Shows a text in the pager. @returns false if there is no such pager. */
async function showIn(pager: string, text: string, runtime: Runtime): Promise<boolean> {
  const folder = host.files.makeTemporaryFolder("aludel-pager-");
  try {
    // The pager reads keys from the terminal, and the text from its standard input.
    const file = `${folder}/text`;
    host.files.writeText(file, `${text}\n`);
    const code = await host.processes.runAttached("sh", {
      args: ["-c", `${pager} < "$1"`, "pager", file],
      cwd: runtime.cwd,
      env: { LESS: runtime.env("LESS") ?? LESS, LV: runtime.env("LV") ?? "-c" },
    });
    return code !== NOT_FOUND;
  } finally {
    host.files.remove(folder, { recursive: true });
  }
}

/** The exit code of a POSIX shell if a program is not found. */
const NOT_FOUND = 127;
