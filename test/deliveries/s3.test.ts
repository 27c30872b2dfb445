import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { S3 } from "@aws-sdk/client-s3";
import { PortmanteauError, verifyBundle } from "portmanteau";
import { s3Delivery } from "portmanteau/deliveries/s3";
import { deliveryContract } from "portmanteau/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { mostParts, sizeOfPart } from "../../src/deliveries/s3/part-buffer.ts";
import {
  controlledSource,
  expectNoUnhandledRejection,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  refused,
  request,
} from "../support/exporting.ts";
import { bucket, clientOf, openStore, type TestStore } from "../support/s3.ts";

expectNoUnhandledRejection();

const MiB = 1024 * 1024;
const part = 5 * MiB;
const context = { signal: new AbortController().signal };
const aborted = new PortmanteauError("ABORTED", "test");

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());
afterEach(() => {
  store.door = undefined;
  expect(store.uploads()).toEqual([]);
});

let keys = 0;
const newKey = () => `exports/${++keys}/bundle.zip`;
const to = (key: string, more: object = {}) =>
  s3Delivery({ client: store.client, bucket, key, partBytes: part, attempts: 3, ...more });
const requests = async (run: () => Promise<unknown>) => {
  store.asked.length = 0;
  await run();
  return store.asked.map((line) => line.replace(/ .*/, ""));
};
const digest = (bytes: Uint8Array | undefined) => bytes && createHash("sha256").update(bytes).digest("hex");

async function deliver(key: string, bytes: Uint8Array, more: object = {}): Promise<void> {
  const writer = await to(key, more).open(context);
  try {
    for (let at = 0; at < bytes.length; at += 300_000) await writer.write(bytes.subarray(at, at + 300_000));
    await writer.commit();
  } catch (error) {
    await writer.abort(aborted);
    throw error;
  }
}

const isPart = ({ method, url = "" }: IncomingMessage) => method === "PUT" && url.includes("partNumber=");
const isComplete = ({ method, url = "" }: IncomingMessage) => method === "POST" && url.includes("uploadId=");
const isBegin = ({ method, url = "" }: IncomingMessage) => method === "POST" && url.includes("uploads");
const isPut = ({ method, url = "" }: IncomingMessage) => method === "PUT" && !url.includes("partNumber=");

/** Answers the requests that match, from the first one on, as long as there are answers. */
function misbehave(
  matches: (asked: IncomingMessage) => boolean,
  ...answers: ((asked: IncomingMessage, answer: ServerResponse) => boolean)[]
): { readonly met: () => number } {
  let met = 0;
  store.door = (asked, answer) => (matches(asked) ? (answers[met++]?.(asked, answer) ?? false) : false);
  return { met: () => met };
}
const fail = (status: number, code: string) => (asked: IncomingMessage, answer: ServerResponse) => {
  asked.resume();
  answer.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
  return true;
};
const reset = (asked: IncomingMessage) => {
  asked.socket.destroy();
  return true;
};
const hang = () => true;

deliveryContract(
  "s3",
  async () => {
    const own = await openStore();
    const nameOf = (part?: number) => (part === undefined ? "a/bundle.zip" : `a/bundle.part${part}.zip`);
    return {
      delivery: s3Delivery({ client: own.client, bucket, key: "a/bundle.zip" }),
      delivered: (part) => own.get(nameOf(part)),
      leftovers: async () => own.uploads(),
      refused: s3Delivery({ client: own.client, bucket: "not-there", key: "a/bundle.zip" }),
      handles: own.answers,
      teardown: own.close,
    };
  },
  { describe, it, afterAll },
);

