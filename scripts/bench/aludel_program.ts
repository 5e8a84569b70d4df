import { bundleProgram } from "../compile/bundle_program.ts";

/** The words that start Aludel, and what they start. */
export interface AludelProgram {
  readonly command: readonly string[];
  readonly description: string;
}

/**
 * The program as it is shipped: `$ALUDEL`, a standalone program, where that is set; otherwise the modules that a
 * standalone program is made of, under the Deno that runs the bench.
 *
 * @param folder A folder that does not exist yet.
 */
export async function aludelProgram(folder: string): Promise<AludelProgram> {
  const standalone = Deno.env.get("ALUDEL");
  if (standalone) return { command: [standalone], description: "Aludel as a standalone program" };
  const bundle = await bundleProgram(folder, { text: "bench", time: new Date(0) });
  return {
    command: [Deno.execPath(), "run", "-A", `${bundle.folder}/${bundle.entry}`],
    description: "Aludel bundled as for a standalone program, under the same Deno",
  };
}
