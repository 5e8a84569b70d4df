import { bundleProgram } from "../compile/bundle_program.ts";
import type { Field } from "./peers.ts";

/** Where a contest is prepared, and with what. */
export interface Yard {
  /** A folder that exists; a contest makes its own below it. */
  readonly folder: string;
  readonly program: AludelProgram;
  readonly field: Field;
  /** How many rows the rebuilt table has. */
  readonly rows: number;
  /** How many databases the fleet has. */
  readonly databases: number;
  /** How large the copied database is, in 10^6 bytes. */
  readonly megabytes: number;
}

/** Makes an empty folder in the yard. */
export function newFolder({ folder }: Yard, name: string): string {
  Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
  return `${folder}/${name}`;
}

/** The command that runs Aludel. */
export function aludel({ program }: Yard, ...args: readonly string[]): readonly string[] {
  return [...program.command, ...args];
}

/** The command that runs a program of this folder. */
export function denoRun(file: string, ...args: readonly string[]): readonly string[] {
  return [Deno.execPath(), "run", "-A", new URL(file, import.meta.url).pathname, ...args];
}

/** The name of the least that a Deno program can take, and the limit itself. */
export const EMPTY = "empty Deno program";

export function emptyProgram(cwd: string) {
  return { name: EMPTY, role: "limit", command: denoRun("empty.ts"), cwd, memory: true } as const;
}

/** A number with its noun. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count.toLocaleString("en")} ${noun}s`;
}

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

/** Removes a file or a folder with all that is in it, where it is there. */
export function removeAll(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Keeps a copy of a folder as it is now; what it returns puts it back. */
export function keepFolder(folder: string): () => void {
  const kept = `${folder}.kept`;
  copyFolder(folder, kept);
  return () => {
    removeAll(folder);
    copyFolder(kept, folder);
  };
}

/** Copies a folder with all that is in it to a path where nothing is. */
export function copyFolder(from: string, to: string): void {
  const { success } = new Deno.Command("cp", { args: ["-a", from, to] }).outputSync();
  if (!success) throw new Error(`${from} could not be copied`);
}
