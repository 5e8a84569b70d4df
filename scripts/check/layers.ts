// deno-lint-ignore-file no-console
/**
 * Holds the source to its structure: which folder may import which, no import cycles between files
 * (type imports count), no ambient input or output in the pure folders, no file too long to be one concept.
 *
 * Run by `deno task ok`. Prints each breach with its file and exits 1.
 */
import { fileURLToPath } from "node:url";

/** The floors below the use cases. */
const CORE = [
  "errors",
  "finding",
  "digest",
  "text",
  "host",
  "graph",
  "sql",
  "manifest",
  "db",
  "schema",
  "state",
  "runner",
] as const;

/** A folder of src/ with the folders it may import, besides itself. Order: from the bottom up. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  host: [],
  errors: ["text"],
  digest: ["host", "text"],
  finding: ["errors", "text"],
  text: ["errors"],
  graph: ["errors", "text"],
  sql: ["errors", "text"],
  manifest: ["errors", "digest", "text", "graph", "sql"],
  db: ["errors", "text", "host", "sql"],
  schema: ["errors", "finding", "text", "sql", "db"],
  state: ["errors", "text", "graph", "sql", "manifest", "db"],
  runner: ["errors", "finding", "text", "graph", "sql", "manifest", "db", "schema", "state"],
  lint: ["errors", "finding", "text", "sql", "schema", "runner"],
  report: ["errors", "text", "graph", "sql", "schema"],
  replay: [
    "errors",
    "finding",
    "text",
    "graph",
    "sql",
    "manifest",
    "db",
    "schema",
    "state",
    "runner",
  ],
  project: [
    ...CORE,
    "replay",
  ],
  import: [
    "errors",
    "digest",
    "text",
    "host",
    "graph",
    "sql",
    "manifest",
    "db",
    "schema",
    "state",
    "runner",
    "replay",
    "project",
  ],
  proof: [
    ...CORE,
    "lint",
    "replay",
    "project",
  ],
  fleet: [
    ...CORE,
    "project",
  ],
  git: ["errors", "finding", "digest", "text", "host", "graph", "sql", "manifest", "project"],
  mod: [
    ...CORE,
    "project",
  ],
  cli: [
    ...CORE,
    "lint",
    "report",
    "replay",
    "project",
    "proof",
    "fleet",
    "git",
    "import",
    "mod",
  ],
};

/** Folders whose functions depend on their arguments alone. */
const PURE = ["text", "graph", "sql", "manifest", "schema", "lint", "report"];

/** Names that reach the world outside. */
const AMBIENT = [
  /\bhost\/mod\.ts"/,
  /\bfetch\s*\(/,
  /\bDate\s*\.\s*now\b/,
  /\bnew Date\s*\(\s*\)/,
  /\bconsole\b/,
  /\bcrypto\b/,
  /\bperformance\b/,
  /\bMath\s*\.\s*random\b/,
  /\bsetTimeout\b/,
  /from\s+"node:/,
  /import\(\s*"node:/,
];

/** Below cli nothing prints and nothing ends the process. */
const OUTSIDE_CLI = [/\bconsole\b/, /\bprocess\s*\.\s*exit\b/, /\bhost\s*\.\s*terminal\b/];

/** One folder names the runtime, so that there can be another one. */
const OUTSIDE_HOST = [/\bDeno\s*\./];

const LONGEST = 400;

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

const root = new URL("../../", import.meta.url);
const sourceRoot = new URL("src/", root).href;
const sources = [...walk(new URL("src/", root))].sort();
const imports = await readImports(sources);
const breaches = [
  ...layerBreaches(imports),
  ...cycleBreaches(imports),
  ...textBreaches(sources),
];
for (const breach of breaches) console.error(breach);
if (breaches.length > 0) Deno.exit(1);
console.log(`${sources.length} source files keep their layers`);

function* walk(folder: URL): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (entry.isDirectory) yield* walk(url);
    else if (entry.name.endsWith(".ts")) yield url.href;
  }
}

/** File → the source files it imports, as Deno itself resolves them. */
async function readImports(files: readonly string[]): Promise<Map<string, string[]>> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      entry,
      files.map((file) => `import ${JSON.stringify(file)};`).join("\n"),
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", fileURLToPath(new URL("deno.json", root)), entry],
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    const info = JSON.parse(new TextDecoder().decode(stdout)) as { modules: ModuleInfo[] };
    const found = new Map<string, string[]>();
    for (const module of info.modules) {
      if (!module.specifier.startsWith(sourceRoot)) continue;
      const targets = new Set<string>();
      for (const dependency of module.dependencies ?? []) {
        for (const side of [dependency.code, dependency.type]) {
          if (side?.specifier?.startsWith(sourceRoot)) targets.add(side.specifier);
        }
      }
      found.set(module.specifier, [...targets].sort());
    }
    return found;
  } finally {
    await Deno.remove(entry);
  }
}

function shortName(file: string): string {
  return file.slice(root.href.length);
}

/** `errors` for src/errors.ts, `graph` for src/graph/walk.ts. */
function layerOf(file: string): string {
  return file.slice(sourceRoot.length).replace(/\.ts$/, "").split("/")[0]!;
}

function layerBreaches(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  for (const [file, targets] of graph) {
    const layer = layerOf(file);
    const allowed = LAYERS[layer];
    if (allowed === undefined) {
      found.push(`${shortName(file)}: folder "${layer}" is in no layer of scripts/check/layers.ts`);
      continue;
    }
    for (const target of targets) {
      const other = layerOf(target);
      if (other !== layer && !allowed.includes(other)) {
        found.push(`${shortName(file)}: "${layer}" may not import ${shortName(target)}`);
      }
    }
  }
  return found;
}

/** Strongly connected components of more than one file (Tarjan's algorithm). */
function cycleBreaches(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    onStack.add(file);
    for (const target of graph.get(file) ?? []) {
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file)!, low.get(target)!));
      } else if (onStack.has(target)) {
        low.set(file, Math.min(low.get(file)!, index.get(target)!));
      }
    }
    if (low.get(file) !== index.get(file)) return;
    const component: string[] = [];
    for (let top = ""; top !== file;) {
      top = stack.pop()!;
      onStack.delete(top);
      component.push(top);
    }
    if (component.length > 1) {
      found.push(`import cycle: ${component.map(shortName).reverse().join(" → ")}`);
    }
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

/** Ambient names and length, on the text with its comments and strings blanked out. */
function textBreaches(files: readonly string[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const text = Deno.readTextFileSync(new URL(file));
    const lines = text.split("\n").length - 1;
    if (lines > LONGEST) {
      found.push(`${shortName(file)}: ${lines} lines; over ${LONGEST} it is more than one concept`);
    }
    const layer = layerOf(file);
    const banned = [
      ...(PURE.includes(layer) ? AMBIENT : []),
      ...(layer === "cli" || layer === "host" ? [] : OUTSIDE_CLI),
      ...(layer === "host" ? [] : OUTSIDE_HOST),
    ];
    if (banned.length === 0) continue;
    withoutComments(text).split("\n").forEach((line, number) => {
      const breach = banned.find((pattern) => pattern.test(line));
      if (breach) {
        found.push(`${shortName(file)}:${number + 1}: ambient ${breach} in "${layer}"`);
      }
    });
  }
  return [...new Set(found)];
}

/** Blanks comments; line numbers stay. Strings stay: a comment sign inside one hides at most a line's rest. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}
