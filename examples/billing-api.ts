import { httpSource, lastRecord } from "portmanteau/sources/http";

/** One customer's invoices from a billing provider that goes on after the last id, and says whether there are more. */
export const billingInvoices = (baseUrl: string, token: (renewed: boolean) => Promise<string>) =>
  httpSource({
    name: "billing",
    request: ({ subject, cursor, limit }) => {
      const url = new URL(`/v1/customers/${encodeURIComponent(subject.id)}/invoices`, baseUrl);
      url.searchParams.set("limit", String(Math.min(limit, 100)));
      if (cursor !== null) url.searchParams.set("starting_after", String(cursor));
      return url;
    },
    headers: async ({ renewed }) => ({ authorization: `Bearer ${await token(renewed)}` }),
    renewOn401: true, // the token may have run out in the middle of a long export
    requestsPerSecond: 25,
    records: "/data",
    paging: lastRecord("/id", { more: "/has_more" }), // others: linkHeader(), cursorAt("/next"), pageNumber(), offset(), a function
    key: "/id",
    emptyStatuses: [404], // a customer whom the provider does not know has no invoices
    count: {
      request: ({ subject }) => `${baseUrl}/v1/customers/${encodeURIComponent(subject.id)}`,
      at: "/invoice_count",
    },
    check: () => `${baseUrl}/v1/account`,
  });
