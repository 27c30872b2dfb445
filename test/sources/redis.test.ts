import { inspect } from "node:util";
import {
  type IORedisClient,
  type NodeRedisClient,
  type RedisArgument,
  type RedisRecord,
  type RedisSourceOptions,
  redisSource,
} from "portmanteau/sources/redis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Cursor, JsonObject, Source } from "../../src/index.ts";
import {
  Collecting,
  entriesOf,
  exporterOf,
  failing,
  fixed,
  jsonAt,
  noteDataset,
  refused,
  request,
} from "../support/exporting.ts";
import { eventually, readingAs } from "../support/reading.ts";
import { openRedis, redisServer, scriptedRedis } from "../support/redis.ts";

const { context, pagesOf, recordsOf } = readingAs("u1", 100);

const server = await redisServer();
it.runIf(server.required === true)("needs the Redis server", () => {
  throw new Error(server.notRun);
});

describe.skipIf(server.notRun !== undefined).each([2, 3] as const)(`redisSource, ${server.title}, RESP %i`, (RESP) => {
  let redis: Awaited<ReturnType<typeof openRedis>>;
  let prefix: string;
  beforeAll(async () => {
    redis = await openRedis(RESP);
  });
  afterEach(() => redis.empty());
  afterAll(() => redis.drop());

  const sourceOf = (more: Partial<RedisSourceOptions<RedisRecord>> = {}) => {
    ({ prefix } = redis);
    return redisSource({ client: redis.client, match: ({ subject }) => `${prefix}${subject.id}:*`, ...more });
  };
  const keyOf = (name: string) => `${redis.prefix}u1:${name}`;
  const send = (...args: RedisArgument[]) => redis.client.sendCommand(args);

  it("reads every type, in the order of the keys, with the time when a key ends", async () => {
    const source = sourceOf();
    await send("SET", keyOf("a-string"), "grüße\u{1f600}\0", "PXAT", "4102444800123");
    await send("HSET", keyOf("b-hash"), "z", "1", "a", "", "__proto__", "x");
    await send("RPUSH", keyOf("c-list"), "z", "a", "z");
    await send("SADD", keyOf("d-set"), "z", "a", "B");
    await send("ZADD", keyOf("e-zset"), "2", "two", "1.5", "b", "1.5", "a", "inf", "most", "-inf", "least");
    await send("XADD", keyOf("f-stream"), "7-1", "name", "1", "name", "2");
    await send("XADD", keyOf("f-stream"), "7-2", "other", "");
    await send("SET", `${redis.prefix}u12:other`, "somebody else's");
    const records = await recordsOf(source);
    expect(records).toEqual([
      {
        key: keyOf("a-string"),
        type: "string",
        value: "grüße\u{1f600}\0",
        expiresAt: "2100-01-01T00:00:00.123Z",
        encoding: { key: "utf8", value: "utf8" },
      },
      expect.objectContaining({ type: "hash", expiresAt: null, value: JSON.parse('{"__proto__":"x","a":"","z":"1"}') }),
      expect.objectContaining({ type: "list", value: ["z", "a", "z"] }),
      expect.objectContaining({ type: "set", value: ["B", "a", "z"] }),
      expect.objectContaining({
        type: "zset",
        value: [
          { member: "least", score: "-inf" },
          { member: "a", score: 1.5 },
          { member: "b", score: 1.5 },
          { member: "two", score: 2 },
          { member: "most", score: "inf" },
        ],
      }),
      expect.objectContaining({
        type: "stream",
        value: [
          {
            id: "7-1",
            fields: [
              ["name", "1"],
              ["name", "2"],
            ],
          },
          { id: "7-2", fields: [["other", ""]] },
        ],
      }),
    ]);
    expect(await source.count?.(context())).toBe(6);
    await source.check?.(context().signal);
  });

  it("writes bytes that are no text as base64, and says so", async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a]);
    await send("HSET", keyOf("a"), bytes, "text");
    await send("SET", Buffer.concat([Buffer.from(keyOf("b")), bytes]), "text");
    const [hash, string] = await recordsOf(sourceOf());
    expect(hash).toMatchObject({
      key: keyOf("a"),
      value: { [bytes.toString("base64")]: Buffer.from("text").toString("base64") },
      encoding: { key: "utf8", value: "base64" },
    });
    expect(string).toMatchObject({
      key: Buffer.concat([Buffer.from(keyOf("b")), bytes]).toString("base64"),
      value: "text",
      encoding: { key: "base64", value: "utf8" },
    });
  });

  it("reads collections of many replies in full, and a value in one piece", async () => {
    const many = Array.from(
      { length: 3_500 },
      (_, index) => `element ${String(index).padStart(5, "0")} ${"x".repeat(80)}`,
    );
    await send("SADD", keyOf("set"), ...many);
    await send("RPUSH", keyOf("list"), ...many);
    await send("HSET", keyOf("hash"), ...many.flatMap((name, index) => [name, String(index)]));
    await send("ZADD", keyOf("zset"), ...many.flatMap((name, index) => [String(-index), name]));
    for (const [index, name] of many.entries()) void send("XADD", keyOf("stream"), `${index + 1}-0`, "name", name);
    const byType = new Map((await recordsOf(sourceOf())).map(({ type, value }) => [type, value as JsonObject[]]));
    expect(byType.get("set")).toEqual(many);
    expect(byType.get("list")).toEqual(many);
    expect(byType.get("hash")).toEqual(Object.fromEntries(many.map((name, index) => [name, String(index)])));
    expect(byType.get("zset")?.map(({ member }) => member)).toEqual(many.toReversed());
    expect(byType.get("stream")?.map(({ fields }) => fields)).toEqual(many.map((name) => [["name", name]]));
  });

  it("reads small and larger values side by side, to the byte and the element, in their order", async () => {
    const lengths = [0, 1, 8_191, 8_192, 8_193, 100_000];
    const sizes = [1, 15, 16, 17, 600];
    for (const round of [0, 1, 2, 3])
      for (const length of lengths) await send("SET", keyOf(`${round}-text-${length}`), "x".repeat(length));
    const elements = (size: number) => Array.from({ length: size }, (_, index) => `e${1_000 + index}`);
    const long = (name: string) => `${name}${"y".repeat(100)}`; // no such collection is kept in one piece
    for (const size of sizes) {
      await send("RPUSH", keyOf(`list-${size}`), ...elements(size));
      await send("SADD", keyOf(`set-${size}`), ...elements(size).map(long));
      await send("HSET", keyOf(`hash-${size}`), ...elements(size).flatMap((name) => [long(name), name]));
      for (const name of elements(size)) await send("XADD", keyOf(`stream-${size}`), `${name.slice(1)}-0`, "f", name);
    }
    for (const pageRecords of [7, 500]) {
      const records = await recordsOf(sourceOf(), { pageRecords });
      expect(records.map(({ key }) => key)).toEqual(records.map(({ key }) => key).toSorted());
      const byName = new Map(records.map(({ key, value }) => [key.slice(keyOf("").length), value]));
      expect(byName.size).toBe(4 * lengths.length + 4 * sizes.length);
      for (const round of [0, 1, 2, 3])
        for (const length of lengths) expect(byName.get(`${round}-text-${length}`)).toBe("x".repeat(length));
      for (const size of sizes) {
        expect(byName.get(`list-${size}`)).toEqual(elements(size));
        expect(byName.get(`set-${size}`)).toEqual(elements(size).map(long));
        expect(byName.get(`hash-${size}`)).toEqual(
          Object.fromEntries(elements(size).map((name) => [long(name), name])),
        );
        const entries = elements(size).map((name) => ({ id: `${name.slice(1)}-0`, fields: [["f", name]] }));
        expect(byName.get(`stream-${size}`)).toEqual(entries);
      }
    }
  });

  it("fails beyond a limit, and never cuts", async () => {
    await send("SET", keyOf("a"), "x".repeat(100));
    await send("RPUSH", keyOf("b"), "x", "x", "x");
    const limits: [Partial<RedisSourceOptions<RedisRecord>>, boolean][] = [
      [{ maxBytes: 100 }, true],
      [{ maxBytes: 99 }, false],
      [{ maxElements: 3 }, true],
      [{ maxElements: 2 }, false],
      [{ maxKeys: 2 }, true],
      [{ maxKeys: 1 }, false],
    ];
    for (const [limit, isEnough] of limits) {
      if (isEnough) expect(await recordsOf(sourceOf(limit))).toHaveLength(2);
      else {
        const error = await failing(recordsOf(sourceOf(limit)));
        expect(error.code).toBe("SOURCE_FAILED");
        expect(error.message).toContain(Object.keys(limit)[0]);
        expect(inspect(error)).not.toContain("u1:");
      }
    }
  });

  it("finds the keys of exactly the subject who is asked for, whatever the id holds", async () => {
    const ids = ["*", "?", "[ab]", "[^a]", "a\\", "\\*", "a", "b", "^", "-", "ä*", "a\nb"];
    for (const id of ids) await send("SET", `${redis.prefix}${id}:x`, id);
    const source = sourceOf();
    for (const id of ids)
      expect(
        (await recordsOf(source, { subject: { id } })).map(({ value }) => value),
        id,
      ).toEqual([id]);
  });

  it("resumes from every page, without repeating or losing a key when keys come and go", async () => {
    const names = Array.from({ length: 57 }, (_, index) => String(index).padStart(2, "0"));
    for (const name of names) await send("SET", keyOf(name), name);
    const source = sourceOf();
    const pages = await pagesOf(source, { pageRecords: 10 });
    expect(pages.flatMap(({ records }) => records.map(({ value }) => value))).toEqual(names);
    for (const { records } of pages) expect(records.length).toBeLessThanOrEqual(10);
    await send("DEL", keyOf("20"));
    await send("SET", keyOf("000"), "new");
    await send("SET", keyOf("99"), "new");
    for (const [index, { cursor }] of pages.entries()) {
      const after = JSON.parse(JSON.stringify(cursor)) as Cursor;
      const before = pages.slice(0, index + 1).flatMap(({ records }) => records.map(({ value }) => value));
      const rest = (await recordsOf(source, { after, pageRecords: 10 })).map(({ value }) => value);
      const read = [...before, ...rest];
      expect(read.filter((value) => value !== "20")).toEqual([...names.filter((name) => name !== "20"), "new"]);
    }
  });

  it("reads the keys that a function names, several patterns, and nothing for none", async () => {
    await send("SET", keyOf("a"), "1");
    await send("SET", keyOf("b"), "2");
    const values = async (source: Source<RedisRecord>) => (await recordsOf(source)).map(({ value }) => value);
    const { match: _, ...named } = {
      ...sourceOptions(),
      keys: async () => [keyOf("b"), Buffer.from(keyOf("a")), keyOf("gone"), keyOf("b")],
    };
    expect(await values(redisSource(named))).toEqual(["1", "2"]);
    expect(await redisSource(named).count?.(context())).toBe(2);
    expect(await values(sourceOf({ match: () => [`${keyOf("b")}*`, `${keyOf("")}*`] }))).toEqual(["1", "2"]);
    expect(await values(sourceOf({ match: () => [] }))).toEqual([]);
  });
  const sourceOptions = () => ({ client: redis.client as NodeRedisClient, match: () => "" });

  it("is exported, and its records belong to whom the map says", async () => {
    await send("HSET", keyOf("1"), "text", "first");
    await send("HSET", keyOf("2"), "text", "second");
    const source = redisSource({
      ...sourceOptions(),
      match: ({ subject }) => `${redis.prefix}${subject.id}:*`,
      map: ({ key, value }) => {
        const [owner, id] = key.slice(redis.prefix.length).split(":");
        return { id: Number(id), owner, ...(value as JsonObject) };
      },
    });
    const { exporter } = exporterOf([noteDataset("a", source)]);
    const to = new Collecting();
    const report = await exporter.export(request, { to, ...fixed });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { expected: 2, written: 2 } });
    expect(jsonAt(entriesOf(to.bytes), "data/a.json")).toEqual([
      { id: 1, owner: "u1", text: "first" },
      { id: 2, owner: "u1", text: "second" },
    ]);
  });

  it("is read over ioredis's way to call as well", async () => {
    await send("HSET", keyOf("a"), "field", "ü");
    await send("ZADD", keyOf("b"), "1", "member");
    const bytes = { typeMapping: { 36: Buffer, 43: Buffer } } as object;
    const client: IORedisClient = {
      callBuffer: (command, ...args) => redis.client.sendCommand([command, ...args], bytes),
    };
    expect(await recordsOf(sourceOf({ client }))).toEqual(await recordsOf(sourceOf()));
  });
});

