import type { Command } from "./arguments/command.ts";

/** The hidden command that prints candidates for the Tab key. */
export const COMPLETE_COMMAND = "__complete";

/** The headings of the help, in order. */
export const GROUPS = [
  "Start",
  "Write revisions",
  "Change a database",
  "Look",
  "Check",
  "Fleet",
  "Git",
] as const;

/** A command before its module is loaded. */
export interface CommandEntry {
  readonly group: (typeof GROUPS)[number];
  /** The summary, one line of less than 60 characters. */
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/**
 * Loads a command's module by its address. With literal imports, Deno would read the modules of all commands at every
 * start to build its module graph, which takes an eighth of the time of `current`.
 *
 * @param name The export with the command, for a module with several.
 */
async function load(module: URL, name = "command"): Promise<{ readonly command: Command }> {
  return { command: (await import(module.href))[name] };
}

/** All commands by name. The name of a sub-command has a space. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  init: {
    group: "Start",
    summary: "start a project in this folder",
    load: () => load(new URL("./commands/start/init.ts", import.meta.url)),
  },
  import: {
    group: "Start",
    summary: "take over a project from another migration tool",
    load: () => load(new URL("./commands/start/import.ts", import.meta.url)),
  },
  export: {
    group: "Start",
    summary: "write the revisions for another tool, or as a module",
    load: () => load(new URL("./commands/start/export.ts", import.meta.url)),
  },
  completions: {
    group: "Start",
    summary: "print a script for your shell's Tab key",
    load: () => load(new URL("./commands/start/completions.ts", import.meta.url)),
  },
  revision: {
    group: "Write revisions",
    summary: "write a new draft revision",
    load: () => load(new URL("./commands/write/revision.ts", import.meta.url)),
  },
  merge: {
    group: "Write revisions",
    summary: "join several heads into one",
    load: () => load(new URL("./commands/write/merge.ts", import.meta.url)),
  },
  edit: {
    group: "Write revisions",
    summary: "open a revision's files in your editor",
    load: () => load(new URL("./commands/write/edit.ts", import.meta.url)),
  },
  seal: {
    group: "Write revisions",
    summary: "record the hashes of finished revisions",
    load: () => load(new URL("./commands/write/seal.ts", import.meta.url)),
  },
  dev: {
    group: "Write revisions",
    summary: "keep a development database at schema.sql while you edit",
    load: () => load(new URL("./commands/write/dev.ts", import.meta.url)),
  },
  drop: {
    group: "Write revisions",
    summary: "remove a draft",
    load: () => load(new URL("./commands/write/drop.ts", import.meta.url)),
  },
  rebase: {
    group: "Write revisions",
    summary: "give a draft other parents",
    load: () => load(new URL("./commands/write/rebase.ts", import.meta.url)),
  },
  squash: {
    group: "Write revisions",
    summary: "replace several revisions by one",
    load: () => load(new URL("./commands/write/squash.ts", import.meta.url)),
  },
  upgrade: {
    group: "Change a database",
    summary: "apply revisions",
    load: () => load(new URL("./commands/change/upgrade.ts", import.meta.url)),
  },
  downgrade: {
    group: "Change a database",
    summary: "undo revisions",
    load: () => load(new URL("./commands/change/downgrade.ts", import.meta.url)),
  },
  redo: {
    group: "Change a database",
    summary: "undo a revision and apply it again",
    load: () => load(new URL("./commands/change/redo.ts", import.meta.url)),
  },
  stamp: {
    group: "Change a database",
    summary: "record the revision of a database, run nothing",
    load: () => load(new URL("./commands/change/stamp.ts", import.meta.url)),
  },
  protect: {
    group: "Change a database",
    summary: "store policies in the database",
    load: () => load(new URL("./commands/change/protect.ts", import.meta.url)),
  },
  backup: {
    group: "Change a database",
    summary: "copy the database into a restore point",
    load: () => load(new URL("./commands/change/backup.ts", import.meta.url)),
  },
  "backup list": {
    group: "Look",
    summary: "list restore points",
    load: () => load(new URL("./commands/look/backup_list.ts", import.meta.url)),
  },
  restore: {
    group: "Change a database",
    summary: "restore the database from a restore point",
    load: () => load(new URL("./commands/change/restore.ts", import.meta.url)),
  },
  current: {
    group: "Look",
    summary: "print the revisions that the database is at",
    load: () => load(new URL("./commands/look/current.ts", import.meta.url)),
  },
  status: {
    group: "Look",
    summary: "show what needs doing on one screen",
    load: () => load(new URL("./commands/look/status.ts", import.meta.url)),
  },
  history: {
    group: "Look",
    summary: "list revisions, newest first",
    load: () => load(new URL("./commands/look/history.ts", import.meta.url)),
  },
  heads: {
    group: "Look",
    summary: "list the revisions that nothing follows",
    load: () => load(new URL("./commands/look/heads.ts", import.meta.url), "heads"),
  },
  branches: {
    group: "Look",
    summary: "list the revisions where branches split",
    load: () => load(new URL("./commands/look/heads.ts", import.meta.url), "branches"),
  },
  show: {
    group: "Look",
    summary: "show everything about a revision",
    load: () => load(new URL("./commands/look/show.ts", import.meta.url)),
  },
  diff: {
    group: "Look",
    summary: "print how two schemas differ",
    load: () => load(new URL("./commands/look/diff.ts", import.meta.url)),
  },
  schema: {
    group: "Look",
    summary: "print the schema of a revision as SQL",
    load: () => load(new URL("./commands/look/schema.ts", import.meta.url)),
  },
  report: {
    group: "Look",
    summary: "describe revisions on a page or in Markdown",
    load: () => load(new URL("./commands/look/report.ts", import.meta.url)),
  },
  check: {
    group: "Check",
    summary: "compare the schema you want with the revisions",
    load: () => load(new URL("./commands/check/check.ts", import.meta.url)),
  },
  blame: {
    group: "Look",
    summary: "show which revision last changed each part of a table",
    load: () => load(new URL("./commands/look/blame.ts", import.meta.url)),
  },
  bisect: {
    group: "Look",
    summary: "find the revision after which a query fails",
    load: () => load(new URL("./commands/look/bisect.ts", import.meta.url)),
  },
  verify: {
    group: "Check",
    summary: "compare files, manifest and database",
    load: () => load(new URL("./commands/check/verify.ts", import.meta.url)),
  },
  lint: {
    group: "Check",
    summary: "look for hazards in the SQL of revisions",
    load: () => load(new URL("./commands/check/lint.ts", import.meta.url)),
  },
  locate: {
    group: "Check",
    summary: "find the revision whose schema a database has",
    load: () => load(new URL("./commands/check/locate.ts", import.meta.url)),
  },
  prove: {
    group: "Check",
    summary: "run revisions up and down on rows, in every order",
    load: () => load(new URL("./commands/check/prove.ts", import.meta.url)),
  },
  "fleet status": {
    group: "Fleet",
    summary: "show what needs doing in many databases",
    load: () => load(new URL("./commands/fleet/fleet_status.ts", import.meta.url)),
  },
  "fleet upgrade": {
    group: "Fleet",
    summary: "apply revisions to many databases",
    load: () => load(new URL("./commands/fleet/fleet_upgrade.ts", import.meta.url)),
  },
  "fleet resume": {
    group: "Fleet",
    summary: "continue a run that stopped",
    load: () => load(new URL("./commands/fleet/fleet_resume.ts", import.meta.url)),
  },
  "fleet undo": {
    group: "Fleet",
    summary: "undo a run",
    load: () => load(new URL("./commands/fleet/fleet_undo.ts", import.meta.url)),
  },
  "fleet report": {
    group: "Fleet",
    summary: "show the results of a run",
    load: () => load(new URL("./commands/fleet/fleet_report.ts", import.meta.url)),
  },
  "hook install": {
    group: "Git",
    summary: "make git verify every commit, and merge manifests",
    load: () => load(new URL("./commands/git/hook.ts", import.meta.url), "install"),
  },
  "hook uninstall": {
    group: "Git",
    summary: "remove the hooks and the merge driver",
    load: () => load(new URL("./commands/git/hook.ts", import.meta.url), "uninstall"),
  },
  "hook status": {
    group: "Git",
    summary: "show which hooks are installed",
    load: () => load(new URL("./commands/git/hook.ts", import.meta.url), "status"),
  },
  "merge-driver": {
    group: "Git",
    summary: "merge two manifests: git runs it",
    load: () => load(new URL("./commands/git/merge_driver.ts", import.meta.url)),
  },
  switch: {
    group: "Change a database",
    summary: "move the database to another branch's revisions",
    load: () => load(new URL("./commands/change/switch.ts", import.meta.url)),
  },
};

/** Commands of other tools, with Aludel's equivalents. */
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
  sql: "aludel upgrade --sql",
  version: "aludel --version",
};
