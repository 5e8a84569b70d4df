import type { WorkloadRevision } from "../workload.ts";

/** A command of a peer, and what the tables call it. */
export interface PeerCommand {
  readonly name: string;
  readonly command: readonly string[];
}

/** A tool that does Aludel's job, with the commands for it. They run in the folder of its project. */
export interface Peer {
  readonly name: string;
  readonly release: string;
  /** The most revisions that it takes part with: beyond, it needs minutes. */
  readonly most: number;
  /** The files besides the database that hold what it remembers. */
  readonly memory: readonly string[];
  /** Writes its project into an empty folder. */
  readonly write: (folder: string, revisions: readonly WorkloadRevision[]) => void;
  readonly upgrade: PeerCommand;
  readonly status: PeerCommand | undefined;
  readonly history: PeerCommand | undefined;
  /** Undoes everything; where it can undo only one revision a process, it says so. */
  readonly downgrade: PeerCommand & { readonly single?: true } | undefined;
}

/** A peer, or the sentence that says why it is left out. */
export type Finding = Peer | string;
