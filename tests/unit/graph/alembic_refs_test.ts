import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import {
  appliedAfter,
  downgradeRoute,
  resolveDestination,
  type Route,
  upgradeRoute,
} from "../../../src/graph/route.ts";
import { parseRange, parseRef } from "../../../src/graph/ref.ts";
import { resolveRange, resolveRef } from "../../../src/graph/resolve_ref.ts";
import type { Revision, RevisionId } from "../../../src/graph/revision.ts";
import type { RevisionGraph } from "../../../src/graph/revision_graph.ts";

type Question = "look" | "history" | "upgrade" | "downgrade";

/** `[question, ref, answer or exception, heads after]`, see scripts/once/make_alembic_refs.py. */
type Case = readonly [string, string, readonly RevisionId[] | string, (readonly RevisionId[])?];

interface Answers {
  readonly graphs: Readonly<Record<string, readonly Revision[]>>;
  readonly groups: readonly {
    readonly graph: string;
    readonly applied: readonly RevisionId[];
    readonly cases: readonly Case[];
  }[];
}

/** A wanted difference: where it is, what each side says ("ids", "nothing" or an error's name), and why. */
interface Difference {
  readonly question: RegExp;
  readonly ref: RegExp;
  readonly alembic: RegExp;
  readonly ours: RegExp;
  readonly reason: string;
}

const DIFFERENCES: readonly Difference[] = [
  {
    question: /^downgrade!$/,
    ref: /^-\d$/,
    alembic: /^(?:ids|nothing)$/,
    ours: /^ref-several-heads$/,
    reason: "Alembic takes any head and warns; a guess about what to undo is refused",
  },
  {
    question: /./,
    ref: /^nope@head$/,
    alembic: /^(?:ids|nothing)$/,
    ours: /^ref-not-found$/,
    reason: "Alembic does not look at the branch where there is one head or none",
  },
  {
    question: /^downgrade$/,
    ref: /^head-1$/,
    alembic: /^(?:ids|nothing)$/,
    ours: /^ref-too-far$/,
    reason: "in a graph without revisions Alembic takes head-1 for the base",
  },
  {
    question: /^upgrade$/,
    ref: /-\d$/,
    alembic: /^AssertionError$/,
    ours: /^nothing$/,
    reason: "Alembic crashes where REV-N is the base; an upgrade to it has nothing to do",
  },
  {
    question: /^downgrade$/,
    ref: /^[a-z0-9]+-\d$/,
    alembic: /^(?:ids|nothing)$/,
    ours: /^(?:ids|nothing)$/,
    reason: "where REV-N is the base Alembic undoes every branch; we undo that of REV",
  },
  {
    question: /^downgrade$/,
    ref: /./,
    alembic: /^RangeNotAncestorError$/,
    ours: /^nothing$/,
    reason: "the destination is applied and nothing stands on it: there is nothing to do",
  },
  {
    question: /^downgrade$/,
    ref: /^[a-z]+@[a-z]+\d+$/,
    alembic: /^(?:ids|nothing)$/,
    ours: /^ref-other-branch$/,
    reason: "Alembic ignores that the revision is not on the named branch",
  },
  {
    question: /^downgrade$/,
    ref: /@heads?$/,
    alembic: /^MultipleHeads$/,
    ours: /^nothing$/,
    reason: "Alembic resolves head without its branch, and fails where branches have several",
  },
  {
    question: /^downgrade$/,
    ref: /^(?:[a-z0-9]+@)?-\d$/,
    alembic: /^RevisionError$/,
    ours: /^(?:ids|nothing)$/,
    reason:
      "the last step of -N undoes a revision, also when that one merged several parents, and " +
      "also when the named branch is only an ancestor's",
  },
  {
    question: /^downgrade$/,
    ref: /^[a-z]+@[a-z]+\d*(?:\+1)?$/,
    alembic: /^RevisionError$/,
    ours: /^(?:ids|nothing)$/,
    reason: "Alembic looks for the children to undo among the branch's ancestors only",
  },
  {
    question: /^history$/,
    ref: /^-2:/,
    alembic: /^(?:ids|nothing|RevisionError|ResolutionError|RangeNotAncestorError)$/,
    ours: /^(?:ids|nothing)$/,
    reason: "Alembic counts from its heads, its documentation and we from the other end",
  },
  {
    question: /^history$/,
    ref: /(?:^\+2:|:\+2$)/,
    alembic: /^(?:ResolutionError|RevisionError)$/,
    ours: /^(?:ids|nothing)$/,
    reason:
      "+N before the colon counts from what is applied: +1: is what is pending; ends are clamped",
  },
  {
    question: /^history$/,
    ref: /^(?:ap01|aa01|aa02|mm00):/,
    alembic: /^(?:AssertionError|ids|nothing)$/,
    ours: /^(?:ids|nothing)$/,
    reason: "Alembic leaves out, or crashes over, what only depends on the lower end",
  },
];

