import assert from "node:assert/strict";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import { joinRevisions } from "../../../src/graph/revision.ts";
import { revisionList } from "./revision_list.ts";

Deno.test("joinRevisions() takes the disk's word, and adds what only the database knows", () => {
  const disk = revisionList("a, label x\nb < a");
  const joined = joinRevisions(disk, revisionList("a, label y\nc < a, label x z"));
  const graph = requireGraph(joined);
  assert.deepEqual(graph.ids, ["a", "b", "c"]);
  assert.deepEqual([...graph.labels], [["x", "a"], ["z", "c"]]);
  assert.equal(joinRevisions(disk, disk), disk);
});
