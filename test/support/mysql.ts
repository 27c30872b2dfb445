import { randomBytes } from "node:crypto";
import mysql, { type PoolOptions } from "mysql2";
import mysqlPromise, { type RowDataPacket } from "mysql2/promise";

/**
 * The MariaDB or MySQL server of the machine. When it does not answer, it says so by name, on the console and in `notRun`; with
 * `PORTMANTEAU_SERVICES=required` it is `required`, which must fail the run.
 */
export interface MysqlEngine {
  /** For the name of a test: the server, and why it does not run. */
  readonly title: string;
  /** Why it does not run here. */
  readonly notRun?: string;
  /** Whether not running is a failure. */
  readonly required?: boolean;
  /** Makes a new, empty database with a random name. */
  open(): Promise<MysqlDatabase>;
}

export interface MysqlDatabase {
  readonly config: PoolOptions;
  /** Runs SQL as an outsider, over a connection of its own; it may be several statements. */
  sql(text: string, values?: unknown[]): Promise<RowDataPacket[]>;
  /** Drops the database. */
  drop(): Promise<void>;
}

const config: PoolOptions = { host: "127.0.0.1", port: 3306, user: "root", connectTimeout: 2_000 };

export async function mysqlEngine(): Promise<MysqlEngine> {
  const answer = await mysqlPromise.createConnection(config).then(
    (connection) => connection.end(),
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
  if (answer === undefined) return { title: "server at 127.0.0.1:3306", open: createDatabase };
  const notRun = `not run: MySQL or MariaDB server at 127.0.0.1:3306 (${answer})`;
  console.warn(notRun);
  const required = process.env["PORTMANTEAU_SERVICES"] === "required";
  return { title: notRun, notRun, required, open: () => Promise.reject(new Error(notRun)) };
}

async function createDatabase(): Promise<MysqlDatabase> {
  const database = `portmanteau_test_${randomBytes(6).toString("hex")}`;
  const outsider = mysql.createConnection({ ...config, multipleStatements: true }).promise();
  await outsider.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4; USE ${database}`);
  return {
    config: { ...config, database },
    sql: async (text, values) => (await outsider.query<RowDataPacket[]>(text, values))[0],
    drop: async () => {
      await outsider.query(`DROP DATABASE ${database}`);
      await outsider.end();
    },
  };
}
