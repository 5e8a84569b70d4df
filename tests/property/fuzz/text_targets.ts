import assert from "node:assert/strict";
import fc from "fast-check";
import { normaliseArguments, splitCommandLine } from "../../../src/cli/arguments/command_line.ts";
import { formatRange, formatRef, parseRange, parseRef } from "../../../src/graph/ref.ts";
import { formatManifest } from "../../../src/manifest/manifest.ts";
import { parseManifest } from "../../../src/manifest/parse_manifest.ts";
import { readJson, valueOf } from "../../../src/manifest/strict_json.ts";
import { readLocation } from "../../../src/project/workspace/database_location.ts";
import { parseDotenv } from "../../../src/project/workspace/dotenv.ts";
import { redact } from "../../../src/project/workspace/target.ts";
import { parseSettings } from "../../../src/project/workspace/settings.ts";
import { type FuzzTarget, readOrRefuse, repeated } from "./fuzz_target.ts";
import { mutatedText } from "./mutated_text.ts";

const HASH = `"sha256:${"0123456789abcdef".repeat(4)}"`;
const MANIFESTS = [
  '{"format":1,"revisions":[\nnull]}\n',
  '{"format":1,"revisions":[\n' +
  '{"id":"3f9c1a2b4d5e","dir":"2026-11-23_3f9c1a2b4d5e_create","parents":[],"dependsOn":[],' +
  '"labels":["ev"],"message":"create \\u00e9 \\ud83d\\ude00","created":"2026-11-23T10:15:00Z",' +
  `"up":${HASH},"down":"none","was":[[${HASH},${HASH}]]},\n` +
  '{"id":"a1","dir":"a1","parents":["3f9c1a2b4d5e"],"dependsOn":[],"labels":[],' +
  '"message":"","created":"2026-11-23T10:16:00Z","up":null,"down":null,"was":[]},\nnull]}\n',
];
const JSON_PIECES = [
  ...'{}[],:"\\0-+.eE \n\t',
  ...["null", "true", "1e999", "-0", "\\u0000", "\\ud800", '"id":"a1",', '"format":2', "\ufeff"],
  ...["<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n", '"__proto__":{}', '"constructor":1'],
];
const HARD_JSON = (size: number) => [
  repeated("[", size),
  repeated('{"a":', size),
  repeated("[", size) + repeated("]", size),
  `"${repeated("\\u00e9", size)}`,
  repeated("9", size),
  repeated(" ", size),
  `{"format":1,"revisions":[${repeated("null,", size)}null]}`,
  `{"format":1,"revisions":[${repeated('{"id":"a"},', size)}null]}`,
  `{${repeated('"a":1,', size)}"a":1}`,
  `{"${repeated("a", size)}":1}`,
  `{"drafts":"${repeated("a", size)}","migrations":1}`,
  `{"format":1,"${repeated("b", size)}":1,"revisions":[null]}`,
  `{"format":1,"revisions":[{"${repeated("a", size)}":1},null]}`,
  ...["id", "dir", "message", "created", "up"].map((key) =>
    `{"format":1,"revisions":[{"${key}":"${repeated("a", size)}"},null]}`
  ),
  `{"format":1,"revisions":[{"id":"a","parents":["${repeated("a", size)}"]},null]}`,
];

const MANIFEST: FuzzTarget = {
  name: "manifest",
  input: mutatedText(MANIFESTS, JSON_PIECES),
  check(text) {
    const manifest = readOrRefuse(() => parseManifest(text, "manifest.json"));
    if (manifest === undefined) return;
    // What was accepted is written and read back the same.
    const written = formatManifest(manifest);
    assert.equal(formatManifest(parseManifest(written, "manifest.json")), written);
  },
  hard: HARD_JSON,
};

/** The strict reader takes exactly what JSON.parse takes, but for nesting that is too deep. */
const STRICT_JSON: FuzzTarget = {
  name: "json",
  input: mutatedText([...MANIFESTS, '{"a":[1,-2.5e3,true,null,"\\n"],"b":{}}'], JSON_PIECES),
  check(text) {
    const reading = readJson(text);
    let expected: unknown;
    try {
      expected = JSON.parse(text);
    } catch {
      assert.ok(!reading.ok, "it reads what is no JSON");
      assert.ok(reading.offset >= 0 && reading.offset <= text.length);
      return;
    }
    if (!reading.ok) assert.match(reading.problem, /deep/);
    else if (reading.duplicates.length === 0) {
      assert.equal(JSON.stringify(valueOf(reading.root)), JSON.stringify(expected));
    }
  },
  hard: HARD_JSON,
};

