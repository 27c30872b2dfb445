import { maxObjectBytes } from "portmanteau";
import { s3Spool } from "portmanteau/spools/s3";
import { durableSpoolContract } from "portmanteau/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectNoUnhandledRejection, failing, refused } from "../support/exporting.ts";
import { bucket, clientOf, openStore, type TestStore } from "../support/s3.ts";

expectNoUnhandledRejection();

let store: TestStore;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());
afterEach(() => {
  store.door = undefined;
  store.cutAfter = undefined;
  store.asked.length = 0;
});

let places = 0;
const spoolOf = (more: object = {}) => s3Spool({ client: store.client, bucket, prefix: `place-${++places}/`, ...more });
const bytes = (length = 1_000) => new Uint8Array(length).fill(7);

async function listed(spool: ReturnType<typeof s3Spool>, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of spool.list(prefix)) paths.push(path);
  return paths.sort();
}

durableSpoolContract(
  "s3",
  async () => {
    const own = await openStore({ oneByOne: true });
    const prefix = "spool/";
    return {
      spool: () => s3Spool({ client: own.client, bucket, prefix }),
      unreadable: () => s3Spool({ client: own.client, bucket: "absent", prefix }),
      async stored() {
        const { Contents = [] } = await own.client.listObjectsV2({ Bucket: bucket });
        return Contents.map(({ Size = 0 }) => new Uint8Array(Size));
      },
      async interrupt(path: string, content: Uint8Array) {
        own.door = (asked) => {
          asked.once("data", () => asked.socket.destroy());
          return true;
        };
        await s3Spool({ client: own.client, bucket, prefix })
          .put(path, content)
          .finally(() => {
            own.door = undefined;
          });
      },
      handles: () => own.answers(),
      teardown: () => own.close(),
    };
  },
  { describe, it, afterAll, patienceMs: 30_000 },
);

describe("a spool in S3", () => {
  it("sends the SHA-256 of every object", async () => {
    let sent: unknown;
    store.door = ({ method, headers }) => {
      if (method === "PUT") sent = headers["x-amz-checksum-sha256"];
      return false;
    };
    await spoolOf().put("a", new Uint8Array());
    expect(sent).toBe("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  });

  it("does not take an object for right whose checksum is another", async () => {
    const spool = spoolOf();
    store.door = ({ method }, answer) => {
      if (method !== "GET") return false;
      answer.writeHead(200, { "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }).end("changed");
      return true;
    };
    expect(await failing(spool.get("a"))).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
    expect(store.answers()).toBe(0);
  });

  it("keeps to its prefix, and lists nothing that is none of its own", async () => {
    const spool = spoolOf();
    await spool.put("r/a", bytes());
    for (const key of [
      `place-${places}/Foreign`,
      `place-${places}/r/.x`,
      `place-${places}x/r/b`,
      `place-${places}/r/ä+ %`,
    ])
      await store.put(key, "no");
    expect(await listed(spool)).toEqual(["r/a"]);
    expect(await listed(spool, "r/")).toEqual(["r/a"]);
    expect(await listed(s3Spool({ client: store.client, bucket }), `place-${places}/r/a`)).toEqual([
      `place-${places}/r/a`,
    ]);
  });

  it("refuses an object that is larger than one can be before it reads it, and one that says it is smaller", async () => {
    const spool = spoolOf({ timeoutMs: 5_000 });
    store.door = (_asked, answer) => {
      answer.writeHead(200, { "content-length": maxObjectBytes + 1 }).flushHeaders(); // and none of its bytes ever comes
      return true;
    };
    expect((await failing(spool.get("a"))).message).toContain("larger than an object can be");
    store.door = (_asked, answer) => {
      answer.writeHead(200, { "transfer-encoding": "chunked" });
      const more = () => void (!answer.destroyed && answer.write(bytes(1_000_000)) && setImmediate(more));
      answer.on("drain", more);
      more();
      return true;
    };
    expect((await failing(spool.get("a"))).message).toContain("larger than an object can be");
    await expect.poll(() => store.answers()).toBe(0);
  });

  it("says that a body that ends too soon may be read again", async () => {
    const spool = spoolOf();
    await spool.put("a", bytes(500_000));
    store.cutAfter = 100_000;
    expect(await failing(spool.get("a"))).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
  });

  it("does not wait for a store that hangs, before or in the middle of an answer", async () => {
    const spool = spoolOf({ timeoutMs: 200 });
    store.door = () => true;
    for (const call of [
      () => spool.put("a", bytes()),
      () => spool.get("a"),
      () => listed(spool),
      () => spool.delete("a"),
    ]) {
      const error = await failing(call() as Promise<unknown>);
      expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
      expect(error.message).toContain("within 200 ms");
    }
    store.door = (_asked, answer) => {
      answer.writeHead(200, { "content-length": "1000" });
      answer.write("begun");
      return true;
    };
    const error = await failing(spool.get("a"));
    expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
    expect(error.message).toContain("within 200 ms");
    await expect.poll(() => store.answers()).toBe(0);
  });

  for (const [status, code, retryable] of [
    [503, "SlowDown", true],
    [500, "InternalError", true],
    [429, "TooManyRequests", true],
    [403, "AccessDenied", false],
    [400, "BadDigest", true],
    [404, "NoSuchBucket", false],
  ] as const)
    it(`answered with ${code} says that a later try ${retryable ? "may help" : "does not help"}, and nothing of the store's message`, async () => {
      const spool = spoolOf();
      store.door = (asked, answer) => {
        asked.resume();
        answer.writeHead(status).end(`<Error><Code>${code}</Code><Message>secret-key</Message></Error>`);
        return true;
      };
      for (const call of [
        () => spool.put("a", bytes()),
        () => spool.get("a"),
        () => listed(spool),
        () => spool.delete("a"),
        () => spool.check?.(),
      ]) {
        const error = await failing(call() as Promise<unknown>);
        expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable });
        expect(error.message).toContain(code);
        expect(error.message).not.toContain("secret");
      }
    });

  it("that is not there may be later", async () => {
    const client = clientOf(1);
    expect(await failing(spoolOf({ client }).get("a"))).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
    client.destroy();
  });

  it("does not follow a list that leads nowhere", async () => {
    for (const token of ["", "<NextContinuationToken>again</NextContinuationToken>"]) {
      store.door = (_asked, answer) => {
        answer.end(`<ListBucketResult><IsTruncated>true</IsTruncated>${token}</ListBucketResult>`);
        return true;
      };
      expect((await failing(listed(spoolOf()))).message).toContain("does not say how to go on");
    }
  });

  it("is refused without a client that has the methods, a bucket, a folder and a time", () => {
    for (const more of [
      { client: {} },
      { bucket: "" },
      { prefix: "no-end" },
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
    ])
      expect(refused(() => spoolOf(more)).code).toBe("CONFIG_INVALID");
  });
});
