import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { billingInvoices } from "../../examples/billing-api.ts";
import { helpDeskTickets } from "../../examples/help-desk.ts";
import { createExporter, type Source } from "../../src/index.ts";
import {
  Collecting,
  entriesOf,
  jsonAt,
  noteDataset,
  type request as noteRequest,
  recording,
} from "../support/exporting.ts";
import { type SeenRequest, sendJson, startServer, type TestServer } from "../support/http-server.ts";

const person = "cus ada/1815"; // an id that must be escaped in a path
const request: typeof noteRequest = {
  id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b78",
  type: "access",
  subject: { id: person },
};
const schema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "total"],
  properties: { id: { type: "string" }, total: { type: "integer" } },
} as const;
const records = Array.from({ length: 230 }, (_, index) => ({ id: `r${index}`, total: index }));

const opened: TestServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** Exports the source as one dataset, with an engine that does not wait long between attempts. */
async function exported(source: Source) {
  const { events, onEvent } = recording();
  const to = new Collecting();
  const exporter = createExporter({
    controller: { name: "Acme", contact: "privacy@acme.example" },
    datasets: [noteDataset("records", source, { schema, subjectField: "/customer" })],
    retry: { attempts: 5, baseDelayMs: 5, maxDelayMs: 20 },
    pageRecords: 50,
  });
  const report = await exporter.export(request, { to, onEvent });
  return { report, records: jsonAt(entriesOf(to.bytes), "data/records.json"), events };
}

/** What goes wrong with the requests of these numbers, from 1. */
type Trouble = { readonly [request: number]: (response: ServerResponse) => void };
const troubles: Trouble = {
  3: (response) => response.writeHead(429, { "retry-after": "0" }).end("slow down"),
  5: (response) => response.writeHead(500).end("<h1>oops</h1>"),
  6: (response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 10_000 });
    response.write('{"data": [{"id": "r', () => response.destroy());
  },
  8: (response) => response.socket?.destroy(),
};

async function serve(answer: (request: SeenRequest, response: ServerResponse) => void): Promise<TestServer> {
  let requests = 0;
  const server = await startServer((asked, response) => {
    const trouble = troubles[++requests];
    if (trouble === undefined) answer(asked, response);
    else trouble(response);
  });
  opened.push(server);
  return server;
}

describe("the billing provider of the examples", () => {
  let validToken = "t1";
  const answer = ({ path, query, headers }: SeenRequest, response: ServerResponse) => {
    if (headers.authorization !== `Bearer ${validToken}`) return void response.writeHead(401).end();
    if (path === "/v1/account") return sendJson(response, {});
    if (path === `/v1/customers/${encodeURIComponent(person)}`)
      return sendJson(response, { invoice_count: records.length });
    if (path !== `/v1/customers/${encodeURIComponent(person)}/invoices`) return void response.writeHead(404).end();
    const from = records.findIndex(({ id }) => id === query.get("starting_after")) + 1;
    const data = records.slice(from, from + Number(query.get("limit")));
    if (from === 100) validToken = "t2"; // the token runs out in the middle
    sendJson(response, {
      data: data.map((record) => ({ ...record, customer: person })),
      has_more: from + data.length < records.length,
    });
  };

  it("is exported whole, whatever goes wrong on the way", async () => {
    const server = await serve(answer);
    validToken = "t1";
    let token = "t1";
    const source = billingInvoices(server.origin, async (renewed) => (renewed ? (token = validToken) : token));
    await source.check?.(new AbortController().signal);
    const { report, records: given, events } = await exported(source);
    expect(given).toEqual(records);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 230, expected: 230 } });
    expect(events.filter(({ type }) => type === "retry").map((event) => "resumed" in event && event.resumed)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(token).toBe("t2");
  });

  it("does not know everybody", async () => {
    const server = await startServer((_, response) => void response.writeHead(404).end());
    opened.push(server);
    const { report } = await exported(billingInvoices(server.origin, async () => "t"));
    expect(report.datasets[0]).toMatchObject({ outcome: "empty", records: { expected: 0 } });
  });
});

describe("the help desk of the examples", () => {
  it("is exported whole, whatever goes wrong on the way", async () => {
    const server = await serve(({ method, query, headers }, response) => {
      if (headers["x-api-key"] !== "k" || query.get("requester") !== person) return void response.writeHead(403).end();
      if (method === "HEAD") return void response.writeHead(200, { "x-total-count": String(records.length) }).end();
      const [size, page] = [Number(query.get("per_page")), Number(query.get("page") ?? 1)];
      const data = records.slice((page - 1) * size, page * size);
      query.set("page", String(page + 1));
      const link = page * size < records.length ? { link: `</api/tickets?${query}>; rel="next"` } : {};
      sendJson(
        response,
        data.map((record) => ({ ...record, requester: person, customer: person })),
        link,
      );
    });
    const { report, records: given } = await exported(helpDeskTickets(server.origin, "k"));
    expect(given).toEqual(records);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 230, expected: 230 } });
  });
});