const SETTINGS: FuzzTarget = {
  name: "settings",
  input: mutatedText(
    [
      "{}",
      '{"migrations":"migrations","database":"dev","databases":{"dev":"app.db","p":{"url":"p.db","drafts":"refuse"}}}',
      '{"folderTemplate":"{date}_{id}_{slug}","lockTimeout":5,"dotenv":false,"doubleQuotedStrings":true}',
    ],
    [...JSON_PIECES, '"drafts":"allow",', '"lockTimeout":-1,', '"databases":[],', "{id}", "{slug}"],
  ),
  check(text) {
    const settings = readOrRefuse(() => parseSettings(text, "aludel.json", "/project"));
    if (settings !== undefined) assert.equal(settings.root, "/project");
  },
  hard: HARD_JSON,
};

const REF: FuzzTarget = {
  name: "ref",
  input: mutatedText(
    [
      "head",
      "heads",
      "3f9c1a2b4d5e",
      "ae10+2",
      "-1",
      "+3",
      "billing@head",
      "billing@-1",
      "a:b",
      "-3:current",
    ],
    [..."@:+-._/09aZ \n", "head", "base", "current", "ａ", "é", "+999999999", "@@", "::"],
  ),
  check(text) {
    const ref = readOrRefuse(() => parseRef(text));
    if (ref !== undefined) assert.deepEqual(parseRef(formatRef(ref)), ref);
    const range = readOrRefuse(() => parseRange(text));
    if (range !== undefined) assert.deepEqual(parseRange(formatRange(range)), range);
  },
  hard: (size) => [
    repeated("a", size),
    repeated("a.", size) + "!",
    repeated("a@", size),
    repeated("+1", size),
    repeated(":", size),
    "a+" + repeated("9", size),
  ],
};

const LOCATION: FuzzTarget = {
  name: "location",
  input: mutatedText(
    [
      "app.db",
      "sqlite:///srv/app.db",
      "file:///C:/app.db?mode=memory",
      "libsql://u:secret@h?authToken=s",
      ":memory:",
    ],
    [..."/\\:?#%@&=. \0", "//", "%zz", "%00", "%2e", "C:", "mode=memory", "localhost"],
  ),
  check(text) {
    const location = readLocation(text);
    if (location.kind === "file") assert.ok(!location.path.includes("\0") && location.path !== "");
    assert.equal(redact(redact(text)), redact(text));
  },
  hard: (size) => [
    "sqlite:" + repeated("/", size),
    "sqlite:" + repeated("%41", size),
    repeated("a:", size),
    "x://" + repeated("@:", size),
    "sqlite:a?" + repeated("mode=", size),
  ],
};

const DOTENV: FuzzTarget = {
  name: "dotenv",
  input: mutatedText(
    ["DATABASE_URL=app.db\n", "export A=\"x\\n$y\"\nB='z'\n", "# c\nA = b # d\n"],
    [..."='\"\\$#{}` \n\r\t", "export ", "${A}", "DATABASE_URL=", "\ufeff"],
  ),
  check(text) {
    for (const [name] of parseDotenv(text)) assert.match(name, /^[A-Za-z_][0-9A-Za-z_.]*$/);
  },
  hard: (size) => [
    "A='" + repeated("\n", size),
    'A="' + repeated('\\"', size),
    repeated("A='\n", size),
    repeated("A=$A\n", size),
    repeated("export ", size),
  ],
};

const COMMAND_LINE: FuzzTarget = {
  name: "command-line",
  input: fc.array(
    mutatedText(["upgrade", "--json", "-r-3:current", "--head=", "-m", "--", "-x"], [
      ..."-= \n",
      "é",
    ]),
    { maxLength: 6 },
  ).map((words) => words.join("\u0001")),
  check(text) {
    const words = text.split("\u0001");
    readOrRefuse(() => splitCommandLine(words));
    const { args } = normaliseArguments(
      words,
      (flag) => ({ "-m": true, "-r": true, "-v": false })[flag],
    );
    const end = words.indexOf("--");
    if (end >= 0) {
      assert.deepEqual(args.slice(args.length - (words.length - end)), words.slice(end));
    }
  },
  hard: (size) => [repeated("-", size), "-" + repeated("v", size), repeated("=", size)],
};

export const TEXT_TARGETS: readonly FuzzTarget[] = [
  MANIFEST,
  STRICT_JSON,
  SETTINGS,
  REF,
  LOCATION,
  DOTENV,
  COMMAND_LINE,
];
