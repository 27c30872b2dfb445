import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../src/model/json.ts";
import { isPublic } from "../../src/sources/http/addresses.ts";
import {
  cursorAt,
  type HttpPaging,
  type HttpSourceOptions,
  httpSource,
  lastRecord,
  linkAt,
  linkHeader,
  offset,
  pageNumber,
} from "../../src/sources/http/index.ts";
import { linkTo } from "../../src/sources/http/link-header.ts";
import { type SeenRequest, sendJson, startServer, type TestServer } from "../support/http-server.ts";
import { contextOf, errorOf, pagesOf, recordsOf } from "../support/reading.ts";

const notes = Array.from({ length: 25 }, (_, index) => ({ id: `n${index}`, text: `note ${index}, secret` }));

const opened: TestServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) {
    expect(server.open(), "requests left open").toBe(0);
    await server.close();
  }
});

async function serve(answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>) {
  const server = await startServer(answer);
  opened.push(server);
  return server;
}

/** Waits until the server has noticed that its clients are gone. */
async function settled(server: TestServer): Promise<void> {
  while (server.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A list of notes in pages, that speaks every style of paging at once. */
function noteList(
  { query }: SeenRequest,
  response: ServerResponse,
  origin: string,
  list: readonly JsonObject[] = notes,
) {
  const limit = Number(query.get("limit"));
  const after = query.get("after");
  const from =
    after !== null && after !== ""
      ? list.findIndex(({ id }) => id === after) + 1
      : query.has("page")
        ? (Number(query.get("page")) - 1) * limit
        : Number(query.get("offset") ?? 0);
  const data = list.slice(from, from + limit);
  const has_more = from + limit < list.length;
  const next = `${origin}/notes?limit=${limit}&offset=${from + limit}`;
  sendJson(
    response,
    { data, has_more, total: list.length, next: has_more ? next : null, cursor: has_more ? data.at(-1)?.["id"] : null },
    has_more ? { link: `<${origin}/first>; rel="first", <${next}>; title="a, b"; rel="prefetch next"` } : {},
  );
}

const byQuery =
  (origin: string, name: string): HttpSourceOptions["request"] =>
  ({ cursor, limit }) =>
    `${origin}/notes?limit=${limit}${cursor === null ? "" : `&${name}=${cursor}`}`;

const styles: readonly (readonly [name: string, param: string, paging: HttpPaging])[] = [
  ["the Link header", "after", linkHeader()],
  ["a URL in the body", "after", linkAt("/next")],
  ["a cursor in the body", "after", cursorAt("/cursor")],
  ["a cursor in the body, and a boolean", "after", cursorAt("/cursor", { more: "/has_more" })],
  ["the last record, until an empty page", "after", lastRecord("/id")],
  ["the last record, and a boolean", "after", lastRecord("/id", { more: "/has_more" })],
  ["the page's number, until an empty page", "page", pageNumber()],
  ["the page's number, and a boolean", "page", pageNumber({ more: "/has_more" })],
  ["the page's number, and a total", "page", pageNumber({ total: "/total" })],
  ["an offset, until an empty page", "offset", offset()],
  ["an offset, and a total", "offset", offset({ total: "/total" })],
];

describe("paging", () => {
  it.each(styles)("reads every record once, by %s", async (_, param, paging) => {
    const server = await serve((request, response) => noteList(request, response, server.origin));
    const source = httpSource({ request: byQuery(server.origin, param), records: "/data", paging, key: "/id" });
    for (const pageRecords of [10, 25, 7, 100]) {
      const pages = await pagesOf(source, { pageRecords });
      expect(pages.flatMap(({ records }) => records)).toEqual(notes);
      expect(pages.every(({ records }) => records.length <= pageRecords)).toBe(true);
      for (const { cursor } of pages) expect(cursor === undefined).toBe(source.capabilities.resume === "none");
    }
  });

  it.each(styles.filter(([, , { resumes }]) => resumes))(
    "goes on after every cursor, by %s",
    async (_, param, paging) => {
      const server = await serve((request, response) => noteList(request, response, server.origin));
      const source = httpSource({ request: byQuery(server.origin, param), records: "/data", paging });
      let before: unknown[] = [];
      for (const { records, cursor } of await pagesOf(source)) {
        before = [...before, ...records];
        const after = JSON.parse(JSON.stringify(cursor)) as JsonValue;
        expect([...before, ...(await recordsOf(source, { after }))]).toEqual(notes);
      }
    },
  );

  it("takes a function, that may give a cursor or a link", async () => {
    const server = await serve((request, response) => noteList(request, response, server.origin));
    const source = httpSource({
      request: byQuery(server.origin, "after"),
      records: "/data",
      paging: ({ body, records }) =>
        (body as { has_more: boolean }).has_more ? { cursor: (records.at(-1) as { id: string }).id } : undefined,
    });
    expect(await recordsOf(source)).toEqual(notes);
  });

  it("does not take a short page for the last", async () => {
    const server = await serve(({ query }, response) => {
      const from = Number(query.get("offset") ?? 0);
      sendJson(response, notes.slice(from, from + 4)); // whatever limit says
    });
    const source = httpSource({ request: byQuery(server.origin, "offset"), paging: offset() });
    expect(await recordsOf(source)).toEqual(notes);
  });

  it("refuses a cursor that it did not make", async () => {
    const source = httpSource({ request: () => "http://127.0.0.1:1/", paging: linkHeader() });
    for (const after of ["n3", {}, { link: 7 }, null])
      await errorOf(recordsOf(source, { after }), "SOURCE_CONTRACT", /was not made by this source/);
    await errorOf(recordsOf(httpSource({ request: () => "http://127.0.0.1:1/" }), { after: 1 }), "SOURCE_CONTRACT");
  });

  it("keeps integers that JavaScript cannot hold", async () => {
    const server = await serve(
      (_, response) => void response.end('{"data": [{"id": 9007199254740993}], "more": false}'),
    );
    const source = httpSource({
      request: () => server.origin,
      records: "/data",
      paging: lastRecord("/id", { more: "/more" }),
    });
    expect(await recordsOf(source)).toEqual([{ id: "9007199254740993" }]);
    expect(await recordsOf(httpSource({ request: () => server.origin, records: "/data" }))).toEqual([
      { id: "9007199254740993" },
    ]);
  });
});

describe("a list that does not behave", () => {
  const reading = async (answer: Parameters<typeof serve>[0], more: Partial<HttpSourceOptions>, param = "cursor") => {
    const server = await serve(answer);
    const source = httpSource({ request: byQuery(server.origin, param), records: "/data", ...more });
    return { server, source, read: recordsOf(source) };
  };

  it("is an error when its cursor does not move", async () => {
    const { read, server } = await reading(
      (_, response) => sendJson(response, { data: notes.slice(0, 3), next: "a" }),
      {
        paging: cursorAt("/next"),
      },
    );
    await errorOf(read, "SOURCE_CONTRACT", /never end/);
    expect(server.seen.length).toBe(2);
  });

  it("is an error when its cursors go in a circle, however long", async () => {
    const { read } = await reading(
      ({ query }, response) => {
        const at = Number(query.get("cursor") ?? 0);
        sendJson(response, { data: [notes[at % 25]], next: at < 9 ? at + 1 : 3 });
      },
      { paging: cursorAt("/next") },
    );
    await errorOf(read, "SOURCE_CONTRACT", /never end/);
  });

  it("is an error when it never ends on empty pages", async () => {
    const { read } = await reading(
      ({ query }, response) => sendJson(response, { data: [], next: Number(query.get("cursor") ?? 0) + 1 }),
      { paging: cursorAt("/next") },
    );
    await errorOf(read, "SOURCE_CONTRACT", /1000 empty pages/);
  });

  it.each([
    ["by its key", { key: "/id" }],
    ["as a whole", {}],
  ])("is an error when a page is repeated, noticed %s", async (_, more) => {
    const { read, server } = await reading((_request, response) => sendJson(response, { data: notes.slice(0, 10) }), {
      paging: pageNumber(),
      ...more,
    });
    const error = await errorOf(read, "SOURCE_CONTRACT", /does it pass on `cursor`/);
    expect(error.retryable).toBe(false);
    expect(server.seen.length).toBe(2);
  });

  it("is to be read again when a record was put in, and its pages shifted", async () => {
    let list = notes;
    const { source, read } = await reading(
      (request, response) => {
        noteList(request, response, "", list);
        list = [{ id: "new", text: "" }, ...list];
      },
      { paging: offset(), key: "/id" },
      "offset",
    );
    expect((await errorOf(read, "SOURCE_UNAVAILABLE", /changed while it was read/)).retryable).toBe(true);
    expect(source.capabilities.resume).toBe("none");
  });

  it("is to be read again when a record was taken out, if it says its total", async () => {
    let list = notes;
    const { read } = await reading(
      (request, response) => {
        noteList(request, response, "", list);
        list = list.slice(1);
      },
      { paging: offset({ total: "/total" }) },
      "offset",
    );
    expect((await errorOf(read, "SOURCE_UNAVAILABLE", /changed while it was read/)).retryable).toBe(true);
  });

  it.each([
    ["no array where the records should be", {}, lastRecord("/id")],
    ["no array but null", { data: null }, lastRecord("/id")],
    ["a body that is an array itself", [], lastRecord("/id")],
    ["nothing that says whether there are more", { data: [{ id: 1 }] }, lastRecord("/id", { more: "/more" })],
    ["more, and no cursor", { data: [], more: true }, cursorAt("/next", { more: "/more" })],
    ["more, and no record", { data: [], more: true }, lastRecord("/id", { more: "/more" })],
    ["a last record without its key", { data: [{ id: null }] }, lastRecord("/id")],
    ["a total that is none", { data: [{ id: 1 }], total: "many" }, offset({ total: "/total" })],
    ["fewer records than its total", { data: [], total: 3 }, offset({ total: "/total" })],
    ["more records than its total", { data: [1, 2], total: 1 }, offset({ total: "/total" })],
    ["a link that is no text", { data: [], next: 5 }, linkAt("/next")],
    ["a link that is no URL", { data: [], next: "http://:0:0/" }, linkAt("/next")],
  ])("is an error when it gives %s", async (_, body, paging) => {
    const { read } = await reading((_request, response) => sendJson(response, body), { paging });
    await errorOf(read, "SOURCE_CONTRACT", /Look at `(?:paging|records)`/);
  });

  it("is an error when two records of a page have one key, or none", async () => {
    for (const data of [
      [{ id: 1 }, { id: 1 }],
      [{ id: 1 }, {}],
    ]) {
      const { read } = await reading((_request, response) => sendJson(response, { data }), {
        paging: lastRecord("/id"),
        key: "/id",
      });
      await errorOf(read, "SOURCE_CONTRACT", /\/id/);
    }
  });

  it("is an error when its Link header is malformed", async () => {
    const { read } = await reading(
      (_request, response) => sendJson(response, { data: [] }, { link: "next page: /2" }),
      {
        paging: linkHeader(),
      },
    );
    await errorOf(read, "SOURCE_CONTRACT", /Link header is malformed/);
  });
});

describe("an answer that is none", () => {
  const paged = (origin: string, more: Partial<HttpSourceOptions> = {}) =>
    httpSource({ request: () => `${origin}/people/ada-1815`, paging: linkHeader(), name: "desk", ...more });
  const streamed = (origin: string, more: Partial<HttpSourceOptions> = {}) =>
    httpSource({ request: () => `${origin}/people/ada-1815`, name: "desk", ...more });
  const whole = JSON.stringify(notes);

  it.each([
    [429, "SOURCE_UNAVAILABLE", true],
    [408, "SOURCE_UNAVAILABLE", true],
    [500, "SOURCE_UNAVAILABLE", true],
    [503, "SOURCE_UNAVAILABLE", true],
    [400, "SOURCE_FAILED", false],
    [401, "SOURCE_FAILED", false],
    [404, "SOURCE_FAILED", false],
    [304, "SOURCE_FAILED", false],
  ] as const)("tells of status %i whether a retry may help", async (status, code, retryable) => {
    const server = await serve((_, response) => void response.writeHead(status).end(status === 304 ? "" : "secret"));
    for (const source of [paged(server.origin), streamed(server.origin)])
      expect((await errorOf(recordsOf(source), code, new RegExp(`^Source "desk": .*${status}`))).retryable).toBe(
        retryable,
      );
    expect(server.seen.length).toBe(2);
  });

  it.each([
    ["HTML", "text/html", "<!doctype html><p>secret", /not JSON but text\/html/],
    ["broken JSON", "application/json", '[{"id": 1} {"id": secret}]', /not JSON/],
    ["invalid UTF-8", "application/json", Buffer.from('["\xe9\xe9\xe9"]', "latin1"), /not UTF-8/],
  ])("fails for good when it is %s", async (_, type, body, message) => {
    const server = await serve(
      (_request, response) => void response.writeHead(200, { "content-type": type }).end(body),
    );
    const error = await errorOf(recordsOf(paged(server.origin)), "SOURCE_FAILED", message);
    expect(error.retryable).toBe(false);
    await errorOf(recordsOf(streamed(server.origin)), "SOURCE_FAILED", /not JSON|not UTF-8/);
  });

  it.each([
    [
      "its connection is lost",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": whole.length });
        response.write(whole.slice(0, 99), () => response.destroy());
      },
    ],
    [
      "a chunk is missing",
      (response: ServerResponse) => {
        response.writeHead(200);
        response.write(whole.slice(0, 99), () => response.destroy());
      },
    ],
    [
      "its content-length is too small",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": 99, connection: "close" });
        response.strictContentLength = false;
        response.end(whole);
      },
    ],
    [
      "it ends early with its connection",
      (response: ServerResponse) => {
        response.removeHeader("transfer-encoding");
        response.socket?.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${whole.slice(0, 99)}`);
      },
    ],
    [
      "it ends within a character",
      (response: ServerResponse) => {
        response.socket?.end(Buffer.from('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n["é').subarray(0, -1));
      },
    ],
    [
      "its gzip is cut",
      (response: ServerResponse) => {
        const cut = gzipSync(whole).subarray(0, -20);
        response.writeHead(200, { "content-encoding": "gzip", "content-length": cut.length }).end(cut);
      },
    ],
    ["it is empty", (response: ServerResponse) => void response.writeHead(200).end()],
  ])("is to be asked for again when %s", async (_, answer) => {
    const server = await serve((_request, response) => answer(response));
    for (const source of [paged(server.origin), streamed(server.origin)]) {
      const error = await errorOf(recordsOf(source), "SOURCE_UNAVAILABLE", /broke off|in the middle/);
      expect(error.retryable).toBe(true);
    }
    server.disconnect();
    await settled(server);
  });

  it("is to be asked for again when nobody listens, and not when the address cannot be", async () => {
    const gone = await startServer(() => undefined);
    await gone.close();
    expect((await errorOf(recordsOf(paged(gone.origin)), "SOURCE_UNAVAILABLE", /ECONNREFUSED/)).retryable).toBe(true);
    for (const origin of ["nowhere", "ftp://127.0.0.1", "http://ada:secret@127.0.0.1"])
      expect((await errorOf(recordsOf(paged(origin)), "SOURCE_FAILED", /absolute/)).retryable).toBe(false);
  });

  it("times out when it does not come, or stops in the middle", async () => {
    const server = await serve((_, response) => void response.writeHead(200).write("[1,"));
    const silent = await serve(() => undefined);
    const limits = { requestTimeoutMs: 40, stallTimeoutMs: 40 };
    for (const [{ origin }, message] of [
      [server, /stallTimeoutMs|requestTimeoutMs/],
      [silent, /requestTimeoutMs/],
    ] as const)
      for (const source of [paged(origin, limits), streamed(origin, limits)])
        expect((await errorOf(recordsOf(source), "SOURCE_TIMEOUT", message)).retryable).toBe(true);
    await errorOf(recordsOf(paged(server.origin, { stallTimeoutMs: 40 })), "SOURCE_TIMEOUT", /stallTimeoutMs/);
    await settled(server);
    await settled(silent);
  });

  it("is refused when it is larger than may be, announced or not, and inflated", async () => {
    const sent = [
      (response: ServerResponse) => response.end(whole),
      (response: ServerResponse) => response.writeHead(200, { "content-length": whole.length }).end(whole),
      (response: ServerResponse) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(whole)),
    ];
    let index = 0;
    const server = await serve((_, response) => void sent[index++]?.(response));
    for (const _ of sent)
      await errorOf(
        recordsOf(paged(server.origin, { maxBodyBytes: whole.length - 1 })),
        "SOURCE_FAILED",
        /maxBodyBytes/,
      );
    await settled(server);
  });

  it("is refused when it does not match what is expected of it", async () => {
    const server = await serve((_, response) => sendJson(response, { data: [], kind: "secret" }));
    const schema = {
      type: "object",
      required: ["data"],
      properties: { data: { type: "array" }, kind: { const: "notes" } },
    };
    const source = paged(server.origin, { records: "/data", body: schema });
    await errorOf(recordsOf(source), "SOURCE_FAILED", /at "\/kind"/);
    await errorOf(recordsOf(paged(server.origin, { records: "/data", body: () => false })), "SOURCE_FAILED", /`body`/);
    expect(await recordsOf(paged(server.origin, { records: "/data", body: () => true }))).toEqual([]);
  });

  it("says that the person has nothing there only by a status that is named, and on the first page", async () => {
    let pages = 0;
    const server = await serve((_, response) => {
      if (pages-- > 0) sendJson(response, [1], { link: "</2>; rel=next" });
      else response.writeHead(404).end();
    });
    const options = { emptyStatuses: [404], count: { request: () => server.origin, at: "" } };
    expect(await recordsOf(paged(server.origin, options))).toEqual([]);
    expect(await recordsOf(streamed(server.origin, options))).toEqual([]);
    expect(await paged(server.origin, options).count?.(contextOf())).toBe(0);
    pages = 1;
    await errorOf(recordsOf(paged(server.origin, options)), "SOURCE_FAILED", /404/);
  });
});

describe("headers", () => {
  it("are asked for once per request, and once more after a 401 when that is wanted", async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization === "Bearer new") noteList(request, response, server.origin);
      else response.writeHead(401).end();
    });
    let token = "old";
    const asked: boolean[] = [];
    const source = (renewOn401: boolean) =>
      httpSource({
        request: byQuery(server.origin, "after"),
        records: "/data",
        paging: lastRecord("/id", { more: "/has_more" }),
        renewOn401,
        async headers({ renewed }) {
          asked.push(renewed);
          if (renewed) token = "new";
          return { authorization: `Bearer ${token}` };
        },
      });
    await errorOf(recordsOf(source(false)), "SOURCE_FAILED", /401/);
    expect(asked.splice(0)).toEqual([false]);
    expect(await recordsOf(source(true))).toEqual(notes);
    expect(asked).toEqual([false, true, false, false]);
    token = "bad";
  });

  it("are renewed once only", async () => {
    const server = await serve((_, response) => void response.writeHead(401).end());
    const source = httpSource({ request: () => server.origin, renewOn401: true, headers: () => ({}) });
    await errorOf(recordsOf(source), "SOURCE_FAILED", /401/);
    expect(server.seen.length).toBe(2);
  });

  it("that cannot be had fail the read, with the reason as cause", async () => {
    const source = httpSource({
      request: () => "http://127.0.0.1:1",
      headers: () => {
        throw new Error("secret");
      },
    });
    expect((await errorOf(recordsOf(source), "SOURCE_FAILED", /`headers`/)).cause).toEqual(new Error("secret"));
  });
});

describe("links and redirects", () => {
  const authorization = "Bearer secret";
  const secured = (request: string, more: Partial<HttpSourceOptions> = {}) =>
    httpSource({
      request: () => ({ url: request, headers: { "x-key": "secret" } }),
      headers: () => ({ authorization }),
      paging: linkHeader(),
      ...more,
    });

  it("are followed on the same origin, with the headers", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/a") response.writeHead(307, { location: "/v2/b" }).end();
      else if (path === "/v2/b") sendJson(response, [1], { link: "<c>; rel=next" });
      else sendJson(response, [2]);
    });
    expect(await recordsOf(secured(`${server.origin}/a`))).toEqual([1, 2]);
    expect(server.seen.map(({ path }) => path)).toEqual(["/a", "/v2/b", "/v2/c"]);
    expect(
      server.seen.every(({ headers }) => headers.authorization === authorization && headers["x-key"] === "secret"),
    ).toBe(true);
  });

  it("are not followed to another origin", async () => {
    const other = await serve((_, response) => sendJson(response, [2]));
    const server = await serve(({ path }, response) => {
      if (path === "/redirect") response.writeHead(302, { location: `${other.origin}/` }).end();
      else if (path === "/link") sendJson(response, [1], { link: `<${other.origin}/>; rel=next` });
      else sendJson(response, { data: [1], next: `//${other.origin.slice("http://".length)}/` });
    });
    await errorOf(recordsOf(secured(`${server.origin}/redirect`)), "SOURCE_FAILED", /allowOrigins/);
    await errorOf(recordsOf(secured(`${server.origin}/link`)), "SOURCE_FAILED", /allowOrigins/);
    await errorOf(
      recordsOf(secured(`${server.origin}/body`, { records: "/data", paging: linkAt("/next") })),
      "SOURCE_FAILED",
      /allowOrigins/,
    );
    await errorOf(
      recordsOf(secured(`${server.origin}/link`), { after: { link: other.origin } }),
      "SOURCE_FAILED",
      /allowOrigins/,
    );
    expect(other.seen).toEqual([]);
  });

  it("to an origin that is allowed carry no headers, and are refused at a private address", async () => {
    const other = await serve((_, response) => sendJson(response, [2], { link: "</more>; rel=prev" }));
    const server = await serve((_, response) => sendJson(response, [1], { link: `<${other.origin}/>; rel=next` }));
    const allowOrigins = [other.origin];
    await errorOf(recordsOf(secured(server.origin, { allowOrigins })), "SOURCE_FAILED", /private address/);
    expect(other.seen).toEqual([]);
    expect(await recordsOf(secured(server.origin, { allowOrigins, allowPrivateAddresses: true }))).toEqual([1, 2]);
    expect(other.seen[0]?.headers).not.toHaveProperty("authorization");
    expect(other.seen[0]?.headers).not.toHaveProperty("x-key");
  });

  it("are checked by the addresses of a name", async () => {
    const server = await serve((_, response) => sendJson(response, [1], { link: "<http://files.example/>; rel=next" }));
    const asked: string[] = [];
    const lookup = async (hostname: string) => {
      asked.push(hostname);
      return [
        { address: "93.184.216.34", family: 4 },
        { address: "fd00::1", family: 6 },
      ];
    };
    const source = secured(server.origin, { allowOrigins: ["http://files.example"], lookup });
    await errorOf(recordsOf(source), "SOURCE_FAILED", /private address/);
    expect(asked).toEqual(["files.example"]);
  });

  it("end when they go in a circle, and are not followed for what is no GET", async () => {
    const server = await serve((_, response) => void response.writeHead(302, { location: "/" }).end());
    await errorOf(recordsOf(secured(server.origin)), "SOURCE_FAILED", /again and again/);
    const posting = httpSource({ request: () => ({ url: server.origin, method: "POST", body: {} }) });
    await errorOf(recordsOf(posting), "SOURCE_FAILED", /redirects a POST/);
  });

  it("knows which addresses are public", async () => {
    const judge = (host: string) => isPublic(new URL(`http://${host}/`), () => Promise.reject(new Error("no name")));
    for (const host of [
      "127.0.0.1",
      "0x7f.1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "[::1]",
      "[::]",
      "[fe80::1]",
      "[fd12::1]",
      "[::ffff:10.0.0.1]",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
    ])
      expect(await judge(host), host).toBe(false);
    for (const host of ["93.184.216.34", "172.32.0.1", "[2606:4700::1111]"]) expect(await judge(host), host).toBe(true);
  });
});

