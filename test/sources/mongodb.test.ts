import type { Socket } from "node:net";
import { inspect } from "node:util";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  MongoClient,
  type MongoClientOptions,
  ObjectId,
  Timestamp,
  UUID,
} from "mongodb";
import { mapSource, renameFields } from "portmanteau/sources/combine";
import { type MongodbSourceOptions, mongodbSnapshot, mongodbSource } from "portmanteau/sources/mongodb";
import { afterEach, describe, expect, it } from "vitest";
import type { Cursor, JsonObject } from "../../src/index.ts";
import {
  Collecting,
  entriesOf,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  notes,
  refused,
  request,
} from "../support/exporting.ts";
import { mongodbInProcess, mongodbNotRun, mongodbUrl, type Script } from "../support/mongodb.ts";
import { readingAs } from "../support/reading.ts";

type Document = Record<string, unknown>;

const { context, pagesOf, recordsOf } = readingAs("u1", 3);

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const filter = ({ subject }: { readonly subject: { readonly id: string } }) => ({ owner: subject.id });

async function sourceOver(
  documents: Document[],
  { client: clientOptions, ...more }: Partial<MongodbSourceOptions> & { readonly client?: MongoClientOptions } = {},
) {
  const server = await mongodbInProcess(documents, clientOptions);
  stops.push(server.stop);
  return { ...server, source: mongodbSource({ collection: server.collection, filter, ...more }) };
}

const owned = (count: number): Document[] =>
  Array.from({ length: count }, (_, index) => ({ _id: index, owner: "u1", text: `secret ${index}` }));

const everyType = {
  _id: new ObjectId("65a1b2c3d4e5f60718293a4b"),
  owner: "u1",
  int: new Int32(-7),
  double: new Double(0.1),
  whole: new Double(5),
  long: Long.fromString("9007199254740993"),
  small: Long.fromNumber(1),
  decimal: Decimal128.fromString("1234567890.123456789012345678901234"),
  date: new Date("2026-01-31T09:00:00.123Z"),
  bytes: new Binary(Buffer.from([0xff, 0x00])),
  uuid: new UUID("7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11"),
  legacy: new Binary(Buffer.alloc(16, 1), Binary.SUBTYPE_UUID_OLD),
  time: new Timestamp({ t: 4_000_000_000, i: 2 }),
  pattern: new BSONRegExp("^a/b", "i"),
  symbol: new BSONSymbol("s"),
  code: new Code("f()"),
  scoped: new Code("f()", { x: Long.fromNumber(3) }),
  reference: new DBRef("users", new ObjectId("65a1b2c3d4e5f60718293a4c"), "main"),
  least: new MinKey(),
  most: new MaxKey(),
  nothing: null,
  missing: undefined,
  yes: true,
  nested: {
    list: [new ObjectId("65a1b2c3d4e5f60718293a4d"), [Long.fromNumber(2)], { at: new Date(0) }],
    "a.b": "",
    $c: "",
  },
  forged: { _BSONTYPE: "ObjectId", id: "text" },
};
const everyTypeAsJson = {
  _id: "65a1b2c3d4e5f60718293a4b",
  owner: "u1",
  int: -7,
  double: 0.1,
  whole: 5,
  long: "9007199254740993",
  small: "1",
  decimal: "1234567890.123456789012345678901234",
  date: "2026-01-31T09:00:00.123Z",
  bytes: "/wA=",
  uuid: "7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
  legacy: Buffer.alloc(16, 1).toString("base64"),
  time: { t: 4_000_000_000, i: 2 },
  pattern: "/^a/b/i",
  symbol: "s",
  code: "f()",
  scoped: { code: "f()", scope: { x: "3" } },
  reference: { $ref: "users", $id: "65a1b2c3d4e5f60718293a4c", $db: "main" },
  least: "MinKey",
  most: "MaxKey",
  nothing: null,
  missing: null,
  yes: true,
  nested: { list: ["65a1b2c3d4e5f60718293a4d", ["2"], { at: "1970-01-01T00:00:00.000Z" }], "a.b": "", $c: "" },
  forged: { _bsontype: "ObjectId", id: "text" },
};
/** Of every type that may be one, in BSON's order. */
const ids = [
  -1.5,
  Long.fromString("9007199254740993"),
  Decimal128.fromString("1E+30"),
  "$text",
  "ä",
  { a: new ObjectId("65a1b2c3d4e5f60718293a4b") },
  new Binary(Buffer.from([9])),
  new UUID("7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11"),
  new ObjectId("65a1b2c3d4e5f60718293a4b"),
  true,
  new Date("2026-01-31T09:00:00.123Z"),
];

