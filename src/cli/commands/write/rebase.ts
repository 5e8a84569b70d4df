import { AludelError } from "../../../errors.ts";
import { parseRef } from "../../../graph/ref.ts";
import { resolveOne } from "../../../graph/resolve_ref.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import { type DraftMove, rebaseDrafts } from "../../../project/author/drafts.ts";
import { type OrderProof, proveOrders } from "../../../proof/branches.ts";
import type { Proof } from "../../../proof/proof.ts";
import { prove } from "../../../proof/prove.ts";
import { again, shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { waitingFor } from "../../render/draft.ts";
import { type OpenDrafts, openDrafts } from "../../session/drafts.ts";
import { openReplay } from "../../session/replay.ts";
import { Session } from "../../session/session.ts";
import { proofJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "rebase",
  description: [
    "Gives a draft other parents, such as the head that a pull brought. Drafts that follow it move with it. In the new place each of them is run up, down and up again in memory, on rows, as aludel prove does: if one fails, nothing is changed.",
    "A draft that the database has applied must be undone first, because it ran in the old place. For other databases that have it, the command says whether the draft commutes with the revisions it now follows.",
  ],
  flags: {
    onto: {
      kind: "list",
      value: "REF",
      help: 'its new parent ("base" for none; several make a merge)',
    },
    splice: { kind: "switch", help: "allow a parent that is not a head: starts a branch there" },
    ...DATABASE_FLAG,
  },
  positional: [{ name: "REF", help: "the draft, with everything that follows it" }],
  examples: [
    {
      command: "aludel rebase 77aa --onto be11",
      says: "moves 77aa and everything after it behind be11",
    },
  ],
  async run(context, flags, [text = ""]) {
    const { ui } = context;
    const { onto, splice } = flags;
    if (onto.length === 0) {
      throw new AludelError("usage", '"--onto" is missing', {
        notes: ["It names the revision that the draft is to follow"],
        next: [again`--onto REF`, shell`aludel heads`],
      });
    }
    const session = new Session(context, flags);
    const { project } = session;
    const drafts = await openDrafts(session);
    const { graph, applied, onDisk } = drafts.catalogue;
    const id = resolveOne(graph, parseRef(text), { applied, onDisk, purpose: "look" });
    refuseApplied(drafts, id);
    let proven: Proven | undefined;
    const move = await rebaseDrafts(project, {
      id,
      onto,
      splice,
      prove: async (move) => {
        proven = await proveMove(session, move);
      },
      onWait: waitingFor(ui, project),
    });
    if (move === null || proven === undefined) {
      ui.json({ id, parents: graph.parentsOf(id), moved: [], commutes: null });
      return ui.notice(`Nothing to do: ${id} has these parents already.`);
    }
    const { proofs, order } = proven;
    const commutes = order === null ? null : order.finding === null;
    ui.json({ id, parents: move.parents, moved: proofs.map(proofJson), commutes });
    for (const { id, verdict } of proofs) {
      const { yellow } = ui.style;
      const title = move.after.entries.get(id)?.message.split("\n", 1)[0];
      ui.data(`moved  ${yellow(id)}  ${title}  ${ui.style.dim(`(${verdict.kind})`)}`);
      if (verdict.kind === "lossy") {
        for (const loss of verdict.losses) ui.notice(`       lost by the down: ${loss}`);
      }
    }
    const place = move.parents.length === 0 ? "a base" : `on top of ${move.parents.join(" and ")}`;
    ui.notice(`${id} is now ${place}; its up and down work there.`);
    if (order?.finding) {
      ui.warning(
        `it does not commute with what it follows now: a database that has it already must undo it first`,
      );
      for (const note of order.finding.notes ?? []) ui.notice(`  ${note}`);
    }
    ui.hint(shell`aludel upgrade head`);
  },
});

/**
 * @throws {AludelError} `rebase-applied`, because a revision that ran in the old place may act differently in the new
 * one.
 */
function refuseApplied({ catalogue, target }: OpenDrafts, id: RevisionId): void {
  const { graph, applied } = catalogue;
  const ran = [...graph.descendants([id], "all")].filter((one) => applied.has(one));
  const [first] = ran;
  if (first === undefined) return;
  const under = graph.parentsOf(first);
  throw new AludelError("rebase-applied", `"${target?.target.name}" has applied "${first}"`, {
    revision: first,
    notes: [
      ...(ran.length > 1 ? [`And ${ran.slice(1).join(", ")}, which follow it`] : []),
      "It ran in its old place",
    ],
    outcome: "Nothing was changed",
    next: [
      under.length === 1
        ? shell`aludel downgrade ${`${first}-1`} # undo it first`
        : under.length === 0
        ? shell`aludel downgrade ${`${first}@base`} # undo it first`
        : shell`aludel downgrade ${under[0]!} # undo it first`,
    ],
  });
}

interface Proven {
  readonly proofs: readonly Proof[];
  /** null if the draft already followed all revisions in the new place. */
  readonly order: OrderProof | null;
}

/** Proves the drafts in their new place. @throws {AludelError} `rebase-failed` if one of them fails there. */
async function proveMove(
  session: Session,
  { before, after, moved, parents }: DraftMove,
): Promise<Proven> {
  const { project } = session;
  const tree = openReplay(session, before);
  const { proofs } = await prove({
    project,
    workspace: after,
    ids: moved,
    jobs: 1,
    cached: true,
    onProgress: () => {},
  });
  const [failed] = proofs.flatMap(({ id, verdict }) =>
    verdict.kind === "fails" ? { id, ...verdict } : []
  );
  if (failed !== undefined) {
    const { id, finding } = failed;
    throw new AludelError("rebase-failed", `"${id}" does not work in the new place`, {
      revision: id,
      ...(finding.place && { place: finding.place }),
      notes: [finding.message, ...finding.notes ?? []],
      outcome: "Nothing was changed",
      next: [shell`aludel edit ${id} # write its SQL for the new place, then rebase again`],
    });
  }
  const { graph } = before;
  const tips = graph.headsOf(moved, "parents");
  const under = graph.ancestors(moved, "all");
  const others = parents.filter((parent) => !under.has(parent));
  if (others.length === 0) return { proofs, order: null };
  const order = await proveOrders([...tips, ...others], tree);
  return { proofs, order };
}
