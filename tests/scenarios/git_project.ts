import { faultOfAnswer } from "./json_answer.ts";
import { formatManifest, type ManifestRevision, sortById } from "../../src/manifest/manifest.ts";
import { parseManifest } from "../../src/manifest/parse_manifest.ts";
import { digest } from "../../src/digest.ts";
import { canonicalText } from "../../src/sql/canonical_text.ts";
import { runInProcess } from "../fixtures/fake_runtime.ts";
import { sampleRevision } from "../fixtures/sample_revision.ts";
import {
  aludel,
  type Outcome,
  run,
  type TemporaryFolder,
  temporaryFolder,
  temporaryProject,
} from "./cli.ts";

/** A project in a real git repository. */
export interface GitProject extends TemporaryFolder {
  /** Runs git and throws unless it succeeds; returns what it wrote to stdout. */
  git(...args: string[]): Promise<string>;
  /** Runs git; returns how it ended. */
  tryGit(...args: string[]): Promise<Outcome>;
  /** Adds a revision to the disk, sealed unless said otherwise: folder ID, files, line. */
  add(id: string, options?: {
    readonly up?: string;
    readonly down?: string;
    readonly parents?: readonly string[];
    readonly sealed?: boolean;
  }): void;
  /** Changes a line of the manifest on disk; `undefined` takes it out. */
  line(id: string, change: Partial<ManifestRevision> | undefined): void;
  /** `git add .` and a commit without hooks; throws unless it succeeds. */
  commit(message?: string): Promise<void>;
  /** Runs aludel in this process, which is quicker, and parses its JSON. */
  json(...args: string[]): Promise<{ readonly code: number; readonly value: unknown }>;
  /** The codes of what `verify --staged`, or another verification, finds. */
  codes(...args: string[]): Promise<readonly string[]>;
}

/** What every git of a test is told: no setting of the machine's reaches it. */
export const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
  GIT_EDITOR: "true",
  // A test's folder lies below others that may be repositories themselves.
  GIT_CEILING_DIRECTORIES: "/tmp",
} as const;

/** A project in an empty repository whose branch is `main`. Nothing is committed yet. */
export async function gitProject(
  options: { readonly init?: readonly string[] } = {},
): Promise<GitProject> {
  const project = gitProjectIn(temporaryProject(), "");
  await project.git("init", "-q", "-b", "main", ...options.init ?? []);
  return project;
}

/** A folder with a repository and no project. */
export async function gitFolderWithout(): Promise<GitProject> {
  const project = gitProjectIn(temporaryFolder(), "");
  await project.git("init", "-q", "-b", "main");
  return project;
}

/** The project in `sub` of a repository, or of a clone, in the folder. */
export function gitProjectIn(folder: TemporaryFolder, sub: string): GitProject {
  const path = sub === "" ? folder.path : `${folder.path}/${sub}`;
  const prefix = sub === "" ? "" : `${sub}/`;
  const file = `${prefix}migrations/manifest.json`;
  const manifest = () => parseManifest(folder.read(file), file).revisions;
  const write = (revisions: readonly ManifestRevision[]) =>
    folder.write(file, formatManifest({ revisions: sortById(revisions) }));
  const here: GitProject = {
    ...folder,
    path,
    write: (name, text) => folder.write(prefix + name, text),
    read: (name) => folder.read(prefix + name),
    has: (name) => folder.has(prefix + name),
    aludel: (...args) => aludel(args, { cwd: path, env: GIT_ENVIRONMENT }),
    async done(...args) {
      const outcome = await here.aludel(...args);
      if (outcome.code !== 0) throw new Error(`aludel ${args.join(" ")}: ${outcome.stderr}`);
      return outcome.stdout;
    },
    tryGit: (...args) => run("git", args, { cwd: path, env: GIT_ENVIRONMENT }),
    async git(...args) {
      const outcome = await here.tryGit(...args);
      if (outcome.code !== 0) throw new Error(`git ${args.join(" ")}: ${outcome.stderr}`);
      return outcome.stdout;
    },
    add(id, { up = `CREATE TABLE ${id} (a);\n`, down = `DROP TABLE ${id};\n`, ...rest } = {}) {
      const before = manifest();
      const parents = rest.parents ?? before.slice(-1).map((revision) => revision.id);
      here.write(`migrations/${id}/up.sql`, up);
      here.write(`migrations/${id}/down.sql`, down);
      const hashes = rest.sealed === false
        ? {}
        : { up: digest(canonicalText(up)), down: digest(canonicalText(down)) };
      write([...before, sampleRevision({ id, dir: id, parents, ...hashes })]);
    },
    line(id, change) {
      write(
        manifest().flatMap((revision) =>
          revision.id !== id ? [revision] : change === undefined ? [] : [{ ...revision, ...change }]
        ),
      );
    },
    async commit(message = "x") {
      await here.git("add", "-A", ".");
      await here.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message);
    },
    async json(...args) {
      const { code, stdout } = await runInProcess([...args, "--json"], { cwd: path });
      const fault = faultOfAnswer([...args, "--json"], stdout);
      if (fault !== undefined) throw new Error(`${fault}, after aludel ${args.join(" ")}`);
      return { code, value: JSON.parse(stdout) };
    },
    async codes(...args) {
      const { value } = await here.json("verify", ...args.length === 0 ? ["--staged"] : args);
      const { findings, error } = value as {
        readonly findings?: readonly { readonly code: string }[];
        readonly error?: { readonly code: string };
      };
      return findings?.map(({ code }) => code) ?? [error?.code ?? ""];
    },
  };
  return here;
}