describe("a Link header", () => {
  it.each([
    ['<https://a.example/?a=1,2&b=";">; rel=next', 'https://a.example/?a=1,2&b=";"'],
    ['<a>; rel="prev", <b>; REL="Next last"', "b"],
    ['<a>;title="x \\", <y>; rel=next";rel=prev , , <b> ; rel = "next"', "b"],
    ['<a>; rel=next; anchor="/other"', undefined],
    ["<a>; rel=prev; rel=next", undefined],
    ["<a>; ; crossorigin; rel=next", "a"],
    ["<>; rel=next", ""],
    ["", undefined],
  ])("%s leads on to %s", (header, expected) => expect(linkTo("next", header)).toBe(expected));

  it.each(["a; rel=next", "<a", "<a>; rel=next <b>; rel=prev", "<a> rel=next", '<a>; rel="next'])(
    "%s is malformed",
    (header) => expect(() => linkTo("next", header)).toThrow(SyntaxError),
  );
});

describe("one large answer", () => {
  it("is read as a stream, no further than it is wanted", async () => {
    let sent = 0;
    const server = await serve(async (_, response) => {
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      response.write('{"meta": {"data": [0]}, "data": [');
      for (let id = 0; id < 200_000 && !response.destroyed; id++) {
        sent++;
        if (!response.write(`${id === 0 ? "" : ","}{"id":${id},"text":"${"x".repeat(100)}"}`))
          await once(response, "drain", { signal: gone.signal });
      }
      response.end('], "after": [1]}');
    });
    const source = httpSource({ request: () => server.origin, records: "/data" });
    let read = 0;
    for await (const { records } of source.read(contextOf({ pageRecords: 500 }))) {
      expect(records[0]).toMatchObject({ id: read });
      read += records.length;
      if (read === 1_000) await new Promise((resolve) => setTimeout(resolve, 100));
      if (read === 1_000) expect(sent).toBeLessThan(150_000);
    }
    expect(read).toBe(200_000);
  });

  it("is an error when there is no array, or it is cut after it", async () => {
    const bodies = ['{"data": {}}', '{"data": 1}', '{"other": [1]}', '{"data": [1], "data": [2]}', '{"data": null}'];
    let body = "";
    const server = await serve((_, response) => void response.end(body));
    const source = httpSource({ request: () => server.origin, records: "/data", maxRecordLength: 100 });
    for (body of bodies) await errorOf(recordsOf(source), "SOURCE_CONTRACT", /no array at "\/data"/);
    body = '{"data": [1], "x": ';
    await errorOf(recordsOf(source), "SOURCE_UNAVAILABLE", /in the middle, after 1 records/);
    body = '{"data": [1]}]';
    await errorOf(recordsOf(source), "SOURCE_FAILED", /not JSON/);
    body = `{"data": [1, "${"x".repeat(200_000)}"]}`;
    await errorOf(recordsOf(source), "SOURCE_FAILED", /record 1 is longer than maxRecordLength/);
    body = `{"data": [${"[".repeat(5_000)}`;
    await errorOf(recordsOf(source), "SOURCE_FAILED", /nested too deeply/);
    await settled(server);
  });

  it("gives the same as JSON.parse, cut anywhere", async () => {
    const value = {
      a: { data: [[1], 2] },
      "d~/": { data: [{ __proto: 1, "": null }, [], 'é\u2028"', -1.5e3, true, [[{}]]] },
    };
    const text = JSON.stringify(value, null, 1);
    const server = await serve(async (_, response) => {
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const source = httpSource({ request: () => server.origin, records: "/d~0~1/data" });
    expect(await recordsOf(source, { pageRecords: 4 })).toEqual(value["d~/"].data);
  });
});

describe("requests", () => {
  it.each([
    ["seconds", (until: number) => String(Math.ceil((until - Date.now()) / 1_000))],
    ["a date", (until: number) => new Date(until).toUTCString()],
  ])("wait as Retry-After says in %s, also those of other reads", async (_, header) => {
    const until = Math.ceil(Date.now() / 1_000 + 1) * 1_000;
    const server = await serve((_request, response) => {
      if (Date.now() < until) response.writeHead(429, { "retry-after": header(until) }).end();
      else sendJson(response, [1]);
    });
    const source = httpSource({ request: () => server.origin, paging: linkHeader() });
    await errorOf(recordsOf(source), "SOURCE_UNAVAILABLE", /429/);
    expect(await Promise.all([recordsOf(source), recordsOf(source)])).toEqual([[1], [1]]);
    expect(server.seen.length).toBe(3);
  });

  it("are not sent at all while Retry-After asks for longer than is allowed", async () => {
    const server = await serve((_, response) => void response.writeHead(503, { "retry-after": "3600" }).end());
    const source = httpSource({ request: () => server.origin, maxRetryAfterMs: 5_000 });
    await errorOf(recordsOf(source), "SOURCE_UNAVAILABLE", /503/);
    const error = await errorOf(recordsOf(source), "SOURCE_UNAVAILABLE", /maxRetryAfterMs/);
    expect(error.retryable).toBe(true);
    expect(server.seen.length).toBe(1);
  });

  it("are so many at a time and per second as is allowed, over all reads", async () => {
    let [now, most] = [0, 0];
    const server = await serve(async (request, response) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      noteList(request, response, server.origin);
    });
    const options = {
      request: byQuery(server.origin, "after"),
      records: "/data",
      paging: lastRecord("/id", { more: "/has_more" }),
    };
    const few = httpSource({ ...options, maxConcurrent: 2 });
    await Promise.all(Array.from({ length: 6 }, () => recordsOf(few)));
    expect([most, server.seen.length]).toEqual([2, 18]);

    const times: number[] = [];
    const slow = httpSource({
      ...options,
      requestsPerSecond: 100,
      fetch(...asked) {
        times.push(performance.now());
        return fetch(...asked);
      },
    });
    const began = performance.now();
    await Promise.all(Array.from({ length: 3 }, () => recordsOf(slow)));
    // What is promised is a bound that a slow machine cannot break: the request of this number never leaves before.
    expect(times.map((time, index) => time - began >= index * 10)).toEqual(times.map(() => true));
    expect(times.length).toBe(9);
  });

  it("end at once when the reading is aborted: waiting, sent, or answered in part", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/part") response.write("[1,2,");
    });
    const closed = await serve((_, response) => void response.writeHead(429, { "retry-after": "30" }).end());
    const waiting = httpSource({ request: () => closed.origin });
    await errorOf(recordsOf(waiting), "SOURCE_UNAVAILABLE");
    const one = httpSource({ request: () => `${server.origin}/none`, maxConcurrent: 1 });
    const holder = new AbortController();
    const holding = recordsOf(one, { signal: holder.signal });
    const reads = [
      waiting,
      one,
      httpSource({ request: () => `${server.origin}/none`, paging: linkHeader() }),
      httpSource({ request: () => `${server.origin}/part`, paging: linkHeader() }),
      httpSource({ request: () => `${server.origin}/part` }),
      httpSource({ request: () => server.origin, headers: () => new Promise(() => undefined) }),
      httpSource({ request: () => server.origin, fetch: () => new Promise(() => undefined) }),
    ];
    const already = new AbortController();
    already.abort();
    for (const source of reads) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      await errorOf(recordsOf(source, { signal: controller.signal }), "ABORTED");
      await errorOf(recordsOf(source, { signal: already.signal }), "ABORTED");
    }
    holder.abort();
    await errorOf(holding, "ABORTED");
    await settled(server);
  });

  it("leave nothing open when the reader goes away early", async () => {
    const server = await serve((_, response) => void response.write(`[${"[1],".repeat(100_000)}`));
    const source = httpSource({ request: () => server.origin, maxConcurrent: 1 });
    for (let round = 0; round < 3; round++)
      for await (const { records } of source.read(contextOf())) {
        expect(records.length).toBe(10);
        break;
      }
    await settled(server);
  });
});

