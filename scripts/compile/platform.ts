/** A platform that a program is made for. */
export interface Platform {
  /** As in the names of releases: `linux-x64`. */
  readonly name: string;
  /** As Deno calls it. */
  readonly target: string;
}

export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x64", target: "x86_64-unknown-linux-gnu" },
  { name: "linux-arm64", target: "aarch64-unknown-linux-gnu" },
  { name: "macos-x64", target: "x86_64-apple-darwin" },
  { name: "macos-arm64", target: "aarch64-apple-darwin" },
  { name: "windows-x64", target: "x86_64-pc-windows-msvc" },
];

/** The program's file in a release: `aludel-linux-x64`, `aludel-windows-x64.exe`. */
export function programFile({ name }: Platform): string {
  return `aludel-${name}${name.startsWith("windows") ? ".exe" : ""}`;
}
