import { toSecond } from "../../text/layout.ts";
import { host } from "../../host/mod.ts";
import { requireGraph } from "../../graph/build_graph.ts";
import { foldRevisionName, idFault, type RevisionId } from "../../graph/revision.ts";
import { idInFolderName } from "../../manifest/folder_name.ts";
import {
  type CanonicalTexts,
  formatManifest,
  type ManifestRevision,
  sortById,
} from "../../manifest/manifest.ts";
import { hashTexts } from "../../manifest/verdict.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { AppliedRevision } from "../../state/state.ts";
import { strayFolders } from "../migrate/verify.ts";
import { pathExists, writeAtomically } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { MANIFEST_FILE } from "../workspace/revision_files.ts";
import { readTextPair, textHashes } from "../workspace/revision_texts.ts";
import { changeManifest } from "../workspace/folder_lock.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** A repair that was made, or that the user must make. */
export interface Repair {
  readonly done: boolean;
  /** A sentence. */
  readonly what: string;
}

/** What the database and git know about revisions. */
export interface Memory {
  /** The records of the database, in the order in which they were applied. */
  readonly records: readonly AppliedRevision[];
  /** The texts that the database stored, if they have the recorded hashes. */
  readonly texts: ReadonlyMap<RevisionId, CanonicalTexts>;
  /** The line for a folder in the last commit of git. */
  readonly committedLine: (dir: string) => ManifestRevision | undefined;
}

/** Options of {@linkcode repair}. */
export interface RepairOptions {
  readonly now: Date;
  /** Makes an id for an unknown folder whose name contains none. */
  readonly newId: () => string;
  readonly onWait: () => void;
  readonly memory: Memory;
}

/**
 * Repairs a migrations folder after an interrupted command or a merge.
 *
 * - Temporary files of the manifest and empty folders are removed.
 * - A folder with an up.sql but without a line gets the line that git has for it. Otherwise it gets the id, parents and
 *   labels that the database recorded with its text or its id, or becomes a new draft on top of the only head.
 * - A line whose folder is missing gets the files that the database stored, and so does a folder with a missing file.
 *   Otherwise the line of a draft that no other revision follows is removed.
 * - The manifest is written in its canonical layout.
 *
 * @throws {AludelError} `project-missing`, `folder-locked`, `file-unwritable`.
 */
export async function repair(project: Project, options: RepairOptions): Promise<readonly Repair[]> {
  return await changeManifest(project, options.onWait, (workspace) => {
    const repairer = new Repairer(project, workspace, options);
    repairer.removeLeftovers();
    const strays = repairer.repairLines(repairer.strays());
    repairer.repairFolders(strays);
    repairer.writeManifest();
    return repairer.repairs;
  });
}

/** A folder with a revision, but without a line. */
interface StrayRevision {
  readonly dir: string;
  /** The hashes of its texts; undefined if they cannot be read. */
  readonly hashes: ReturnType<typeof textHashes>;
  /** Whether its up.sql has statements: two without any need not be the same revision. */
  readonly says: boolean;
}

class Repairer {
  readonly repairs: Repair[] = [];
  readonly #project: Project;
  readonly #workspace: Workspace;
  readonly #options: RepairOptions;
  readonly #revisions: Map<RevisionId, ManifestRevision>;
  #changed = false;

  constructor(project: Project, workspace: Workspace, options: RepairOptions) {
    this.#project = project;
    this.#workspace = workspace;
    this.#options = options;
    this.#revisions = new Map(workspace.manifest.revisions.map((entry) => [entry.id, entry]));
  }

  /** Removes temporary files of the manifest that a crash left. The folder is locked, so no other process writes it. */
  removeLeftovers(): void {
    const { migrations } = this.#project;
    for (const { name } of host.files.list(migrations)) {
      if (!isLeftover(name, MANIFEST_FILE)) continue;
      host.files.remove(`${migrations}/${name}`);
      this.#done(`The leftover "${name}" was removed`);
    }
  }

  /** The folders with a revision, but without a line. */
  strays(): readonly StrayRevision[] {
    return strayFolders(this.#workspace).flatMap((dir) => this.#inspect(dir) ?? []);
  }

  /**
   * Repairs lines whose folder is missing.
   * @returns The folders that are still without a line.
   */
  repairLines(strays: readonly StrayRevision[]): readonly StrayRevision[] {
    const { migrations } = this.#project;
    const { records, texts } = this.#options.memory;
    const left = new Set(strays);
    for (const entry of this.#workspace.manifest.revisions) {
      const { id, dir } = entry;
      const stored = texts.get(id);
      const remembered = stored !== undefined && fits(stored, entry) ? stored : undefined;
      const isThere = pathExists(`${migrations}/${dir}`);
      const renamed = isThere ? undefined : [...left].find((stray) => isFolderOf(stray, entry));
      if (renamed !== undefined) {
        left.delete(renamed);
        this.#add({ ...entry, dir: renamed.dir });
        this.#done(`Folder "${renamed.dir}" is the one of ${id}, which was "${dir}"`);
      } else if (remembered !== undefined) {
        this.#restore(entry, remembered, isThere);
      } else if (entry.up === null && !isThere) {
        this.#giveUp(entry, records.some((record) => record.id === id));
      }
    }
    return [...left];
  }

  /** Writes the files that are gone. A draft may have no down.sql, so only its whole folder brings it back. */
  #restore({ id, dir, up }: ManifestRevision, stored: CanonicalTexts, isThere: boolean): void {
    const folder = `${this.#project.migrations}/${dir}`;
    if (!isThere) host.files.makeFolder(folder);
    const files = { "up.sql": stored.up, "down.sql": isThere && up === null ? null : stored.down };
    for (const [name, text] of Object.entries(files)) {
      if (text === null || pathExists(`${folder}/${name}`)) continue;
      writeAtomically(`${folder}/${name}`, text);
      this.#done(`The ${name} of ${id} was written again, as the database stored it`);
    }
  }

