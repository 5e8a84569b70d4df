// deno-lint-ignore-file no-console
import { DATABASE, writeAludelProject } from "./aludel_project.ts";
import { aludel, denoRun, newFolder, removeAll, type Yard } from "./yard.ts";
import type { Peer } from "./peers/peer.ts";
import { timeRun } from "./process.ts";
import { workload, workloadObjects, writeStatements } from "./workload.ts";

/** A peer and the folder of its project. */
export interface PlacedPeer extends Peer {
  readonly folder: string;
}

/** The projects of one size. In each there is a copy of a database that has all revisions. */
export interface Site extends Yard {
  readonly size: number;
  readonly folders: { readonly aludel: string; readonly limit: string };
  readonly peers: readonly PlacedPeer[];
  /** What the workload's tables and indexes are, by the limit. */
  readonly objects: string;
  readonly notes: readonly string[];
}

/** Writes the projects of one size, and upgrades a database in each. */
export async function buildSite(yard: Yard, size: number): Promise<Site> {
  const revisions = workload(size);
  const folders = { aludel: newFolder(yard, "aludel"), limit: newFolder(yard, "limit") };
  writeAludelProject(folders.aludel, revisions);
  writeStatements(folders.limit, revisions);
  await timeRun({ command: aludel(yard, "upgrade"), cwd: folders.aludel });
  await timeRun({ command: denoRun("node_limit.ts", DATABASE, "up.json"), cwd: folders.limit });
  const objects = workloadObjects(`${folders.limit}/${DATABASE}`);
  const peers: PlacedPeer[] = [];
  const notes: string[] = [];
  for (const peer of yard.field.peers) {
    if (size > peer.most) {
      notes.push(`${peer.name} takes minutes for projects of this size: left out.`);
      continue;
    }
    const folder = newFolder(yard, peer.name);
    peer.write(folder, revisions);
    try {
      await timeRun({ command: peer.upgrade.command, cwd: folder });
      if (workloadObjects(`${folder}/${DATABASE}`) !== objects) throw new Error("wrong schema");
      peers.push({ ...peer, folder });
    } catch (error) {
      notes.push(`${peer.name} did not build the database, and is left out.`);
      console.error(error instanceof Error ? error.message : error);
    }
  }
  for (const folder of Object.values(folders)) keepState(folder, []);
  for (const { folder, memory } of peers) keepState(folder, memory);
  return { ...yard, size, folders, peers, objects, notes };
}

/** Takes the database of a folder away, as before the first upgrade, and other files that go with it. */
export function withoutDatabase(folder: string, memory: readonly string[] = []): () => void {
  return () => {
    for (const file of [DATABASE, ...memory]) {
      for (const end of ["", "-journal", "-wal", "-shm"]) removeAll(`${folder}/${file}${end}`);
    }
  };
}

/** Puts the upgraded database of a folder back, and other files that go with it. */
export function withFullDatabase(folder: string, memory: readonly string[] = []): () => void {
  return () => {
    withoutDatabase(folder, memory)();
    for (const file of [DATABASE, ...memory]) {
      Deno.copyFileSync(`${folder}/${file}.full`, `${folder}/${file}`);
    }
  };
}

function keepState(folder: string, memory: readonly string[]): void {
  for (const file of [DATABASE, ...memory]) {
    Deno.renameSync(`${folder}/${file}`, `${folder}/${file}.full`);
  }
}
