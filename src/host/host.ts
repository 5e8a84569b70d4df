/** Facts about a file. */
export interface FileInfo {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  /** In bytes. */
  readonly size: number;
  /** The permission bits with the file's type; null on Windows. */
  readonly mode: number | null;
  /** When the content last changed; null if the file system does not say. */
  readonly modified: Date | null;
  /** The file's identity on its device; null if the system has none. */
  readonly inode: number | null;
  readonly device: number;
}

/** One name in a folder. A symbolic link is only that, whatever it leads to. */
export type FolderEntry = Pick<FileInfo, "isFile" | "isDirectory" | "isSymlink"> & {
  readonly name: string;
};

/** How {@linkcode Files.open} opens a file. `create` and `createNew` imply writing. */
export interface OpenFileOptions {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly create?: boolean;
  /** Fails with the fault `exists` if the file is there. */
  readonly createNew?: boolean;
  /** Permission bits of a new file, subject to the umask. */
  readonly mode?: number;
}

/** An open file; closed by `using`. */
export interface OpenFile extends Disposable {
  /** Reads from the current position. @returns The number of bytes, or null at the end. */
  read(buffer: Uint8Array): number | null;
  /** Reads from a position in bytes, and moves the current position. @returns as {@linkcode OpenFile.read}. */
  readAt(position: number, buffer: Uint8Array): number | null;
  /** Writes at the current position. @returns The number of bytes written, which can be less than all. */
  write(bytes: Uint8Array): number;
  truncate(size: number): void;
  /** Flushes content and metadata to the disk. */
  sync(): void;
  stat(): FileInfo;
  /** A second call has no effect. */
  close(): void;
}

/** What went wrong with a file, a process or a stream, as far as a caller decides by it. */
export type Fault =
  | "not-found"
  | "exists"
  | "is-folder"
  | "not-folder"
  | "permission"
  /** The runtime's own permissions forbid it (Deno without `-A`). */
  | "not-capable"
  | "link-loop"
  | "no-space"
  /** The device failed (EIO), or the file system became read-only. */
  | "io"
  | "broken-pipe"
  | "would-block"
  /** Anything else that the operating system refused. */
  | "system";

/**
 * The file system. All calls are synchronous: for small files that is four times as fast as awaiting them.
 * They throw the runtime's own errors; {@linkcode Host.fault} says what one means.
 */
export interface Files {
  stat(path: string): FileInfo;
  /** Like {@linkcode Files.stat}, but of a symbolic link itself. */
  lstat(path: string): FileInfo;
  read(path: string): Uint8Array;
  /** Reads UTF-8; bytes that are not become U+FFFD. */
  readText(path: string): string;
  /** Writes UTF-8, over what is there. */
  writeText(path: string, text: string, options?: { readonly createNew?: boolean }): void;
  open(path: string, options: OpenFileOptions): OpenFile;
  list(folder: string): readonly FolderEntry[];
  makeFolder(
    path: string,
    options?: { readonly recursive?: boolean; readonly mode?: number },
  ): void;
  /** Makes a new folder that only its owner may enter, where the system keeps temporary files. */
  makeTemporaryFolder(prefix: string): string;
  remove(path: string, options?: { readonly recursive?: boolean }): void;
  rename(from: string, to: string): void;
  /** Gives a file a second name. Fails with the fault `exists` if that name is taken. */
  link(from: string, to: string): void;
  copy(from: string, to: string): void;
  realPath(path: string): string;
  /** No effect on Windows. */
  setMode(path: string, mode: number): void;
  /**
   * Tells of what is written, made, renamed or removed in a folder and its subfolders, until it is disposed. One change can
   * be told several times, and several at once.
   * @param listener Called with an absolute path; with that of the folder if the system does not say which.
   */
  watch(folder: string, listener: (path: string) => void): Disposable;
  /** The bytes that the user may still write to the disk of a folder. */
  freeBytes(folder: string): number;
}

/** How {@linkcode Processes} starts a program. There is no shell in between. */
export interface ProcessOptions {
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether Windows gets the arguments unquoted. */
  readonly rawArguments?: boolean;
}