describe("s3Delivery", () => {
  it("delivers a whole export that verifies, with its media type and settings", async () => {
    const key = newKey();
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(100)).source)]);
    const settings = { Metadata: { purpose: "export" }, CacheControl: "no-store" };
    const asked = await requests(() => exporter.export(request, { to: to(key, { settings }), ...fixed }));
    expect(asked).toEqual(["PUT"]);
    const bytes = await store.get(key);
    expect(await verifyBundle(bytes as Uint8Array).summary()).toMatchObject({ sound: true });
    expect(await store.client.headObject({ Bucket: bucket, Key: key })).toMatchObject({
      ContentType: "application/zip",
      Metadata: { purpose: "export" },
    });
  });

  for (const [bytes, requestsMade] of [
    [0, ["PUT"]],
    [1, ["PUT"]],
    [part, ["PUT"]],
    [part + 1, ["POST", "PUT", "PUT", "POST"]],
    [3 * part, ["POST", "PUT", "PUT", "PUT", "POST"]],
  ] as const)
    it(`makes ${requestsMade.length} requests for ${bytes} bytes, and stores every one of them`, async () => {
      const key = newKey();
      const content = randomBytes(bytes);
      expect(await requests(() => deliver(key, content))).toEqual(requestsMade);
      expect(digest(await store.get(key))).toBe(digest(content));
    });

  it("sends the same settings, and the client's key with every request, in either way", async () => {
    const key = newKey();
    const headers: (string | undefined)[][] = [];
    store.door = ({ headers: sent, method }) => {
      const class_ = sent["x-amz-storage-class"] as string | undefined;
      headers.push([method, class_, sent["x-amz-server-side-encryption-customer-algorithm"] as string | undefined]);
      return false;
    };
    const customerKey = randomBytes(32);
    const settings = {
      StorageClass: "STANDARD_IA",
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: customerKey.toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(customerKey).digest("base64"),
    };
    // The SDK refuses to send such a key over plain HTTP; what it is given is enough to see here.
    const seen: Record<string, unknown>[] = [];
    const client = new Proxy(store.client, {
      get(target, name) {
        const method = Reflect.get(target, name) as (input: object, options: object) => Promise<unknown>;
        return (input: Record<string, unknown>, options: object) => {
          seen.push(input);
          const { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5, ...rest } = input;
          return method.call(target, rest, options);
        };
      },
    });
    await deliver(key, randomBytes(10), { settings, client });
    await deliver(key, randomBytes(part + 1), { settings, client });
    expect(seen).toHaveLength(5);
    for (const input of seen) expect(input).toMatchObject({ SSECustomerKey: settings.SSECustomerKey });
    expect(headers.map(([, class_]) => class_ ?? "")).toEqual(["STANDARD_IA", "STANDARD_IA", "", "", ""]);
  });

  it("sends the SHA-256 of every part, and the size of the whole", async () => {
    const key = newKey();
    const content = randomBytes(part + 7);
    const sums: unknown[] = [];
    let size: unknown;
    store.door = (asked) => {
      if (isPart(asked)) sums.push(asked.headers["x-amz-checksum-sha256"]);
      if (isComplete(asked)) size = asked.headers["x-amz-mp-object-size"];
      return false;
    };
    await deliver(key, content, { concurrency: 1 });
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");
    expect(sums).toEqual([sha256(content.subarray(0, part)), sha256(content.subarray(part))]);
    expect(size).toBe(String(part + 7));
  });

  for (const [what, answer] of [
    ["a 503", fail(503, "SlowDown")],
    ["a reset", reset],
    ["a hang", hang],
  ] as const)
    for (const [which, matches, bytes] of [
      ["a part", isPart, 2 * part + 3],
      ["the beginning", isBegin, part + 3],
      ["the end", isComplete, part + 3],
      ["a small bundle", isPut, 3],
    ] as const)
      it(`tries ${which} again after ${what}`, async () => {
        const key = newKey();
        const content = randomBytes(bytes);
        const door = misbehave(matches, answer);
        await deliver(key, content, { timeoutMs: answer === hang ? 500 : 10_000 });
        expect(door.met()).toBeGreaterThan(1);
        expect(digest(await store.get(key))).toBe(digest(content));
      });

  for (const [which, matches, bytes] of [
    ["a part", isPart, 2 * part + 3],
    ["the beginning", isBegin, part + 3],
    ["the end", isComplete, part + 3],
    ["a small bundle", isPut, 3],
  ] as const) {
    it(`leaves neither object nor upload when ${which} is refused, and keeps the older object`, async () => {
      for (const older of [undefined, randomBytes(9)]) {
        const key = newKey();
        if (older !== undefined) await store.put(key, older);
        const door = misbehave((asked) => matches(asked) && asked.method !== "GET", fail(403, "AccessDenied"));
        const error = await failing(deliver(key, randomBytes(bytes)));
        expect(error).toMatchObject({ code: "DELIVERY_FAILED", retryable: false });
        expect(error.message).toContain("AccessDenied, 403");
        expect(door.met()).toBeGreaterThan(0);
        expect(digest(await store.get(key))).toBe(digest(older));
        expect(store.uploads()).toEqual([]);
      }
    });

    it(`gives up after its attempts when ${which} always fails, and leaves nothing`, async () => {
      const key = newKey();
      const door = misbehave(matches, ...Array.from({ length: 9 }, () => fail(500, "InternalError")));
      const error = await failing(deliver(key, randomBytes(bytes), { concurrency: 1 }));
      expect(error).toMatchObject({ code: "DELIVERY_FAILED", retryable: true });
      expect(door.met()).toBe(3);
      expect(await store.get(key)).toBeUndefined();
    });
  }

  it("fails at part n, for every n, and leaves nothing", async () => {
    for (const n of [1, 2, 3, 4]) {
      const key = newKey();
      misbehave(({ url = "", method }) => method === "PUT" && url.includes(`partNumber=${n}&`), fail(400, "Odd"));
      await failing(deliver(key, randomBytes(3 * part + 1)));
      expect(await store.get(key)).toBeUndefined();
      expect(store.uploads()).toEqual([]);
    }
  });

  for (const [which, matches] of [
    ["a part", isPart],
    ["the end", isComplete],
  ] as const)
    it(`is aborted while ${which} hangs, and leaves nothing`, async () => {
      const key = newKey();
      const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(10)).source)]);
      const abort = new AbortController();
      misbehave(matches, () => {
        abort.abort();
        return true;
      });
      // A stored file would do; so large a set of notes would take long.
      const delivery = to(key);
      const padded = {
        ...delivery,
        async open(given: { readonly signal: AbortSignal }) {
          const writer = await delivery.open(given);
          await writer.write(Buffer.alloc(part + 1));
          return writer;
        },
      };
      const error = await failing(exporter.export(request, { to: padded, ...fixed, signal: abort.signal }));
      expect(error.code).toBe("ABORTED");
      expect(error.report?.findings.map(({ code }) => code)).not.toContain("CLEANUP_FAILED");
      expect(await store.get(key)).toBeUndefined();
      expect(store.uploads()).toEqual([]);
    });

  it("removes the upload once more when a part was cut off, which may have come after the first removal", async () => {
    const writer = await to(newKey()).open(context);
    const hung = new Promise<void>((resolve) => {
      misbehave(isPart, () => {
        resolve();
        return true;
      });
    });
    await writer.write(randomBytes(part + 1));
    await hung;
    const asked = await requests(() => writer.abort(aborted));
    expect(asked.filter((method) => method === "DELETE")).toHaveLength(2);
  });

  it("is told by its abort when nobody knows whether a small bundle arrived", async () => {
    const writer = await to(newKey()).open(context);
    await writer.write(randomBytes(10));
    misbehave(isPut, hang);
    const committing = failing(writer.commit());
    const error = await failing(writer.abort(aborted));
    expect((await committing).code).toBe("ABORTED");
    expect(error).toMatchObject({ code: "DELIVERY_FAILED", message: expect.stringContaining("may stand there") });
  });

  it("finds out that a commit went through whose answer was lost", async () => {
    const content = randomBytes(part + 5);
    const key = newKey();
    const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest();
    const etag = md5(Buffer.concat([md5(content.subarray(0, part)), md5(content.subarray(part))])).toString("hex");
    let completions = 0;
    store.door = (asked, answer) => {
      if (asked.method === "HEAD") {
        // s3rver gives another ETag than S3 does to what was uploaded in parts.
        answer.writeHead(200, { etag: `"${etag}-2"`, "content-length": String(content.length) }).end();
        return true;
      }
      if (isComplete(asked) && completions++ === 0) answer.writeHead = () => answer.destroy() as ServerResponse; // the store has done it, and nobody hears of it
      return false;
    };
    await deliver(key, content);
    expect(completions).toBe(2);
    expect(digest(await store.get(key))).toBe(digest(content));
  });

  it("does not believe in a commit when the object is another one", async () => {
    const key = newKey();
    await store.put(key, "older");
    store.door = (asked) => {
      if (isComplete(asked)) asked.socket.destroy();
      return isComplete(asked);
    };
    expect(await failing(deliver(key, randomBytes(part + 5)))).toMatchObject({ code: "DELIVERY_FAILED" });
    expect(Buffer.from((await store.get(key)) as Uint8Array).toString()).toBe("older");
  });

  for (const bytes of [10, part + 10])
    it(`sends ${bytes} bytes again that were changed on the way, and keeps none of them when they always are`, async () => {
      let times = 1;
      const client = new Proxy(store.client, {
        get(target, name) {
          const method = Reflect.get(target, name) as (input: object, options: object) => Promise<unknown>;
          return (input: { Body?: Uint8Array }, options: object) => {
            if (input.Body === undefined || times-- <= 0) return method.call(target, input, options);
            const { ChecksumSHA256, ...rest } = input as { ChecksumSHA256: string; Body: Uint8Array };
            const Body = Uint8Array.from(rest.Body);
            Body[3] = (Body[3] ?? 0) ^ 1;
            return method.call(target, { ...rest, Body }, options);
          };
        },
      });
      const content = randomBytes(bytes);
      const key = newKey();
      await deliver(key, content, { client });
      expect(digest(await store.get(key))).toBe(digest(content));
      times = 1_000;
      const other = newKey();
      const error = await failing(deliver(other, content, { client }));
      expect(error.message).toContain("checksum");
      expect(await store.get(other)).toBeUndefined();
    });

  it("holds no more parts in memory than it was told, however slow the store is", async () => {
    let open = 0;
    let most = 0;
    store.door = (asked, answer) => {
      if (!isPart(asked)) return false;
      most = Math.max(most, ++open);
      answer.on("close", () => open--);
      return false;
    };
    await deliver(newKey(), randomBytes(8 * part), { concurrency: 3 });
    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(1);
  });

  it("needs at most 10,000 parts for the largest object there is, and even ones up to 40 GiB", () => {
    let bytes = 0;
    for (let number = 1; number <= mostParts; number++) {
      bytes += sizeOfPart(number, 8 * MiB);
      if (number === 5_000) expect(bytes).toBe(5_000 * 8 * MiB);
    }
    expect(bytes).toBeGreaterThan(5 * 1024 ** 4);
  });

  it("delivers a set, part 1 last, and takes it back when a zip cannot be completed", async () => {
    const key = newKey();
    const folder = key.replace("bundle.zip", "");
    const many = () => exporterOf([noteDataset("a", controlledSource(notes(20_000)).source)]).exporter;
    const splitBytes = 70_000;
    const report = await many().export(request, { to: to(key), ...fixed, splitBytes });
    const count = report.bundle?.parts ?? 0;
    expect(count).toBeGreaterThan(2);
    expect(await store.get(key)).toBeUndefined();
    const zips = [];
    for (let number = 1; number <= count; number++) zips.push(await store.get(`${folder}bundle.part${number}.zip`));
    expect(await verifyBundle(zips as Uint8Array[]).summary()).toMatchObject({ sound: true, complete: true });

    const other = newKey();
    misbehave((asked) => isComplete(asked) && (asked.url ?? "").includes("part1.zip"), fail(400, "Odd"));
    await failing(many().export(request, { to: to(other), ...fixed, splitBytes }));
    for (let number = 1; number <= count; number++)
      expect(await store.get(`${other.replace("bundle.zip", "")}bundle.part${number}.zip`)).toBeUndefined();
  });

  it("names neither bucket nor key in an error", async () => {
    misbehave(() => true, fail(403, "AccessDenied"));
    const error = await failing(deliver("people/ada/secret-name.zip", randomBytes(10)));
    expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/ada|secret|files/);
    const unreachable = await failing(deliver("people/ada.zip", randomBytes(10), { client: clientOf(1), attempts: 1 }));
    expect(unreachable).toMatchObject({ code: "DELIVERY_FAILED", retryable: true });
  });

  it("refuses at once what cannot be", () => {
    for (const more of [
      { client: new S3({}).send },
      { bucket: "" },
      { key: "" },
      { key: "folder/" },
      { partBytes: 1_000 },
      { concurrency: 0 },
      { attempts: 1.5 },
      { timeoutMs: -1 },
      { checksum: "md5" },
    ])
      expect(refused(() => to("a.zip", more)).code).toBe("CONFIG_INVALID");
  });
});
