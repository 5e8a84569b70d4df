/** The name of the merge driver in attributes and configuration. */
export const DRIVER = "aludel";

const MARK = "# aludel hook";
/** Says that the line before had no line break, so that taking the lines out restores every byte. */
const MARK_AFTER_OPEN_LINE = "# aludel hook, after a line that had no end";

/**
 * The attribute that has git merge a manifest by the driver.
 * @param path The manifest seen from the root of the working tree.
 */
export function attributeLine(path: string): string {
  // https://git-scm.com/docs/gitattributes: a pattern with a space is quoted as in C; a slash in front ties it to the root.
  const pattern = "/" + path.replace(/[*?[\\]/g, "\\$&");
  return `${/[\s"]/.test(pattern) ? JSON.stringify(pattern) : pattern} merge=${DRIVER}`;
}

/** The attributes with the line, which is there once. */
export function addAttribute(text: string, line: string): string {
  if (hasAttribute(text, line)) return text;
  const open = text !== "" && !text.endsWith("\n");
  return `${text}${open ? "\n" : ""}${open ? MARK_AFTER_OPEN_LINE : MARK}\n${line}\n`;
}

/** The attributes as they were before {@linkcode addAttribute}. */
export function removeAttribute(text: string, line: string): string {
  for (const [mark, before] of [[MARK, ""], [MARK_AFTER_OPEN_LINE, "\n"]] as const) {
    const block = `${before}${mark}\n${line}\n`;
    const at = text.indexOf(block);
    if (at >= 0 && (at === 0 || before !== "" || text[at - 1] === "\n")) {
      return text.slice(0, at) + text.slice(at + block.length);
    }
  }
  return text;
}

/** Whether the text has just this line. */
export function hasAttribute(text: string, line: string): boolean {
  return text.split(/\r?\n/).includes(line);
}

/** Whether any line, of whatever project, names the driver. */
export function namesDriver(text: string): boolean {
  return text.split(/\r?\n/).some((line) => line.endsWith(` merge=${DRIVER}`));
}
