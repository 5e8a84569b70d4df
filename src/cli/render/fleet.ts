import type { Member } from "../../fleet/member.ts";
import type { Sight, Standing } from "../../fleet/survey.ts";
import type { MemberError } from "../../fleet/member_error.ts";
import { padColumns } from "../../text/layout.ts";
import { placeJson } from "./answer.ts";
import type { Here } from "../terminal/here.ts";
import type { Style } from "../terminal/style.ts";

/** The names of standings. */
const NAMES: Readonly<Record<Exclude<Standing, "pending">, string>> = {
  current: "up to date",
  ahead: "ahead of the disk",
  differs: "differ from the disk",
  interrupted: "interrupted",
  foreign: "another project's",
  locked: "locked",
  missing: "missing",
  unreadable: "unreadable",
};

const ORDER = Object.keys(NAMES);

/** Formats the standing of one database. */
function standingName({ standing, pending }: Pick<Sight, "standing" | "pending">): string {
  return standing === "pending" ? `${pending} pending` : NAMES[standing];
}

/** The number of databases that a line names; the others are counted. */
const NAMED = 3;

interface Line {
  readonly standing: Standing;
  readonly pending: number;
  count: number;
  readonly names: string[];
  readonly urls: string[];
}

/** Counts databases by their standing. It keeps only a few names. */
export class FleetTable {
  readonly #lines = new Map<string, Line>();
  readonly #named: number;
  #count = 0;

  constructor(named = NAMED) {
    this.#named = named;
  }

  add({ name, database }: Member, sight: Sight): void {
    this.#count++;
    const key = standingName(sight);
    let line = this.#lines.get(key);
    if (line === undefined) {
      const { standing, pending } = sight;
      this.#lines.set(key, line = { standing, pending, count: 0, names: [], urls: [] });
    }
    line.count++;
    if (line.names.length < this.#named) {
      line.names.push(name);
      line.urls.push(database.url);
    }
  }

  get count(): number {
    return this.#count;
  }

  get isClean(): boolean {
    return this.#lines.values().every(({ standing }) => standing === "current");
  }

  /** The number of databases with pending revisions. */
  get pending(): number {
    return this.#sorted().reduce(
      (sum, line) => line.standing === "pending" ? sum + line.count : sum,
      0,
    );
  }

  /** The paths or URLs of databases that an upgrade cannot fix. */
  get others(): readonly string[] {
    return this.#sorted().flatMap(({ standing, urls }) =>
      ["current", "pending", "ahead"].includes(standing) ? [] : urls
    );
  }

  /** The number of databases of each standing. */
  get counts(): Readonly<Record<Standing, number>> {
    const counts = Object.fromEntries([...ORDER, "pending"].map((standing) => [standing, 0]));
    for (const { standing, count } of this.#lines.values()) counts[standing]! += count;
    return counts as Record<Standing, number>;
  }

  /** Formats the table. */
  lines(style: Style): string[] {
    const lines = this.#sorted();
    const width = Math.max(...lines.map((line) => standingName(line).length));
    const digits = Math.max(...lines.map(({ count }) => grouped(count).length));
    return lines.map((line) => {
      const name = padColumns(standingName(line), width);
      const head = `${style.bold(name)}  ${grouped(line.count).padStart(digits)}`;
      if (line.standing === "current") return head;
      const more = line.count - line.names.length;
      const names = line.names.join(", ") + (more > 0 ? ` and ${grouped(more)} more` : "");
      return `${head}  ${names}`;
    });
  }

  /** Sorts the lines: up to date first, then those for an upgrade, then those that need a person. */
  #sorted(): Line[] {
    const rank = ({ standing }: Line) =>
      standing === "current" ? 0 : standing === "pending" ? 1 : 2 + ORDER.indexOf(standing);
    return [...this.#lines.values()].sort((a, b) => rank(a) - rank(b) || a.pending - b.pending);
  }
}

/** Formats a number: `12,345`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** One database's state for the JSON. */
export function sightJson({ name, database }: Member, sight: Sight) {
  const { standing, pending, heads, error } = sight;
  return {
    database: name,
    url: database.url,
    state: standing,
    pending,
    current: heads,
    error: error === undefined ? null : memberErrorJson(error),
  };
}

/** The error of one database, for the JSON. */
export function memberErrorJson(error: MemberError) {
  const { code, message, place, revision, sqlite, notes, outcome, next } = error;
  return {
    code,
    message,
    place: place === undefined ? null : placeJson(place),
    revision: revision ?? null,
    sqlite: sqlite ?? null,
    notes,
    outcome: outcome ?? null,
    next,
  };
}

/** The command line for the next steps of one database's error, as if it had been upgraded alone. */
export function hereOf(url: string): Here {
  return { typed: ["upgrade", "-d", url], database: url };
}
