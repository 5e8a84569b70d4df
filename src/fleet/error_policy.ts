/** After which errors a run stops: the first, the first of a kind that it has not had, so many, or none. */
export type ErrorPolicy =
  | { readonly kind: "stop" }
  | { readonly kind: "new-kind" }
  | { readonly kind: "max"; readonly count: number }
  | { readonly kind: "continue" };

/** Reads `stop`, `continue` or `max=N`. @returns undefined for anything else. */
export function parseErrorPolicy(text: string): ErrorPolicy | undefined {
  if (text === "stop" || text === "continue") return { kind: text };
  const count = /^max=([1-9][0-9]*)$/.exec(text)?.[1];
  return count === undefined ? undefined : { kind: "max", count: Number(count) };
}

/**
 * Counts the errors of a run, and says when it is to stop. A run that goes on after it was stopped has been seen by a
 * person: the kinds of errors that it had stop it no more.
 */
export class ErrorCount {
  readonly #policy: ErrorPolicy;
  readonly #known: ReadonlySet<string>;
  #count = 0;
  #reason: string | undefined;

  /** @param known The kinds of errors that the run had before. */
  constructor(policy: ErrorPolicy, known: ReadonlySet<string>) {
    this.#policy = policy;
    this.#known = known;
  }

  /** Why the run is to stop; undefined as long as it may go on. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** @param kind As `errorKind` gives it. @returns Whether the run may go on. */
  add(kind: string): boolean {
    this.#count++;
    this.#reason ??= this.#reasonFor(kind);
    return this.#reason === undefined;
  }

  #reasonFor(kind: string): string | undefined {
    switch (this.#policy.kind) {
      case "continue":
        return undefined;
      case "stop":
        return "an error";
      case "max":
        return this.#count >= this.#policy.count ? `${this.#count} errors` : undefined;
      case "new-kind":
        return this.#known.has(kind) ? undefined : "an error of a new kind";
    }
  }
}

/** How many databases a canary run takes: a number, or a share of those that have something to do. */
export type CanarySize = { readonly count: number } | { readonly percent: number };

/** Reads `10` or `5%`. @returns undefined for anything else. */
export function parseCanary(text: string): CanarySize | undefined {
  const count = /^[1-9][0-9]*$/.exec(text)?.[0];
  if (count !== undefined) return { count: Number(count) };
  const percent = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) <= 0 || Number(percent) > 100) return undefined;
  return { percent: Number(percent) };
}

/** So many databases of a fleet are taken; at least one. */
export function canaryCount(size: CanarySize, planned: number): number {
  if ("count" in size) return size.count;
  return Math.max(1, Math.ceil(planned * size.percent / 100));
}
