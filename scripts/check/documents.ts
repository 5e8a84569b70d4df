// deno-lint-ignore-file no-console
/**
 * Compares the documents with the code: docs/errors.md has the cause and cure of exactly the error codes that are
 * thrown, generated documents are up to date, links and paths exist, README.md leads to every document, CONTRIBUTING.md
 * names every task, the release is the same everywhere.
 *
 * Run by `deno task ok`. Prints each breach and exits 1.
 */
import { ERROR_KINDS } from "../../src/errors.ts";
import { RELEASE } from "../../src/text/program.ts";
import { generatedFiles } from "../docs.ts";

const ROOT = new URL("../../", import.meta.url);

const documents = new Map([...markdownFiles()].map((path) => [path, read(path)]));
const breaches = [
  ...errorBreaches(documents.get("docs/errors.md") ?? ""),
  ...await generatedBreaches(),
  ...linkBreaches(),
  ...pathBreaches(),
  ...indexBreaches(),
  ...taskBreaches(),
  ...releaseBreaches(),
];
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) Deno.exit(1);
console.log(`${documents.size} documents agree with the code`);

/** Paths from the repository's root: README.md, docs/… */
function* markdownFiles(folder = ""): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder || ".", ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory && (folder !== "" || entry.name === "docs")) {
      yield* markdownFiles(`${path}/`);
    } else if (entry.isFile && entry.name.endsWith(".md")) yield path;
  }
}

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
    if (entry.isDirectory) yield* sourceFiles(`${folder}${entry.name}/`);
    else if (entry.name.endsWith(".ts")) yield folder + entry.name;
  }
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function errorBreaches(text: string): string[] {
  const found: string[] = [];
  const sections = text.split(/^### /m).slice(1);
  const documented = new Set(sections.map((section) => section.split("\n", 1)[0]!.trim()));
  for (const code of Object.keys(ERROR_KINDS)) {
    if (!documented.has(code)) found.push(`docs/errors.md: "${code}" is missing`);
  }
  for (const section of sections) {
    const code = section.split("\n", 1)[0]!.trim();
    if (!Object.hasOwn(ERROR_KINDS, code)) found.push(`docs/errors.md: "${code}" is no error code`);
    for (const word of ["Cause: ", "Cure: "]) {
      if (!section.includes(`\n${word}`)) {
        found.push(`docs/errors.md: "${code}" has no "${word.trim()}"`);
      }
    }
  }
  if (documented.size < sections.length) found.push("docs/errors.md: a code is listed twice");
  const source = [...sourceFiles("src/")].filter((path) => path !== "src/errors.ts").map(read);
  for (const code of Object.keys(ERROR_KINDS)) {
    if (!source.some((text) => text.includes(`"${code}"`))) {
      found.push(`src/errors.ts: nothing throws "${code}"`);
    }
  }
  return found;
}

async function generatedBreaches(): Promise<string[]> {
  return [...await generatedFiles()]
    .filter(([path, text]) => read(path) !== text)
    .map(([path]) => `${path} differs from the code: run deno task docs`);
}

/** Links to files and to headings. Addresses with a scheme are not followed: this check needs no network. */
function linkBreaches(): string[] {
  const found: string[] = [];
  for (const [path, text] of documents) {
    for (const [, link = ""] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = "", heading] = link.split("#");
      const target = file === ""
        ? path
        : new URL(file, new URL(path, ROOT)).pathname.slice(ROOT.pathname.length);
      if (!exists(target)) found.push(`${path}: the link "${link}" leads nowhere`);
      else if (heading !== undefined && !anchors(target).has(heading)) {
        found.push(`${path}: "${target}" has no heading "${heading}"`);
      }
    }
  }
  return found;
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch {
    return false;
  }
}

/** The names that GitHub gives to headings. */
function anchors(path: string): ReadonlySet<string> {
  const headings = (documents.get(path) ?? "").matchAll(/^#+ (.+)$/gm);
  return new Set(
    Array.from(
      headings,
      ([, heading = ""]) =>
        heading.trim().toLowerCase().replace(/[^\p{Letter}\p{Number}_ -]/gu, "").replaceAll(
          " ",
          "-",
        ),
    ),
  );
}

/** Files of this repository that a document names in passing, such as the tests of a promise. */
function pathBreaches(): string[] {
  const found: string[] = [];
  for (const [path, text] of documents) {
    for (
      const [, named = ""] of text.matchAll(
        /[` ]((?:src|tests|scripts|schemas)\/[a-z0-9_./-]*)[` ]/g,
      )
    ) {
      if (!exists(named)) found.push(`${path}: there is no "${named}"`);
    }
  }
  return found;
}

/** Every document is in the index of its folder. */
function indexBreaches(): string[] {
  const found: string[] = [];
  for (
    const [index, folder] of [["README.md", "docs/"], ["docs/decisions/README.md", ""]] as const
  ) {
    const at = index.slice(0, -"README.md".length) + folder;
    for (const path of documents.keys()) {
      const name = path.slice(at.length);
      if (!path.startsWith(at) || name.includes("/") || path === index) continue;
      if (!documents.get(index)?.includes(`](${folder}${name})`)) {
        found.push(`${index}: "${path}" is missing`);
      }
    }
  }
  return found;
}

function taskBreaches(): string[] {
  const { tasks } = JSON.parse(read("deno.json")) as { readonly tasks: Record<string, string> };
  const text = documents.get("CONTRIBUTING.md") ?? "";
  return Object.keys(tasks)
    .filter((task) => !new RegExp(`deno task ${task}[ \`]`).test(text))
    .map((task) => `CONTRIBUTING.md: the task "${task}" is missing`);
}

function releaseBreaches(): string[] {
  const { version } = JSON.parse(read("deno.json")) as { readonly version: string };
  return version === RELEASE ? [] : [`src/text/program.ts says ${RELEASE}, deno.json ${version}`];
}
