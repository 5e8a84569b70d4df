/** When a run stops: at the first error, at the first error of a new kind, after a number of errors, or never. */
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
 * Counts the errors of a run, and decides when it stops. A user who continues a stopped run knows its errors, so with
 * `new-kind` errors of these kinds do not stop it again.
 */
export class ErrorCount {
  readonly #policy: ErrorPolicy;
  readonly #known: ReadonlySet<string>;
  #count = 0;
  #reason: string | undefined;

  /** @param known The kinds of errors that the run had before it was continued. */
  constructor(policy: ErrorPolicy, known: ReadonlySet<string>) {
    this.#policy = policy;
    this.#known = known;
  }

  /** The reason to stop the run; undefined if it may continue. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Counts an error. @param kind From `errorKind`. @returns Whether the run may continue. */
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

/** The size of a canary run: a number of databases, or a share of those that have pending revisions. */
export type CanarySize = { readonly count: number } | { readonly percent: number };

/** Reads `10` or `5%`. @returns undefined for anything else. */
export function parseCanary(text: string): CanarySize | undefined {
  const count = /^[1-9][0-9]*$/.exec(text)?.[0];
  if (count !== undefined) return { count: Number(count) };
  const percent = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text)?.[1];
  if (percent === undefined || Number(percent) <= 0 || Number(percent) > 100) return undefined;
  return { percent: Number(percent) };
}

/** The number of databases in a canary run; at least one. @param planned The databases with pending revisions. */
export function canaryCount(size: CanarySize, planned: number): number {
  if ("count" in size) return size.count;
  return Math.max(1, Math.ceil(planned * size.percent / 100));
}
