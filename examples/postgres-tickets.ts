import { type PostgresConnections, postgresSnapshot, postgresSource } from "portmanteau/sources/postgres";

/** Tickets in PostgreSQL: `pool` is a pg Pool, a pg Client or a PGlite. */
export const ticketsInPostgres = (pool: PostgresConnections) =>
  postgresSource({
    pool,
    snapshot: postgresSnapshot(pool), // optional: give all datasets the same one, and they show the same moment
    cursor: "id",
    query: ({ subject, after, limit }) => ({
      text: `select id, customer_id as "customerId", subject, opened_at as "openedAt" from tickets
             where customer_id = $1 and ($2::bigint is null or id > $2) order by id limit $3`,
      values: [subject.id, after, limit],
    }),
    count: ({ subject }) => ({ text: "select count(*) from tickets where customer_id = $1", values: [subject.id] }),
  });
