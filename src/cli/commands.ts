import type { Command } from "./command.ts";

/** The headings of the help, in its order. */
export const GROUPS = ["Start", "Write revisions", "Change a database", "Look", "Check"] as const;

/** What is known of a command before its module is loaded. */
export interface CommandEntry {
  readonly group: (typeof GROUPS)[number];
  /** One line, below 60 characters. */
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/** Every command. The name has a space where it is a sub-command. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: {
    group: "Start",
    summary: "start a project in this folder",
    load: () => import("./commands/init.ts"),
  },
};

/** Words that people bring from elsewhere, with what Aludel has in their place. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  ensure_version:
    'Nothing to do: "aludel upgrade" and "aludel stamp" create their tables themselves',
  list_templates: 'Aludel has no templates: "aludel init" starts a project',
  migrate: "aludel upgrade",
  up: "aludel upgrade",
  apply: "aludel upgrade",
  down: "aludel downgrade -1",
  rollback: "aludel downgrade -1",
  revert: "aludel downgrade -1",
  new: 'aludel revision -m "what it does"',
  create: 'aludel revision -m "what it does"',
  generate: 'aludel revision -m "what it does"',
  log: "aludel history",
};