  #giveUp({ id, dir }: ManifestRevision, applied: boolean): void {
    if (applied) {
      this.#remind(`The folder of draft ${id}, "${dir}", is gone, and the database has applied it`);
      return;
    }
    const follower = [...this.#revisions.values()].find((other) =>
      other.parents.includes(id) || other.dependsOn.includes(id)
    );
    if (follower !== undefined) {
      this.#remind(`The folder of draft ${id}, "${dir}", is gone, and ${follower.id} follows it`);
      return;
    }
    this.#revisions.delete(id);
    this.#changed = true;
    this.#done(`The folder of draft ${id} is gone, so its line was removed`);
  }

  /** Adds lines for folders. */
  repairFolders(all: readonly StrayRevision[]): void {
    const strays = all.filter((stray) => !this.#isReplaced(stray));
    const found = this.#remembered(strays);
    const known = new Set(found.map(({ revision }) => revision.dir));
    // Parents come first, whatever the order of the folders.
    for (let waiting = found; waiting.length > 0;) {
      const ready = waiting.filter(({ revision }) =>
        [...revision.parents, ...revision.dependsOn].every((id) => this.#revisions.has(id))
      );
      if (ready.length === 0) {
        for (const { revision } of waiting) this.#remindOfParents(revision);
        break;
      }
      for (const { revision, from } of ready) {
        this.#add(revision);
        this.#done(`Folder "${revision.dir}" is ${revision.id} again, as ${from}`);
      }
      waiting = waiting.filter((one) => !ready.includes(one));
    }
    for (const { dir } of strays) if (!known.has(dir)) this.#addDraft(dir);
  }

  /** @returns undefined for a folder without a revision. */
  #inspect(dir: string): StrayRevision | undefined {
    const path = `${this.#project.migrations}/${dir}`;
    for (const { name } of host.files.list(path)) {
      if (isLeftover(name, "up.sql") || isLeftover(name, "down.sql")) {
        host.files.remove(`${path}/${name}`);
      }
    }
    const names = [...host.files.list(path)].map((entry) => entry.name);
    if (names.length === 0) {
      host.files.remove(path);
      this.#done(`The empty folder "${dir}" was removed`);
      return undefined;
    }
    if (!names.includes("up.sql")) {
      this.#remind(`Folder "${dir}" has no up.sql: remove it, or write one`);
      return undefined;
    }
    try {
      const pair = readTextPair(this.#project.files, dir);
      const says = pair.up !== null && new Tokenizer(pair.up.text).nextSignificant();
      return { dir, hashes: textHashes(pair), says };
    } catch {
      return { dir, hashes: undefined, says: false }; // verify reports what is wrong with the text
    }
  }

  /** The folders that git or the database knows, each with one revision. */
  #remembered(strays: readonly StrayRevision[]): Remembered[] {
    const { records, committedLine } = this.#options.memory;
    const found: Remembered[] = [];
    const taken = new Set(this.#revisions.keys());
    const take = (revision: ManifestRevision, from: string) => {
      taken.add(revision.id);
      found.push({ revision, from });
    };
    const isOpen = ({ dir }: StrayRevision) => !found.some(({ revision }) => revision.dir === dir);
    for (const { dir } of strays) {
      const line = committedLine(dir);
      if (line !== undefined && !taken.has(line.id)) take({ ...line, dir }, "git has it");
    }
    const tests: readonly ((stray: StrayRevision, record: AppliedRevision) => boolean)[] = [
      (stray, record) => holdsId(stray.dir, record.id) && stray.hashes?.up === record.up,
      (stray, record) => stray.says && stray.hashes?.up === record.up,
      (stray, record) => holdsId(stray.dir, record.id),
    ];
    for (const test of tests) {
      for (const record of records) {
        if (taken.has(record.id)) continue;
        const stray = strays.find((one) => isOpen(one) && test(one, record));
        if (stray !== undefined) take(this.#lineOf(record, stray.dir), "the database recorded it");
      }
    }
    return found;
  }

  #lineOf(record: AppliedRevision, dir: string): ManifestRevision {
    const used = new Set([...this.#revisions.values()].flatMap(({ labels }) => labels));
    return {
      id: record.id,
      dir,
      parents: record.parents,
      dependsOn: record.dependsOn,
      labels: record.labels.filter((label) => !used.has(label)),
      message: record.message,
      // The time of writing is unknown, but it was before the run.
      created: record.appliedAt,
      up: null,
      down: null,
      was: [],
    };
  }

  #addDraft(dir: string): void {
    const parents = requireGraph([...this.#revisions.values()]).heads;
    if (parents.length > 1) {
      this.#remind(`Folder "${dir}" could follow any of ${parents.length} heads: merge them first`);
      return;
    }
    const lost = this.#recordAfter(parents);
    if (lost !== undefined) {
      this.#remind(
        `Folder "${dir}" may be "${lost}", which the database ran and which is not on disk: ` +
          `if it is, call it ${dir}_${lost}; if it is not, write it with "aludel revision"`,
      );
      return;
    }
    const named = idInFolderName(this.#project.settings.folderTemplate, dir);
    const id = [generatedId(dir), named].find((word) => this.#isFree(word)) ??
      this.#options.newId();
    this.#add({
      id,
      dir,
      parents,
      dependsOn: [],
      labels: [],
      message: messageInName(dir, id),
      created: toSecond(this.#options.now),
      up: null,
      down: null,
      was: [],
    });
    const place = parents.length === 0 ? "as a base" : `on top of ${parents[0]}`;
    this.#done(`Folder "${dir}" is draft ${id} again, ${place}`);
  }

  /** A revision that ran on top of these and is not on disk: a folder without a line may be its folder. */
  #recordAfter(parents: readonly RevisionId[]): RevisionId | undefined {
    return this.#options.memory.records.find((record) =>
      !this.#revisions.has(record.id) && record.parents.join() === parents.join()
    )?.id;
  }

  #isFree(id: string | undefined): id is string {
    return id !== undefined && idFault(id) === null &&
      ![...this.#revisions.keys()].some((other) =>
        foldRevisionName(other) === foldRevisionName(id)
      );
  }

  /** Whether a folder belongs to a revision that a squash has replaced. Then it gets no line. */
  #isReplaced({ dir }: StrayRevision): boolean {
    for (const { id, replaces = [] } of this.#revisions.values()) {
      const one = replaces.find((other) => holdsId(dir, other));
      if (one === undefined) continue;
      this.#remind(`Folder "${dir}" is that of ${one}, which ${id} replaces: remove it`);
      return true;
    }
    return false;
  }

  #remindOfParents({ id, dir, parents, dependsOn }: ManifestRevision): void {
    const missing = [...parents, ...dependsOn].filter((parent) => !this.#revisions.has(parent));
    this.#remind(
      `Folder "${dir}" is revision ${id}, which follows ${
        missing.join(" and ")
      }: that is not on disk`,
    );
  }

  writeManifest(): void {
    const revisions = sortById([...this.#revisions.values()]);
    requireGraph(revisions);
    const path = `${this.#project.migrations}/${MANIFEST_FILE}`;
    const text = formatManifest({ revisions });
    if (host.files.readText(path).replaceAll("\r\n", "\n") === text) return;
    writeAtomically(path, text);
    if (!this.#changed) this.#done("The manifest was written in its canonical layout");
  }

  #add(revision: ManifestRevision): void {
    this.#revisions.set(revision.id, revision);
    this.#changed = true;
  }

  #done(what: string): void {
    this.repairs.push({ done: true, what });
  }

  #remind(what: string): void {
    this.repairs.push({ done: false, what });
  }
}

