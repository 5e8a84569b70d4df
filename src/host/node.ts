/**
 * The world as Node gives it, from 24.10 on. Only builds for npm and the single file load this module: they put it
 * in the place of `deno.ts`.
 */
import { spawn, type SpawnOptions, spawnSync } from "node:child_process";
import { createHash, hash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import nodeProcess from "node:process";
import tty from "node:tty";
import type {
  Fault,
  FileInfo,
  Files,
  Host,
  OpenFile,
  OpenFileOptions,
  OperatingSystem,
  PipedProcess,
  Processes,
  ProcessOptions,
  ProcessOutput,
  StandardStream,
  Terminal,
  ThisProcess,
} from "./host.ts";
import { singleFile, threads } from "./node_threads.ts";

const FAULTS: Readonly<Record<string, Fault>> = {
  EACCES: "permission",
  EAGAIN: "would-block",
  EDQUOT: "no-space",
  EEXIST: "exists",
  EFBIG: "no-space",
  EIO: "io",
  EISDIR: "is-folder",
  ELOOP: "link-loop",
  ENOENT: "not-found",
  ENOSPC: "no-space",
  ENOTDIR: "not-folder",
  EPERM: "permission",
  EPIPE: "broken-pipe",
  ERR_ACCESS_DENIED: "not-capable",
  EROFS: "permission",
};

function fault(error: unknown): Fault | undefined {
  const { code, syscall } = (error ?? {}) as {
    readonly code?: unknown;
    readonly syscall?: unknown;
  };
  return FAULTS[String(code)] ?? (typeof syscall === "string" ? "system" : undefined);
}

const os: OperatingSystem = nodeProcess.platform === "win32"
  ? "windows"
  : nodeProcess.platform === "linux" || nodeProcess.platform === "darwin"
  ? nodeProcess.platform
  : "other";

function infoOf(stats: fs.Stats): FileInfo {
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    size: stats.size,
    mode: os === "windows" ? null : stats.mode,
    modified: stats.mtime,
    inode: stats.ino,
    device: stats.dev,
  };
}

function openFile(descriptor: number): OpenFile {
  let isOpen = true;
  let at = 0;
  const close = () => {
    if (isOpen) fs.closeSync(descriptor);
    isOpen = false;
  };
  return {
    read(buffer) {
      const count = fs.readSync(descriptor, buffer, 0, buffer.length, at);
      at += count;
      return count === 0 && buffer.length > 0 ? null : count;
    },
    readAt(position, buffer) {
      at = position;
      return this.read(buffer);
    },
    write(bytes) {
      const count = fs.writeSync(descriptor, bytes, 0, bytes.length, at);
      at += count;
      return count;
    },
    truncate: (size) => fs.ftruncateSync(descriptor, size),
    sync: () => fs.fsyncSync(descriptor),
    stat: () => infoOf(fs.fstatSync(descriptor)),
    close,
    [Symbol.dispose]: close,
  };
}

function openFlags({ read, write, create, createNew }: OpenFileOptions): number {
  const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;
  const writes = write || create || createNew;
  return (writes ? (read ? O_RDWR : O_WRONLY) : O_RDONLY) |
    (create || createNew ? O_CREAT : 0) | (createNew ? O_EXCL : 0);
}

const files: Files = {
  stat: (path) => infoOf(fs.statSync(path)),
  lstat: (path) => infoOf(fs.lstatSync(path)),
  read(path) {
    const bytes = fs.readFileSync(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },
  readText: (path) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(fs.readFileSync(path)),
  writeText: (path, text, options = {}) =>
    fs.writeFileSync(path, text, { flag: options.createNew ? "wx" : "w" }),
  open: (path, options) => openFile(fs.openSync(path, openFlags(options), options.mode)),
  list: (folder) =>
    fs.readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFile: entry.isFile(),
      isDirectory: entry.isDirectory(),
      isSymlink: entry.isSymbolicLink(),
    })),
  makeFolder(path, options = {}) {
    try {
      fs.mkdirSync(path, options);
    } catch (error) {
      if (!options.recursive || fault(error) !== "not-found") throw error;
      // Node says ENOENT of a parent that it may not write to. Without `recursive` it says why.
      let first = path;
      while (!fs.existsSync(dirname(first))) first = dirname(first);
      fs.mkdirSync(first, { ...options, recursive: false });
      fs.mkdirSync(path, options);
    }
  },
  makeTemporaryFolder: (prefix) => fs.mkdtempSync(`${tmpdir()}/${prefix}`),
  remove(path, options = {}) {
    // unlink says "EISDIR" or "EPERM" of a folder, by system; rmSync refuses a folder without `recursive`.
    if (options.recursive) fs.rmSync(path, { recursive: true });
    else if (fs.lstatSync(path).isDirectory()) fs.rmdirSync(path);
    else fs.unlinkSync(path);
  },
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  copy: (from, to) => fs.copyFileSync(from, to),
  realPath: (path) => fs.realpathSync.native(path),
  setMode(path, mode) {
    if (os !== "windows") fs.chmodSync(path, mode);
  },
  watch(folder, listener) {
    const watcher = fs.watch(
      folder,
      { recursive: true },
      (_, name) => listener(name === null ? folder : `${folder}/${name}`),
    );
    return { [Symbol.dispose]: () => watcher.close() };
  },
  freeBytes(folder) {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  },
};

