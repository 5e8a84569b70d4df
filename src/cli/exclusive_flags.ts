import { AludelError } from "../errors.ts";

/**
 * Refuses two flags of which each says what to do instead of running.
 * @throws {AludelError} `usage`.
 */
export function refuseSeveralModes(flags: {
  readonly sql: boolean;
  readonly dryRun: boolean;
  readonly rehearse?: boolean;
  readonly rehearseKeep?: string | undefined;
}): void {
  const [one, other] = [
    ...(flags.dryRun ? ["--dry-run"] : []),
    ...(flags.sql ? ["--sql"] : []),
    ...(flags.rehearse ? ["--rehearse"] : []),
    ...(flags.rehearseKeep !== undefined && !flags.rehearse ? ["--rehearse-keep"] : []),
  ];
  if (one === undefined || other === undefined) return;
  throw new AludelError("usage", `"${one}" and "${other}" exclude each other`, {
    next: [
      "Leave one of them out: --dry-run prints the route, --sql the statements, and --rehearse runs them on a copy",
    ],
  });
}
