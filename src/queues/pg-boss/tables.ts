import type { JobState } from "../flow/transport.ts";
import type { PgBossClient } from "./client.ts";

/** One job as it stands in pg-boss's table. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly cancelled: boolean;
}

/** A job at work, as it was taken: `retryCount` tells this taking from a later one. */
export interface Taken {
  readonly name: string;
  readonly id: string;
  readonly retryCount: number;
}

/**
 * What pg-boss has no call for: signs of life, giving back, marks on jobs at work, lists; and slots, which hold limits over all workers.
 * A slot is free from a moment on: one that died with its worker frees itself.
 */
export class Tables {
  readonly #boss: PgBossClient;
  readonly #schema: string;

  constructor(boss: PgBossClient, schema: string) {
    this.#boss = boss;
    this.#schema = schema;
  }

  /** Makes the table of slots, where it is not there. */
  async prepare(): Promise<void> {
    const db = this.#boss.getDb();
    // One at a time: `if not exists` is no protection against another that creates it at the same moment.
    await db.executeSql(
      `do $$ begin
         perform pg_advisory_xact_lock(hashtext('${this.#schema}.portmanteau_slot'));
         create table if not exists ${this.#schema}.portmanteau_slot (
           name text, slot integer, holder uuid, free_at timestamptz not null default '-infinity', primary key (name, slot));
       end $$`,
      [],
    );
  }

