import { gitFolder } from "../../git/git.ts";
import { verifyInGit } from "../../git/verification.ts";
import { type FindingFormat, printFindings } from "../render/finding.ts";
import type { Session } from "../session/session.ts";
import { AludelError } from "../../errors.ts";
import { plural } from "../../text/layout.ts";
import { requireProject } from "../../project/workspace/project.ts";
import type { Finding } from "../../finding.ts";
import { MANIFEST_FILE } from "../../project/workspace/revision_files.ts";
import { shell } from "../../text/next_step.ts";
import { findingJson } from "../render/answer.ts";

/** Verifies git's index or HEAD, without reading the working tree or a database. @returns The exit code. */
export async function verifyGit(
  session: Session,
  flags: {
    readonly staged: boolean;
    readonly since: string | undefined;
    readonly format: FindingFormat;
  },
): Promise<number> {
  const { ui, runtime, project } = session;
  const source = flags.staged ? "index" : "HEAD";
  const folder = gitFolder(project.migrations, runtime.cwd);
  const { findings: found, revisions, base, present } = await verifyInGit({
    folder,
    databases: flags.staged ? databaseFiles(session, folder.cwd) : [],
    name: project.files.name,
    source,
    since: flags.since,
  });
  if (!present && found.length === 0) requireProject(project);
  const findings = present || found.length > 0 ? found : [notIn(source, project.files.name)];
  const failed = findings.some((finding) => finding.level === "error");
  ui.json({
    clean: !failed,
    source,
    base: base.name,
    database: null,
    count: revisions,
    findings: findings.map(findingJson),
    repairs: [],
    drift: null,
  });
  printFindings(ui, findings, flags.format);
  const where = flags.staged ? "in the index" : "of HEAD";
  const what = `${plural(revisions, "revision")} ${where}`;
  ui.notice(
    present
      ? `Verified ${what} against ${base.name}${failed ? "." : ": everything matches."}`
      : `There is no manifest ${where}, so nothing was verified.`,
  );
  return failed ? 3 : 0;
}

/** The files of the project's databases below a folder, relative to it. */
function databaseFiles(session: Session, cwd: string): string[] {
  const names = [undefined, ...Object.keys(session.settings.databases)];
  const paths = names.flatMap((name) => {
    try {
      const { target } = session.targetChoice(name);
      return target.kind === "file" ? [target.path] : [];
    } catch (error) {
      if (error instanceof AludelError) return []; // The database is elsewhere, or there is none.
      throw error;
    }
  });
  return [...new Set(paths)].flatMap((path) => {
    const { cwd: at, path: file } = gitFolder(path, cwd);
    return at === cwd && file !== "" && !file.split("/").includes("..")
      ? ["", "-wal", "-journal", "-shm"].map((end) => file + end)
      : [];
  });
}

/**
 * The warning for a project that git does not have. It is no error, because commits of other files must stay possible.
 */
function notIn(source: "index" | "HEAD", folder: string): Finding {
  const file = `${folder}/${MANIFEST_FILE}`;
  return {
    level: "warning",
    code: "manifest-missing",
    message: `The manifest is on disk but not in ${source === "index" ? "the index" : "HEAD"}`,
    place: { file },
    notes: [],
    next: [shell`git add -- ${file}`],
  };
}
