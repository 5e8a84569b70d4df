import assert from "node:assert/strict";
import { ReportModel } from "../../../src/report/page/model.ts";
import { largeReport } from "../../fixtures/large_report.ts";

const report = await largeReport(12, 6);

Deno.test("ReportModel tells the schema at any revision, whichever is asked first", () => {
  for (const order of [report.revisions, report.revisions.toReversed()]) {
    const model = new ReportModel(report);
    for (const { id } of order) {
      const at = Number(id.slice(1));
      const names = model.schemaAt(id).map(({ name }) => name);
      const wanted = Array.from({ length: Math.min(at + 1, 6) }, (_, table) => `table_${table}`);
      assert.deepEqual(names, wanted, id);
      const [first] = model.schemaAt(id);
      assert.equal(first!.sql.includes("column_6"), at >= 6, id);
    }
  }
  assert.deepEqual(new ReportModel(report).schemaAt("unheard"), []);
});

Deno.test("ReportModel marks what a revision touches, beside its neighbours as they are", () => {
  const model = new ReportModel(report);
  const fates = (id: string) =>
    model.diagramOf(model.revision(id)!)!.entities.map(({ name, fate }) => `${name} ${fate}`)
      .toSorted();
  assert.deepEqual(fates("r0"), ["table_0 new"]);
  assert.deepEqual(fates("r2"), ["table_0 same", "table_2 new"]);
  assert.deepEqual(fates("r7"), [
    "table_0 same",
    "table_1 changed",
    "table_3 same",
    "table_4 same",
    "table_5 same",
  ]);
  assert.deepEqual(
    model.diagramAround("r11", "table_2").entities.map(({ name }) => name).toSorted(),
    ["table_0", "table_2"],
  );
});

Deno.test("ReportModel finds revisions by words in id, message, changes and SQL, in any case", () => {
  const model = new ReportModel(report);
  const found = (query: string) => model.search(query).map(({ id }) => id);
  assert.equal(found("").length, 12);
  assert.deepEqual(found("COLUMN_9"), ["r9"]);
  assert.deepEqual(found("head current"), ["r11"]);
  assert.deepEqual(found("add  table_2"), ["r8"]);
  assert.deepEqual(found("nothing-like-it"), []);
});
