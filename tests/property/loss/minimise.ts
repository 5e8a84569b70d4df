import { Broken, keepsTheLaw, type LawCase } from "./loss_law.ts";

/**
 * Looks for a smaller case that breaks the law in the same way: nothing else gets lost in it. fast-check would be led to
 * whatever fault is nearest.
 *
 * @param tries How many runs it may take.
 * @param onTry Called before each of them.
 */
export async function minimise(
  found: LawCase,
  broken: Broken,
  tries = 400,
  onTry: () => void = () => {},
): Promise<Broken> {
  let [smallest, error] = [found, broken];
  for (let left = tries, progress = true; progress && left > 0;) {
    progress = false;
    for (const candidate of smaller(smallest)) {
      if (left-- <= 0) break;
      onTry();
      const next = await breach(candidate);
      if (next === undefined || !isOfTheKind(next, broken)) continue;
      [smallest, error, progress] = [candidate, next, true];
      break;
    }
  }
  return error;
}

async function breach(candidate: LawCase): Promise<Broken | undefined> {
  try {
    await keepsTheLaw(candidate);
  } catch (error) {
    if (error instanceof Broken) return error;
  }
  return undefined;
}

function isOfTheKind(next: Broken, broken: Broken): boolean {
  return next.what === broken.what && next.lost.every((each) => broken.lost.includes(each));
}

/** Cases with something left out, the greatest parts first. */
function* smaller({ database, script }: LawCase): Generator<LawCase> {
  const { revisions } = script;
  const withRevisions = (changed: typeof revisions) => ({
    database,
    script: { ...script, revisions: changed },
  });
  for (const at of revisions.keys()) yield withRevisions(revisions.toSpliced(at, 1));
  for (const [at, revision] of revisions.entries()) {
    const change = (part: Partial<typeof revision>) =>
      withRevisions(revisions.with(at, { ...revision, ...part }));
    for (const index of revision.writes.keys()) {
      yield change({ writes: revision.writes.toSpliced(index, 1) });
    }
    if (revision.header !== "") yield change({ header: "" });
  }
  for (const part of ["tables", "others", "drift"] as const) {
    for (const at of database[part].keys()) {
      if (part === "tables" && database.tables.length === 1) continue;
      yield { database: { ...database, [part]: database[part].toSpliced(at, 1) }, script };
    }
  }
  const plain = {
    wal: false,
    pageSize: 4096,
    isDriftBranch: false,
    encoding: "UTF-8",
    bulk: 0,
    isWide: false,
    keepsRows: false,
    hasLittleMemory: false,
  } as const;
  for (const [name, value] of Object.entries(plain)) {
    if (database[name as keyof typeof plain] !== value) {
      yield { database: { ...database, [name]: value }, script };
    }
  }
  if (script.way !== "upgrade") yield { database, script: { ...script, way: "upgrade" } };
  if (script.transaction === "each") yield { database, script: { ...script, transaction: "all" } };
  for (const [at, table] of database.tables.entries()) {
    const change = (part: Partial<typeof table>) => ({
      database: { ...database, tables: database.tables.with(at, { ...table, ...part }) },
      script,
    });
    for (const index of table.rows.keys()) yield change({ rows: table.rows.toSpliced(index, 1) });
    for (const shape of simpler(table.shape)) yield change({ shape });
    for (const [index, row] of table.rows.entries()) {
      for (const values of simpler(row)) yield change({ rows: table.rows.with(index, values) });
    }
  }
  for (const [at, revision] of revisions.entries()) {
    for (const [index, write] of revision.writes.entries()) {
      for (const choice of simpler(write.choice)) {
        const writes = revision.writes.with(index, { ...write, choice });
        yield withRevisions(revisions.with(at, { ...revision, writes }));
      }
    }
  }
}

/** The same decisions with some of them the first one. */
function* simpler(numbers: readonly number[]): Generator<readonly number[]> {
  const last = numbers.findLastIndex((each) => each !== 0);
  for (let half = Math.floor(last / 2); half > 0; half = Math.floor(half / 2)) {
    yield numbers.map((each, at) => at > last - half ? 0 : each);
  }
  for (let at = last; at >= 0; at--) if (numbers[at] !== 0) yield numbers.with(at, 0);
}
