import { httpSource, linkHeader } from "portmanteau/sources/http";

/** One requester's tickets from a help desk: pages are linked in the `Link` header, the number of all stands in another. */
export const helpDeskTickets = (baseUrl: string, apiKey: string) => {
  const tickets = (requester: string, limit: number) => {
    const url = new URL("/api/tickets", baseUrl);
    url.search = new URLSearchParams({ requester, per_page: String(limit) }).toString();
    return url;
  };
  return httpSource({
    name: "help-desk",
    request: ({ subject, limit }) => tickets(subject.id, limit),
    headers: () => ({ "x-api-key": apiKey }),
    paging: linkHeader(),
    key: "/id",
    body: { type: "array", items: { type: "object", required: ["id"], properties: { id: { type: "string" } } } },
    count: {
      request: ({ subject }) => ({ url: tickets(subject.id, 1), method: "HEAD" }),
      header: "x-total-count",
    },
  });
};
