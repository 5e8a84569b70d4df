import { openProject } from "../../project/workspace/project.ts";
import { readManifest } from "../../project/workspace/workspace.ts";
import { plainText, readRestoreFolder } from "../../project/copies/restore_points.ts";
import { redact } from "../../project/workspace/target.ts";
import type { Flag } from "../arguments/flag.ts";
import type { Runtime } from "../terminal/runtime.ts";
import { targetChoice } from "../session/session.ts";
import { type Candidate, type Candidates, NOTHING } from "./candidate.ts";
import { refCandidates } from "./ref_candidates.ts";
import { SHELLS } from "./shells.ts";

/** What completion asks of the world. */
export type CompletionRuntime = Pick<Runtime, "cwd" | "env">;

/** What values depend on. */
export interface ValueContext {
  readonly runtime: CompletionRuntime;
  /** The settings file that the line names so far. */
  readonly config: string | undefined;
  /** The database that it names so far. */
  readonly database: string | undefined;
  /** The command that is being typed. */
  readonly command: string;
}

/** The values that a flag takes. */
export function flagValueCandidates(flag: Flag, typed: string, context: ValueContext): Candidates {
  if (flag.kind === "switch") return NOTHING;
  if (flag.kind !== "choice") return valueCandidates(flag.value, typed, context);
  return { words: flag.values.map((value) => ({ value, description: "" })), paths: "none" };
}

/**
 * The values that a placeholder of the help stands for: `REF`, `TARGET`, `FILE`. No database is opened.
 * @throws What a broken project throws; the caller offers nothing then.
 */
export function valueCandidates(
  placeholder: string,
  typed: string,
  context: ValueContext,
): Candidates {
  switch (placeholder) {
    case "REF":
      // Its operand is anything that has a schema, as diff's are.
      if (context.command === "schema") return valueCandidates("A", typed, context);
      return { words: refs(typed, context), paths: "none" };
    case "A:B": {
      const colon = typed.indexOf(":");
      const before = typed.slice(0, colon + 1);
      const words = refs(typed.slice(colon + 1), context);
      return {
        words: words.map(({ value, description }) => ({ value: before + value, description })),
        paths: "none",
      };
    }
    case "TARGET":
      return { words: targets(context), paths: "files" };
    // What diff compares may be any of these.
    case "A":
    case "B":
      return { words: [...refs(typed, context), ...targets(context)], paths: "files" };
    case "POINT":
      return { words: points(context), paths: "none" };
    case "SHELL":
      return { words: SHELLS.map((value) => ({ value, description: "" })), paths: "none" };
    case "DIR":
      return { words: [], paths: "folders" };
    case "FILE":
    case "DATABASE":
    case "PATH":
    case "BASE":
    case "OURS":
    case "THEIRS":
      return { words: [], paths: "files" };
    default:
      return NOTHING;
  }
}

function refs(typed: string, context: ValueContext): readonly Candidate[] {
  const manifest = readManifest(openProject(context.runtime.cwd, context.config).files);
  return refCandidates(manifest?.revisions ?? [], typed, context.command);
}

/** The restore points of the database that the line means, newest first. */
function points({ runtime, config, database }: ValueContext): readonly Candidate[] {
  const { target } = targetChoice(runtime, openProject(runtime.cwd, config).settings, database);
  if (target.kind !== "file") return [];
  return readRestoreFolder(target.path).points.toReversed()
    .map(({ name, reason }) => ({ value: name, description: plainText(reason) }));
}

function targets({ runtime, config }: ValueContext): readonly Candidate[] {
  const { databases } = openProject(runtime.cwd, config).settings;
  return Object.entries(databases).map(([value, database]) => ({
    value,
    description: redact(typeof database === "string" ? database : database.url),
  }));
}
