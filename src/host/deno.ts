import type {
  EndSignal,
  Fault,
  FileInfo,
  Files,
  Host,
  OpenFile,
  OperatingSystem,
  PipedProcess,
  Processes,
  ProcessOptions,
  ProcessOutput,
  StandardStream,
  Terminal,
  ThisProcess,
  Thread,
  ThreadPort,
  Threads,
} from "./host.ts";

/** By the class of Deno's error. The rest is told by the code of the operating system. */
const FAULTS: readonly (readonly [abstract new () => Error, Fault])[] = [
  [Deno.errors.NotFound, "not-found"],
  [Deno.errors.AlreadyExists, "exists"],
  [Deno.errors.IsADirectory, "is-folder"],
  [Deno.errors.NotADirectory, "not-folder"],
  [Deno.errors.PermissionDenied, "permission"],
  [Deno.errors.NotCapable, "not-capable"],
  [Deno.errors.FilesystemLoop, "link-loop"],
  [Deno.errors.BrokenPipe, "broken-pipe"],
  [Deno.errors.WouldBlock, "would-block"],
];

const CODES: Readonly<Record<string, Fault>> = {
  EDQUOT: "no-space",
  EFBIG: "no-space",
  EIO: "io",
  ENOSPC: "no-space",
  EROFS: "permission",
};

function fault(error: unknown): Fault | undefined {
  for (const [type, meaning] of FAULTS) if (error instanceof type) return meaning;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string" && CODES[code] !== undefined) return CODES[code];
  // Some calls give the number alone, in words: "Input/output error (os error 5)".
  const number = /\(os error (\d+)\)$/.exec(String(message))?.[1];
  return number === undefined ? undefined : NUMBERS[number] ?? "system";
}

/** Linux's and macOS's numbers of the codes above, as far as Deno has no class for them. */
const NUMBERS: Readonly<Record<string, Fault>> = {
  5: "io",
  27: "no-space",
  28: "no-space",
  30: "permission",
};

const os: OperatingSystem = Deno.build.os === "linux" || Deno.build.os === "darwin" ||
    Deno.build.os === "windows"
  ? Deno.build.os
  : "other";

function infoOf(info: Deno.FileInfo): FileInfo {
  return {
    isFile: info.isFile,
    isDirectory: info.isDirectory,
    isSymlink: info.isSymlink,
    size: info.size,
    mode: os === "windows" ? null : info.mode,
    modified: info.mtime,
    inode: info.ino,
    device: info.dev,
  };
}

function openFile(file: Deno.FsFile): OpenFile {
  let isOpen = true;
  const close = () => {
    if (isOpen) file.close();
    isOpen = false;
  };
  return {
    read: (buffer) => file.readSync(buffer),
    readAt(position, buffer) {
      file.seekSync(position, Deno.SeekMode.Start);
      return file.readSync(buffer);
    },
    write: (bytes) => file.writeSync(bytes),
    truncate: (size) => file.truncateSync(size),
    sync: () => file.syncSync(),
    stat: () => infoOf(file.statSync()),
    close,
    [Symbol.dispose]: close,
  };
}

const files: Files = {
  stat: (path) => infoOf(Deno.statSync(path)),
  lstat: (path) => infoOf(Deno.lstatSync(path)),
  read: (path) => Deno.readFileSync(path),
  readText: (path) => Deno.readTextFileSync(path),
  writeText: (path, text, options = {}) => Deno.writeTextFileSync(path, text, options),
  open: (path, options) => openFile(Deno.openSync(path, withWriting(options))),
  list: (folder) => [...Deno.readDirSync(folder)],
  makeFolder: (path, options = {}) => Deno.mkdirSync(path, options),
  makeTemporaryFolder: (prefix) => Deno.makeTempDirSync({ prefix }),
  remove: (path, options = {}) => Deno.removeSync(path, options),
  rename: (from, to) => Deno.renameSync(from, to),
  link: (from, to) => Deno.linkSync(from, to),
  copy: (from, to) => Deno.copyFileSync(from, to),
  realPath: (path) => Deno.realPathSync(path),
  setMode(path, mode) {
    if (os !== "windows") Deno.chmodSync(path, mode);
  },
  watch(folder, listener) {
    const watcher = Deno.watchFs(folder, { recursive: true });
    (async () => {
      for await (const { kind, paths } of watcher) {
        if (kind !== "access") { for (const path of paths) listener(path); }
      }
    })();
    return watcher;
  },
  freeBytes(folder) {
    const { bavail, bsize } = builtin("node:fs").statfsSync(folder);
    return bavail * bsize;
  },
};

function withWriting<T extends { readonly create?: boolean; readonly createNew?: boolean }>(
  options: T,
) {
  return options.create || options.createNew ? { ...options, write: true } : options;
}

interface Builtins {
  readonly "node:fs": typeof import("node:fs");
  readonly "node:crypto": typeof import("node:crypto");
}

/** Loads a module of Node's only when it is needed, and without a promise: they cost milliseconds. */
function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  const { process } = globalThis as unknown as {
    readonly process: { getBuiltinModule<N extends keyof Builtins>(name: N): Builtins[N] };
  };
  return process.getBuiltinModule(name);
}

function command(
  program: string,
  { args, cwd, env, rawArguments }: ProcessOptions,
  streams: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr">,
): Deno.Command {
  return new Deno.Command(program, {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    ...(env !== undefined && { env: { ...env } }),
    ...(rawArguments !== undefined && { windowsRawArguments: rawArguments }),
    ...streams,
  });
}

