import type { LoadedSchema } from "../schema/load_schema.ts";
import type { Ui } from "./ui.ts";

/** Says what of schema files was left out. */
export function reportSchemaNotices(ui: Ui, { notices }: LoadedSchema): void {
  for (const { message, place } of notices) {
    ui.notice(`${place.file}:${place.line ?? 1}: ${message}`);
  }
}
