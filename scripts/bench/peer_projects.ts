import { DATABASE } from "./aludel_project.ts";
import { scriptOf, type WorkloadRevision } from "./workload.ts";

/**
 * Writes the statements for the limits: `up.json` and `down.json` for node:sqlite, `up.sql` and `down.sql`, each one
 * transaction, for the sqlite3 shell.
 */
export function writeStatements(folder: string, revisions: readonly WorkloadRevision[]): void {
  const ways = {
    up: revisions.flatMap(({ up }) => up),
    down: revisions.toReversed().flatMap(({ down }) => down),
  };
  for (const [way, statements] of Object.entries(ways)) {
    Deno.writeTextFileSync(`${folder}/${way}.json`, JSON.stringify(statements));
    Deno.writeTextFileSync(`${folder}/${way}.sql`, `BEGIN;\n${scriptOf(statements)}COMMIT;\n`);
  }
}

/** Writes dbmate's migrations: one file each, up and down in it. */
export function writeDbmateProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/db/migrations`, { recursive: true });
  for (const { number, up, down } of revisions) {
    Deno.writeTextFileSync(
      `${folder}/db/migrations/${String(20200101000000 + number)}_step.sql`,
      `-- migrate:up\n${scriptOf(up)}\n-- migrate:down\n${scriptOf(down)}`,
    );
  }
}

/** Writes Alembic's environment and revisions: each statement is one `op.execute`. */
export function writeAlembicProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/alembic/versions`, { recursive: true });
  Deno.writeTextFileSync(
    `${folder}/alembic.ini`,
    `[alembic]\nscript_location = alembic\nsqlalchemy.url = sqlite:///${DATABASE}\n`,
  );
  Deno.writeTextFileSync(`${folder}/alembic/env.py`, ALEMBIC_ENVIRONMENT);
  Deno.writeTextFileSync(`${folder}/alembic/script.py.mako`, "");
  for (const { number, message, up, down } of revisions) {
    const name = alembicId(number);
    const parent = number === 1 ? "None" : `"${alembicId(number - 1)}"`;
    Deno.writeTextFileSync(
      `${folder}/alembic/versions/${name}.py`,
      `"""${message}"""\nfrom alembic import op\n\nrevision = "${name}"\n` +
        `down_revision = ${parent}\nbranch_labels = None\ndepends_on = None\n\n\n` +
        `def upgrade():\n${executed(up)}\n\ndef downgrade():\n${executed(down)}`,
    );
  }
}

const ALEMBIC_ENVIRONMENT = `from alembic import context
from sqlalchemy import engine_from_config, pool

engine = engine_from_config(
    context.config.get_section(context.config.config_ini_section),
    prefix="sqlalchemy.",
    poolclass=pool.NullPool,
)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`;

function alembicId(number: number): string {
  return `r${String(number).padStart(6, "0")}`;
}

function executed(statements: readonly string[]): string {
  return statements.map((one) => `    op.execute("""${one}""")\n`).join("");
}
