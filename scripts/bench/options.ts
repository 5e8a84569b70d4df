// deno-lint-ignore-file no-console

/** What the bench is asked for. */
export interface Options {
  readonly only: readonly string[];
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly rows: number;
  readonly databases: number;
  readonly megabytes: number;
  readonly out: string | undefined;
}

const FLAGS = ["--only", "--sizes", "--rounds", "--rows", "--databases", "--megabytes", "--out"];

/**
 * Reads the command line; on a mistake says so and exits with 2.
 * @param names What `--only` may name.
 */
export function readOptions(args: readonly string[], names: readonly string[]): Options {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 2) {
    const [flag, value] = [args[at]!, args[at + 1]];
    if (!FLAGS.includes(flag) || value === undefined) {
      return usage(`"${flag}" is not known, or has no value`);
    }
    values.set(flag, value);
  }
  const only = values.get("--only")?.split(",") ?? names;
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) return usage(`"${unknown}" is not one of ${names.join(", ")}`);
  const numbers = (flag: string, fallback: string) =>
    (values.get(flag) ?? fallback).split(",").map(Number);
  const options = {
    only,
    sizes: numbers("--sizes", "1,100,1000,10000"),
    rounds: numbers("--rounds", "7")[0]!,
    rows: numbers("--rows", "1000000")[0]!,
    databases: numbers("--databases", "1000")[0]!,
    megabytes: numbers("--megabytes", "1000")[0]!,
    out: values.get("--out"),
  };
  const { sizes, rounds, rows, databases, megabytes } = options;
  for (const number of [...sizes, rounds, rows, databases, megabytes]) {
    if (!Number.isInteger(number) || number < 1) return usage("Numbers are whole, and 1 or more");
  }
  return options;
}

function usage(problem: string): never {
  console.error(
    `${problem}\nUsage: deno task bench [--only NAMES] [--sizes NUMBERS] [--rounds N] [--rows N] ` +
      "[--databases N] [--megabytes N] [--out FILE.md]",
  );
  Deno.exit(2);
}
