import { SqlError } from "../db/connection.ts";
import { databaseError } from "../db/database_error.ts";
import { AludelError, MEND_ACCESS } from "../errors.ts";

/**
 * Turns what the operating system refused, and what SQLite says of a database as a whole, into an error that says so.
 * Code that knows more about the file says more; this is the net below it. Anything else is returned as it is.
 */
export function foreseen(thrown: unknown): unknown {
  if (thrown instanceof AludelError || !(thrown instanceof Error)) return thrown;
  if (thrown instanceof SqlError) return databaseError(thrown, thrown.database ?? "") ?? thrown;
  const code = (thrown as { readonly code?: unknown }).code;
  const refused = thrown instanceof Deno.errors.PermissionDenied ||
    thrown instanceof Deno.errors.NotCapable ||
    thrown instanceof Deno.errors.NotFound ||
    thrown instanceof Deno.errors.IsADirectory ||
    thrown instanceof Deno.errors.NotADirectory ||
    thrown instanceof Deno.errors.FilesystemLoop ||
    code === "ENOSPC" || code === "EROFS" || code === "EDQUOT" || code === "EFBIG";
  if (!refused) return thrown;
  return new AludelError("system-refused", "The operating system refused to read or write a file", {
    notes: [thrown.message],
    next: [MEND_ACCESS],
    cause: thrown,
  });
}