/** What Node says of a program that is not there has the code ENOENT, like a missing folder to start it in. */
function spawnOptions({ cwd, env, rawArguments }: ProcessOptions): SpawnOptions {
  return {
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env: { ...nodeProcess.env, ...env } }),
    ...(rawArguments !== undefined && { windowsVerbatimArguments: rawArguments }),
    windowsHide: true,
  };
}

/** The exit code as a shell gives it. */
function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 0);
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

const processes: Processes = {
  async run(program, options) {
    const child = startPiped(program, options);
    await child.endInput();
    return await child.output();
  },
  runSync(program, options) {
    const { status, signal, stdout, stderr, error } = spawnSync(program, [...options.args], {
      ...spawnOptions(options),
      input: "",
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    if (error !== undefined) throw error;
    return {
      code: exitCode(status, signal),
      stdout: new Uint8Array(stdout as Uint8Array),
      stderr: new Uint8Array(stderr as Uint8Array),
    };
  },
  start: startPiped,
  runAttached: (program, options) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...options.args], {
        ...spawnOptions(options),
        stdio: "inherit",
      });
      child.on("error", reject);
      child.on("exit", (code, signal) => resolve(exitCode(code, signal)));
    }),
};

function startPiped(program: string, options: ProcessOptions): PipedProcess {
  const child = spawn(program, [...options.args], { ...spawnOptions(options), stdio: "pipe" });
  if (child.pid === undefined) {
    // Node tells why only later, and a caller must know at once. It fails again in the same way.
    child.on("error", () => {});
    const { error } = spawnSync(program, { ...spawnOptions(options), stdio: "ignore" });
    throw error ?? new Error(`${program} could not be started`);
  }
  const { stdin, stdout, stderr } = child;
  const output = new Promise<ProcessOutput>((resolve, reject) => {
    const said: Uint8Array[] = [];
    const complained: Uint8Array[] = [];
    stdout!.on("data", (bytes: Uint8Array) => said.push(bytes));
    stderr!.on("data", (bytes: Uint8Array) => complained.push(bytes));
    // The program may end before it has read everything: its exit code says why.
    stdin!.on("error", () => {});
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        code: exitCode(code, signal),
        stdout: joined(said),
        stderr: joined(complained),
      }));
  });
  // A program that has ended may never tell that it read what it was given.
  const ended = output.then(() => {}, () => {});
  const finished = (call: (done: () => void) => void) =>
    new Promise<void>((resolve) => call(resolve));
  return {
    feed: (text) => Promise.race([ended, finished((done) => stdin!.write(text, () => done()))]),
    endInput: () => Promise.race([ended, finished((done) => stdin!.end(() => done()))]),
    output: () => output,
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function stream(descriptor: number): StandardStream {
  let isTerminal: boolean | undefined;
  return {
    get isTerminal() {
      return isTerminal ??= tty.isatty(descriptor);
    },
    write: (bytes) => fs.writeSync(descriptor, bytes),
  };
}

const terminal: Terminal = {
  stdout: stream(1),
  stderr: stream(2),
  get columns() {
    // Some terminals know no size and say 0.
    return nodeProcess.stdout.columns || nodeProcess.stderr.columns || undefined;
  },
};

const process: ThisProcess = {
  get pid() {
    return nodeProcess.pid;
  },
  get args() {
    return nodeProcess.argv.slice(2);
  },
  get cwd() {
    return nodeProcess.cwd();
  },
  get execPath() {
    return nodeProcess.execPath;
  },
  get program() {
    const script = nodeProcess.argv[1];
    return script === undefined || singleFile()?.isSea()
      ? [nodeProcess.execPath]
      : [nodeProcess.execPath, script];
  },
  env: (name) => nodeProcess.env[name],
  exit: (code) => nodeProcess.exit(code),
};

const CHUNK_BYTES = 1024 * 1024;

/** The world as Node gives it. */
export const host: Host = {
  runtime: nodeProcess.versions["bun"] === undefined
    ? `Node ${nodeProcess.versions.node}`
    : `Bun ${nodeProcess.versions["bun"]}`,
  os,
  files,
  processes,
  terminal,
  threads,
  process,
  fault,
  sha256: (data) => hash("sha256", data, "hex"),
  sha384: (text) => hash("sha384", text, "hex"),
  sha256OfFile(path) {
    const sum = createHash("sha256");
    using file = files.open(path, { read: true });
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const count = file.read(buffer);
      if (count === null) return sum.digest("hex");
      sum.update(buffer.subarray(0, count));
    }
  },
};