describe("count and check", () => {
  it("counts by a body, a header, or a Content-Range", async () => {
    const server = await serve(({ method }, response) => {
      if (method === "HEAD") response.writeHead(200, { "x-total": "25", "content-range": "0-9/25" }).end();
      else sendJson(response, { meta: { total: 25, text: "12" } });
    });
    const counted = (count: HttpSourceOptions["count"]) =>
      httpSource({ request: () => server.origin, ...(count === undefined ? {} : { count }) }).count?.(contextOf());
    const head = { url: server.origin, method: "HEAD" } as const;
    expect(await counted({ request: () => server.origin, at: "/meta/total" })).toBe(25);
    expect(await counted({ request: () => server.origin, at: "/meta/text" })).toBe(12);
    expect(await counted({ request: () => head, header: "x-total" })).toBe(25);
    expect(await counted({ request: () => head, header: "content-range" })).toBe(25);
    await errorOf(counted({ request: () => head, header: "x-none" }) as Promise<number>, "SOURCE_CONTRACT", /x-none/);
    await errorOf(
      counted({ request: () => server.origin, at: "/meta" }) as Promise<number>,
      "SOURCE_CONTRACT",
      /\/meta/,
    );
  });

  it("checks by a request of its own", async () => {
    let status = 200;
    const server = await serve((_, response) => void response.writeHead(status).end("anything"));
    const { signal } = new AbortController();
    const source = httpSource({ request: () => server.origin, check: () => `${server.origin}/me` });
    await source.check?.(signal);
    status = 403;
    await errorOf(source.check?.(signal) as Promise<void>, "SOURCE_FAILED", /403.*`headers`/);
    expect(server.seen.map(({ path }) => path)).toEqual(["/me", "/me"]);
    expect(httpSource({ request: () => server.origin }).check).toBeUndefined();
  });
});

it("is refused at once when its options are wrong", async () => {
  const request = () => "http://127.0.0.1:1";
  const wrong: Partial<HttpSourceOptions>[] = [
    { records: "data" },
    { key: "/id" },
    { key: "id", paging: linkHeader() },
    { body: () => true },
    { requestTimeoutMs: 0 },
    { maxConcurrent: 1.5 },
    { maxBodyBytes: Number.NaN },
    { allowOrigins: ["https://a.example/path"] },
    { allowOrigins: ["a.example"] },
    { count: { request, at: "x" } },
  ];
  for (const options of wrong) await errorOf((async () => httpSource({ request, ...options }))(), "CONFIG_INVALID");
  await errorOf(
    (async () => httpSource({ request, paging: linkHeader(), body: { type: "nothing" } }))(),
    "SCHEMA_UNSUPPORTED",
  );
  expect(() => cursorAt("x")).toThrow(/no pointer/);
});
