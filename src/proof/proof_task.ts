import { requireGraph } from "../graph/build_graph.ts";
import type { RevisionId } from "../graph/revision.ts";
import { Scratch, type ScratchSettings } from "../replay/scratch.ts";
import { type OrderProof, proveOrders } from "./branches.ts";
import type { Proof } from "./proof.ts";
import { proveRevision } from "./proof.ts";
import type { TrialContext } from "../replay/trial.ts";
import { ReplayTree } from "../replay/tree.ts";
import type { RevisionSource } from "./revision_source.ts";

/** A history to prove something about. Can be sent to a worker. */
export interface ProofHistory {
  /** In topological order, with all that they need. */
  readonly sources: readonly RevisionSource[];
  readonly settings: ScratchSettings;
}

/** One thing to prove. */
export type ProofTask =
  | { readonly kind: "revision"; readonly id: RevisionId }
  | { readonly kind: "orders"; readonly heads: readonly RevisionId[] };

/** What a task gives. */
export type ProofAnswer =
  | { readonly kind: "revision"; readonly proof: Proof }
  | { readonly kind: "orders"; readonly proof: OrderProof };

/** Proves things about one history, one after the other. */
export class Prover {
  readonly #context: TrialContext & { readonly graph: ReturnType<typeof requireGraph> };

  constructor({ sources, settings }: ProofHistory) {
    const graph = requireGraph(sources);
    const known = new Map(sources.map((source) => [source.id, source]));
    const sourceOf = (id: RevisionId) => known.get(id)!;
    const scratch = new Scratch(settings);
    const tree = new ReplayTree({ graph, sourceOf, scratch });
    this.#context = { graph, sourceOf, scratch, tree };
  }

  async prove(task: ProofTask): Promise<ProofAnswer> {
    return task.kind === "revision"
      ? { kind: task.kind, proof: await proveRevision(task.id, this.#context) }
      : { kind: task.kind, proof: await proveOrders(task.heads, this.#context) };
  }
}
