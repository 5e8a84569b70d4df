// deno-lint-ignore-file no-console
/**
 * Writes what package managers need of a release beside its programs in dist/: `aludel.rb`, a formula for Homebrew, and
 * `aludel.scoop.json`, a manifest for Scoop. The sums are those of SHA256SUMS.
 *
 * `deno run -A scripts/channels.ts ADDRESS [FOLDER]`: ADDRESS is where the release's files will be.
 */
import { fileURLToPath } from "node:url";
import { RELEASE } from "../src/text/program.ts";

const SUMMARY = "Schema migrations for SQLite";

/** The sums of a release: file → SHA-256. @throws {Error} for a line of another shape. */
export function readSums(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.trimEnd().split("\n").map((line) => {
      const [, sum, file] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
      if (sum === undefined || file === undefined) {
        throw new Error(`SHA256SUMS has the line "${line}"`);
      }
      return [file, sum];
    }),
  );
}

/** https://docs.brew.sh/Formula-Cookbook */
export function homebrewFormula(address: string, sums: ReadonlyMap<string, string>): string {
  const program = (name: string) =>
    `      url "${address}/aludel-${name}"\n      sha256 "${sumOf(sums, `aludel-${name}`)}"`;
  const system = (block: string, name: string) =>
    `  on_${block} do
    on_arm do
${program(`${name}-arm64`)}
    end
    on_intel do
${program(`${name}-x64`)}
    end
  end`;
  return `class Aludel < Formula
  desc "${SUMMARY}"
  homepage "${address.replace(/\/releases\/.*$/, "")}"
  version "${RELEASE}"
  license "MIT"

${system("macos", "macos")}
${system("linux", "linux")}

  def install
    program = Dir["aludel-*"].first
    chmod 0755, program
    bin.install program => "aludel"
    generate_completions_from_executable(bin/"aludel", "completions")
  end

  test do
    system bin/"aludel", "init"
    assert_path_exists testpath/"migrations/manifest.json"
  end
end
`;
}

/** https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests */
export function scoopManifest(address: string, sums: ReadonlyMap<string, string>): string {
  const file = "aludel-windows-x64.exe";
  const manifest = {
    version: RELEASE,
    description: SUMMARY,
    homepage: address.replace(/\/releases\/.*$/, ""),
    license: "MIT",
    architecture: { "64bit": { url: `${address}/${file}`, hash: sumOf(sums, file) } },
    bin: [[file, "aludel"]],
  };
  return JSON.stringify(manifest, null, 2) + "\n";
}

function sumOf(sums: ReadonlyMap<string, string>, file: string): string {
  const sum = sums.get(file);
  if (sum === undefined) throw new Error(`SHA256SUMS does not list ${file}`);
  return sum;
}

if (import.meta.main) {
  const [address, folder = fileURLToPath(new URL("../dist", import.meta.url))] = Deno.args;
  if (address === undefined) {
    console.error("Give the address where the release's files will be");
    Deno.exit(2);
  }
  const sums = readSums(Deno.readTextFileSync(`${folder}/SHA256SUMS`));
  Deno.writeTextFileSync(`${folder}/aludel.rb`, homebrewFormula(address, sums));
  Deno.writeTextFileSync(`${folder}/aludel.scoop.json`, scoopManifest(address, sums));
}
