import { host } from "../host/mod.ts";

/** A process that holds a lock on a database's files. */
export interface LockHolder {
  readonly pid: number;
  /** The command's name, such as `python3`; undefined if the system does not tell it. */
  readonly command: string | undefined;
  /** Whether it holds the lock to write, and not only to read. */
  readonly writes: boolean;
}

// Bytes that SQLite locks: https://sqlite.org/src/file/src/os.h (PENDING_BYTE) and, in the -shm file, os_unix.c.
const PENDING_BYTE = 0x40000000;
const SHARED_END = PENDING_BYTE + 2 + 510;
const WAL_WRITE_BYTE = 120;

/**
 * The other processes that hold locks on a database, writers first. They are read from /proc/locks of Linux: other
 * systems, and holders on other machines, give none. Never throws.
 */
export function lockHolders(path: string): readonly LockHolder[] {
  if (host.os !== "linux") return [];
  try {
    const database = host.files.stat(path).inode;
    const shared = inodeOf(`${path}-shm`);
    const writing = new Map<number, boolean>();
    for (const line of host.files.readText("/proc/locks").split("\n")) {
      const lock = readLock(line);
      if (lock === undefined || lock.pid <= 0 || lock.pid === host.process.pid) continue;
      const isOnDatabase = lock.inode === database && lock.end >= PENDING_BYTE &&
        lock.start < SHARED_END;
      const isOnLog = lock.inode === shared && lock.start <= WAL_WRITE_BYTE &&
        lock.end >= WAL_WRITE_BYTE;
      if (!isOnDatabase && !isOnLog) continue;
      writing.set(lock.pid, lock.isWrite || writing.get(lock.pid) === true);
    }
    return [...writing]
      .map(([pid, writes]) => ({ pid, command: commandOf(pid), writes }))
      .sort((a, b) => Number(b.writes) - Number(a.writes) || a.pid - b.pid);
  } catch {
    return [];
  }
}

/** The first of {@linkcode lockHolders} for a message: `pid 4711 (python3)`. */
export function describeLockHolder(path: string): string | undefined {
  const [holder] = lockHolders(path);
  if (holder === undefined) return undefined;
  return holder.command === undefined
    ? `pid ${holder.pid}`
    : `pid ${holder.pid} (${holder.command})`;
}

/** A line of /proc/locks: `1: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741824 1073741824`. */
function readLock(line: string) {
  const match =
    /^\d+: +(?:POSIX|OFDLCK) +\S+ +(READ|WRITE) +(-?\d+) +[\da-f]+:[\da-f]+:(\d+) +(\d+) +(\d+|EOF)$/
      .exec(line);
  if (match === null) return undefined;
  const [, mode, pid, inode, start, end] = match;
  return {
    isWrite: mode === "WRITE",
    pid: Number(pid),
    inode: Number(inode),
    start: Number(start),
    end: end === "EOF" ? Infinity : Number(end),
  };
}

function inodeOf(path: string): number | undefined {
  try {
    return host.files.stat(path).inode ?? undefined;
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string | undefined {
  try {
    return host.files.readText(`/proc/${pid}/comm`).trim() || undefined;
  } catch {
    return undefined;
  }
}
