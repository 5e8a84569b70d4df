import type { Command } from "./command.ts";

/** The headings of the help, in its order. */
export const GROUPS = [
  "Start",
  "Write revisions",
  "Change a database",
  "Look",
  "Check",
  "Git",
] as const;

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
  completions: {
    group: "Start",
    summary: "print a script for your shell's Tab key",
    load: () => import("./commands/completions.ts"),
  },
  revision: {
    group: "Write revisions",
    summary: "write a new draft revision",
    load: () => import("./commands/revision.ts"),
  },
  merge: {
    group: "Write revisions",
    summary: "join several heads into one",
    load: () => import("./commands/merge.ts"),
  },
  edit: {
    group: "Write revisions",
    summary: "open a revision's files in your editor",
    load: () => import("./commands/edit.ts"),
  },
  seal: {
    group: "Write revisions",
    summary: "record the hashes of finished revisions",
    load: () => import("./commands/seal.ts"),
  },
  upgrade: {
    group: "Change a database",
    summary: "apply revisions",
    load: () => import("./commands/upgrade.ts"),
  },
  downgrade: {
    group: "Change a database",
    summary: "undo revisions",
    load: () => import("./commands/downgrade.ts"),
  },
  redo: {
    group: "Change a database",
    summary: "undo a revision and apply it again",
    load: () => import("./commands/redo.ts"),
  },
  stamp: {
    group: "Change a database",
    summary: "record where a database stands, run nothing",
    load: () => import("./commands/stamp.ts"),
  },
  backup: {
    group: "Change a database",
    summary: "copy the database into a restore point",
    load: () => import("./commands/backup.ts"),
  },
  "backup list": {
    group: "Look",
    summary: "list restore points",
    load: () => import("./commands/backup_list.ts"),
  },
  restore: {
    group: "Change a database",
    summary: "put a restore point back",
    load: () => import("./commands/restore.ts"),
  },
  current: {
    group: "Look",
    summary: "print where the database stands",
    load: () => import("./commands/current.ts"),
  },
  status: {
    group: "Look",
    summary: "say in one screen what needs doing",
    load: () => import("./commands/status.ts"),
  },
  history: {
    group: "Look",
    summary: "list revisions, newest first",
    load: () => import("./commands/history.ts"),
  },
  heads: {
    group: "Look",
    summary: "list the revisions that nothing follows",
    load: () => import("./commands/heads.ts"),
  },
  branches: {
    group: "Look",
    summary: "list the revisions where branches part",
    load: () => import("./commands/branches.ts"),
  },
  show: {
    group: "Look",
    summary: "show everything about a revision",
    load: () => import("./commands/show.ts"),
  },
  diff: {
    group: "Look",
    summary: "print how two schemas differ",
    load: () => import("./commands/diff.ts"),
  },
  schema: {
    group: "Look",
    summary: "print the schema of a revision as SQL",
    load: () => import("./commands/schema.ts"),
  },
  check: {
    group: "Check",
    summary: "compare the schema you want with the revisions",
    load: () => import("./commands/check.ts"),
  },
  blame: {
    group: "Look",
    summary: "say which revision made a table what it is",
    load: () => import("./commands/blame.ts"),
  },
  bisect: {
    group: "Look",
    summary: "find the revision after which a query fails",
    load: () => import("./commands/bisect.ts"),
  },
  verify: {
    group: "Check",
    summary: "compare files, manifest and database",
    load: () => import("./commands/verify.ts"),
  },
  lint: {
    group: "Check",
    summary: "look for hazards in the SQL of revisions",
    load: () => import("./commands/lint.ts"),
  },
  locate: {
    group: "Check",
    summary: "find the revision whose schema a database has",
    load: () => import("./commands/locate.ts"),
  },
  prove: {
    group: "Check",
    summary: "run revisions up and down on rows, in every order",
    load: () => import("./commands/prove.ts"),
  },
  "hook install": {
    group: "Git",
    summary: "have git verify every commit, and merge manifests",
    load: () => import("./commands/hook_install.ts"),
  },
  "hook uninstall": {
    group: "Git",
    summary: "take hooks and merge driver out again",
    load: () => import("./commands/hook_uninstall.ts"),
  },
  "hook status": {
    group: "Git",
    summary: "say which hooks are there",
    load: () => import("./commands/hook_status.ts"),
  },
  "merge-driver": {
    group: "Git",
    summary: "merge two manifests: git runs it",
    load: () => import("./commands/merge_driver.ts"),
  },
  switch: {
    group: "Change a database",
    summary: "go to another branch's revisions in one step",
    load: () => import("./commands/switch.ts"),
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
