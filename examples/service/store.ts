import type pg from "pg";
import {
  emptyLog,
  eventLog,
  isOpen,
  isTerminal,
  type LogHead,
  type RequestRecord,
  requestRecord,
  transition,
  type WorkflowEvent,
} from "portmanteau/workflow";

export interface StoredRequest {
  readonly account: string;
  readonly record: RequestRecord;
  readonly progress: Progress | null;
}
export interface Progress {
  readonly records: number;
  readonly expected: number;
}
export type Store = ReturnType<typeof openStore>;

/** The requests, in PostgreSQL. Each change and its line in the log are one transaction: both are there, or neither. */
export function openStore(pool: pg.Pool) {
  async function select(where: string, values: unknown[]): Promise<StoredRequest[]> {
    const { rows } = await pool.query(`select account, record, progress from requests where ${where}`, values);
    return rows.map(({ account, record, progress }) => ({ account, record: requestRecord(record), progress }));
  }
  const find = async (id: string) => (await select("id = $1", [id]))[0];

  return {
    find,
    /** What the person sees: the request that is open, or else the last one. */
    async latestOf(account: string) {
      return (await select("account = $1 order by is_open desc, asked_at desc limit 1", [account]))[0];
    },
    /** What a worker must look after now. */
    toLookAt: (now: number) => select("look_at <= $1 order by record->>'dueAt'", [new Date(now)]),

    /** Takes a new request, unless this account has one that is open. */
    async receive(account: string, record: RequestRecord): Promise<void> {
      await inTransaction(pool, async (client) => {
        const { id, revision } = record;
        const { rowCount } = await client.query(
          `insert into requests (id, account, revision, record, is_open, look_at) values ($1, $2, $3, $4, true, now())
           on conflict (account) where is_open do nothing`,
          [id, account, revision, JSON.stringify(record)],
        );
        if (rowCount === 1) await log(client, record, 0);
      });
    },

    /**
     * Records what happened. What had happened before changes nothing; when somebody else changed the record meanwhile, it is judged anew.
     *
     * @throws {PortmanteauError} `TRANSITION_INVALID` when it cannot happen now
     */
    async change(id: string, events: readonly WorkflowEvent[], at: number): Promise<void> {
      for (let isSaved = false; !isSaved; ) {
        const before = (await find(id))?.record;
        if (before === undefined) return;
        const after = events.reduce((record, event) => transition(record, event, { at }).record, before);
        if (after === before) return;
        isSaved = await inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            "update requests set record = $1, revision = $2, is_open = $3, look_at = $4 where id = $5 and revision = $6",
            [JSON.stringify(after), after.revision, isOpen(after.state), lookAt(after, at), id, before.revision],
          );
          if (rowCount === 1) await log(client, after, before.revision);
          return rowCount === 1;
        });
      }
    },

    async setProgress(id: string, progress: Progress): Promise<void> {
      await pool.query("update requests set progress = $2 where id = $1", [id, progress]);
    },
    /** Nothing is left to be done for it. */
    async settle(id: string): Promise<void> {
      await pool.query("update requests set look_at = null where id = $1", [id]);
    },
    /** Runs it unless another worker is at it. The lock ends with its connection, also when the process is killed. */
    async alone(act: () => Promise<void>): Promise<void> {
      await inTransaction(pool, async (client) => {
        const { rows } = await client.query("select pg_try_advisory_xact_lock(2) as mine");
        if (rows[0].mine) await act();
      });
    },
  };
}

function lookAt({ state, delivery }: RequestRecord, at: number): Date | null {
  if (isOpen(state) || isTerminal(state)) return new Date(at);
  return delivery?.expiresAt ? new Date(delivery.expiresAt) : null;
}

/** Appends to the log what came after the revision `since`. Each line holds the digest of the one before, so one at a time may write. */
async function log(client: pg.PoolClient, record: RequestRecord, since: number): Promise<void> {
  await client.query("lock table request_log in exclusive mode");
  const { rows } = await client.query<LogHead>(
    `select number::integer as lines, encode(sha256(convert_to(line, 'UTF8')), 'hex') as sha256
     from request_log order by number desc limit 1`,
  );
  const lines = eventLog(async (line) => {
    const values = [lines.head.lines + 1, Buffer.from(line).toString().trimEnd()];
    await client.query("insert into request_log (number, line) values ($1, $2)", values);
  }, rows[0] ?? emptyLog);
  await lines.appendTransition(record, { since });
}

async function inTransaction<T>(pool: pg.Pool, act: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await act(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    client.release(true); // closing the connection rolls back
    throw error;
  }
}