describe("mongodbSource, over the real driver and a server in process", () => {
  it("maps every type, whatever the client's settings are", async () => {
    const settings: MongoClientOptions[] = [
      {},
      { promoteValues: false, promoteLongs: false, promoteBuffers: true, bsonRegExp: true },
      { useBigInt64: true },
      { raw: true },
    ];
    for (const client of settings) {
      const forged = { __proto__: null, ...JSON.parse('{"__proto__":{"polluted":true}}') } as Document;
      const { source } = await sourceOver([{ ...everyType, forgedToo: forged }], { client });
      const [record] = await recordsOf(source);
      const { forgedToo, ...rest } = record as JsonObject;
      expect(rest).toEqual(everyTypeAsJson);
      expect(JSON.stringify(forgedToo)).toBe('{"__proto__":{"polluted":true}}');
      expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
    }
  });

  it("resumes after an _id of any type, also when the next one is of another", async () => {
    const documents = ids.map((_id) => ({ _id, owner: "u1" }));
    const { source } = await sourceOver([...documents, { _id: 7, owner: "u2" }].reverse());
    const whole = await recordsOf(source);
    expect(whole).toHaveLength(ids.length);
    const pages = await pagesOf(source, { pageRecords: 1 });
    for (const [index, { cursor }] of pages.entries()) {
      const after = JSON.parse(JSON.stringify(cursor)) as Cursor;
      expect(await recordsOf(source, { after }), JSON.stringify(cursor)).toEqual(whole.slice(index + 1));
    }
  });

  it("reads in batches of a page, no further than asked, and counts on its own", async () => {
    const { source, asked, cursors } = await sourceOver(owned(10));
    const pages = source.read(context())[Symbol.asyncIterator]();
    expect((await pages.next()).value?.records.length).toBe(3);
    expect(asked.map(({ command }) => command)).toEqual(["find"]);
    expect(asked[0]?.body).toMatchObject({
      filter: { owner: "u1" },
      sort: { _id: 1 },
      batchSize: 3,
      maxTimeMS: 60_000,
    });
    await pages.return?.();
    expect(cursors.size).toBe(0); // killed
    expect((await pagesOf(source)).map(({ records }) => records.length)).toEqual([3, 3, 3, 1]);
    expect(await source.count?.(context())).toBe(10);
    expect(await source.count?.(context({ subject: { id: "u2" } }))).toBe(0);
    expect(await recordsOf(source, { subject: { id: "u2" } })).toEqual([]);
    await source.check?.(context().signal);
  });

  it("loses and repeats nothing when documents come and go while it is read", async () => {
    const documents = owned(9);
    const { source } = await sourceOver(documents);
    const [, page] = await pagesOf(source);
    documents.splice(0, 2, { _id: 0.5, owner: "u1" });
    documents.push({ _id: 20, owner: "u1" });
    const rest = await recordsOf(source, { after: page?.cursor as Cursor });
    expect(rest.map(({ _id }) => _id)).toEqual([6, 7, 8, 20]);
  });

  it("kills the cursor when the consumer throws, and when a document cannot be mapped", async () => {
    const { source, cursors, collection } = await sourceOver(owned(10));
    await expect(
      (async () => {
        for await (const _page of source.read(context())) throw new Error("the consumer's");
      })(),
    ).rejects.toThrow("the consumer's");
    const map = () => {
      throw new Error("secret");
    };
    const error = await failing(recordsOf(mongodbSource({ collection, filter, map })));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(inspect(error)).not.toContain("secret");
    expect(cursors.size).toBe(0);
  });

  it("ends at once when it is aborted, and leaves no cursor", async () => {
    const { source, told, cursors, asked } = await sourceOver(owned(10));
    for (const silent of ["find", "getMore", "aggregate"]) {
      const stop = new AbortController();
      let asking: Socket | undefined;
      told((command, _body, socket) => {
        if (command !== silent) return undefined;
        asking = socket;
        stop.abort();
        return "silence";
      });
      const { signal } = stop;
      const reading = silent === "aggregate" ? source.count?.(context({ signal })) : recordsOf(source, { signal });
      expect((await failing(reading as Promise<unknown>)).code).toBe("ABORTED");
      // A query ends with its connection, a cursor with an order to kill it.
      if (silent === "getMore") expect(cursors.size).toBe(0);
      else await expect.poll(() => asking?.destroyed).toBe(true);
    }
    const before = asked.length;
    const { signal } = { signal: AbortSignal.abort() };
    for (const ended of [recordsOf(source, { signal }), source.count?.(context({ signal })), source.check?.(signal)])
      expect((await failing(ended as Promise<unknown>)).code).toBe("ABORTED");
    expect(asked.length).toBe(before);
  });

  it("gives no further page once it is aborted, also when the server has answered already", async () => {
    const stop = new AbortController();
    const { source } = await sourceOver(owned(10));
    const pages = source.read(context({ signal: stop.signal, pageRecords: 100 }))[Symbol.asyncIterator]();
    expect((await pages.next()).value?.records).toHaveLength(10);
    stop.abort();
    expect((await failing(pages.next())).code).toBe("ABORTED");
  });

  const told = (code: number, codeName: string) => ({ ok: 0, code, codeName, errmsg: "secret u1" });
  const failures: [string, Script, string, boolean][] = [
    [
      "a server that stepped down",
      (c) => (c === "find" ? told(189, "PrimarySteppedDown") : undefined),
      "SOURCE_UNAVAILABLE",
      true,
    ],
    ["a lost cursor", (c) => (c === "getMore" ? told(43, "CursorNotFound") : undefined), "SOURCE_UNAVAILABLE", true],
    [
      "a query that took too long",
      (c) => (c === "find" ? told(50, "MaxTimeMSExpired") : undefined),
      "SOURCE_TIMEOUT",
      true,
    ],
    ["no permission", (c) => (c === "find" ? told(13, "Unauthorized") : undefined), "SOURCE_FAILED", false],
    [
      "a snapshot that is gone",
      (c) => (c === "getMore" ? told(246, "SnapshotTooOld") : undefined),
      "SOURCE_UNAVAILABLE",
      false,
    ],
    [
      "a connection that breaks",
      (c, _body, socket) => {
        if (c !== "getMore") return undefined;
        socket.destroy();
        return "silence";
      },
      "SOURCE_UNAVAILABLE",
      true,
    ],
  ];
  it.each(failures)("tells by code, and without a value, of %s", async (_name, script, code, retryable) => {
    const server = await sourceOver(owned(10));
    server.told(script);
    const error = await failing(recordsOf(server.source));
    expect(error).toMatchObject({ code, retryable });
    expect(inspect(error) + JSON.stringify(error)).not.toMatch(/secret|u1/);
  });

  it("tells of a server that is not there, of a closed client, and of a count that fails", async () => {
    const client = { serverSelectionTimeoutMS: 50 };
    const { source, stop, told: tell, client: open } = await sourceOver(owned(1), { client });
    tell((command) => (command === "aggregate" ? told(13, "Unauthorized") : undefined));
    expect((await failing(source.count?.(context()) as Promise<number>)).code).toBe("SOURCE_FAILED");
    await open.close();
    await stop();
    stops.splice(0);
    expect(await failing(recordsOf(source))).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    expect((await failing(source.check?.(context().signal) as Promise<void>)).code).toBe("SOURCE_UNAVAILABLE");
  });

  it("refuses documents without an _id or with the same one, a collection that gives no bytes, and a cursor that is not its own", async () => {
    const same = [1, 2, 3, 3, 5].map((_id) => ({ _id, owner: "u1" }));
    expect((await failing(recordsOf((await sourceOver(same)).source))).code).toBe("SOURCE_CONTRACT");
    expect((await failing(recordsOf((await sourceOver([{ owner: "u1" }])).source))).code).toBe("SOURCE_CONTRACT");
    const { collection, cursors } = await sourceOver(owned(5));
    const plain = {
      find: (filter: object, options: object) => collection.find(filter, { ...options, raw: false }),
      countDocuments: (filter: object) => collection.countDocuments(filter),
    };
    const error = await failing(recordsOf(mongodbSource({ collection: plain, filter })));
    expect(error).toMatchObject({ code: "SOURCE_CONTRACT", message: expect.stringContaining("raw") });
    expect(cursors.size).toBe(0);
    for (const after of [7, null, {}, [1]] as Cursor[])
      expect((await failing(recordsOf((await sourceOver([])).source, { after }))).code).toBe("SOURCE_CONTRACT");
  });

  it("refuses options that cannot work, and reports a filter that throws", async () => {
    const { collection, source } = await sourceOver([]);
    for (const options of [
      { collection: {} as never, filter },
      { collection, filter: {} as never },
      { collection, filter, maxTimeMs: -1 },
      { collection, filter, projection: { _id: 0 } },
    ])
      expect(refused(() => mongodbSource(options)).code).toBe("CONFIG_INVALID");
    const throwing = mongodbSource({ collection, filter: ({ subject }) => ({ owner: new ObjectId(subject.id) }) });
    const error = await failing(recordsOf(throwing, { subject: { id: "secret" } }));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(inspect(error)).not.toContain("secret");
    await throwing.check?.(context().signal); // asks no filter: there is no subject
    expect((await failing(recordsOf(source, { snapshot: "other" }))).code).toBe("SOURCE_CONTRACT");
  });

  it("reads and counts at one moment with a snapshot, which every source shares and which is ended", async () => {
    const { client, collection, asked } = await sourceOver(
      notes(7).map(({ id, ...note }) => ({ _id: id, ...note, owner: "u1" })),
    );
    const snapshot = mongodbSnapshot({ client, collection });
    const map = ({ _id, owner, text }: JsonObject) => ({ id: _id, owner, text });
    const datasets = ["a", "b"].map((name) => noteDataset(name, mongodbSource({ collection, filter, snapshot, map })));
    const to = new Collecting();
    const report = await exporterOf(datasets).exporter.export(request, { to, ...fixed });
    expect(report).toMatchObject({
      consistency: "snapshot",
      datasets: [{ outcome: "complete" }, { outcome: "complete" }],
    });
    expect(jsonAt(entriesOf(to.bytes), "data/b.json")).toEqual(notes(7));
    const [first, ...reads] = asked.filter(({ command }) => command === "find" || command === "aggregate");
    expect(first?.body["readConcern"]).toEqual({ level: "snapshot" });
    expect(reads.length).toBeGreaterThanOrEqual(4);
    for (const { body } of reads) {
      expect(body["lsid"]).toEqual(first?.body["lsid"]);
      expect(body["readConcern"]).toEqual({ level: "snapshot", atClusterTime: new Timestamp({ t: 7, i: 1 }) });
    }
  });

  it("ends the session of a snapshot that cannot be opened", async () => {
    const { client, collection, told: tell } = await sourceOver([]);
    tell((command) => (command === "find" ? told(13, "Unauthorized") : undefined));
    let ended = 0;
    const watched = {
      startSession: (options: { snapshot: true }) => {
        const session = client.startSession(options);
        session.once("ended", () => ended++);
        return session;
      },
    };
    const opening = mongodbSnapshot({ client: watched, collection }).open(context().signal);
    expect((await failing(opening)).code).toBe("SOURCE_FAILED");
    expect(ended).toBe(1);
  });

  it("goes on after the last page when an export loses the connection", async () => {
    const documents = notes(35).map(({ id, ...note }) => ({ _id: id, ...note }));
    const { source: plain, told: tell } = await sourceOver(documents);
    const source = mapSource(plain, renameFields({ _id: "id" }));
    let losses = 2;
    tell((command, _body, socket) => {
      if (command !== "getMore" || losses-- <= 0) return undefined;
      socket.destroy();
      return "silence";
    });
    const to = new Collecting();
    const report = await exporterOf([noteDataset("a", source)]).exporter.export(request, { to, ...fixed });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { expected: 35, written: 35 } });
    expect(report.datasets[0]?.retries).toBeGreaterThan(0);
    expect(jsonAt(entriesOf(to.bytes), "data/a.json")).toEqual(notes(35));
  });
});

