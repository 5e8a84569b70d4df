import { AludelError } from "../../../errors.ts";
import { plural } from "../../../text/layout.ts";
import { bisect, type BisectTurn } from "../../../proof/bisect.ts";
import { readMentions } from "../../../sql/mentions.ts";
import { splitStatements } from "../../../sql/script.ts";
import { chooseHistory, HISTORY_FLAG } from "../../session/replay.ts";
import { Session } from "../../session/session.ts";
import { defineCommand } from "../../arguments/command.ts";
import { titleOf } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";
import { firstLine } from "../../../text/visible.ts";

export const command = defineCommand({
  name: "bisect",
  description: [
    "Finds the first revision after which a query that should return no rows returns some. The revisions are replayed in memory on an empty database, and the query runs after each one; it sees only the rows that the revisions insert.",
    "If a table does not exist yet, the result is unknown, neither right nor wrong. Exits 3 if the query returns rows at the end, or cannot run there.",
  ],
  flags: HISTORY_FLAG,
  positional: [{ name: "SQL", help: "one query that should return no rows" }],
  examples: [
    {
      command: `aludel bisect "SELECT 1 FROM pragma_table_info('users') WHERE name = 'age'"`,
      says: "which revision added users.age?",
    },
    {
      command: 'aludel bisect "SELECT * FROM roles GROUP BY name HAVING count(*) > 1"',
      says: "which one made duplicates?",
    },
  ],
  async run(context, flags, [sql = ""]) {
    const { ui } = context;
    refuseNoQuery(sql);
    const session = new Session(context, flags);
    const { ids, tree } = await chooseHistory(session, flags.at);
    const turns = await bisect(ids, sql, tree);
    const last = turns.at(-1)?.state;
    const fails = last?.kind === "fails";
    const holds = last === undefined || last.kind === "holds";
    ui.json({ clean: holds, count: ids.length, turns });
    const { catalogue } = session;
    for (const { revision, state } of turns) {
      const title = titleOf(catalogue, revision);
      const paint = state.kind === "fails" ? ui.style.red : ui.style.green;
      ui.data(
        `${paint(state.kind.padEnd(7))}  ${ui.style.yellow(revision)}  ${title}${detail(state)}`,
      );
    }
    if (fails) ui.notice("The last line is the revision to look at.");
    else if (last?.kind === "unknown") {
      ui.notice(`At the end the query cannot run: ${firstLine(last.sqlite)}`);
    } else ui.notice("At the end the query returns no rows.");
    return holds ? 0 : 3;
  },
});

function detail(state: BisectTurn["state"]): string {
  switch (state.kind) {
    case "fails":
      return ` (${plural(state.rows, "row")})`;
    case "unknown":
      return ` (${state.sqlite})`;
    default:
      return "";
  }
}

const ASKING: ReadonlySet<string> = new Set(["SELECT", "VALUES", "WITH"]);

function refuseNoQuery(sql: string): void {
  const [statement, ...more] = splitStatements(sql);
  const isQuery = statement !== undefined && more.length === 0 && ASKING.has(statement.verb) &&
    readMentions(sql, statement).length === 0;
  if (isQuery) return;
  throw new AludelError("usage", "One query is expected, such as SELECT", {
    next: [shell`aludel bisect --help`],
  });
}
