import Database from "better-sqlite3";
import type { Pool } from "mysql2";
import { mysqlSource } from "portmanteau/sources/mysql";
import { sqliteSource } from "portmanteau/sources/sqlite";

/** Tickets in MySQL or MariaDB: a Pool of mysql2 or of mysql2/promise. */
export const ticketsInMysql = (pool: Pool) =>
  mysqlSource({
    pool,
    cursor: "id",
    query: ({ subject, after, limit }) => ({
      text: `select id, customer_id as customerId, subject, opened_at as openedAt from tickets
             where customer_id = ? and (? is null or id > ?) order by id limit ?`,
      values: [subject.id, after, after, limit],
    }),
    count: ({ subject }) => ({ text: "select count(*) from tickets where customer_id = ?", values: [subject.id] }),
  });

/** Tickets in SQLite: better-sqlite3, or DatabaseSync of node:sqlite. */
export const ticketsInSqlite = (path: string) =>
  sqliteSource({
    database: () => new Database(path, { readonly: true }), // each read has a connection of its own, and closes it
    cursor: "id",
    query: ({ subject, after, limit }) => ({
      text: `select id, customer_id as customerId, subject, opened_at as openedAt from tickets
             where customer_id = ? and id > coalesce(?, 0) order by id limit ?`,
      values: [subject.id, after, limit],
    }),
    count: ({ subject }) => ({ text: "select count(*) from tickets where customer_id = ?", values: [subject.id] }),
  });
