import assert from "node:assert/strict";
import fc from "fast-check";
import { type Box, layOut, type Link } from "../../../src/report/layout.ts";

/** Boxes and links between them, cycles and links of a box to itself among them. */
const graphs = fc.integer({ min: 0, max: 14 }).chain((count) => {
  const id = fc.integer({ min: 0, max: Math.max(0, count - 1) }).map(String);
  return fc.record({
    boxes: fc.array(fc.integer({ min: 20, max: 300 }), { minLength: count, maxLength: count })
      .map((sizes) => sizes.map((size, at): Box => ({ id: `${at}`, width: 100, height: size }))),
    links: count === 0
      ? fc.constant<Link[]>([])
      : fc.array(fc.record({ from: id, to: id }), { maxLength: 20 }),
  });
});

Deno.test("layOut() places every box once, inside the drawing, and no two over each other", () => {
  fc.assert(
    fc.property(graphs, ({ boxes, links }) => {
      const { places, bends, width, height } = layOut(boxes, links);
      assert.equal(places.size, boxes.length);
      assert.equal(bends.length, links.length);
      const placed = boxes.map((box) => ({ ...box, ...places.get(box.id)! }));
      for (const one of placed) {
        assert.ok(one.x >= 0 && one.y >= -0.001);
        assert.ok(one.x + one.width <= width + 0.001 && one.y + one.height <= height + 0.001);
        for (const other of placed) {
          if (one === other) continue;
          const apart = one.x + one.width <= other.x || other.x + other.width <= one.x ||
            one.y + one.height <= other.y + 0.001 || other.y + other.height <= one.y + 0.001;
          assert.ok(apart, `${one.id} lies over ${other.id}`);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("layOut() places a parent to the left of its children", () => {
  const boxes = ["a", "b", "c"].map((id) => ({ id, width: 10, height: 10 }));
  const { places, bends } = layOut(boxes, [
    { from: "c", to: "b" },
    { from: "b", to: "a" },
    { from: "c", to: "a" },
  ]);
  const [a, b, c] = ["a", "b", "c"].map((id) => places.get(id)!.x);
  assert.ok(a! < b! && b! < c!);
  // The line from c to a passes the layer of b, from right to left.
  assert.deepEqual(bends.map((points) => points.length), [0, 0, 2]);
  assert.ok(bends[2]![0]!.x > bends[2]![1]!.x);
});
