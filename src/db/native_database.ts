import { DatabaseSync } from "node:sqlite";
import { toSqlError } from "./sqlite_message.ts";

// The parts of node:sqlite that Deno has and its type declarations may lack.
interface NativeOptions {
  readonly enableForeignKeyConstraints: boolean;
  readonly enableDoubleQuotedStringLiterals: boolean;
  readonly defensive: boolean;
  readonly readBigInts: boolean;
  readonly timeout: number;
  readonly readOnly: boolean;
}
type AuthorizerCallback = (
  action: number,
  arg1: string | null,
  arg2: string | null,
  database: string | null,
  source: string | null,
) => number;

/** A database of node:sqlite with what Deno has beyond its type declarations. */
export type NativeDatabase = DatabaseSync & {
  setAuthorizer(callback: AuthorizerCallback | null): void;
  readonly isTransaction: boolean;
  serialize(): Uint8Array;
  deserialize(image: Uint8Array): void;
  enableDefensive(active: boolean): void;
};

/**
 * Opens node:sqlite with every setting explicit.
 * @param location A path, a `file:` URI or `:memory:`.
 * @throws {SqlError}
 * @throws {Deno.errors.NotCapable} when Deno's permissions forbid it.
 */
export function openNative(
  location: string,
  options: {
    readonly doubleQuotedStrings?: boolean;
    readonly busyTimeoutMs?: number;
    /** SQLITE_OPEN_READONLY; a URI must not ask for more. */
    readonly readOnly?: boolean;
  },
): NativeDatabase {
  const native: NativeOptions = {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: options.doubleQuotedStrings ?? false,
    defensive: true,
    readBigInts: true,
    timeout: options.busyTimeoutMs ?? 0,
    readOnly: options.readOnly ?? false,
  };
  try {
    return new DatabaseSync(location, native) as NativeDatabase;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw toSqlError(error, "", undefined);
  }
}