/** How a program ended, and its output. */
export interface ProcessOutput {
  /** The exit code; 128 + the signal's number if a signal ended it. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A program that reads its standard input while it runs. */
export interface PipedProcess {
  /** Writes to its standard input. Resolves also if the program no longer reads: its exit code says why. */
  feed(text: string): Promise<void>;
  /** Ends its standard input. */
  endInput(): Promise<void>;
  /** Resolves when it has ended, with all that it wrote. */
  output(): Promise<ProcessOutput>;
}

/** Other programs. Every call fails with the fault `not-found` if there is no such program. */
export interface Processes {
  run(program: string, options: ProcessOptions): Promise<ProcessOutput>;
  runSync(program: string, options: ProcessOptions): ProcessOutput;
  /** Starts a program at once, with its input and output piped. */
  start(program: string, options: ProcessOptions): PipedProcess;
  /** Runs a program on this process's own terminal. @returns Its exit code. */
  runAttached(program: string, options: ProcessOptions): Promise<number>;
}

/** A standard output stream. */
export interface StandardStream {
  readonly isTerminal: boolean;
  /** @returns The number of bytes written. Throws with the faults `broken-pipe` and `would-block`. */
  write(bytes: Uint8Array): number;
}

/** The terminal and the standard streams. */
export interface Terminal {
  readonly stdout: StandardStream;
  readonly stderr: StandardStream;
  /** Columns; undefined if there is no terminal. */
  readonly columns: number | undefined;
}

/** A thread that runs one of our modules. Messages are copied; a SharedArrayBuffer is shared. */
export interface Thread<Order, Answer> {
  send(order: Order): void;
  /** Sets the one listener for answers. */
  onAnswer(listener: (answer: Answer) => void): void;
  /** Sets the one listener for an error that the module did not catch. */
  onFault(listener: (message: string) => void): void;
  terminate(): void;
}

/** The other end, inside the thread. */
export interface ThreadPort<Order, Answer> {
  onOrder(listener: (order: Order) => void): void;
  answer(answer: Answer): void;
  /**
   * Hears the signals that would end the process, for as long as the thread lasts, also while the main thread is busy.
   * Node hears SIGINT alone; any other signal keeps its usual effect there.
   *
   * @param wake Called at once, at every signal with its name, and when the time that it asked for has passed. Orders
   *   that have come by then are delivered before it. It returns the milliseconds to the next call, `Infinity` for none
   *   without a signal, or the signal to end this process by, so that its parent sees what ended it. In Node a signal may
   *   break a call off anywhere, without any `finally`; the next call gets that signal.
   */
  keepWatch(wake: (signal?: EndSignal) => number | EndSignal): void;
}

/** Threads. */
export interface Threads {
  /** @param module The URL of the module, relative to `import.meta.url`, so that builds find it. */
  start<Order, Answer>(module: URL): Thread<Order, Answer>;
  /** Inside a thread: its port to the one that started it. */
  port<Order, Answer>(): ThreadPort<Order, Answer>;
  /** How many can work at once. */
  readonly processors: number;
}

/** The operating system, as far as it changes what we do. */
export type OperatingSystem = "linux" | "darwin" | "windows" | "other";

/** The names of the signals that end a program from outside. */
export type EndSignal = "SIGINT" | "SIGTERM";

/** This process. */
export interface ThisProcess {
  readonly pid: number;
  readonly args: readonly string[];
  /** The working directory, absolute. */
  readonly cwd: string;
  /** The path of the running executable: the standalone program, or the runtime. */
  readonly execPath: string;
  /** The words that start this program again. */
  readonly program: readonly string[];
  /** An environment variable; undefined if it is unset or may not be read. */
  env(name: string): string | undefined;
  exit(code: number): never;
}

/** All that Aludel needs of a runtime. There is one for Deno and one for Node. */
export interface Host {
  /** The runtime for messages: `Deno 2.9.6`. */
  readonly runtime: string;
  readonly os: OperatingSystem;
  readonly files: Files;
  readonly processes: Processes;
  readonly terminal: Terminal;
  readonly threads: Threads;
  readonly process: ThisProcess;
  /** What an error of this runtime means; undefined if it is none of these. */
  fault(error: unknown): Fault | undefined;
  /** SHA-256 of UTF-8 text, in hex, by the runtime's own library. Loading it takes milliseconds. */
  sha256(data: string | Uint8Array): string;
  /** SHA-384 of UTF-8 text, in hex. */
  sha384(text: string): string;
  /** SHA-256 of a file of any size, in hex, read in portions. */
  sha256OfFile(path: string): string;
}
