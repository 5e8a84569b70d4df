import { AludelError } from "../errors.ts";
import { excerpt } from "../text/layout.ts";
import { say, shell } from "../text/next_step.ts";
import { foldRevisionName } from "./revision.ts";

/** A keyword that names revisions by their place in the graph or in the database. */
export type RefKeyword = "base" | "current" | "head" | "heads";

/** The start of a ref: a keyword, or the name of a revision (an id, a prefix of one, or a label). */
export type Anchor =
  | { readonly kind: "keyword"; readonly keyword: RefKeyword }
  | { readonly kind: "name"; readonly name: string };

/**
 * An expression that names revisions, as typed: `[BRANCH@]ANCHOR`, or `[BRANCH@][ANCHOR]±N`.
 *
 * `branch` is an id, a prefix or a label. It limits the result to the ancestors and descendants of that revision.
 */
export type Ref =
  | { readonly kind: "point"; readonly branch: string | null; readonly anchor: Anchor }
  | {
    readonly kind: "walk";
    readonly branch: string | null;
    /** If null, the walk starts at the applied revisions. */
    readonly from: Anchor | null;
    /** Positive towards the heads, negative towards the bases. */
    readonly steps: number;
  };

/** `A:B`. A null end was left empty: it means the base before the colon and the heads after it. */
export interface RefRange {
  readonly from: Ref | null;
  readonly to: Ref | null;
}

const KEYWORDS: ReadonlySet<string> = new Set(["base", "current", "head", "heads"]);
const NAME = "[0-9A-Za-z][0-9A-Za-z_./]*";
const REF = new RegExp(`^(?:(${NAME})@)?(${NAME})?([+-][0-9]{1,9})?$`);

/**
 * Parses a ref. Names are not looked up here.
 * @throws {AludelError} `ref-syntax`
 */
export function parseRef(text: string): Ref {
  const [, branch = null, word, steps] = REF.exec(text) ?? [];
  if (word === undefined && steps === undefined) throw syntaxError(text);
  if (branch !== null && KEYWORDS.has(foldRevisionName(branch))) throw syntaxError(text);
  const anchor = word === undefined ? null : parseAnchor(word);
  if (steps !== undefined) {
    if (anchor === null && Number(steps) === 0) throw syntaxError(text);
    return { kind: "walk", branch, from: anchor, steps: Number(steps) + 0 };
  }
  if (anchor === null) throw syntaxError(text);
  return { kind: "point", branch, anchor };
}

/** Formats a ref as users type it; {@linkcode parseRef} reads it back. */
export function formatRef(ref: Ref): string {
  const branch = ref.branch === null ? "" : `${ref.branch}@`;
  if (ref.kind === "point") return branch + formatAnchor(ref.anchor);
  const from = ref.from === null ? "" : formatAnchor(ref.from);
  return `${branch}${from}${ref.steps < 0 ? "" : "+"}${ref.steps}`;
}

/**
 * Parses a range, `A:B`, in which either end or both may be empty.
 * @throws {AludelError} `ref-syntax`
 */
export function parseRange(text: string): RefRange {
  const ends = text.split(":");
  const [from, to] = ends;
  if (from === undefined || to === undefined || ends.length > 2) {
    throw new AludelError("ref-syntax", `"${excerpt(text)}" is not a range of revisions`, {
      notes: ["A range is two refs with one colon between them; either may be left out"],
      next: [say("Write it as A:B, such as 3f9c:head, -3:current or base:")],
    });
  }
  return { from: from === "" ? null : parseRef(from), to: to === "" ? null : parseRef(to) };
}

/** Formats a range as users type it; {@linkcode parseRange} reads it back. */
export function formatRange({ from, to }: RefRange): string {
  return `${from === null ? "" : formatRef(from)}:${to === null ? "" : formatRef(to)}`;
}

function parseAnchor(word: string): Anchor {
  const folded = foldRevisionName(word);
  return isKeyword(folded) ? { kind: "keyword", keyword: folded } : { kind: "name", name: word };
}

function isKeyword(word: string): word is RefKeyword {
  return KEYWORDS.has(word);
}

function formatAnchor(anchor: Anchor): string {
  return anchor.kind === "keyword" ? anchor.keyword : anchor.name;
}

function syntaxError(text: string): AludelError {
  const notes = text.includes(":")
    ? ["A colon makes a range, and one revision is expected here"]
    : [
      "A ref is an id or its beginning, a label, head, heads, base or current, with +N or -N behind it, LABEL@ before it",
    ];
  return new AludelError("ref-syntax", `"${excerpt(text)}" does not name a revision`, {
    notes,
    next: [say("Write it like head, 3f9c, 3f9c+1, -1 or events@head (docs/refs.md has them all)")],
  });
}

/** The purpose of a ref. An upgrade refuses `-N` and a downgrade `+N`, because they lead in the other direction. */
export type RefPurpose = "upgrade" | "downgrade" | "look";

/**
 * Checks the direction of a walk from the applied revisions.
 * @throws {AludelError} `ref-wrong-direction`
 */
export function refuseOtherDirection(text: string, steps: number, purpose: RefPurpose): void {
  const direction = steps > 0 ? "upgrade" : "downgrade";
  if (purpose === "look" || purpose === direction || steps === 0) return;
  throw new AludelError(
    "ref-wrong-direction",
    `"${text}" leads ${steps > 0 ? "up" : "down"}, and the command is ${purpose}`,
    { next: [shell`aludel ${direction} ${text}`] },
  );
}
