import assert from "node:assert/strict";
import fc from "fast-check";
import { requireGraph } from "../../../src/graph/build_graph.ts";
import {
  exportedRevision,
  exportModule,
  exportRevisions,
} from "../../../src/import/export_project.ts";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";
import { canonicalText } from "../../../src/sql/canonical_text.ts";
import { splitStatements } from "../../../src/sql/script.ts";

const entry = (id: string, parents: readonly string[] = []): ManifestRevision => ({
  id,
  dir: id,
  parents,
  dependsOn: [],
  labels: [],
  message: `step ${id}`,
  created: "2026-11-23T10:15:00Z",
  up: null,
  down: null,
  was: [],
});

const script = (text: string) => ({ file: "up.sql", text: canonicalText(text) });

const statement = fc.constantFrom(
  "CREATE TABLE a (x DEFAULT ';');",
  "INSERT INTO a VALUES ('one;\ntwo;\n');",
  "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1; -- first\n  SELECT 2;\nEND;",
  "DROP TABLE a;",
  "SELECT CASE x WHEN 1 THEN ';' END FROM a; -- why",
  "-- a comment; with one\n",
  "UPDATE a SET x = 1; UPDATE a SET x = 2;",
);
const sql = fc.array(statement, { maxLength: 6 }).map((parts) => parts.join("\n"));

/** Statements as goose splits a section, by its own rule of words and lines. */
function gooseSplit(section: string): string[] {
  const found: string[] = [];
  let buffer = "";
  let marked = false;
  for (const line of section.split("\n")) {
    if (line.startsWith("-- +goose StatementBegin")) marked = true;
    else if (line.startsWith("-- +goose StatementEnd")) {
      found.push(buffer);
      buffer = "";
      marked = false;
    } else if (marked || !line.startsWith("--")) {
      buffer += `${line}\n`;
      const words = line.trim().split(/\s+/);
      const comment = words.findIndex((word) => word.startsWith("--"));
      const last = (comment < 0 ? words : words.slice(0, comment)).at(-1) ?? "";
      if (!marked && last.endsWith(";")) {
        found.push(buffer);
        buffer = "";
      }
    }
  }
  assert.equal(buffer.trim(), "", "unfinished SQL query");
  return found;
}

Deno.test("what is exported is read back as it was, and goose ends no statement too early", () => {
  const graph = requireGraph([entry("1")]);
  fc.assert(
    fc.property(sql, fc.option(sql), (up, down) => {
      const revision = exportedRevision(
        entry("1"),
        script(up),
        down === null ? null : script(down),
      );
      for (const format of ["golang-migrate", "goose", "dbmate", "sql"] as const) {
        const { files } = exportRevisions(format, [revision], graph);
        if (format !== "goose") continue;
        const [text = ""] = files.values();
        const [, section = ""] = /-- \+goose Up\n([^]*?)(?:\n-- \+goose Down\n[^]*)?$/.exec(text)!;
        for (const piece of gooseSplit(section)) {
          for (const { start, end } of splitStatements(piece)) {
            assert.equal(piece[end - 1], ";", piece + start);
          }
          const begins = (of: string) => of.split("CREATE TRIGGER").length;
          const ends = (of: string) => of.split("\nEND;").length;
          assert.equal(begins(piece), ends(piece), piece);
        }
      }
    }),
  );
});

Deno.test("versions are ids in the order of the tool, or times, or numbers of one width", () => {
  const versions = (format: "goose" | "dbmate", ...ids: string[]) => {
    const entries = ids.map((id, index) => ({
      ...entry(id, index === 0 ? [] : [ids[index - 1]!]),
      created: `2026-11-23T10:15:0${index}Z`,
    }));
    const revisions = entries.map((one) => exportedRevision(one, script("SELECT 1;"), null));
    return exportRevisions(format, revisions, requireGraph(entries))
      .versions.map(({ version }) => version);
  };
  assert.deepEqual(versions("goose", "9", "10"), ["9", "10"]);
  // dbmate goes by names, in which 10 comes before 9.
  assert.deepEqual(versions("dbmate", "9", "10"), ["20261123101500", "20261123101501"]);
  assert.deepEqual(versions("goose", "b", "a"), ["20261123101500", "20261123101501"]);
});

Deno.test("a module holds any text as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const made = exportModule("{}", new Map([["a/up.sql", text]]));
      const body = made.slice(made.indexOf("{\n"), made.lastIndexOf(";"));
      const value = new Function(`return ${body}`)() as Record<string, string>;
      assert.equal(value["a/up.sql"], text);
    }),
  );
});