const CAPTURED = { stdin: "null", stdout: "piped", stderr: "piped" } as const;

function outputOf({ code, stdout, stderr }: Deno.CommandOutput): ProcessOutput {
  return { code, stdout, stderr };
}

const processes: Processes = {
  async run(program, options) {
    return outputOf(await command(program, options, CAPTURED).output());
  },
  runSync: (program, options) => outputOf(command(program, options, CAPTURED).outputSync()),
  start: (program, options) =>
    piped(command(program, options, { ...CAPTURED, stdin: "piped" }).spawn()),
  async runAttached(program, options) {
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    const { code } = await command(program, options, streams).spawn().status;
    return code;
  },
};

function piped(child: Deno.ChildProcess): PipedProcess {
  const writer = child.stdin.getWriter();
  const output = child.output();
  return {
    async feed(text) {
      try {
        await writer.write(new TextEncoder().encode(text));
      } catch {
        // The program ended before it had read everything.
      }
    },
    async endInput() {
      try {
        await writer.close();
      } catch {
        // The program has ended.
      }
    },
    output: async () => outputOf(await output),
  };
}

type SyncStream = { writeSync(bytes: Uint8Array): number; isTerminal(): boolean };

function stream(target: SyncStream): StandardStream {
  let isTerminal: boolean | undefined;
  return {
    get isTerminal() {
      return isTerminal ??= target.isTerminal();
    },
    write: (bytes) => target.writeSync(bytes),
  };
}

const terminal: Terminal = {
  stdout: stream(Deno.stdout),
  stderr: stream(Deno.stderr),
  get columns() {
    try {
      return Deno.consoleSize().columns || undefined;
    } catch {
      return undefined;
    }
  },
};

interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

const threads: Threads = {
  start<Order, Answer>(module: URL): Thread<Order, Answer> {
    const worker = new Worker(module.href, { type: "module" });
    return {
      send: (order) => worker.postMessage(order),
      onAnswer(listener) {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => listener(data);
      },
      onFault(listener) {
        worker.onerror = (event) => {
          event.preventDefault();
          listener(event.message);
        };
      },
      terminate: () => worker.terminate(),
    };
  },
  port<Order, Answer>(): ThreadPort<Order, Answer> {
    const scope = globalThis as unknown as WorkerScope;
    return {
      onOrder(listener) {
        scope.onmessage = ({ data }: MessageEvent<Order>) => listener(data);
      },
      answer: (answer) => scope.postMessage(answer),
      keepWatch,
    };
  },
  get processors() {
    return navigator.hardwareConcurrency;
  },
};

const END_SIGNALS: readonly EndSignal[] = os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];

function keepWatch(wake: (signal?: EndSignal) => number | EndSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const call = (signal?: EndSignal) => {
    clearTimeout(timer);
    const next = wake(signal);
    if (typeof next === "string") {
      // Without a listener the signal has its usual effect again.
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
      Deno.kill(Deno.pid, next);
    } else if (next !== Infinity) timer = setTimeout(call, next);
  };
  const listeners = END_SIGNALS.map((name) => [name, () => call(name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  call();
}

const process: ThisProcess = {
  get pid() {
    return Deno.pid;
  },
  get args() {
    return Deno.args;
  },
  get cwd() {
    return Deno.cwd();
  },
  get execPath() {
    return Deno.execPath();
  },
  get program() {
    const { standalone } = Deno.build;
    return programWords({ execPath: Deno.execPath(), standalone, module: Deno.mainModule, os });
  },
  env(name) {
    try {
      return Deno.env.get(name);
    } catch {
      return undefined; // run without --allow-env
    }
  },
  exit: (code) => Deno.exit(code),
};

/** What a program was started from. */
export interface ProgramStart {
  /** The running executable. */
  readonly execPath: string;
  /** Whether that executable is the program itself and not Deno. */
  readonly standalone: boolean;
  /** The URL of the module that was started. */
  readonly module: string;
  readonly os: OperatingSystem;
}

/** The words that start a program again: the standalone program, or Deno with `run -A` and the path of main.ts. */
export function programWords({ execPath, standalone, module, os }: ProgramStart): string[] {
  return standalone ? [execPath] : [execPath, "run", "-A", modulePath(module, os)];
}

/** The path of a `file:` URL; another URL as it is. `node:url` does this too, and takes milliseconds to load. */
function modulePath(address: string, os: OperatingSystem): string {
  if (!address.startsWith("file:")) return address;
  const { host, pathname } = new URL(address);
  const path = decodeURIComponent(pathname);
  if (os !== "windows") return path;
  // "file://server/share/main.ts" is on a share, "file:///C:/main.ts" on a drive.
  return host === "" ? path.slice(1) : `//${host}${path}`;
}

const CHUNK_BYTES = 1024 * 1024;

/** The world as Deno gives it. */
export const host: Host = {
  get runtime() {
    return `Deno ${Deno.version.deno}`;
  },
  os,
  files,
  processes,
  terminal,
  threads,
  process,
  fault,
  sha256: (data) => builtin("node:crypto").hash("sha256", data, "hex"),
  sha384: (text) => builtin("node:crypto").hash("sha384", text, "hex"),
  sha256OfFile(path) {
    const hash = builtin("node:crypto").createHash("sha256");
    using file = files.open(path, { read: true });
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const count = file.read(buffer);
      if (count === null) return hash.digest("hex");
      hash.update(buffer.subarray(0, count));
    }
  },
};
