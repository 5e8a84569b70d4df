/** Device names that Windows keeps for itself, alone or before any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f/\\:*?"<>|]/;

const PLAIN = /^[0-9A-Za-z_][0-9A-Za-z_-]*$/;

/**
 * What is wrong with the name of a revision's folder, as the end of a sentence that begins with the
 * name, or undefined.
 *
 * A name must be one folder inside the migrations folder on every system that may check the project
 * out. So none of: a path, `.` and `..` or any other name with a leading `.`, a trailing `.` or space, a
 * control character, one of `/ \ : * ? " < > |`, a device name of Windows (`nul`, `com1.x`), half
 * of a surrogate pair, more than 200 bytes of UTF-8 (file systems take 255). The name of Windows'
 * rules: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function dirNameProblem(name: string): string | undefined {
  // Generated names take this way out, unless they could be a device's.
  if (PLAIN.test(name) && name.length <= 200 && !DEVICE.test(name)) return undefined;
  if (name === "") return "is empty";
  if (name === "." || name === "..") return "leads out of its own folder";
  if (/[/\\]/.test(name)) return "is a path, not the name of one folder";
  const odd = FORBIDDEN.exec(name)?.[0];
  if (odd !== undefined) return `contains ${JSON.stringify(odd)}, which not every system allows`;
  if (name.startsWith(".")) return 'begins with "."';
  if (/[. ]$/.test(name)) return 'ends with "." or a space, which Windows cuts off';
  if (DEVICE.test(name)) return "is a device of Windows";
  if (!name.isWellFormed()) return "contains half of a surrogate pair";
  if (utf8Length(name) > 200) return "is longer than 200 bytes";
  return undefined;
}

/** The form in which two folder names that some file system takes for one are equal. */
export function foldDirName(name: string): string {
  return PLAIN.test(name) ? name.toLowerCase() : name.normalize("NFC").toLowerCase();
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
