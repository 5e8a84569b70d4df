import { programLine, programTest, type ProgramWords } from "./hook_program.ts";
import { shellWord } from "./shell_word.ts";

/** The hooks that are installed: git runs the second one, and not the first, when it commits a merge. */
export const HOOKS = ["pre-commit", "pre-merge-commit"] as const;

/** Where a hook that was there before goes. */
export const BEFORE = ".before-aludel";

/** One project that a hook checks; a repository may hold several. */
export interface HookCheck {
  /** The settings file seen from the root of the working tree; empty for a project at the root without one. */
  readonly config: string;
  /** Whether drafts are sealed instead of refused. */
  readonly seal: boolean;
}

const MARK = "# aludel hook 1";

/** The text of a hook. */
export function formatHook(program: ProgramWords, checks: readonly HookCheck[]): string {
  return `#!/bin/sh
${MARK}: written by "aludel hook install", taken back by "aludel hook uninstall"

before="$0${BEFORE}"
if [ -x "$before" ]; then "$before" "$@" || exit; fi

run() {
  if ${programTest(program)}; then
    ${programLine(program)} "$@"
  elif command -v aludel >/dev/null; then
    aludel "$@"
  else
    echo 'aludel is neither where it was nor on the PATH; once it is: aludel hook install' >&2
    return 1
  fi
}

# A settings file that this branch does not have is a project that it does not have.
check() {
  [ -e "$1" ] || return 0
  run verify --staged --quiet --config "$1" || exit
}
seal_and_check() {
  [ -e "$1" ] || return 0
  run seal --staged --quiet --config "$1" || exit
  check "$1"
}
# Nor is one without settings on every branch.
here() { [ -e migrations/manifest.json ] || git cat-file -e HEAD:migrations/manifest.json 2>/dev/null; }
check_here() {
  here || return 0
  run verify --staged --quiet || exit
}
seal_and_check_here() {
  here || return 0
  run seal --staged --quiet || exit
  check_here
}

${checks.map(checkLine).join("\n")}
`;
}

/** The projects that a hook checks; undefined for a hook of somebody else. */
export function parseHook(text: string): readonly HookCheck[] | undefined {
  if (!text.startsWith(`#!/bin/sh\n${MARK}`)) return undefined;
  const checks: HookCheck[] = [];
  for (const line of text.split("\n")) {
    const match = /^(seal_and_)?check(_here$| (?=\S))(.*)$/.exec(line);
    if (match === null) continue;
    checks.push({ seal: match[1] !== undefined, config: unquoted(match[3] ?? "") });
  }
  return checks;
}

function checkLine({ config, seal }: HookCheck): string {
  const verb = seal ? "seal_and_check" : "check";
  return config === "" ? `${verb}_here` : `${verb} ${shellWord(config)}`;
}

/** Undoes `shellWord`. */
function unquoted(word: string): string {
  return word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
}
