/**
 * What every host must do, as one list of cases. They run in the tests under Deno, and `node tests/conformance/host.ts`
 * runs them against Node's host under a real Node.
 */
import assert from "node:assert/strict";
import type { Fault, Host } from "../../src/host/host.ts";

/** A case is given the host and an empty folder of its own. */
export type HostCase = (host: Host, folder: string) => void | Promise<void>;

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (words: string) => new TextEncoder().encode(words);

function fails(host: Host, fault: Fault, work: () => unknown): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, `nothing was thrown where "${fault}" is due`);
  assert.equal(host.fault(thrown), fault, String(thrown));
}

/** The program that runs this, and the words before a line of code for it. */
function evaluator(host: Host): readonly string[] {
  return host.process.execPath.includes("deno") ? ["eval"] : ["-e"];
}

export const HOST_CASES: Readonly<Record<string, HostCase>> = {
  "what is written is read, byte for byte"({ files }, folder) {
    const path = `${folder}/ä b`;
    files.writeText(path, "\ufeffé\n\0");
    assert.equal(files.readText(path), "\ufeffé\n\0");
    assert.deepEqual(files.read(path), bytes("\ufeffé\n\0"));
    files.writeText(path, "x");
    assert.equal(files.readText(path), "x");
  },

  "bytes that are not UTF-8 are read as U+FFFD"({ files }, folder) {
    using file = files.open(`${folder}/f`, { createNew: true });
    assert.equal(file.write(new Uint8Array([0x61, 0xff, 0x62])), 3);
    assert.equal(files.readText(`${folder}/f`), "a\ufffdb");
  },

  "faults are told apart"(host, folder) {
    const { files } = host;
    files.writeText(`${folder}/file`, "");
    files.makeFolder(`${folder}/sub`);
    files.writeText(`${folder}/sub/inside`, "");
    fails(host, "not-found", () => files.stat(`${folder}/none`));
    fails(host, "not-found", () => files.read(`${folder}/none/none`));
    fails(host, "not-found", () => files.remove(`${folder}/none`));
    fails(host, "not-found", () => files.list(`${folder}/none`));
    fails(host, "exists", () => files.writeText(`${folder}/file`, "", { createNew: true }));
    fails(host, "exists", () => files.open(`${folder}/file`, { createNew: true }));
    fails(host, "exists", () => files.makeFolder(`${folder}/sub`));
    fails(host, "exists", () => files.link(`${folder}/file`, `${folder}/sub/inside`));
    fails(host, "is-folder", () => files.read(`${folder}/sub`));
    fails(host, "not-folder", () => files.stat(`${folder}/file/none`));
    fails(host, "not-folder", () => files.list(`${folder}/file`));
    assert.equal(host.fault(new Error("something else")), undefined);
    assert.equal(host.fault(new TypeError("no file")), undefined);
  },

  "an open file is read, written, cut and measured at a position"({ files }, folder) {
    using file = files.open(`${folder}/f`, { read: true, createNew: true, mode: 0o600 });
    file.write(bytes("0123456789"));
    const buffer = new Uint8Array(4);
    assert.equal(file.readAt(2, buffer), 4);
    assert.equal(text(buffer), "2345");
    assert.equal(file.read(buffer), 4);
    assert.equal(text(buffer), "6789");
    assert.equal(file.read(buffer), null);
    assert.equal(file.readAt(100, buffer), null);
    file.truncate(3);
    file.sync();
    assert.equal(file.stat().size, 3);
    assert.equal(files.readText(`${folder}/f`), "012");
    file.close();
  },

  "a folder lists names with their kinds, and a link is only a link"({ files, os }, folder) {
    files.makeFolder(`${folder}/a/b/c`, { recursive: true });
    files.makeFolder(`${folder}/a`, { recursive: true });
    files.writeText(`${folder}/a/f`, "12");
    const listed = files.list(`${folder}/a`).map(({ name, isFile, isDirectory, isSymlink }) => [
      name,
      isFile,
      isDirectory,
      isSymlink,
    ]);
    assert.deepEqual(listed.toSorted(), [["b", false, true, false], ["f", true, false, false]]);
    const info = files.stat(`${folder}/a/f`);
    assert.deepEqual([info.isFile, info.isDirectory, info.size], [true, false, 2]);
    assert.ok(Math.abs(info.modified!.getTime() - Date.now()) < 3_600_000);
    assert.equal(info.mode === null, os === "windows");
    files.link(`${folder}/a/f`, `${folder}/a/g`);
    assert.equal(files.stat(`${folder}/a/g`).inode, info.inode);
    assert.equal(files.realPath(`${folder}/a/../a/f`), `${files.realPath(folder)}/a/f`);
  },

  "removing takes a file or an empty folder, and more only if it is told to"(host, folder) {
    const { files } = host;
    files.makeFolder(`${folder}/a/b`, { recursive: true });
    assert.throws(() => files.remove(`${folder}/a`));
    files.remove(`${folder}/a/b`);
    files.writeText(`${folder}/a/f`, "");
    files.remove(`${folder}/a`, { recursive: true });
    fails(host, "not-found", () => files.lstat(`${folder}/a`));
    fails(host, "not-found", () => files.remove(`${folder}/a`, { recursive: true }));
    const made = files.makeTemporaryFolder("aludel-host-");
    assert.match(made, /aludel-host-[^/\\]+$/);
    files.remove(made);
  },

  "renaming and copying replace what is there"({ files }, folder) {
    files.writeText(`${folder}/a`, "a");
    files.writeText(`${folder}/b`, "b");
    files.copy(`${folder}/a`, `${folder}/b`);
    assert.equal(files.readText(`${folder}/b`), "a");
    files.writeText(`${folder}/c`, "c");
    files.rename(`${folder}/c`, `${folder}/a`);
    assert.equal(files.readText(`${folder}/a`), "c");
    assert.ok(files.freeBytes(folder) > 0);
  },

  async "a watched folder tells of a file that is written, and of one below it"({ files }, folder) {
    files.makeFolder(`${folder}/below`);
    using watches = new DisposableStack();
    for (const name of ["a.sql", "below/b.sql"]) {
      const path = `${files.realPath(folder)}/${name}`;
      // Of an earlier change more can be told later.
      const told = new Promise<void>((resolve) => {
        watches.use(files.watch(files.realPath(folder), (changed) => {
          if (changed === path) resolve();
        }));
      });
      files.writeText(path, "x");
      await told;
    }
  },

  async "a program gives its exit code and its output"(host, folder) {
    const { processes, process } = host;
    const code = "console.log('out'); console.error('err'); process.exitCode = 7";
    const args = [
      ...evaluator(host),
      `import("node:process").then(({ default: process }) => { ${code} })`,
    ];
    for (
      const { code, stdout, stderr } of [
        processes.runSync(process.execPath, { args, cwd: folder }),
        await processes.run(process.execPath, { args, cwd: folder }),
      ]
    ) assert.deepEqual([code, text(stdout), text(stderr)], [7, "out\n", "err\n"]);
  },

  async "a program that is not there is not found, however it is started"(host) {
    const { processes } = host;
    fails(host, "not-found", () => processes.runSync("no-such-program", { args: [] }));
    fails(host, "not-found", () => processes.start("no-such-program", { args: [] }));
    for (const call of [processes.run, processes.runAttached]) {
      let thrown: unknown;
      await call("no-such-program", { args: [] }).catch((error) => thrown = error);
      assert.equal(host.fault(thrown), "not-found", String(thrown));
    }
  },

  async "a program reads what it is fed, and may end before it has"(host) {
    if (host.os === "windows") return;
    const cat = host.processes.start("cat", { args: [] });
    await cat.feed("one ");
    await cat.feed("two");
    await cat.endInput();
    assert.equal(text((await cat.output()).stdout), "one two");
    const gone = host.processes.start("true", { args: [] });
    const { code } = await gone.output();
    await gone.feed("too late");
    await gone.endInput();
    assert.equal(code, 0);
  },

  "a program that a signal ends has the exit code that a shell gives"(host) {
    if (host.os === "windows") return;
    const { code } = host.processes.runSync("sh", { args: ["-c", "kill -TERM $$"] });
    assert.equal(code, 143);
  },

  "a program's environment is this one's and what is added"(host) {
    if (host.os === "windows") return;
    const { stdout } = host.processes.runSync("sh", {
      args: ["-c", 'echo "$ADDED"; command -v sh'],
      env: { ADDED: "yes" },
    });
    assert.match(text(stdout), /^yes\n.+sh\n$/);
  },

  "this process is known"({ process, terminal, threads, runtime, os }) {
    assert.ok(process.pid > 0);
    assert.match(process.cwd, /^(?:\/|[A-Z]:\\)/);
    assert.equal(process.env("NO_SUCH_VARIABLE_HERE"), undefined);
    assert.ok(process.env(os === "windows" ? "Path" : "PATH"));
    assert.ok(process.program.length > 0 && threads.processors > 0);
    assert.match(runtime, /^\w+ \d+\.\d+\.\d+/);
    assert.ok(terminal.columns === undefined || terminal.columns > 0);
  },

  "SHA-256 is the same of a text and of a file"(host, folder) {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert.equal(host.sha256(""), empty);
    const long = "ü".repeat(700_000);
    host.files.writeText(`${folder}/f`, long);
    assert.equal(host.sha256OfFile(`${folder}/f`), host.sha256(long));
  },

  async "a thread answers, and tells its fault"(host) {
    const thread = host.threads.start(new URL("./echo_thread.ts", import.meta.url));
    try {
      const answer = new Promise((resolve) => thread.onAnswer(resolve));
      thread.send({ number: 1n });
      const by = host.runtime.startsWith("Deno") ? "deno" : "node";
      assert.deepEqual(await answer, { answer: { number: 1n }, by });
      const fault = new Promise<string>((resolve) => thread.onFault(resolve));
      thread.send("fail");
      assert.match(await fault, /as it was told/);
    } finally {
      thread.terminate();
    }
  },
};

const { main } = import.meta as { readonly main?: boolean };
if (main === true && !("Deno" in globalThis)) {
  const { host } = await import("../../src/host/node.ts");
  let failed = 0;
  for (const [name, run] of Object.entries(HOST_CASES)) {
    const folder = host.files.makeTemporaryFolder("aludel-host-");
    try {
      await run(host, folder);
    } catch (error) {
      failed++;
      // deno-lint-ignore no-console -- this is a program
      console.error(`${name}: ${(error as Error).stack}`);
    } finally {
      host.files.remove(folder, { recursive: true });
    }
  }
  // deno-lint-ignore no-console -- as above
  console.log(`${Object.keys(HOST_CASES).length - failed} passed, ${failed} failed`);
  host.process.exit(failed === 0 ? 0 : 1);
}
