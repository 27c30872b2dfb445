import type { Kysely } from "kysely";
import { pagedSource } from "./paged-source.ts";

export interface Database {
  tickets: { id: number; customer_id: string; subject: string; opened_at: Date };
}

export function ticketsByKysely(db: Kysely<Database>) {
  const ticketsOf = (id: string) => db.selectFrom("tickets").where("customer_id", "=", id);
  return pagedSource({
    name: "kysely",
    page: async ({ subjectId, after, limit }) => {
      const page = ticketsOf(subjectId).where("id", ">", after).orderBy("id").limit(limit);
      const rows = await page.select(["id", "customer_id as customerId", "subject", "opened_at as openedAt"]).execute();
      return rows.map((row) => ({ ...row, openedAt: row.openedAt.toISOString() }));
    },
    count: async (id) => {
      const { n } = await ticketsOf(id)
        .select(({ fn }) => fn.countAll().as("n"))
        .executeTakeFirstOrThrow();
      return Number(n);
    },
  });
}
