import { pagedSource } from "./paged-source.ts";

/** What we call of the client that `prisma generate` makes: `ticketsByPrisma(prisma.ticket)`. */
interface Tickets {
  findMany(query: {
    where: { customerId: string; id: { gt: number } };
    orderBy: { id: "asc" };
    take: number;
  }): Promise<{ id: number; customerId: string; subject: string; openedAt: Date }[]>;
  count(query: { where: { customerId: string } }): Promise<number>;
}

export function ticketsByPrisma(tickets: Tickets) {
  return pagedSource({
    name: "prisma",
    page: async ({ subjectId, after, limit }) => {
      const where = { customerId: subjectId, id: { gt: after } };
      const rows = await tickets.findMany({ where, orderBy: { id: "asc" }, take: limit });
      return rows.map((row) => ({ ...row, openedAt: row.openedAt.toISOString() }));
    },
    count: (id) => tickets.count({ where: { customerId: id } }),
  });
}
