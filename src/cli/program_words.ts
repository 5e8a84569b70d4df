/** What this program was started from. */
export interface ProgramStart {
  /** The running executable. */
  readonly execPath: string;
  /** Whether that executable is the program itself and not Deno. */
  readonly standalone: boolean;
  /** The URL of the module that was started. */
  readonly mainModule: string;
  readonly os: typeof Deno.build.os;
}

/**
 * The words that start this program again: the standalone binary, or Deno with `run -A` and the path of main.ts.
 * (`node:url` would turn the URL into a path too, and costs milliseconds to load.)
 */
export function programWords({ execPath, standalone, mainModule, os }: ProgramStart): string[] {
  if (standalone) return [execPath];
  return [
    execPath,
    "run",
    "-A",
    mainModule.startsWith("file:") ? filePath(mainModule, os) : mainModule,
  ];
}

function filePath(address: string, os: ProgramStart["os"]): string {
  const { host, pathname } = new URL(address);
  const path = decodeURIComponent(pathname);
  if (os !== "windows") return path;
  // "file://server/share/main.ts" is on a share, "file:///C:/main.ts" on a drive.
  return host === "" ? path.slice(1) : `//${host}${path}`;
}
