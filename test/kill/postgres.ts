import pg from "pg";
import { postgresSource } from "../../src/sources/postgres/index.ts";
import { durableExporterOf } from "../support/durable.ts";
import { Collecting, fixed, noteDataset } from "../support/notes.ts";
import { type PostgresDatabase, postgresEngines } from "../support/postgres.ts";
import { failsWith, type Ground, judgeRemains, judgeZip, noResult, notHere, type Result } from "./ground.ts";
import { marker, request, requestId, spoolAt, subject } from "./world.ts";

const rows = 55;
/** Six pages of ten rows, and one statement. */
const statements = 7;

/** The server ends the source's connection in the middle of each statement in turn; each time another export goes on after the last page. */
export async function terminatedConnections(ground: Ground): Promise<Result | string> {
  const engines = await postgresEngines();
  const engine = engines.find(({ name, notRun }) => name !== "pglite" && notRun === undefined);
  if (engine === undefined) return notHere("there is no PostgreSQL");
  const database = await engine.open();
  const pool = new pg.Pool({ ...database.config, max: 3 });
  pool.on("error", () => {}); // one that was idle when it was ended
  const site = ground.site("directory");
  const spool = await spoolAt(site.place);
  const result = noResult();
  const exported = async (breakAt?: number) => {
    const to = new Collecting();
    const datasets = breakingDatasets(pool, database, breakAt);
    const exporter = durableExporterOf(datasets, spool, { lanes: 1, retry: { attempts: 1 } });
    await exporter.export(request(requestId), { to, ...fixed });
    return { exporter, zip: to.bytes };
  };
  try {
    await database.sql(`
      CREATE TABLE note (id int PRIMARY KEY, owner text NOT NULL, text text NOT NULL);
      INSERT INTO note SELECT n, '${subject}', '${marker} ' || n FROM generate_series(1, ${rows}) n;`);
    const { exporter, zip } = await exported();
    await exporter.purge(requestId);
    // The first statement, and then the second of every run: the one before it is safe by then, so that each is broken off once.
    for (let statement = 1; statement <= statements; statement++) {
      if (!(await failsWith(exported(statement === 1 ? 1 : 2), ["SOURCE_UNAVAILABLE"], result)))
        result.wrong.push(`Statement ${statement} was not broken off.`);
      judgeRemains(ground, site, result);
    }
    judgeZip((await exported()).zip, zip, result, { pages: rows, whole: rows });
  } finally {
    await pool.end();
    await database.drop();
  }
  site.remove();
  return result;
}

/** The rows by key, and by one statement. The connection of the statement of this number, from 1, is ended while it runs. */
function breakingDatasets(pool: pg.Pool, database: PostgresDatabase, breakAt?: number) {
  let asked = 0;
  const text = (where: string, sleep: string) =>
    `WITH slow AS MATERIALIZED (SELECT pg_sleep(${sleep})) SELECT id, owner, text FROM note, slow WHERE owner = $1 ${where} ORDER BY id`;
  const sleepOfNext = () => {
    if (++asked !== breakAt) return "0";
    endSleeper(database).catch((error: unknown) => console.error(error));
    return "30";
  };
  return [
    noteDataset(
      "pages",
      postgresSource({
        pool,
        query: ({ subject: { id }, after, limit }) => ({
          text: `${text("AND ($2::int IS NULL OR id > $2)", sleepOfNext())} LIMIT $3`,
          values: [id, after, limit],
        }),
        cursor: "id",
      }),
    ),
    noteDataset(
      "whole",
      postgresSource({ pool, query: ({ subject: { id } }) => ({ text: text("", sleepOfNext()), values: [id] }) }),
    ),
  ];
}

/** Waits for the statement that sleeps, and ends its connection as an administrator does. */
async function endSleeper(database: PostgresDatabase): Promise<void> {
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'`;
  while ((await database.sql(end)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
