import type { Member } from "../../fleet/member.ts";
import type { Sight, Standing } from "../../fleet/survey.ts";
import type { MemberError } from "../../fleet/member_error.ts";
import { padColumns } from "../../text/layout.ts";
import { placeJson } from "./answer.ts";
import type { Here } from "../terminal/here.ts";
import type { Style } from "../terminal/style.ts";

/** How a standing is called. */
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

/** What one database needs, in words. */
function standingName({ standing, pending }: Pick<Sight, "standing" | "pending">): string {
  return standing === "pending" ? `${pending} pending` : NAMES[standing];
}

/** Maximum number of databases that are named in a line; the others are counted. */
const NAMED = 3;

interface Line {
  readonly standing: Standing;
  readonly pending: number;
  count: number;
  readonly names: string[];
  readonly urls: string[];
}

/** Databases, counted by what they need. Keeps a few names only. */
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

  /** How many databases lack revisions. */
  get pending(): number {
    return this.#sorted().reduce(
      (sum, line) => line.standing === "pending" ? sum + line.count : sum,
      0,
    );
  }

  /** The paths or URLs of databases that an upgrade does not help. */
  get others(): readonly string[] {
    return this.#sorted().flatMap(({ standing, urls }) =>
      ["current", "pending", "ahead"].includes(standing) ? [] : urls
    );
  }

  /** The number of databases in each state; those with pending revisions in one. */
  get counts(): Readonly<Record<Standing, number>> {
    const counts = Object.fromEntries([...ORDER, "pending"].map((standing) => [standing, 0]));
    for (const { standing, count } of this.#lines.values()) counts[standing]! += count;
    return counts as Record<Standing, number>;
  }

  /** The table as text. */
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

  /** Up to date first, then what an upgrade does, then what needs a person. */
  #sorted(): Line[] {
    const rank = ({ standing }: Line) =>
      standing === "current" ? 0 : standing === "pending" ? 1 : 2 + ORDER.indexOf(standing);
    return [...this.#lines.values()].sort((a, b) => rank(a) - rank(b) || a.pending - b.pending);
  }
}

/** `12,345`. */
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

/** What kept one database from what was asked, for the JSON. */
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

/** The command line that an error of one database would have had for itself: what its next steps repeat. */
export function hereOf(url: string): Here {
  return { typed: ["upgrade", "-d", url], database: url };
}
