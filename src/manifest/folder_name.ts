import { AludelError, REPORT_BUG } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { say } from "../text/next_step.ts";

const SHAPE =
  /^([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z$/;

/** A moment in UTC as its written parts: `2026`, `11`, `23`, `10`, `15`, `00`. */
interface UtcTime {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
  readonly minute: string;
  readonly second: string;
}

/** Whether {@linkcode readUtcTime} can read a text. It is faster, for the many lines of a manifest. */
export function isUtcTime(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const day = (text.charCodeAt(8) - 0x30) * 10 + text.charCodeAt(9) - 0x30;
  // Every month has these days.
  return day >= 1 && day <= 28 || readUtcTime(text) !== undefined;
}

/** Reads `2026-11-23T10:15:00Z`. Returns undefined for another form or a day that does not exist. */
export function readUtcTime(text: string): UtcTime | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] = match;
  const days = daysOfMonth(Number(year), Number(month));
  if (Number(day) < 1 || Number(day) > days) return undefined;
  return { year, month, day, hour, minute, second };
}

/** Seconds since 1970-01-01, counted in the Gregorian calendar; negative before. */
export function epochSeconds(time: UtcTime): number {
  // Years begin in March here, so that the leap day is the last one and months need no table.
  const month = Number(time.month);
  const year = Number(time.year) - (month <= 2 ? 1 : 0);
  const daysBeforeMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  const days = year * 365 + leapDays + daysBeforeMonth + Number(time.day) - 1 - 719_468;
  return ((days * 24 + Number(time.hour)) * 60 + Number(time.minute)) * 60 + Number(time.second);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Device names that Windows reserves, alone or before any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

// deno-lint-ignore no-control-regex -- the pattern finds control characters
const FORBIDDEN = /[\u0000-\u001f\u007f/\\:*?"<>|]/;

const PLAIN = /^[0-9A-Za-z_][0-9A-Za-z_-]*$/;

/**
 * The problem with the name of a revision's folder, as the end of a sentence that begins with the name, or undefined if
 * there is none.
 *
 * A name must be one folder inside the migrations folder on every system that may check the project out. It must not be
 * a path, begin with `.`, end in `.` or a space, contain a control character, one of `/ \ : * ? " < > |` or half of a
 * surrogate pair, be a device name of Windows (`nul`, `com1.x`), or be longer than 200 bytes of UTF-8 (file systems
 * take 255). Windows' rules: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function dirNameProblem(name: string): string | undefined {
  // Most names are generated and need no other check.
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

/** Folds a folder's name so that names that some file system considers equal become equal. */
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

/** The longest slug, in characters, as in Alembic's default. */
const MAX_LENGTH = 40;

/** Latin letters that do not decompose into an ASCII letter and a mark. */
const SPELLED: Readonly<Record<string, string>> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "đ": "d",
  "ð": "d",
  "þ": "th",
  "ł": "l",
  "ħ": "h",
  "ı": "i",
};

/**
 * Makes the slug of a message for a folder's name: `Add "Größe" to events` → `add_grosse_to_events`.
 *
 * It has lower-case ASCII letters and digits, words joined by `_`, and at most 40 characters, cut between words if
 * possible. A message without any such word gives `revision`.
 */
export function slugOf(message: string): string {
  const words = message
    .normalize("NFKD")
    .replaceAll(/\p{Mark}+/gu, "")
    .toLowerCase()
    .replaceAll(/[ßæœøđðþłħı]/g, (letter) => SPELLED[letter] ?? "")
    .replaceAll(/['’]/g, "")
    .match(/[a-z0-9]+/g) ?? [];
  let slug = "";
  for (const word of words) {
    const longer = slug === "" ? word : `${slug}_${word}`;
    if (longer.length > MAX_LENGTH) break;
    slug = longer;
  }
  return slug || words[0]?.slice(0, MAX_LENGTH) || "revision";
}

/** The template of folder names if the settings have none. */
export const DEFAULT_FOLDER_TEMPLATE = "{date}_{id}_{slug}";

/** The values for a folder's name. */
export interface FolderNameFacts {
  readonly id: string;
  readonly message: string;
  /** UTC to the second: `2026-11-23T10:15:00Z`. */
  readonly created: string;
}

/** The tokens of a template with their values. All times are UTC, like `created`. */
const TOKENS: Readonly<Record<string, (facts: FolderNameFacts, time: UtcTime) => string>> = {
  id: ({ id }) => id,
  slug: ({ message }) => slugOf(message),
  date: (_, { year, month, day }) => `${year}-${month}-${day}`,
  time: (_, { hour, minute, second }) => `${hour}${minute}${second}`,
  year: (_, { year }) => year,
  month: (_, { month }) => month,
  day: (_, { day }) => day,
  hour: (_, { hour }) => hour,
  minute: (_, { minute }) => minute,
  second: (_, { second }) => second,
  epoch: (_, time) => String(epochSeconds(time)),
};

/**
 * The name of a new revision's folder, such as `2026-11-23_3f9c1a2b4d5e_create_events_table`.
 *
 * @throws {AludelError} `folder-template` as {@linkcode folderTemplateProblem} says, or if the result is
 * not a folder's name on every system (an id such as `con` as the whole name).
 */
export function folderName(template: string, facts: FolderNameFacts): string {
  const problem = folderTemplateProblem(template);
  if (problem !== undefined) throw templateError(template, problem);
  const time = readUtcTime(facts.created);
  if (time === undefined) {
    throw new AludelError("internal", `"${facts.created}" is not a time of a revision`, {
      next: [REPORT_BUG],
    });
  }
  const name = template.replaceAll(/\{(\w+)\}/g, (_, token) => TOKENS[token]?.(facts, time) ?? "");
  const nameProblem = dirNameProblem(name);
  if (nameProblem === undefined) return name;
  throw templateError(template, `gives ${JSON.stringify(name)}, which ${nameProblem}`);
}

/** Patterns for the tokens of a template in a name, except the id and the slug. */
const SHAPES: Readonly<Record<string, string>> = {
  id: "([0-9A-Za-z][0-9A-Za-z_.]*?)",
  slug: ".*",
  date: "\\d{4}-\\d{2}-\\d{2}",
  time: "\\d{6}",
  year: "\\d{4}",
  epoch: "\\d+",
};

/** Finds the id in a folder's name that a template made: the shortest one that fits, or undefined. */
export function idInFolderName(template: string, name: string): string | undefined {
  const pattern = template.split(/(\{\w+\})/).map((part) => {
    const token = /^\{(\w+)\}$/.exec(part)?.[1];
    if (token === undefined) return part.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
    return SHAPES[token] ?? "\\d{2}";
  });
  return new RegExp(`^${pattern.join("")}$`).exec(name)?.[1];
}

/**
 * The problem with a template, as the end of a sentence that begins with it, or undefined if there is none.
 *
 * A template is text with tokens in braces. It must contain `{id}`, so that all folders have different names. The rest
 * must be characters that a folder's name may have.
 */
export function folderTemplateProblem(template: string): string | undefined {
  const tokens = Array.from(template.matchAll(/\{([^{}]*)\}/g), ([, token = ""]) => token);
  const unknown = tokens.find((token) => !Object.hasOwn(TOKENS, token));
  if (unknown !== undefined) {
    const near = closest(unknown, Object.keys(TOKENS));
    const hint = near === undefined ? knownTokens() : `"{${near}}" is near`;
    return `has the unknown token "{${unknown}}": ${hint}`;
  }
  const literal = template.replaceAll(/\{\w+\}/g, "");
  if (/[{}]/.test(literal)) return "has a brace without its partner";
  if (!tokens.includes("id")) return 'does not contain "{id}", so two folders could get one name';
  // Only the text around the tokens is checked here; `folderName` checks the values.
  return dirNameProblem(template.replaceAll(/\{\w+\}/g, "x"));
}

function knownTokens(): string {
  return `the tokens are ${Object.keys(TOKENS).map((token) => `{${token}}`).join(" ")}`;
}

function templateError(template: string, problem: string): AludelError {
  return new AludelError(
    "folder-template",
    `The folder template ${JSON.stringify(template)} ${problem}`,
    { next: [say(`Set "folderTemplate" in aludel.json, such as "${DEFAULT_FOLDER_TEMPLATE}"`)] },
  );
}
