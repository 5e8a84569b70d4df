/** Rails, whose migrations are Ruby. */
import { foldersOf, joinPath } from "../foreign.ts";
import { readSteps, stateOfRows, type StepTool, type ToolCommand } from "./step.ts";

export const rails: StepTool = {
  name: "rails",
  title: "Rails",
  table: "schema_migrations",
  apply: "bin/rails db:migrate",
  onEdit: "ignores",
  find: (project) =>
    [...foldersOf(project)].filter((folder) =>
      project.list(joinPath(folder, "bin")).some(({ name }) => name === "rails") &&
      project.list(joinPath(folder, "db/migrate")).length > 0
    ).map((folder) => ({ folder, table: "schema_migrations" })),
  commands: () => ({
    list: inRails("Rails' migrations"),
    // The application may print other lines at its start.
    read: (printed) => readSteps(printed.split("\n").filter((line) => line[0] === "{").join("\n")),
    run: (rev) => inRails(`Rails' migration ${rev}`, rev),
    takesOne: true,
  }),
  state: stateOfRows("version"),
};

function inRails(what: string, ...args: readonly string[]): ToolCommand {
  return {
    program: "bin/rails",
    args: ["runner", RAILS_STEPS, ...args],
    name: `bin/rails, ${what}`,
    // A running Spring server would not use the scratch file.
    env: { DISABLE_SPRING: "1" },
  };
}

/**
 * Lists the migrations, including those of engines, or takes one. If there are several databases, no task of Rails
 * takes only one. The migration context is found differently in the versions from 5.2 to 8.
 */
const RAILS_STEPS = `
base = ActiveRecord::Base
base.connection.execute("SELECT 1")
owner = [base.connection_pool, base.connection].find { |one| one.respond_to?(:migration_context) }
context = owner&.migration_context
paths = ActiveRecord::Migrator.migrations_paths unless context
if ARGV[0]
  context ? context.run(:up, ARGV[0].to_i) : ActiveRecord::Migrator.run(:up, paths, ARGV[0].to_i)
else
  (context ? context.migrations : ActiveRecord::Migrator.migrations(paths)).each do |one|
    file = one.filename.to_s.delete_prefix("#{Rails.root}/")
    created = one.version.to_s.length == 14 ? Time.strptime("#{one.version}+0000", "%Y%m%d%H%M%S%z").utc.iso8601 : nil
    puts({ rev: one.version.to_s, message: one.name.underscore.tr("_", " "), file: file, created: created }.to_json)
  end
end
`;
