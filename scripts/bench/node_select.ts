/** The limit for looking: reads one table of a database through node:sqlite. */
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(Deno.args[0]!);
database.prepare("SELECT count(*) FROM sqlite_schema").get();
database.close();
