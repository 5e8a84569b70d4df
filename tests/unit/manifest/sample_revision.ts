import type { ManifestRevision } from "../../../src/manifest/manifest.ts";

/** A draft with the given parts, for tests. */
export function sampleRevision(parts: Partial<ManifestRevision> = {}): ManifestRevision {
  const id = parts.id ?? "a1";
  return {
    id,
    dir: `2026-11-23_${id}_x`,
    parents: [],
    dependsOn: [],
    labels: [],
    message: "a message",
    created: "2026-11-23T10:15:00Z",
    up: null,
    down: null,
    was: [],
    ...parts,
  };
}

/** A text hash of one repeated hex digit. */
export function sampleHash(digit: string): `sha256:${string}` {
  return `sha256:${digit.repeat(64)}`;
}
