import { and, asc, eq, gt } from "drizzle-orm";
import { integer, type PgDatabase, type PgQueryResultHKT, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { pagedSource } from "./paged-source.ts";

const tickets = pgTable("tickets", {
  id: integer().primaryKey(),
  customerId: text("customer_id").notNull(),
  subject: text().notNull(),
  openedAt: timestamp("opened_at", { withTimezone: true }).notNull(),
});

export function ticketsByDrizzle(db: PgDatabase<PgQueryResultHKT>) {
  return pagedSource({
    name: "drizzle",
    page: async ({ subjectId, after, limit }) => {
      const theirs = and(eq(tickets.customerId, subjectId), gt(tickets.id, after));
      const rows = await db.select().from(tickets).where(theirs).orderBy(asc(tickets.id)).limit(limit);
      return rows.map((row) => ({ ...row, openedAt: row.openedAt.toISOString() }));
    },
    count: (id) => db.$count(tickets, eq(tickets.customerId, id)),
  });
}
