import { AludelError } from "../errors.ts";
import { placeOf } from "../text/code_frame.ts";
import type { Directive, ScriptHeader } from "./script.ts";

/** The header of a script without directives. */
const PLAIN: ScriptHeader = {
  transaction: "on",
  foreignKeys: "off",
  sqlite: undefined,
  allowLoss: [],
};

/**
 * What a script's directives ask of the runner.
 *
 * @param file The file's name for messages.
 * @param text The script's canonical text.
 * @param directives Its directives, in order.
 * @throws {AludelError} `directive-conflict` when two of them contradict each other.
 */
export function readHeader(
  file: string,
  text: string,
  directives: readonly Directive[],
): ScriptHeader {
  if (directives.length === 0) return PLAIN;
  const settings = new Map<string, Directive>();
  const allowLoss: { readonly name: string; readonly reason: string }[] = [];
  const choose: { readonly name: string; readonly start: number }[] = [];
  const conflict = (later: Directive, message: string) =>
    new AludelError("directive-conflict", message, {
      place: placeOf(file, text, later.start),
      next: ["Delete one of the two"],
    });

  for (const directive of directives) {
    const { name, value, reason } = directive;
    if (name === "allow-loss") {
      allowLoss.push({ name: value, reason });
    } else if (name === "choose") {
      choose.push({ name: value, start: directive.start });
    } else if (name === "transaction" || name === "foreign-keys" || name === "sqlite") {
      const earlier = settings.get(name);
      if (earlier !== undefined && earlier.value !== value) {
        throw conflict(directive, `"${name}" is both "${earlier.value}" and "${value}"`);
      }
      settings.set(name, directive);
    }
  }

  const transaction = settings.get("transaction");
  const foreignKeys = settings.get("foreign-keys");
  if (transaction?.value === "off" && foreignKeys?.value === "on") {
    throw conflict(
      transaction.start > foreignKeys.start ? transaction : foreignKeys,
      '"foreign-keys=on" asks for a transaction and "transaction=off" for none',
    );
  }
  return {
    transaction: transaction?.value === "off" ? "off" : "on",
    foreignKeys: foreignKeys?.value === "on" ? "on" : "off",
    sqlite: settings.get("sqlite")?.value.split(".").map(Number),
    allowLoss,
    ...(choose.length > 0 && { choose }),
  };
}
