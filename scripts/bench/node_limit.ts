/**
 * The limit: runs statements through node:sqlite in one transaction, and nothing else.
 *
 * Arguments: a database, and a JSON file that holds an array of statements.
 */
import { DatabaseSync } from "node:sqlite";

const [path, statements] = Deno.args;
const database = new DatabaseSync(path!);
database.exec("PRAGMA foreign_keys = OFF");
database.exec("BEGIN IMMEDIATE");
for (const statement of JSON.parse(Deno.readTextFileSync(statements!))) database.exec(statement);
database.exec("COMMIT");
database.close();