describe("redisSource, on a bad day", () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  async function scripted(...given: Parameters<typeof scriptedRedis>) {
    const redis = await scriptedRedis(...given);
    stops.push(redis.stop);
    return { ...redis, source: redisSource({ client: redis.client, match: () => "secret:u1:*" }) };
  }
  const strings = { "secret:u1:a": "1", "secret:u1:b": "2", "secret:u1:c": "3" };

  it("gives each key once, though the server finds it twice, and none that is gone", async () => {
    const { source } = await scripted(strings, (command, args) => {
      if (command === "SCAN")
        return args[0] === "0" ? ["7", ["secret:u1:b", "secret:u1:a"]] : ["0", ["secret:u1:a", "secret:u1:gone"]];
      return undefined;
    });
    expect((await recordsOf(source)).map(({ value }) => value)).toEqual(["1", "2"]);
    expect(await source.count?.(context())).toBe(2);
  });

  it("gives each element once, though the server gives it twice", async () => {
    const types: Record<string, string> = { a: "hash", b: "set", c: "zset" };
    const { source } = await scripted(strings, (command, args) => {
      if (command === "TYPE") return types[(args[0] ?? "").at(-1) ?? ""] ?? "none";
      const isFirst = args[1] === "0";
      if (command === "HSCAN") return [isFirst ? "7" : "0", isFirst ? ["f", "1"] : ["f", "1", "e", "2"]];
      if (command === "SSCAN") return [isFirst ? "7" : "0", isFirst ? ["m"] : ["m", "l"]];
      if (command === "ZSCAN") return [isFirst ? "7" : "0", isFirst ? ["m", "1"] : ["m", "1", "l", "0"]];
      return undefined;
    });
    expect((await recordsOf(source)).map(({ value }) => value)).toEqual([
      { e: "2", f: "1" },
      ["l", "m"],
      [
        { member: "l", score: 0 },
        { member: "m", score: 1 },
      ],
    ]);
  });

  const failures: [string, Parameters<typeof scriptedRedis>[1], string, boolean][] = [
    [
      "a server that loads",
      (c) => (c.startsWith("GET") ? new Error("LOADING secret") : undefined),
      "SOURCE_UNAVAILABLE",
      true,
    ],
    [
      "a key that was replaced",
      (c) => (c.startsWith("GET") ? new Error("WRONGTYPE secret") : undefined),
      "SOURCE_UNAVAILABLE",
      true,
    ],
    ["no permission", (c) => (c === "SCAN" ? new Error("NOPERM secret") : undefined), "SOURCE_FAILED", false],
    [
      "a key on another node",
      (c) => (c.startsWith("GET") ? new Error("MOVED 1 secret") : undefined),
      "SOURCE_FAILED",
      false,
    ],
    ["a node of a cluster", (c) => (c === "INFO" ? "cluster_enabled:1\r\n" : undefined), "SOURCE_FAILED", false],
    ["a type of a module", (c) => (c === "TYPE" ? "ReJSON-RL" : undefined), "SOURCE_FAILED", false],
    [
      "a connection that breaks",
      (c, _args, socket) => {
        if (!c.startsWith("GET")) return undefined;
        socket.destroy();
        return "silence";
      },
      "SOURCE_UNAVAILABLE",
      true,
    ],
  ];
  it.each(failures)("tells by code, and without a key or a value, of %s", async (_name, script, code, retryable) => {
    const { source } = await scripted(strings, script);
    const error = await failing(recordsOf(source));
    expect(error).toMatchObject({ code, retryable });
    expect(inspect(error) + JSON.stringify(error)).not.toContain("secret");
  });

  it("has a closed client as a connection that is not there", async () => {
    const { source, client } = await scripted(strings, () => undefined);
    client.destroy();
    expect(await failing(recordsOf(source))).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    expect((await failing(source.check?.(context().signal) ?? Promise.resolve())).code).toBe("SOURCE_UNAVAILABLE");
  });

  it("notices a list that changed between two pieces", async () => {
    const piece = Array.from({ length: 1_000 }, (_, index) => String(index));
    const reads = async (length: number, first: string, last: string) => {
      const { source } = await scripted({ a: "" }, (command, args) => {
        if (command === "TYPE") return "list";
        if (command === "LLEN") return length;
        if (command !== "LRANGE") return undefined;
        if (args[2] === "0") return [first];
        if (args[1] === "-1") return [last];
        return args[1] === "0" ? piece : args[1] === "1000" ? ["1000"] : [];
      });
      return recordsOf(source);
    };
    expect((await reads(1_001, "0", "1000"))[0]?.value).toEqual([...piece, "1000"]);
    const changes = [
      [1_002, "0", "1000"],
      [1_001, "new", "1000"],
      [1_001, "0", "new"],
    ] as const;
    for (const [length, first, last] of changes)
      expect(await failing(reads(length, first, last))).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
  });

  it("says when a key ends also before Redis 7", async () => {
    const { source } = await scripted(strings, (command) => {
      if (command === "PEXPIRETIME") return new Error("ERR unknown command `PEXPIRETIME`, with args beginning with: ");
      return command === "PTTL" ? 60_000 : undefined;
    });
    const [record] = await recordsOf(source);
    expect(Date.parse(record?.expiresAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("ends at once when it is aborted, while the server says nothing", async () => {
    const stop = new AbortController();
    const { source, client, asked } = await scripted(strings, (command) => {
      if (!command.startsWith("GET")) return undefined;
      stop.abort();
      return "silence";
    });
    expect((await failing(recordsOf(source, { signal: stop.signal }))).code).toBe("ABORTED");
    expect((await failing(recordsOf(source, { signal: stop.signal }))).code).toBe("ABORTED");
    expect(asked.filter(([command]) => command === "SCAN")).toHaveLength(1);
    expect(client.isOpen).toBe(true);
  });

  it("reads no further than it is asked for", async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "v"]));
    const { source, asked } = await scripted(many, () => undefined);
    const pages = source.read(context({ pageRecords: 10 }))[Symbol.asyncIterator]();
    await pages.next();
    expect(asked.filter(([command]) => command?.startsWith("GET")).length).toBeLessThanOrEqual(10);
    await pages.return?.();
  });

  it("asks for the small values of a page together, after the types and expiries of all", async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "v"]));
    const { source, asked } = await scripted(many, () => undefined);
    expect(await recordsOf(source)).toHaveLength(100);
    const kinds = asked.map(([command = ""]) => (/TYPE|TIME/.test(command) ? "about" : command));
    const goes = kinds.slice(kinds.indexOf("about")).filter((kind, index, all) => kind !== all[index - 1]);
    expect(goes).toEqual(["about", "GETRANGE"]);
  });

  it("asks for eight larger values at once, and no more", async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, "v".repeat(9_000)]));
    const stop = new AbortController();
    const { source, client, asked } = await scripted(many, (command) => (command === "STRLEN" ? "silence" : undefined));
    const read = recordsOf(source, { signal: stop.signal });
    const larger = () => asked.filter(([command]) => command === "STRLEN").length;
    await eventually(() => larger() >= 8);
    const other = await client.duplicate().connect(); // by then, what was sent with the eight is there
    other.destroy();
    stop.abort();
    expect((await failing(read)).code).toBe("ABORTED");
    expect(larger()).toBe(8);
  });

  it("refuses a string that grew beyond the limit after its length was known", async () => {
    const { client } = await scripted({ k: "v".repeat(9_000) }, (command) =>
      command === "GET" ? "v".repeat(10_001) : undefined,
    );
    const source = redisSource({ client, match: () => "*", maxBytes: 10_000 });
    expect(await failing(recordsOf(source))).toMatchObject({ code: "SOURCE_FAILED", retryable: false });
  });

  it("makes pages smaller when the values are large", async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, "v".repeat(100)]));
    const { client } = await scripted(many, () => undefined);
    const pages = await pagesOf(redisSource({ client, match: () => "*", maxBytes: 1_000 }));
    expect(pages.map(({ records }) => records.length)).toEqual([10, 10, 10, 10]);
  });

  it("refuses options and clients that cannot work, and what its functions must not give", async () => {
    const { client } = await scripted(strings, () => undefined);
    const match = () => "*";
    const keys = () => [];
    const prefixed = { callBuffer: async () => null, options: { keyPrefix: "p:" } };
    const refusals: RedisSourceOptions[] = [
      { client },
      { client, match, keys },
      { client, match, maxKeys: 0 },
      { client: {} as IORedisClient, match },
      { client: prefixed, match },
      { client: { callBuffer: async () => null, isCluster: true } as IORedisClient, keys },
      { client: { sendCommand: async () => null, slots: [] } as NodeRedisClient, keys },
    ];
    for (const options of refusals) expect(refused(() => redisSource(options)).code).toBe("CONFIG_INVALID");
    redisSource({ client: prefixed, keys }); // it names keys as the client does
    const wrong: Partial<RedisSourceOptions>[] = [{ match: () => 1 as never }, { keys: () => [1] as never }];
    for (const options of wrong)
      expect((await failing(recordsOf(redisSource({ client, ...options })))).code).toBe("SOURCE_CONTRACT");
    const source = redisSource({
      client,
      match,
      map: () => {
        throw new Error("secret");
      },
    });
    expect((await failing(recordsOf(source))).code).toBe("SOURCE_FAILED");
    expect((await failing(recordsOf(redisSource({ client, match }), { after: 7 }))).code).toBe("SOURCE_CONTRACT");
  });
});
