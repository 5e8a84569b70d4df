import { sha256 } from "../text/sha256.ts";
import { utcText } from "../text/layout.ts";
import { visible } from "../text/visible.ts";
import { escapeXml } from "./diagram_text.ts";
import { PAGE_SCRIPT } from "./page_script.ts";
import { PAGE_BEGIN, PAGE_STYLE } from "./page_style.ts";
import type { Report } from "./report.ts";

/**
 * A report as one self-contained HTML page: it contains the compressed data, and a script that draws what the reader
 * selects. Its content security policy forbids to load anything.
 */
export async function htmlText(report: Report): Promise<string> {
  const { title, made, program, revisions, target } = report;
  const facts = [
    `${revisions.length} ${revisions.length === 1 ? "revision" : "revisions"}`,
    ...(target === null ? [] : [targetText(target)]),
    `${utcText(made)} by ${program}`,
  ];
  const script = PAGE_SCRIPT.trim();
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${
    scriptHash(script)
  }'; base-uri 'none'; form-action 'none'`;
  return `${PAGE_BEGIN}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}: revisions</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header>
<h1>${escapeXml(title)}</h1>
<p>${facts.map((fact) => escapeXml(visible(fact))).join(" · ")}</p>
<nav aria-label="Views"><a href="#r">Revisions</a> <a href="#s">Schema</a> <a href="#state">State</a></nav>
</header>
<noscript><p>This page is drawn by its own script, which your browser does not run.</p></noscript>
<div id="app"></div>
<script type="application/octet-stream" id="data">${await compressed(
    JSON.stringify(report),
  )}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

function targetText({ name, exists, current, pending }: NonNullable<Report["target"]>): string {
  const at = exists ? `at ${current.join(", ") || "base"}` : "not made yet";
  return `${name} is ${at}, ${pending.length} pending`;
}

/** The hash of a script for a content security policy: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function scriptHash(script: string): string {
  const bytes = sha256(script).match(/../g)!.map((pair) => parseInt(pair, 16));
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}

/** A text compressed with DEFLATE, as base64, for the page's script. */
async function compressed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}
