import type { AludelProgram } from "./aludel_program.ts";
import type { Field } from "./peers.ts";

/** Where a contest is prepared, and with what. */
export interface Yard {
  /** A folder that exists; a contest makes its own below it. */
  readonly folder: string;
  readonly program: AludelProgram;
  readonly field: Field;
  /** How many rows the rebuilt table has. */
  readonly rows: number;
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
