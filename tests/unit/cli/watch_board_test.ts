import assert from "node:assert/strict";
import { WatchBoard } from "../../../src/cli/terminal/watch_board.ts";

Deno.test("writeAside() says whether a progress line stands there, once", () => {
  const board = new WatchBoard();
  const seen: boolean[] = [];
  const write = () => board.writeAside((isDrawn) => seen.push(isDrawn));
  write();
  board.draw(() => {});
  write();
  write();
  assert.deepEqual(seen, [false, true, false]);
});

Deno.test("draw() keeps off while the other thread writes, and when the run is over", () => {
  const board = new WatchBoard();
  const other = new WatchBoard(board.buffer);
  const drawn: string[] = [];
  board.writeAside(() => other.draw(() => drawn.push("into a text")));
  other.draw(() => drawn.push("between texts"));
  board.finish();
  other.draw(() => drawn.push("behind the last one"));
  assert.deepEqual(drawn, ["between texts"]);
});

Deno.test("writeAside() lets the next one in when a write fails", () => {
  const board = new WatchBoard();
  assert.throws(() =>
    board.writeAside(() => {
      throw new Error("no space");
    }), /no space/);
  let written = false;
  board.writeAside(() => {
    written = true;
  });
  assert.ok(written);
});

Deno.test("writeAside() waits while a progress line is being drawn by another thread", async () => {
  const board = new WatchBoard();
  const source = `
    import { WatchBoard } from ${
    JSON.stringify(import.meta.resolve("../../../src/cli/terminal/watch_board.ts"))
  };
    self.onmessage = ({ data }) => {
      const board = new WatchBoard(data);
      board.draw(() => {
        self.postMessage("drawing");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
        board.doing = "drawn to its end";
      });
    };`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, {
    type: "module",
  });
  try {
    const drawing = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage(board.buffer);
    await drawing;
    let seen = "";
    board.writeAside(() => seen = board.doing);
    assert.equal(seen, "drawn to its end");
  } finally {
    worker.terminate();
  }
});