interface Remembered {
  readonly revision: ManifestRevision;
  /** The source, as the end of a sentence. */
  readonly from: string;
}

/** A temporary file of `writeAtomically` for a name. */
function isLeftover(name: string, target: string): boolean {
  return name.startsWith(`.${target}.`) && /\.[0-9a-f]{8}\.tmp$/.test(name);
}

/** Whether texts can be those of a revision: a draft may have any. */
function fits({ up, down }: CanonicalTexts, entry: ManifestRevision): boolean {
  if (up === null) return false;
  if (entry.up === null) return true;
  const hashes = hashTexts({ up, down });
  return hashes.up === entry.up && hashes.down === entry.down;
}

/** Whether a folder without a line is the renamed folder of a line. */
function isFolderOf({ dir, hashes }: StrayRevision, { id, up, down }: ManifestRevision): boolean {
  return holdsId(dir, id) || (up !== null && hashes?.up === up && hashes.down === down);
}

/** Whether a folder's name contains an id as a word. */
function holdsId(dir: string, id: RevisionId): boolean {
  const at = foldRevisionName(dir).indexOf(foldRevisionName(id));
  if (at < 0) return false;
  const isEdge = (character: string | undefined) =>
    character === undefined || /[^0-9A-Za-z.]/.test(character);
  return isEdge(dir[at - 1]) && isEdge(dir[at + id.length]);
}

/** The word of a folder's name that looks like a generated id. */
function generatedId(dir: string): string | undefined {
  return dir.split("_").find((word) => /^[0-9a-f]{12}$/.test(word));
}

function messageInName(dir: string, id: RevisionId): string {
  const words = dir.split("_").filter((word) => word !== id && !/^\d{4}-\d{2}-\d{2}$/.test(word));
  return words.join(" ") || dir;
}
