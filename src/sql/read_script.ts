import { readDirective } from "./directive.ts";
import type { SqlFileKind } from "./directive_rules.ts";
import type { Directive, Script, ScriptMarks } from "./script.ts";
import { readHeader } from "./script_header.ts";
import { StatementSplitter } from "./statement.ts";
import { TokenMarker } from "./token_marks.ts";
import { Tokenizer } from "./tokenizer.ts";

const NO_DIRECTIVES: readonly Directive[] = [];

/**
 * Reads a script: one pass over its tokens gives the statements, the header and the marks. The tokens are
 * not kept, because ten thousand scripts may be held at once.
 *
 * @param file The file's name for messages.
 * @param text Canonical text: see {@linkcode decodeCanonicalText}.
 * @throws {AludelError} An error of the area `directive`. What a revision may not contain is not
 * judged here: see {@linkcode findRefusal}.
 */
export function readScript(file: string, text: string): Script {
  const marker = new TokenMarker();
  const { statements, directives, unfinished } = readParts(file, text, "revision", marker);
  const header = readHeader(file, text, directives);
  const marks = marker.finish();
  return {
    file,
    text,
    header,
    statements,
    marks: unfinished === undefined ? marks : { ...marks, unfinished },
  };
}

/**
 * All directives of a text, in order.
 *
 * @param file The file's name for messages.
 * @param text Canonical text.
 * @param fileKind What the file is for: each directive belongs into certain kinds only.
 * @throws {AludelError} An error of the area `directive`.
 */
export function readDirectives(
  file: string,
  text: string,
  fileKind: SqlFileKind,
): readonly Directive[] {
  return readParts(file, text, fileKind).directives;
}

function readParts(
  file: string,
  text: string,
  fileKind: SqlFileKind,
  marker?: TokenMarker,
): Pick<Script, "statements"> & Pick<ScriptMarks, "unfinished"> & {
  readonly directives: readonly Directive[];
} {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(text);
  let directives: Directive[] | undefined;
  while (tokenizer.next()) {
    if (tokenizer.kind === "comment") {
      const afterStatement = splitter.inStatement || splitter.count > 0;
      const { start, end } = tokenizer;
      const directive = readDirective(text, start, end, { file, fileKind, afterStatement });
      if (directive !== undefined) (directives ??= []).push(directive);
      marker?.takeComment(tokenizer);
    } else if (tokenizer.kind !== "space") {
      splitter.take(tokenizer);
      marker?.take(tokenizer);
    }
  }
  const statements = splitter.finish();
  const { unfinished } = splitter;
  return {
    statements,
    directives: directives ?? NO_DIRECTIVES,
    ...(unfinished && { unfinished }),
  };
}
