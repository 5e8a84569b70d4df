import { messageOf } from "../../../project/workspace/catalogue.ts";
import { plural } from "../../../text/layout.ts";
import type { Finding } from "../../../finding.ts";
import type { Proof } from "../../../proof/proof.ts";
import { prove } from "../../../proof/prove.ts";
import { chooseRevisions } from "../../session/revisions.ts";
import { Session } from "../../session/session.ts";
import { defineCommand } from "../../arguments/command.ts";
import { findingText } from "../../render/finding.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import type { Style } from "../../terminal/style.ts";
import { countOn } from "../../terminal/watch_board.ts";
import { orderJson, proofJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "prove",
  description: [
    "Runs revisions on databases in memory with rows in them: up, down, and up again. For each one it says whether down restores everything (exact), restores the schema but not all data (lossy, with what is lost), or fails, and on how many rows the answer is based. Branches that merge or end among them are run in every order, and must give the same schema. docs/prove.md describes the procedure.",
    "The rows come from a file seed.sql beside up.sql, or are generated. The queries in a file assert.sql must return no rows after up. Your databases are not touched.",
    "Without REF all revisions are proven. A revision is not run again if neither it nor anything below it has changed since it was proven. Exits 3 if something fails, or if a table that a revision touches had no rows (untried); with --strict, also if data is lost.",
  ],
  flags: {
    strict: { kind: "switch", help: "exit 3 also if a down loses data" },
    again: { kind: "switch", help: "ignore cached proofs" },
    jobs: {
      kind: "number",
      value: "N",
      help: "maximum number of threads (default: one per processor)",
    },
    ...DATABASE_FLAG,
  },
  positional: [
    {
      name: "REF",
      help: "refs or ranges to prove (default: all)",
      optional: true,
      many: true,
    },
  ],
  examples: [
    { command: "aludel prove", says: "proves all revisions" },
    { command: "aludel prove head", says: "proves the newest one" },
    { command: "aludel prove --strict current:head", says: "pending revisions must lose nothing" },
  ],
  async run(context, flags, refs) {
    const { ui, runtime } = context;
    const session = new Session(context, flags);
    const { ids } = await chooseRevisions(session, refs, "all");
    const { project, workspace, catalogue } = session;
    session.announceExtensions();
    const result = await prove({
      project,
      workspace,
      ids,
      jobs: flags.jobs ?? runtime.processors,
      cached: !flags.again,
      onProgress: countOn(ui, runtime, "proving"),
    });
    const { proofs, orders, fromCache } = result;
    const failures = distinct([
      ...proofs.flatMap(({ verdict }) => verdict.kind === "fails" ? verdict.finding : []),
      ...orders.flatMap(({ finding }) => finding ?? []),
    ]);
    const lossy = proofs.filter(({ verdict }) => verdict.kind === "lossy").length;
    const untried = proofs.filter(({ verdict }) => verdict.kind === "untried").length;
    const failed = failures.length > 0 || untried > 0 || (flags.strict && lossy > 0);
    ui.json({
      clean: !failed,
      revisions: proofs.map(proofJson),
      orders: orders.map(orderJson),
      fromCache,
    });
    for (const proof of proofs) {
      const folder = `${workspace.files.name}/${workspace.entries.get(proof.id)?.dir}`;
      ui.prose(proofText(proof, messageOf(catalogue, proof.id), folder, ui.style));
    }
    for (const { heads, orders: number, finding } of orders) {
      const names = heads.join(", ");
      ui.data(
        finding === null
          ? `${ui.style.green("commute")}  ${names}: ${number} orders give the same schema`
          : `${ui.style.red("differ")}   ${names}`,
      );
    }
    if (failures.length > 0) ui.data("");
    for (const finding of failures) ui.prose(findingText(finding, ui.style, ui.here));
    if (proofs.length === 0) ui.notice("No revisions to prove.");
    else ui.notice(summaryText(proofs, fromCache));
    return failed ? 3 : 0;
  },
});

/** Removes duplicates, because a revision that cannot be replayed makes every proof above it fail alike. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()];
}

/** Counts the revisions that were proven and those that were not. */
function summaryText(proofs: readonly Proof[], fromCache: number): string {
  const count = (kind: Proof["verdict"]["kind"]) =>
    proofs.filter(({ verdict }) => verdict.kind === kind).length;
  const failing = count("fails");
  const untried = count("untried");
  const proven = proofs.length - failing - untried;
  const cached = fromCache === 0 ? "" : ` (${fromCache} cached)`;
  const all = plural(proofs.length, "revision");
  if (proven === proofs.length) return `Proved ${all}${cached}.`;
  const rest = [
    ...(failing > 0 ? [`${failing} failed`] : []),
    ...(untried > 0 ? [`${untried} untried`] : []),
  ];
  return `Proved ${proven} of ${all}${cached}; ${rest.join(", ")}.`;
}

/**
 * Formats the verdict with its basis in one line, followed by a line for each loss or untried table.
 *
 * @param folder The folder of the revision.
 */
function proofText(proof: Proof, message: string, folder: string, style: Style): string {
  const { id, verdict, notices, rows, tables } = proof;
  const [title = ""] = message.split("\n", 1);
  const basis = verdict.kind === "fails" || verdict.kind === "untried"
    ? ""
    : rows === 0
    ? " (no rows to lose)"
    : ` (on ${plural(rows, "row")} in ${plural(tables, "table")})`;
  const head = `${colourOf(verdict, style)(verdict.kind.padEnd(7))}  ${
    style.yellow(id)
  }  ${title}${basis}`;
  const details = verdict.kind === "lossy"
    ? verdict.losses.map((loss) => `lost: ${loss}`)
    : verdict.kind === "untried"
    ? [
      `no row was there in ${verdict.empty.join(", ")}`,
      `write rows like your application's into ${folder}/seed.sql; an empty file says that there are none`,
    ]
    : verdict.kind === "fails" && verdict.stage === "before"
    ? [`because of ${verdict.finding.revision}, which it needs`]
    : [];
  return [head, ...[...details, ...notices].map((line) => `         ${line}`)].join("\n");
}

function colourOf({ kind }: Proof["verdict"], style: Style): (text: string) => string {
  if (kind === "exact") return style.green;
  return kind === "fails" ? style.red : style.yellow;
}