describe.skipIf(mongodbNotRun !== undefined)(`mongodbSource, ${mongodbNotRun ?? "server of MONGODB_URL"}`, () => {
  it("maps every type, resumes after an _id of any type, and counts", async () => {
    const client = await new MongoClient(mongodbUrl ?? "").connect();
    const collection = client.db().collection<Document>(`portmanteau_test_${Math.random().toString(36).slice(2)}`);
    stops.push(async () => {
      await collection.drop();
      await client.close();
    });
    const { missing: _deprecated, forged: _forged, ...insertable } = everyType;
    await collection.insertOne(insertable as never);
    const source = mongodbSource({ collection, filter });
    const { missing: _null, forged: _same, ...expected } = everyTypeAsJson;
    expect(await recordsOf(source)).toEqual([expected]);
    await collection.deleteMany({});
    await collection.insertMany(ids.map((_id) => ({ _id, owner: "u1" })) as never[]);
    const whole = await recordsOf(source);
    const pages = await pagesOf(source, { pageRecords: 1 });
    for (const [index, { cursor }] of pages.entries())
      expect(await recordsOf(source, { after: cursor as Cursor })).toEqual(whole.slice(index + 1));
    expect(await source.count?.(context())).toBe(ids.length);
    await source.check?.(context().signal);
  });
});
