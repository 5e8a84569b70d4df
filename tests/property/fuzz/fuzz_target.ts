import assert from "node:assert/strict";
import type fc from "fast-check";
import { AludelError } from "../../../src/errors.ts";

/** A reader that takes what others write. */
export interface FuzzTarget {
  readonly name: string;
  readonly input: fc.Arbitrary<string>;
  /** Reads an input and judges what came of it. Throws where something is wrong. */
  readonly check: (input: string) => void;
  /** Inputs of about a size that are hard for a careless reader: nested, repeated, never closed. */
  readonly hard: (size: number) => readonly string[];
}

/** More than this of an error's words, and a large input has flooded the screen. */
const LONGEST_ERROR = 40_000;

/**
 * Runs a reader that may refuse, and makes sure that it refuses as it should: with an error that was foreseen, and whose
 * size does not follow the input's.
 *
 * @returns What it read; undefined where it refused.
 */
export function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AludelError)) throw error;
    assert.notEqual(error.code, "internal", error.message);
    const { message, notes, next, place } = error;
    const size = JSON.stringify([message, notes, next, place]).length;
    assert.ok(size < LONGEST_ERROR, `an error of ${size} characters: ${message.slice(0, 200)}`);
    return undefined;
  }
}

/** A piece repeated up to a size. */
export function repeated(piece: string, size: number): string {
  return piece.repeat(Math.ceil(size / piece.length));
}
