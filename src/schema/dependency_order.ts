/**
 * Puts things after what they need, and otherwise leaves them in the order in which they come. What
 * needs each other stays in that order too.
 *
 * @param keys The keys, in the order to keep.
 * @param needs The keys that one needs; those that are not among `keys` do not matter.
 */
export function inDependencyOrder(
  keys: readonly string[],
  needs: (key: string) => Iterable<string>,
): string[] {
  const known = new Set(keys);
  const ordered = new Set<string>();
  const entered = new Set<string>();
  // A stack and no recursion: a chain may be as long as the schema.
  const stack: { readonly key: string; readonly rest: Iterator<string> }[] = [];
  const enter = (key: string) => {
    if (entered.has(key)) return;
    entered.add(key);
    stack.push({ key, rest: needs(key)[Symbol.iterator]() });
  };
  for (const key of keys) {
    enter(key);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done) {
        ordered.add(top.key);
        stack.pop();
      } else if (known.has(next.value)) {
        enter(next.value);
      }
    }
  }
  return [...ordered];
}
