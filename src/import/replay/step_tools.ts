import { knex, kysely, sequelize, typeorm } from "./node_tools.ts";
import { alembic, django } from "./python_tools.ts";
import { rails } from "./ruby_tools.ts";
import type { StepTool } from "./step.ts";

/** Every supported tool whose migrations are programs. Those that are recognised most reliably come first. */
export const STEP_TOOLS: readonly StepTool[] = [
  alembic,
  django,
  knex,
  sequelize,
  rails,
  typeorm,
  kysely,
];
