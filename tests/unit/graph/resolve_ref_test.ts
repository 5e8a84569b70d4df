import assert from "node:assert/strict";
import { instead, shell } from "../../../src/text/next_step.ts";
import { AludelError } from "../../../src/errors.ts";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import { resolveDestination } from "../../../src/graph/route.ts";
import { parseRange, parseRef, type RefPurpose } from "../../../src/graph/ref.ts";
import {
  resolveOne,
  resolveRange,
  resolveRef,
  resolveRefs,
} from "../../../src/graph/resolve_ref.ts";
import { revisionList } from "./revision_list.ts";

const graph = requireGraph(revisionList(`
  3f9c1a2b
  3f9c77aa < 3f9c1a2b, label events
  81d0be02 < 3f9c1a2b, label users
  aa00aa00 < 3f9c77aa
  bb11bb11 < 81d0be02
`));
const NOTHING: ReadonlySet<string> = new Set();
const ALL = new Set(graph.ids);

function resolve(text: string, purpose: RefPurpose = "look", applied = NOTHING) {
  return resolveRef(graph, parseRef(text), { applied, purpose });
}

function failure(action: () => unknown): AludelError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("resolveRef() lists the candidates of an ambiguous prefix", () => {
  const error = failure(() => resolve("3f9c"));
  assert.equal(error.code, "ref-ambiguous");
  assert.deepEqual(error.notes, ["3f9c1a2b", "3f9c77aa (events)"]);
  assert.deepEqual(error.next, [instead("3f9c", "3f9c1"), instead("3f9c", "3f9c7")]);
  assert.deepEqual(resolve("events@3f9c7"), ["3f9c77aa"]);
});

Deno.test("resolveRef() lets a branch decide between prefixes", () => {
  const forked = requireGraph(revisionList("a1\nb2, label b\nb2x1 < b2\na1x1 < a1\nb2x2 < a1"));
  assert.deepEqual(
    resolveRef(forked, parseRef("b@b2x"), { applied: NOTHING, purpose: "look" }),
    ["b2x1"],
  );
});

Deno.test("resolveRef() suggests the nearest name for an unknown one", () => {
  const label = failure(() => resolve("event"));
  assert.equal(label.code, "ref-not-found");
  assert.deepEqual(label.notes, ['Did you mean "events"?']);
  assert.deepEqual(failure(() => resolve("81d1")).notes, ['Did you mean "81d0be02"?']);
  assert.deepEqual(failure(() => resolve("zzzzzzzz")).notes, []);
});

Deno.test("resolveRef() lists the heads when one is wanted and several are there", () => {
  const error = failure(() => resolve("head", "upgrade"));
  assert.equal(error.code, "ref-several-heads");
  assert.deepEqual(error.notes, ["aa00aa00 (events)", "bb11bb11 (users)"]);
  assert.deepEqual(error.next, [
    instead("head", "heads", "apply every branch"),
    shell`aludel merge heads # join the branches`,
    instead("head", "aa00aa00"),
    instead("head", "bb11bb11"),
  ]);
});

Deno.test("resolveRef() asks for a branch where -1 and +1 could start from several heads", () => {
  const down = failure(() => resolveDestination(graph, parseRef("-1"), { applied: ALL }));
  assert.equal(down.code, "ref-several-heads");
  assert.deepEqual(down.next, [instead("-1", "events@-1"), instead("-1", "users@-1")]);
  const two = new Set(["3f9c1a2b", "3f9c77aa", "81d0be02"]);
  assert.deepEqual(
    failure(() => resolve("+1", "upgrade", two)).next,
    [instead("+1", "events@+1"), instead("+1", "users@+1")],
  );
  assert.deepEqual(resolve("users@+1", "upgrade", two), ["bb11bb11"]);
});

Deno.test("resolveRef() names the ways on at a fork", () => {
  const error = failure(() => resolve("+1", "upgrade", new Set(["3f9c1a2b"])));
  assert.equal(error.code, "ref-several-paths");
  assert.match(error.message, /revision "3f9c1a2b" has 2 children$/);
  assert.deepEqual(error.next, [
    instead("+1", "events@3f9c1a2b+1"),
    instead("+1", "users@3f9c1a2b+1"),
  ]);
});

Deno.test("resolveRef() says how far a walk could have gone", () => {
  const error = failure(() => resolve("81d0+5"));
  assert.equal(error.code, "ref-too-far");
  assert.match(error.message, /from "81d0be02" there is 1 step, to "bb11bb11"$/);
  assert.equal(failure(() => resolve("-1")).code, "ref-too-far");
});

Deno.test("resolveRef() refuses a walk against the command, and a revision off its branch", () => {
  const wrong = failure(() => resolve("-1", "upgrade", ALL));
  assert.equal(wrong.code, "ref-wrong-direction");
  assert.deepEqual(wrong.next, [shell`aludel downgrade -1`]);
  assert.equal(failure(() => resolve("events@bb11")).code, "ref-other-branch");
});

Deno.test("resolveRef() takes head from the revisions on disk", () => {
  const onDisk = new Set(["3f9c1a2b", "3f9c77aa", "aa00aa00"]);
  const context = { applied: ALL, purpose: "upgrade", onDisk } as const;
  assert.deepEqual(resolveRef(graph, parseRef("head"), context), ["aa00aa00"]);
  assert.deepEqual(resolveRef(graph, parseRef("heads"), context), ["aa00aa00"]);
  assert.deepEqual(resolveRef(graph, parseRef("current"), context), ["aa00aa00", "bb11bb11"]);
  assert.deepEqual(resolveRef(graph, parseRef("users@current"), context), ["bb11bb11"]);
});

Deno.test("resolveRefs() joins what several refs name, and resolveOne() wants exactly one", () => {
  const context = { applied: NOTHING, purpose: "look" } as const;
  const refs = ["bb11", "heads", "base"].map(parseRef);
  assert.deepEqual(resolveRefs(graph, refs, context), ["aa00aa00", "bb11bb11"]);
  assert.equal(resolveOne(graph, parseRef("users@head"), context), "bb11bb11");
  assert.equal(
    failure(() => resolveOne(graph, parseRef("heads"), context)).code,
    "ref-several-heads",
  );
  assert.equal(failure(() => resolveOne(graph, parseRef("base"), context)).code, "ref-not-found");
});

Deno.test("resolveRange() counts a relative end from the other one, else from what is applied", () => {
  const applied = new Set(["3f9c1a2b", "3f9c77aa"]);
  const range = (text: string) => resolveRange(graph, parseRange(text), { applied });
  assert.deepEqual(range("-1:current"), ["3f9c1a2b", "3f9c77aa"]);
  assert.deepEqual(range("-9:users@head"), ["3f9c1a2b", "81d0be02", "bb11bb11"]);
  assert.deepEqual(range("81d0:+1"), ["81d0be02", "bb11bb11"]);
  assert.deepEqual(range("+1:"), ["aa00aa00"]);
  assert.deepEqual(range(":"), graph.ids);
  assert.deepEqual(range("events@base:"), ["3f9c1a2b", "3f9c77aa", "aa00aa00"]);
  assert.equal(failure(() => range("head:base")).code, "ref-several-heads");
  assert.equal(failure(() => range("bb11:aa00")).code, "route-not-related");
});