  async addSlots(name: string, count: number): Promise<void> {
    await this.#ask(
      `insert into {schema}.portmanteau_slot (name, slot) select $1, s from generate_series(0, $2::int - 1) s on conflict do nothing`,
      [name, count],
    );
  }

  /** Takes one of the first `count` slots for `holdMs`; false when none is free. */
  async takeSlot(name: string, count: number, holder: string, holdMs: number): Promise<boolean> {
    const taken = await this.#ask(
      `update {schema}.portmanteau_slot set holder = $3::uuid, free_at = clock_timestamp() + $4::float8 * interval '1 ms'
        where name = $1 and slot = (select slot from {schema}.portmanteau_slot
          where name = $1 and slot < $2::int and free_at <= clock_timestamp() order by slot limit 1 for update skip locked)
        returning slot`,
      [name, count, holder, holdMs],
    );
    return taken.length > 0;
  }

  /** @param holdMs 0: gives it back */
  async holdSlot(name: string, holder: string, holdMs: number): Promise<void> {
    await this.#ask(
      `update {schema}.portmanteau_slot set free_at = clock_timestamp() + $3::float8 * interval '1 ms' where name = $1 and holder = $2::uuid`,
      [name, holder, holdMs],
    );
  }

  /** A sign of life. `lost`: the job is another's by now. */
  async touch({ name, id, retryCount }: Taken): Promise<"ours" | "cancelled" | "lost"> {
    const [row] = await this.#ask(
      `update {schema}.job set started_on = now() where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3
        returning data ? 'cancelledAt' as cancelled`,
      [name, id, retryCount],
    );
    return row === undefined ? "lost" : row["cancelled"] === true ? "cancelled" : "ours";
  }

  /** To be taken by another worker, at once, and as if it had not been begun this time. */
  async giveBack({ name, id, retryCount }: Taken): Promise<void> {
    await this.#ask(
      `update {schema}.job set state = 'created', started_on = null, start_after = now() - interval '1 ms'
        where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3`,
      [name, id, retryCount],
    );
  }

  /**
   * Puts a letter in the place of a job, in one step: whoever puts the job in again meanwhile finds the one or the other, and never loses what
   * they put in.
   */
  async bury(
    { name, id, retryCount }: Taken,
    letter: { readonly id: string; readonly name: string; readonly data: object; readonly retentionDays: number },
  ): Promise<void> {
    await this.#ask(
      `with given_up as (
         delete from {schema}.job where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3 returning id)
       insert into {schema}.job (id, name, data, keep_until)
         select $4::uuid, $5, $6::jsonb, now() + $7::int * interval '1 day' from given_up on conflict do nothing`,
      [name, id, retryCount, letter.id, letter.name, JSON.stringify(letter.data), letter.retentionDays],
    );
  }

  async rows(ids: readonly string[]): Promise<readonly Row[]> {
    const found = await this.#ask(`select ${columns} from {schema}.job where id = any($1::uuid[])`, [ids]);
    return found.map(rowOf);
  }

  /** The ids of the requests that have jobs or letters, and were not cancelled. */
  async open(name: string): Promise<readonly string[]> {
    const found = await this.#ask(
      `select distinct data ->> 'requestId' as id from {schema}.job
        where ${ofQueue} and state <= 'active' and data ->> 'requestId' is not null and not data ? 'cancelledAt'`,
      [name],
    );
    return found.map(({ id }) => String(id));
  }

  /** All jobs and letters of a request, with what they hold. */
  async rowsOf(name: string, requestId: string): Promise<readonly (Row & { readonly data: unknown })[]> {
    const found = await this.#ask(
      `select ${columns}, data from {schema}.job where ${ofQueue} and data ->> 'requestId' = $2`,
      [name, requestId],
    );
    return found.map((row) => ({ ...rowOf(row), data: row["data"] }));
  }

  /**
   * Puts those that were done in again, as if they had never been begun; those that wait to be tried again come at once; those at work are
   * marked, to be done again when they are done.
   */
  async revive(ids: readonly string[]): Promise<void> {
    // In one order: two that do the same would lock each other out.
    await this.#ask(
      `update {schema}.job j set
          state = case j.state when 'completed' then 'created' else j.state end,
          output = case j.state when 'active' then '{"renewed": true}'::jsonb else j.output end,
          retry_count = case j.state when 'completed' then 0 else j.retry_count end,
          started_on = case j.state when 'active' then j.started_on end,
          start_after = case j.state when 'active' then j.start_after else now() end,
          completed_on = null
        from (select name, id from {schema}.job
          where id = any($1::uuid[]) and state in ('active', 'completed', 'retry') order by id for update) found
        where j.name = found.name and j.id = found.id`,
      [ids],
    );
  }

  /** Done; but for one whose request was begun anew meanwhile, which is put in again. */
  async complete({ name, id, retryCount }: Taken): Promise<void> {
    await this.#ask(
      `update {schema}.job set output = null,
          state = case when output ? 'renewed' then 'created' else 'completed' end::{schema}.job_state,
          started_on = case when output ? 'renewed' then null else started_on end,
          completed_on = case when output ? 'renewed' then null else now() end,
          retry_count = case when output ? 'renewed' then 0 else retry_count end, start_after = now()
        where name = $1 and id = $2::uuid and state = 'active' and retry_count = $3`,
      [name, id, retryCount],
    );
  }

  /** Cancels those that are not at work, for a year (pg-boss forgets them then), and marks those that are. @returns whether any is */
  async cancel(ids: readonly string[]): Promise<boolean> {
    const active = await this.#ask(
      `update {schema}.job set
          data = data || jsonb_build_object('cancelledAt', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
          state = case when state = 'active' then state else 'cancelled' end,
          completed_on = case when state = 'active' then null else now() + interval '1 year' end
        where id = any($1::uuid[]) returning state::text`,
      [ids],
    );
    return active.some(({ state }) => state === "active");
  }

  /** The payloads of a queue that nobody works on. */
  async payloads(name: string): Promise<readonly unknown[]> {
    const found = await this.#ask(`select data from {schema}.job where name = $1 and state <= 'active'`, [name]);
    return found.map(({ data }) => data);
  }

  async #ask(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return (await this.#boss.getDb().executeSql(text.replaceAll("{schema}", this.#schema), [...values])).rows;
  }
}

const columns =
  "id, name, state::text, retry_count, started_on is not null as begun, coalesce(data ? 'cancelledAt', false) as cancelled";

/** The queues of one name: $1. */
const ofQueue = "(name in ($1 || '-assemble', $1 || '-dead-letters') or starts_with(name, $1 || '-collect-'))";

function rowOf(row: Record<string, unknown>): Row {
  return {
    id: String(row["id"]),
    name: String(row["name"]),
    state: states[String(row["state"])] ?? "waiting",
    attempts: row["begun"] === true ? Number(row["retry_count"]) + 1 : Number(row["retry_count"]),
    cancelled: row["cancelled"] === true,
  };
}

const states: Readonly<Record<string, JobState>> = {
  created: "waiting",
  retry: "retrying",
  active: "active",
  completed: "done",
  cancelled: "cancelled",
  failed: "failed",
};
