// Writes tests/fixtures/math_answers.json: what an sqlite3 shell with SQLite's own math functions answers.
// Usage: deno run -A scripts/once/make_math_answers.ts [SQLITE3]

const ONE =
  "acos acosh asin asinh atan atanh ceil ceiling cos cosh degrees exp floor ln log log10 " +
  "log2 radians sin sinh sqrt tan tanh trunc";
const TWO = "atan2 log mod pow power";
const ONES = [
  ...[
    "NULL",
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "-0.5",
    "-2.5",
    "1e300",
    "9e999",
    "-9e999",
    "'12'",
    "'12.0'",
  ],
  ...["' 3.5 '", "'3x'", "''", "'0x10'", "'1e2'", "'+7'", "x'31'", "9223372036854775807"],
  ...["'99999999999999999999'", "'9223372036854775807'", "'.5'", "'5.'", "'.'", "'1_0'"],
];
const PAIRS = [
  ...["2,8", "8,2", "0.5,8", "1,5", "10,0", "-2,3", "-8,1.0/3", "0,-1", "5.5,2", "-5.5,2", "5,0"],
  ...[
    "1,9e999",
    "-1,9e999",
    "-1,-9e999",
    "2,9e999",
    "9e999,0",
    "5,9e999",
    "0,0",
    "'2','3'",
    "'x',2",
  ],
  ...["NULL,1", "1,NULL", "x'31',1", "2,0.5", "9223372036854775807,2", "10,1000"],
];

const expressions = [
  "pi()",
  ...ONE.split(" ").flatMap((name) => ONES.map((value) => `${name}(${value})`)),
  ...TWO.split(" ").flatMap((name) => PAIRS.map((pair) => `${name}(${pair})`)),
];
const sql = expressions.map((expression) =>
  `SELECT json_array('${expression.replaceAll("'", "''")}', typeof(v), ` +
  `CASE typeof(v) WHEN 'real' THEN printf('%!.17g', v) ELSE CAST(v AS TEXT) END) ` +
  `FROM (SELECT ${expression} AS v);`
);
const { code, stdout, stderr } = await new Deno.Command(Deno.args[0] ?? "sqlite3", {
  args: [":memory:", sql.join("\n")],
}).output();
if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
const lines = new TextDecoder().decode(stdout).trim().split("\n");
if (lines.length !== expressions.length) throw new Error(`${lines.length} answers`);
const target = new URL("../../tests/fixtures/math_answers.json", import.meta.url);
Deno.writeTextFileSync(target, `[\n${lines.map((line) => `  ${line}`).join(",\n")}\n]\n`);
