import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { baseEnvironment, run, type TemporaryFolder, temporaryFolder } from "../scenarios/cli.ts";

const SCRIPT = fileURLToPath(new URL("../../install.sh", import.meta.url));

// The script is for POSIX systems; on Windows the program is downloaded by hand.
const ignore = Deno.build.os === "windows";

/** A release of one program that is a shell script, and a stand-in for uname, first on the PATH. */
async function release(system = "Linux", machine = "x86_64"): Promise<
  TemporaryFolder & { install(env?: Record<string, string>): ReturnType<typeof run> }
> {
  const folder = temporaryFolder();
  const program = '#!/bin/sh\necho "aludel of the test"\n';
  folder.write("release/aludel-linux-x64", program);
  const sum = await run("sha256sum", ["aludel-linux-x64"], { cwd: `${folder.path}/release` });
  folder.write("release/SHA256SUMS", `${"0".repeat(64)}  aludel-linux-arm64\n${sum.stdout}`);
  folder.write("bin/uname", `#!/bin/sh\n[ "$1" = -m ] && echo ${machine} || echo ${system}\n`);
  Deno.chmodSync(`${folder.path}/bin/uname`, 0o755);
  return Object.assign(folder, {
    install: (env: Record<string, string> = {}) =>
      run("sh", [SCRIPT], {
        env: {
          ...baseEnvironment(),
          PATH: `${folder.path}/bin:${Deno.env.get("PATH")}`,
          HOME: `${folder.path}/home`,
          ALUDEL_DOWNLOAD: `file://${folder.path}/release`,
          ...env,
        },
      }),
  });
}

Deno.test("install.sh puts a checked program into ~/.local/bin", { ignore }, async () => {
  using folder = await release();
  const outcome = await folder.install();
  assert.equal(outcome.code, 0, outcome.stderr);
  const program = `${folder.path}/home/.local/bin/aludel`;
  assert.match(outcome.stdout, new RegExp(`^Installed ${program}\nIt is not on your PATH yet\\.`));
  assert.equal((await run(program, [], {})).stdout, "aludel of the test\n");
  assert.deepEqual(names(`${folder.path}/home/.local/bin`), ["aludel"]);

  // Again, over what is there, from a folder, to another place that is on the PATH.
  const again = await folder.install({
    ALUDEL_DOWNLOAD: `${folder.path}/release`,
    ALUDEL_INSTALL: `${folder.path}/bin`,
  });
  assert.equal(again.stdout, `Installed ${folder.path}/bin/aludel\n`);
});

Deno.test("install.sh installs nothing whose sum is another", { ignore }, async () => {
  using folder = await release();
  folder.write("release/aludel-linux-x64", "#!/bin/sh\necho changed on the way\n");
  const outcome = await folder.install();
  assert.equal(outcome.code, 1);
  assert.match(
    outcome.stderr,
    /^install\.sh: aludel-linux-x64 has the SHA-256 .*nothing was installed\n$/,
  );
  assert.ok(!folder.has("home"));
});

Deno.test("install.sh says what it cannot do", { ignore }, async () => {
  for (
    const [system, machine, message] of [
      [
        "FreeBSD",
        "amd64",
        /^install\.sh: there is no program for FreeBSD; with Node 24\.10 or newer: npm /,
      ],
      ["Linux", "riscv64", /^install\.sh: there is no program for Linux on riscv64; with Node /],
      ["MINGW64_NT-10.0", "x86_64", /^install\.sh: on Windows, download aludel-windows-x64\.exe /],
      // Listed in the sums, but the file is missing.
      ["Linux", "aarch64", /install\.sh: could not get file:.*\/aludel-linux-arm64\n$/],
    ] as const
  ) {
    using folder = await release(system, machine);
    const outcome = await folder.install();
    assert.equal(outcome.code, 1, system);
    assert.match(outcome.stderr, message);
    assert.ok(!folder.has("home"));
  }
  using musl = await release();
  // What looks for the C library finds musl's.
  musl.write("bin/ls", '#!/bin/sh\ncase "$1" in /lib/ld-musl-*) exit 0 ;; esac\nexit 1\n');
  Deno.chmodSync(`${musl.path}/bin/ls`, 0o755);
  assert.match(
    (await musl.install()).stderr,
    /^install\.sh: the program needs the GNU C library, and this system has musl; with Node /,
  );
  assert.ok(!musl.has("home"));
  using folder = await release();
  assert.match(
    (await folder.install({ ALUDEL_DOWNLOAD: "" })).stderr,
    /^install\.sh: set ALUDEL_DOWNLOAD /,
  );
  folder.write("release/SHA256SUMS", "");
  assert.match((await folder.install()).stderr, /^install\.sh: SHA256SUMS does not list /);
});

Deno.test("install.sh makes do with wget and shasum, and leaves nothing when it is interrupted", {
  ignore,
}, async () => {
  using folder = await release();
  const put = (name: string, script: string) => {
    folder.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    Deno.chmodSync(`${folder.path}/bin/${name}`, 0o755);
  };
  // A PATH without curl and sha256sum.
  for (const name of ["ls", "mktemp", "rm", "cp", "sed", "mkdir", "chmod", "mv", "sh"]) {
    const { stdout } = await run("sh", ["-c", `command -v ${name}`], {});
    Deno.symlinkSync(stdout.trim(), `${folder.path}/bin/${name}`);
  }
  Deno.mkdirSync(`${folder.path}/tmp`);
  const env = { PATH: `${folder.path}/bin`, TMPDIR: `${folder.path}/tmp` };

  assert.match((await folder.install(env)).stderr, /^install\.sh: neither curl nor wget is here$/m);
  put("wget", 'cp "${2#file://}" "$4"');
  assert.match((await folder.install(env)).stderr, /neither sha256sum nor shasum is here/);
  const { stdout: sha256sum } = await run("sh", ["-c", "command -v sha256sum"], {});
  put("shasum", `shift 2; exec ${sha256sum.trim()} "$@"`);
  const outcome = await folder.install(env);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(names(`${folder.path}/home/.local/bin`), ["aludel"]);

  Deno.removeSync(`${folder.path}/home`, { recursive: true });
  put("wget", 'echo half >"$4"; kill -TERM $PPID; exit 0');
  assert.equal((await folder.install(env)).code, 130);
  assert.ok(!folder.has("home"));
  assert.deepEqual(names(`${folder.path}/tmp`), []);
});

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name);
}
