import assert from "node:assert/strict";
import { githubAnnotation, sarifLog } from "../../../src/cli/render/finding.ts";
import type { Finding } from "../../../src/finding.ts";
import { shell } from "../../../src/text/next_step.ts";

const finding: Finding = {
  level: "error",
  code: "revision-edited",
  message: "100 % edited",
  place: { file: "a, b:c/up.sql", line: 2 },
  notes: ["a note"],
  next: [shell`aludel seal`],
};

Deno.test("githubAnnotation() escapes what would end a property or the line", () => {
  assert.equal(
    githubAnnotation(finding, {}),
    "::error file=a%2C b%3Ac/up.sql,line=2,col=1,title=revision-edited::" +
      "100 %25 edited%0Aa note%0Anext: aludel seal",
  );
  const { place: _, ...nowhere } = finding;
  assert.match(githubAnnotation(nowhere, {}), /^::error title=revision-edited::/);
});

Deno.test("sarifLog() has a rule for each code, and places as URIs", () => {
  const warning: Finding = { ...finding, level: "warning", code: "several-heads" };
  const log = JSON.parse(JSON.stringify(sarifLog([finding, warning, finding], {})));
  assert.equal(log.version, "2.1.0");
  const [{ tool, results }] = log.runs;
  assert.deepEqual(tool.driver.rules, [{ id: "revision-edited" }, { id: "several-heads" }]);
  assert.deepEqual(results.map((one: { ruleIndex: number }) => one.ruleIndex), [0, 1, 0]);
  assert.deepEqual(results[0].locations, [{
    physicalLocation: {
      artifactLocation: { uri: "a%2C%20b%3Ac/up.sql" },
      region: { startLine: 2, startColumn: 1 },
    },
  }]);
});
