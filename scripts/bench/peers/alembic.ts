import { DATABASE } from "../aludel_project.ts";
import { findTool } from "../tool.ts";
import type { WorkloadRevision } from "../workload.ts";
import type { Finding } from "./peer.ts";

/** Alembic, from Debian or wherever the PATH has it. */
export async function findAlembic(): Promise<Finding> {
  const tool = await findTool("alembic", ["--version"]);
  if (tool === undefined) return "Alembic is not installed (`apt-get install alembic`): left out.";
  const alembic = (name: string, ...more: string[]) => ({
    name: `alembic ${name}`,
    command: ["alembic", name, ...more],
  });
  return {
    name: "Alembic",
    release: tool.release,
    most: 1_000,
    memory: [],
    write: writeProject,
    upgrade: alembic("upgrade", "head"),
    status: alembic("current"),
    history: alembic("history"),
    downgrade: alembic("downgrade", "base"),
  };
}

/**
 * Writes what a project needs besides revisions.
 * @param models Whether `models.py` holds the `metadata` that autogenerate compares with.
 */
export function writeAlembicEnvironment(folder: string, models: boolean): void {
  Deno.mkdirSync(`${folder}/alembic/versions`, { recursive: true });
  Deno.writeTextFileSync(
    `${folder}/alembic.ini`,
    "[alembic]\nscript_location = alembic\nprepend_sys_path = .\n" +
      `sqlalchemy.url = sqlite:///${DATABASE}\n`,
  );
  const metadata = models ? "from models import metadata" : "metadata = None";
  Deno.writeTextFileSync(`${folder}/alembic/env.py`, `${metadata}\n${ENVIRONMENT}`);
  Deno.writeTextFileSync(`${folder}/alembic/script.py.mako`, TEMPLATE);
}

/**
 * Writes one revision.
 * @param up, down Python statements, a line each, indented by four spaces.
 */
export function writeAlembicRevision(
  folder: string,
  number: number,
  message: string,
  ways: { readonly up: string; readonly down: string },
): void {
  const parent = number === 1 ? "None" : `"${idOf(number - 1)}"`;
  Deno.writeTextFileSync(
    `${folder}/alembic/versions/${idOf(number)}.py`,
    `"""${message}"""\nfrom alembic import op\nimport sqlalchemy as sa\n\n` +
      `revision = "${idOf(number)}"\ndown_revision = ${parent}\nbranch_labels = None\n` +
      `depends_on = None\n\n\ndef upgrade():\n${ways.up}\n\ndef downgrade():\n${ways.down}`,
  );
}

/** Each statement is one `op.execute`. */
function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  writeAlembicEnvironment(folder, false);
  for (const { number, message, up, down } of revisions) {
    writeAlembicRevision(folder, number, message, { up: executed(up), down: executed(down) });
  }
}

const ENVIRONMENT = `from alembic import context
from sqlalchemy import engine_from_config, pool

engine = engine_from_config(
    context.config.get_section(context.config.config_ini_section),
    prefix="sqlalchemy.",
    poolclass=pool.NullPool,
)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
`;

const TEMPLATE = `"""\${message}"""
from alembic import op
import sqlalchemy as sa

revision = \${repr(up_revision)}
down_revision = \${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade():
    \${upgrades or "pass"}


def downgrade():
    \${downgrades or "pass"}
`;

function idOf(number: number): string {
  return `r${String(number).padStart(6, "0")}`;
}

function executed(statements: readonly string[]): string {
  return statements.map((one) => `    op.execute("""${one}""")\n`).join("");
}
