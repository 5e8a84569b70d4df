import { isOlderVersion } from "../text/program.ts";
import { host, type PipedProcess, type ProcessOptions, type ProcessOutput } from "../host/mod.ts";
import { isFolder } from "../project/workspace/files.ts";
import { AludelError } from "../errors.ts";
import { say, shell } from "../text/next_step.ts";

/** The oldest git with all used features (`config --show-scope`, hooks before a merge commit). */
const MINIMUM_GIT = "2.26";

/** A call of git: arguments, never a shell line. */
export interface GitCall {
  readonly cwd: string;
  readonly args: readonly string[];
  /** The text for its standard input, if any. */
  readonly input?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes other than 0 that are no failures. */
  readonly answers?: readonly number[];
}

/** The answer of git. */
export interface GitAnswer {
  readonly code: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Runs git and waits for its end.
 * @throws {AludelError} `git-missing`, `git-not-repository`, `git-too-old`, `git-failed`.
 */
export async function git(call: GitCall): Promise<GitAnswer> {
  const { code, stdout, stderr } = await outputOf(call);
  if (code === 0 || call.answers?.includes(code)) return answer(code, stdout);
  throw await gitError(call.args, code, decode(stderr), call.cwd);
}

async function outputOf(call: GitCall): Promise<ProcessOutput> {
  const { input } = call;
  if (input === undefined) {
    return await host.processes.run("git", options(call)).catch((cause) => {
      throw notStarted(cause);
    });
  }
  const child = startGit(call);
  const fed = child.feed(input).then(() => child.endInput());
  const [output] = await Promise.all([child.output(), fed]);
  return output;
}

/** The output of git without the final line break; undefined if git fails or is missing. */
export function gitLine(cwd: string, args: readonly string[]): string | undefined {
  try {
    const { code, stdout } = host.processes.runSync("git", options({ cwd, args }));
    return code === 0 ? decode(stdout).replace(/\n$/, "") : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts git and returns the process, whose input and output the caller uses.
 * @throws {AludelError} `git-missing`, `git-failed`. Some systems report these only when the output is read.
 */
export function startGit(call: GitCall): PipedProcess {
  try {
    const child = host.processes.start("git", options(call));
    return {
      ...child,
      output: () =>
        child.output().catch((cause) => {
          throw notStarted(cause);
        }),
    };
  } catch (cause) {
    throw notStarted(cause);
  }
}

function notStarted(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  if (host.fault(cause) === "not-found") return gitMissing(cause);
  return new AludelError("git-failed", "Git could not be started", {
    notes: [cause.message],
    next: [shell`git --version # must answer: fix the problem that the note names`],
    cause,
  });
}

/** The error for an exit code that is a failure. Git's release is asked only here. */
export async function gitError(
  args: readonly string[],
  code: number,
  stderr: string,
  cwd: string,
): Promise<AludelError> {
  if (/not a git repository/i.test(stderr)) {
    return new AludelError("git-not-repository", `"${cwd}" is not in a git repository`, {
      next: [shell`git init`],
    });
  }
  const release = await gitRelease();
  if (release !== undefined && isOlderVersion(release, MINIMUM_GIT.split(".").map(Number))) {
    return new AludelError(
      "git-too-old",
      `Git is ${release}, and Aludel needs ${MINIMUM_GIT} or newer`,
      { notes: lines(stderr), next: [say("Install a newer git")] },
    );
  }
  const words = args.filter((word) => !word.startsWith("-")).slice(0, 1).join(" ");
  return new AludelError("git-failed", `"git ${words}" ended with ${code}`, {
    notes: lines(stderr),
    next: [
      say("Fix what git reports, then run the same command again"),
      shell`git fsck # check the repository`,
    ],
  });
}

function options({ cwd, args, env = {} }: GitCall): ProcessOptions {
  return {
    cwd,
    // Names may contain characters that are special in patterns.
    args: ["--literal-pathspecs", ...args],
    // Messages are recognized by their English text, and reading must not refresh the index.
    env: { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", ...env },
  };
}

function answer(code: number, bytes: Uint8Array): GitAnswer {
  return {
    code,
    bytes,
    get text() {
      return decode(bytes).replace(/\n$/, "");
    },
  };
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "").slice(0, 5);
}

async function gitRelease(): Promise<string | undefined> {
  try {
    const { stdout } = await host.processes.run("git", { args: ["--version"] });
    return /\d+(?:\.\d+)+/.exec(decode(stdout))?.[0];
  } catch {
    return undefined;
  }
}

function gitMissing(cause: unknown): AludelError {
  return new AludelError("git-missing", "There is no git on the PATH", {
    next: [say("Install git, or add its folder to PATH")],
    cause,
  });
}

/** A folder in the form in which git is asked about it. */
export interface GitFolder {
  /** The folder in which git runs: absolute, and it exists. */
  readonly cwd: string;
  /** The path from there, with `/`; empty if it is the same folder. */
  readonly path: string;
}

/**
 * Prepares calls of git about a folder, which need not be in the working tree.
 *
 * Git runs in `cwd` if the folder is below it. In a hook this is required: git may have set `GIT_DIR` or a relative
 * `GIT_INDEX_FILE`, which are relative to the folder in which the hook began.
 *
 * @param folder Absolute.
 * @param cwd The folder in which the program was started; the nearest existing one above `folder` if left out.
 */
export function gitFolder(folder: string, cwd?: string): GitFolder {
  const wanted = normal(folder);
  if (cwd !== undefined) {
    const path = pathBelow(wanted, normal(cwd));
    if (path !== undefined) return { cwd, path };
  }
  for (let at = wanted;;) {
    if (isFolder(at)) return { cwd: at, path: pathBelow(wanted, at) ?? "" };
    const parent = at.slice(0, at.lastIndexOf("/"));
    if (parent === "" || parent === at) return { cwd: "/", path: wanted.replace(/^\/+/, "") };
    at = parent;
  }
}

/** The path of something in the folder, relative to `cwd`. */
export function pathIn({ path }: GitFolder, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function normal(path: string): string {
  const slashes = host.os === "windows" ? path.replaceAll("\\", "/") : path;
  return slashes.length > 1 ? slashes.replace(/\/+$/, "") : slashes;
}

function pathBelow(path: string, folder: string): string | undefined {
  if (path === folder) return "";
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}
