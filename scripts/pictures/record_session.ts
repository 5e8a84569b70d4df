import { DatabaseSync } from "node:sqlite";
import type { PictureStep } from "./picture.ts";
import { runInTerminal } from "./pseudo_terminal.ts";
import { TerminalScreen } from "./terminal_screen.ts";
import type { Frame, Recording, Typing } from "./timeline.ts";

/** The terminal that most messages are written for; high enough that nothing scrolls away. */
const COLUMNS = 80;
const ROWS = 60;

/** How fast a command is typed: not recorded, since nobody types it. */
const LETTER_MS = 45;
/** Before the first letter, and between the last one and what the program prints. */
const HAND_MS = 400;
/** To read what a command printed, before the next one is typed. */
const READING_MS = 1_600;

const PROMPT = "\x1b[32m$\x1b[39m ";

/**
 * Goes through a session in a folder of its own, which is removed, with a real terminal for what is shown.
 *
 * @param program The words that start Aludel.
 * @throws Error where a command that prepares fails.
 */
export async function recordSession(
  steps: readonly PictureStep[],
  program: readonly string[],
): Promise<Recording> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "aludel-picture-" }));
  try {
    const env = await environment(root, program);
    const cwd = `${root}/events`;
    await Deno.mkdir(cwd);
    using session = new Session(cwd, env);
    for (const step of steps) await session.go(step);
    return session.recording();
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** What every command of a session finds: its own home, and `aludel` on the path. */
async function environment(
  root: string,
  program: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const words = program.map((word) => `'${word}'`).join(" ");
  await Deno.mkdir(`${root}/bin`);
  await Deno.writeTextFile(`${root}/bin/aludel`, `#!/bin/sh\nexec ${words} "$@"\n`, {
    mode: 0o755,
  });
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  return {
    PATH: `${root}/bin:${Deno.env.get("PATH")}`,
    HOME: root,
    // Where the program's packages are, for Deno; where it keeps what it proved, for Aludel.
    DENO_DIR: cache,
    DENO_NO_UPDATE_CHECK: "1",
    LANG: "C.UTF-8",
    // Nobody presses a key.
    PAGER: "cat",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: "Reader",
    GIT_AUTHOR_EMAIL: "reader@example.org",
    GIT_COMMITTER_NAME: "Reader",
    GIT_COMMITTER_EMAIL: "reader@example.org",
  };
}

class Session implements Disposable {
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #screen = new TerminalScreen(COLUMNS, ROWS);
  readonly #frames: Frame[] = [];
  readonly #typings: Typing[] = [];
  #nowMs = 0;

  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    this.#cwd = cwd;
    this.#env = env;
  }

  async go(step: PictureStep): Promise<void> {
    switch (step.kind) {
      case "file":
        return await Deno.writeTextFile(await this.#pathOf(step.path), step.text);
      case "sql": {
        using database = new DatabaseSync(`${this.#cwd}/${step.database}`);
        return database.exec(step.text);
      }
      case "hidden":
        return await this.#prepare(step.command);
      case "shown":
        return await this.#show(step.command);
    }
  }

  recording(): Recording {
    return { columns: COLUMNS, frames: this.#frames, typings: this.#typings };
  }

  async #show(command: string): Promise<void> {
    const row = this.#screen.cursorRow;
    if (this.#frames.length > 0) this.#nowMs += READING_MS;
    await this.#screen.write(`${PROMPT}\x1b[1m${command}\x1b[22m\r\n`);
    this.#take();
    const fromMs = this.#nowMs + HAND_MS;
    const toMs = fromMs + command.length * LETTER_MS;
    this.#typings.push({ row, column: 2, letters: command.length, fromMs, toMs });
    this.#nowMs = toMs + HAND_MS;
    const started = this.#nowMs;
    const options = { cwd: this.#cwd, env: this.#env, columns: COLUMNS, rows: ROWS };
    for (const { atMs, bytes } of await runInTerminal(command, options)) {
      this.#nowMs = started + atMs;
      await this.#screen.write(bytes);
      this.#take();
    }
  }

  async #prepare(command: string): Promise<void> {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", command],
      cwd: this.#cwd,
      clearEnv: true,
      env: { ...this.#env, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (code === 0) return;
    throw new Error(`${command} exited with ${code}\n${new TextDecoder().decode(stderr)}`);
  }

  #take(): void {
    this.#frames.push({ atMs: this.#nowMs, screen: this.#screen.read() });
  }

  /** The path of a file, where each name of its folders may have a `*`. */
  async #pathOf(path: string): Promise<string> {
    let found = this.#cwd;
    for (const part of path.split("/")) {
      found += `/${part.includes("*") ? await onlyMatch(found, part) : part}`;
    }
    return found;
  }

  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]();
  }
}

async function onlyMatch(folder: string, pattern: string): Promise<string> {
  const form = new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (form.test(name)) names.push(name);
  }
  if (names.length === 1) return names[0]!;
  throw new Error(`"${pattern}" is the name of ${names.length} entries of ${folder}`);
}
