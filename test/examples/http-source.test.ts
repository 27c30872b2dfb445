import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { sourceContract } from "portmanteau/testing";
import { afterAll, describe, it } from "vitest";
import { billingSource } from "../../examples/http-source.ts";

const token = "test";
const invoicesOf = (customer: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `${customer}-${index + 100}`,
    total: `${index}.50 for ${customer}`,
  }));

/** A billing API over HTTP, with what the contract wants to see and to break. */
async function billingApi(answer: "well" | "hanging" | "forbidden" = "well") {
  let invoices = [...invoicesOf("ada-7", 20), ...invoicesOf("bob-8", 3)];
  let fetched = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const customer = decodeURIComponent(url.pathname.split("/")[2] ?? "");
    if (answer === "hanging") return;
    if (answer === "forbidden" || request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(403).end(`no access to ${customer}`);
      return;
    }
    const [limit, after] = [Number(url.searchParams.get("limit")), url.searchParams.get("starting_after") ?? ""];
    const all = invoices
      .filter(({ id }) => id.startsWith(`${customer}-`) && id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const data = all.slice(0, limit);
    fetched += data.length;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data, has_more: all.length > limit }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    source: billingSource({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token }),
    fetched: () => fetched,
    insert: (count: number) => {
      for (let n = 0; n < count; n++) invoices.push({ id: `ada-7-0${n}`, total: "new" });
    },
    remove: (gone: readonly { readonly id: unknown }[]) => {
      const ids = new Set(gone.map(({ id }) => id));
      invoices = invoices.filter(({ id }) => !ids.has(id));
    },
    disconnect: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

sourceContract(
  "of docs/writing-a-source.md",
  async () => {
    const [api, hanging, forbidden] = await Promise.all([billingApi(), billingApi("hanging"), billingApi("forbidden")]);
    return {
      source: api.source,
      subject: { id: "ada-7" },
      expected: invoicesOf("ada-7", 20),
      other: { subject: { id: "bob-8" }, expected: invoicesOf("bob-8", 3) },
      nobody: { id: "eve-9" },
      fetched: api.fetched,
      write: {
        insert: async (count) => api.insert(count),
        delete: async (records) => api.remove(records as { id: string }[]),
      },
      disconnect: async () => api.disconnect(),
      unreachable: billingSource({ baseUrl: "http://127.0.0.1:1", token }),
      refused: forbidden.source,
      hanging: hanging.source,
      teardown: () => Promise.all([api, hanging, forbidden].map(({ close }) => close())),
    };
  },
  { describe, it, afterAll },
);
