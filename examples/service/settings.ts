import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/** From the environment. The server needs no `SPOOL_KEY`, and a worker no `DOWNLOAD_SECRET`: each gets what it needs and no more. */
export const settings = {
  get databaseUrl() {
    return wanted("DATABASE_URL", "postgres://postgres@127.0.0.1/portmanteau_service");
  },
  get redisUrl() {
    return wanted("REDIS_URL", "redis://127.0.0.1:6379");
  },
  /** 32 bytes: everything that was collected is encrypted under it until it is delivered. */
  get spoolKey() {
    return Buffer.from(wanted("SPOOL_KEY", "`openssl rand -hex 32`"), "hex");
  },
  /** 32 bytes: signs the links. */
  get downloadKey() {
    return { id: "1", secret: Buffer.from(wanted("DOWNLOAD_SECRET", "`openssl rand -hex 32`"), "hex") };
  },
  /** Shared by the server and all workers: the bundles, and what is being collected for them. */
  get folders() {
    const root = process.env["SERVICE_FOLDER"] ?? "service-files";
    const folders = { bundles: join(root, "bundles"), spool: join(root, "spool") };
    for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folders;
  },
  port: Number(process.env["PORT"] ?? 8080),
  /** How long a bundle can be downloaded. */
  keepMs: 7 * 86_400_000,
  /** After how long without a sign of life a worker is taken for dead. */
  leaseMs: Number(process.env["LEASE_MS"] ?? 30_000),
};

function wanted(name: string, example: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`Set ${name}, for instance to ${example}.`);
  return value;
}

export function openDatabase(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString });
  pool.on("error", (error) => console.error(error.message)); // one that was idle; the next query opens another
  return pool;
}

/** Makes the tables where there are none. */
export async function makeTables(pool: pg.Pool): Promise<void> {
  await pool.query(readFileSync(new URL("tables.sql", import.meta.url), "utf8"));
}
