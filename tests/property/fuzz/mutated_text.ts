import fc from "fast-check";

/** One change to a text; its places are fractions, so that it fits texts of any length. */
interface Mutation {
  readonly kind: "insert" | "remove" | "double" | "swap" | "cut" | "splice";
  readonly from: number;
  readonly to: number;
  readonly piece: string;
  readonly seed: number;
}

/**
 * Texts that are nearly right: one of the seeds, with a few pieces inserted, removed, doubled, moved, or taken from
 * another seed. They reach further into a parser than random ones do.
 *
 * @param pieces What means something in the language.
 */
export function mutatedText(
  seeds: readonly string[],
  pieces: readonly string[],
): fc.Arbitrary<string> {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom("insert", "remove", "double", "swap", "cut", "splice"),
    from: fraction,
    to: fraction,
    piece: fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 4 })),
    seed: fc.nat({ max: seeds.length - 1 }),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([seed, mutations]) => mutations.reduce((text, one) => mutate(text, one, seeds), seed));
}

/** Texts do not grow beyond this, however often they are doubled. */
const LONGEST = 20_000;

function mutate(text: string, { kind, from, to, piece, seed }: Mutation, seeds: readonly string[]) {
  const first = Math.floor(Math.min(from, to) * text.length);
  // Mostly short ranges: long ones leave nothing to find.
  const last = Math.min(text.length, first + Math.ceil(Math.abs(from - to) * 24));
  const range = text.slice(first, last);
  switch (kind) {
    case "insert":
      return text.slice(0, first) + piece + text.slice(first);
    case "remove":
      return text.slice(0, first) + text.slice(last);
    case "double":
      return text.length > LONGEST ? text : text.slice(0, last) + range + text.slice(last);
    case "swap": {
      const end = Math.min(text.length, last + range.length);
      return text.slice(0, first) + text.slice(last, end) + range + text.slice(end);
    }
    case "cut":
      return text.slice(0, first);
    case "splice": {
      const other = seeds[seed]!;
      const at = Math.floor(to * other.length);
      return text.slice(0, first) + other.slice(at, at + 200) + text.slice(first);
    }
  }
}