const answers: Answers = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/alembic_refs/answers.json", import.meta.url)),
);

Deno.test("refs, ranges and routes are Alembic's, but for the differences listed here", () => {
  const used = new Set<Difference>();
  const unexpected: string[] = [];
  for (const { graph: name, applied, cases } of answers.groups) {
    const graph = requireGraph(answers.graphs[name] ?? []);
    const state = graph.ancestors(applied, "all");
    for (const [question, ref, theirs, after] of cases) {
      const ours = ask(graph, state, question.replace("!", "") as Question, ref);
      const guessed = question.endsWith("!") && typeof theirs !== "string";
      if (!guessed && agrees(theirs, after, ours)) continue;
      const difference = DIFFERENCES.find((candidate) =>
        candidate.question.test(question) && candidate.ref.test(ref) &&
        candidate.alembic.test(verdict(theirs)) && candidate.ours.test(verdict(ours.answer))
      );
      if (difference !== undefined) used.add(difference);
      else unexpected.push(`${name} [${applied}] ${question} ${ref}: ${theirs} / ${ours.answer}`);
    }
  }
  assert.deepEqual(unexpected, []);
  const stale = DIFFERENCES.filter((difference) => !used.has(difference));
  assert.deepEqual(stale.map((difference) => difference.reason), []);
});

interface Answer {
  readonly answer: readonly RevisionId[] | string;
  readonly heads?: readonly RevisionId[];
}

/** Path and resulting heads together: a route that is right must be so in both. */
function ask(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  question: Question,
  text: string,
): Answer {
  try {
    switch (question) {
      case "look":
        return { answer: resolveRef(graph, parseRef(text), { applied, purpose: "look" }) };
      case "history":
        return { answer: resolveRange(graph, parseRange(text), { applied }) };
      case "upgrade": {
        const targets = resolveRef(graph, parseRef(text), { applied, purpose: "upgrade" });
        return ran(graph, applied, upgradeRoute(graph, applied, targets));
      }
      case "downgrade": {
        const destination = resolveDestination(graph, parseRef(text), { applied });
        return ran(graph, applied, downgradeRoute(graph, applied, destination));
      }
    }
  } catch (error) {
    assert.ok(error instanceof AludelError && error.code !== "internal", String(error));
    return { answer: error.code };
  }
}

function ran(graph: RevisionGraph, applied: ReadonlySet<RevisionId>, route: Route): Answer {
  const heads = graph.headsOf(appliedAfter(applied, route), "all");
  return { answer: route.map((step) => step.id), heads: [...heads].sort() };
}

function agrees(
  theirs: readonly RevisionId[] | string,
  after: readonly RevisionId[] | undefined,
  ours: Answer,
): boolean {
  if (typeof theirs === "string") return typeof ours.answer === "string";
  if (typeof ours.answer === "string") return false;
  const same = [...theirs].sort().join() === [...ours.answer].sort().join();
  return same && (after === undefined || after.join() === ours.heads?.join());
}

function verdict(answer: readonly RevisionId[] | string): string {
  if (typeof answer === "string") return answer;
  return answer.length === 0 ? "nothing" : "ids";
}
