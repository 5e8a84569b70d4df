import assert from "node:assert/strict";
import { indexedContent } from "../../../src/sql/token_reader.ts";

const CASES: readonly (readonly [sql: string, content: string | undefined])[] = [
  ["CREATE VIRTUAL TABLE f USING fts5(a, content='posts')", "posts"],
  [
    'create virtual table if not exists main."f" using FTS5(a, content = "my posts", b)',
    "my posts",
  ],
  ["CREATE VIRTUAL TABLE f USING fts5(content=posts, a)", "posts"],
  ["CREATE VIRTUAL TABLE f USING fts5(a, prefix = '2 3', /* x */ content /* = */ = [p])", "p"],
  ["CREATE VIRTUAL TABLE f USING fts5(a, content = '')", undefined],
  ["CREATE VIRTUAL TABLE f USING fts5(content)", undefined],
  ["CREATE VIRTUAL TABLE f USING fts5(content, body, content_rowid = 'id')", undefined],
  ["CREATE VIRTUAL TABLE f USING rtree(id, content='x')", undefined],
  ["CREATE TABLE fts5 (content = 'x')", undefined],
  ["CREATE VIRTUAL TABLE f USING fts5", undefined],
  ["", undefined],
];

for (const [sql, content] of CASES) {
  Deno.test(`indexedContent() reads ${JSON.stringify(sql)}`, () => {
    assert.equal(indexedContent(sql), content);
  });
}
