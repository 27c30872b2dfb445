import type { Knex } from "knex";
import { pagedSource } from "./paged-source.ts";

interface Ticket {
  id: number;
  customer_id: string;
  subject: string;
  opened_at: string;
}

export function ticketsByKnex(knex: Knex) {
  const ticketsOf = (customerId: string) => knex<Ticket>("tickets").where("customer_id", customerId);
  return pagedSource({
    name: "knex",
    page: async ({ subjectId, after, limit }) => {
      const rows = await ticketsOf(subjectId).where("id", ">", after).orderBy("id").limit(limit);
      return rows.map(({ customer_id: customerId, opened_at: openedAt, ...row }) => ({ ...row, customerId, openedAt }));
    },
    count: async (id) => Number((await ticketsOf(id).count({ n: "*" }))[0]?.n),
  });
}
