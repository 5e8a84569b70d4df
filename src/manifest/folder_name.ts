import { AludelError, REPORT_BUG } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { dirNameProblem } from "./dir_name.ts";
import { slugOf } from "./slug.ts";
import { epochSeconds, readUtcTime, type UtcTime } from "./utc_time.ts";

/** The template of folder names where the settings give none. */
export const DEFAULT_FOLDER_TEMPLATE = "{date}_{id}_{slug}";

/** What a folder's name is made from. */
export interface FolderNameFacts {
  readonly id: string;
  readonly message: string;
  /** UTC to the second: `2026-11-23T10:15:00Z`. */
  readonly created: string;
}

/** The tokens of a template, each with what it stands for. All times are UTC, like `created`. */
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

/** What the tokens of a template look like in a name, but for the id and the slug. */
const SHAPES: Readonly<Record<string, string>> = {
  id: "([0-9A-Za-z][0-9A-Za-z_.]*?)",
  slug: ".*",
  date: "\\d{4}-\\d{2}-\\d{2}",
  time: "\\d{6}",
  year: "\\d{4}",
  epoch: "\\d+",
};

/** The id in a folder's name that a template may have given: the shortest one that fits; undefined where none does. */
export function idInFolderName(template: string, name: string): string | undefined {
  const pattern = template.split(/(\{\w+\})/).map((part) => {
    const token = /^\{(\w+)\}$/.exec(part)?.[1];
    if (token === undefined) return part.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
    return SHAPES[token] ?? "\\d{2}";
  });
  return new RegExp(`^${pattern.join("")}$`).exec(name)?.[1];
}

/**
 * What is wrong with a template, as the end of a sentence that begins with it, or undefined.
 *
 * A template is text with tokens in braces. `{id}` must be among them, so that no two folders are called
 * the same; the rest must be characters that a folder's name may have.
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
  // "x" stands for the tokens: what surrounds them is judged here, the values when there are some.
  return dirNameProblem(template.replaceAll(/\{\w+\}/g, "x"));
}

function knownTokens(): string {
  return `the tokens are ${Object.keys(TOKENS).map((token) => `{${token}}`).join(" ")}`;
}

function templateError(template: string, problem: string): AludelError {
  return new AludelError(
    "folder-template",
    `The folder template ${JSON.stringify(template)} ${problem}`,
    { next: [`Set "folderTemplate" in aludel.json, such as "${DEFAULT_FOLDER_TEMPLATE}"`] },
  );
}
