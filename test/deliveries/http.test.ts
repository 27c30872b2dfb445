import { createHash, createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { PortmanteauError, verifyBundle } from "portmanteau";
import { httpDelivery } from "portmanteau/deliveries/http";
import { localSpool } from "portmanteau/spools/local";
import { deliveryContract } from "portmanteau/testing";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  notes,
  refused,
  request,
  wait,
} from "../support/exporting.ts";
import { bucket, openStore } from "../support/s3.ts";

expectNoUnhandledRejection();

const context = { signal: new AbortController().signal };
const aborted = new PortmanteauError("ABORTED", "test");
const digest = (bytes: Uint8Array | undefined) => bytes && createHash("sha256").update(bytes).digest("hex");
const base64 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

/** Keeps what is put, whole or not at all. */
interface Place {
  readonly origin: string;
  readonly kept: Map<string, Uint8Array>;
  readonly seen: IncomingMessage[];
  /** Called with each request, in place of keeping it; false for what is kept nevertheless. */
  door: ((asked: IncomingMessage, answer: ServerResponse) => boolean) | undefined;
  open(): number;
  close(): Promise<void>;
}

async function openPlace(): Promise<Place> {
  const kept = new Map<string, Uint8Array>();
  const seen: IncomingMessage[] = [];
  let open = 0;
  const server = createServer((asked, answer) => {
    seen.push(asked);
    open++;
    answer.on("close", () => open--);
    if (place.door?.(asked, answer)) return;
    const chunks: Buffer[] = [];
    asked.on("data", (chunk: Buffer) => chunks.push(chunk));
    asked.on("error", () => {}); // it broke off, and nothing is kept
    asked.on("end", () => {
      kept.set(new URL(asked.url ?? "/", "http://place").pathname, new Uint8Array(Buffer.concat(chunks)));
      answer.writeHead(201).end("stored");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const place: Place = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    kept,
    seen,
    door: undefined,
    open: () => open,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return place;
}

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.close());

const to = (more: object = {}) =>
  httpDelivery({ url: `${place.origin}/bundle.zip`, spool: localSpool(), attempts: 3, timeoutMs: 5_000, ...more });

async function deliver(bytes: Uint8Array, more: object = {}): Promise<void> {
  const writer = await to(more).open(context);
  try {
    for (let at = 0; at < bytes.length; at += 100_000) await writer.write(bytes.subarray(at, at + 100_000));
    await writer.commit();
  } catch (error) {
    await writer.abort(aborted).catch(() => {}); // a test of its own looks at that
    throw error;
  }
}

/** Answers one request after the other; those that come later are kept. */
function misbehave(...answers: ((asked: IncomingMessage, answer: ServerResponse) => void)[]): void {
  let met = 0;
  place.door = (asked, answer) => {
    const next = answers[met++];
    next?.(asked, answer);
    return next !== undefined;
  };
}
const reading = (status: number, headers: Record<string, string> = {}) => {
  return (asked: IncomingMessage, answer: ServerResponse) => {
    asked.resume().on("end", () => answer.writeHead(status, headers).end("no"));
  };
};
const reset = (asked: IncomingMessage) => void asked.once("data", () => asked.socket.destroy());
const hang = () => {};

deliveryContract(
  "http",
  async () => {
    const own = await openPlace();
    const folder = emptyFolder();
    const spool = localSpool({ memoryBytes: 0, directory: folder });
    return {
      delivery: httpDelivery({ url: `${own.origin}/bundle.zip`, spool }),
      delivered: async () => own.kept.get("/bundle.zip"),
      refused: httpDelivery({ url: "http://127.0.0.1:1/bundle.zip", spool, attempts: 2 }),
      handles: own.open,
      teardown: own.close,
    };
  },
  { describe, it, afterAll },
);

describe("httpDelivery", () => {
  it("delivers a whole export, with its length, digest and media type, by one request", async () => {
    const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(500)).source)]);
    const delivery = to({ headers: { authorization: "Bearer t", "content-type": "application/x-bundle" } });
    const report = await exporter.export(request, { to: delivery, ...fixed });
    const bytes = place.kept.get("/bundle.zip") as Uint8Array;
    expect(await verifyBundle(bytes).summary()).toMatchObject({ sound: true });
    expect(place.seen).toHaveLength(1);
    expect(place.seen[0]).toMatchObject({
      method: "PUT",
      headers: {
        authorization: "Bearer t",
        "content-type": "application/x-bundle",
        "content-length": String(report.bundle?.bytes),
        "repr-digest": `sha-256=:${base64(bytes)}:`,
      },
    });
    expect(place.seen[0]?.headers["transfer-encoding"]).toBeUndefined();
  });

  it("sends nothing before the bundle is whole", async () => {
    const writer = await to().open(context);
    await writer.write(randomBytes(3_000_000));
    await wait(20);
    expect(place.seen).toEqual([]);
    await writer.abort(aborted);
    expect(place.seen).toEqual([]);
  });

  it("delivers to a URL of S3 that was signed by somebody else", async () => {
    const store = await openStore();
    try {
      const expires = Math.floor(Date.now() / 1_000) + 600;
      const sign = (key: string) =>
        createHmac("sha1", "S3RVER").update(`PUT\n\napplication/zip\n${expires}\n/${bucket}/${key}`).digest("base64");
      const url = (key: string, signature: string) =>
        `http://127.0.0.1:${store.port}/${bucket}/${key}?AWSAccessKeyId=S3RVER&Expires=${expires}&Signature=${encodeURIComponent(signature)}`;
      const bytes = randomBytes(2_000_000);
      await deliver(bytes, { url: url("b.zip", sign("b.zip")) });
      expect(digest(await store.get("b.zip"))).toBe(digest(bytes));
      const error = await failing(deliver(bytes, { url: url("c.zip", sign("b.zip")) }));
      expect(error).toMatchObject({ code: "DELIVERY_FAILED", message: "The destination answered with status 403." });
      expect(await store.get("c.zip")).toBeUndefined();
    } finally {
      await store.close();
    }
  });

  it("asks for a URL and headers before every attempt, and tells them what will be sent", async () => {
    const bytes = randomBytes(10);
    const told: unknown[] = [];
    misbehave(reading(503));
    await deliver(bytes, {
      url: async (bundle: object) => {
        told.push(bundle);
        return new URL(`${place.origin}/${told.length}.zip`);
      },
      headers: ({ sha256 }: { readonly sha256: string }) => ({ "x-sum": sha256 }),
    });
    expect(told).toEqual(Array(2).fill(expect.objectContaining({ bytes: 10, sha256: digest(bytes) })));
    expect([...place.kept.keys()]).toEqual(["/2.zip"]);
    expect(place.seen[1]?.headers["x-sum"]).toBe(digest(bytes));
  });

  for (const [what, answer] of [
    ["500", reading(500)],
    ["429 with Retry-After", reading(429, { "retry-after": "0" })],
    ["503", reading(503)],
    ["a reset in the middle of the body", reset],
    ["a hang", hang],
  ] as const)
    it(`sends it again, whole, after ${what}`, async () => {
      misbehave(answer, answer);
      const bytes = randomBytes(3_000_000);
      await deliver(bytes, answer === hang ? { timeoutMs: 500 } : {});
      expect(place.seen).toHaveLength(3);
      expect(digest(place.kept.get("/bundle.zip"))).toBe(digest(bytes));
    });

  for (const status of [400, 401, 403, 404, 409, 412, 413])
    it(`fails at once with ${status}`, async () => {
      misbehave(reading(status));
      const error = await failing(deliver(randomBytes(1_000)));
      expect(error).toMatchObject({ code: "DELIVERY_FAILED", retryable: false });
      expect(error.message).toContain(String(status));
      expect(place.seen).toHaveLength(1);
    });

  it("fails when the server refuses before it has read the body, and gives up after its attempts", async () => {
    place.door = (asked, answer) => {
      answer.writeHead(413, { connection: "close" }).end();
      asked.socket.destroySoon();
      return true;
    };
    expect((await failing(deliver(randomBytes(8_000_000)))).code).toBe("DELIVERY_FAILED");
    expect(place.seen.length).toBeLessThanOrEqual(3);
    expect(place.kept.size).toBe(0);
  });

  it("does not believe a success that comes before the server has read the body", async () => {
    place.door = (_asked, answer) => {
      answer.writeHead(200).end("fine");
      return true;
    };
    const error = await failing(deliver(randomBytes(30_000_000)));
    expect(error.code).toBe("DELIVERY_FAILED");
  });

  for (const status of [301, 302, 307, 308])
    it(`does not follow a redirect (${status}), neither with the bundle nor without it`, async () => {
      const other = await openPlace();
      try {
        misbehave(reading(status, { location: `${other.origin}/secret-place` }));
        const error = await failing(deliver(randomBytes(1_000)));
        expect(error.message).toContain("redirects");
        expect(`${error.message}${inspect(error)}`).not.toContain("secret-place");
        expect(other.seen).toEqual([]);
        expect(place.seen).toHaveLength(1);
      } finally {
        await other.close();
      }
    });

  for (const [what, headers] of [
    ["Repr-Digest", (sum: string) => ({ "repr-digest": `sha-512=:AAAA:, sha-256=:${sum}:` })],
    ["x-amz-checksum-sha256", (sum: string) => ({ "x-amz-checksum-sha256": sum })],
  ] as const)
    it(`compares what the answer says in ${what}`, async () => {
      const bytes = randomBytes(5_000);
      misbehave(reading(200, headers(base64(bytes))));
      await deliver(bytes);
      expect(place.seen).toHaveLength(1);
      misbehave(...Array(3).fill(reading(200, headers(base64(randomBytes(3))))));
      const error = await failing(deliver(bytes));
      expect(error.message).toContain("digest differs");
      expect(place.seen).toHaveLength(4);
    });

  it("takes the ETag for a digest where it is one of S3's", async () => {
    const bytes = randomBytes(5_000);
    const etag = `"${createHash("md5").update("other").digest("hex")}"`;
    misbehave(reading(200, { etag }));
    await deliver(bytes);
    const s3 = { etag, "x-amz-request-id": "1" };
    misbehave(reading(200, { ...s3, "x-amz-server-side-encryption": "aws:kms" }));
    await deliver(bytes);
    misbehave(...Array(3).fill(reading(200, s3)));
    expect((await failing(deliver(bytes))).message).toContain("digest differs");
  });

  it("breaks off so that the server knows it, when it is aborted in the middle of the body", async () => {
    let isWhole: boolean | undefined;
    const writer = await to().open(context);
    await writer.write(randomBytes(20_000_000));
    const aborting = new Promise<void>((resolve) => {
      place.door = (asked) => {
        asked.on("error", () => {});
        asked.once("data", () => void writer.abort(aborted));
        asked.once("close", () => {
          isWhole = asked.complete;
          resolve();
        });
        return true;
      };
    });
    expect((await failing(writer.commit())).code).toBe("ABORTED");
    await aborting;
    expect(isWhole).toBe(false);
  });

  it("is told by its abort when nobody knows whether the bundle arrived", async () => {
    const writer = await to().open(context);
    await writer.write(randomBytes(1_000));
    const arrived = new Promise<void>((resolve) => {
      place.door = (asked) => {
        asked.resume().on("end", resolve);
        return true;
      };
    });
    const committing = failing(writer.commit());
    await arrived;
    const error = await failing(writer.abort(aborted));
    expect(error).toMatchObject({ code: "DELIVERY_FAILED", message: expect.stringContaining("may stand there") });
    expect((await committing).code).toBe("ABORTED");
  });

  it("lets an abort win over a callback that hangs", async () => {
    const writer = await to({ url: () => new Promise(() => {}) }).open(context);
    await writer.write(randomBytes(10));
    const committing = failing(writer.commit());
    await writer.abort(aborted);
    expect((await committing).code).toBe("ABORTED");
  });

  it("names neither the URL nor its signature in what it throws", async () => {
    const url = (origin: string) => `${origin}/people/ada?X-Amz-Signature=secret`;
    for (const [at, answer] of [
      [place.origin, reading(403)],
      [place.origin, reset],
      ["http://127.0.0.1:1", hang],
      ["http://host.invalid", hang],
    ] as const) {
      misbehave(...Array(3).fill(answer));
      const error = await failing(deliver(randomBytes(10), { url: url(at), attempts: 1 }));
      expect(`${error.message}${JSON.stringify(error)}${inspect(error)}`).not.toMatch(
        /secret|ada|host\.invalid|127\.0/,
      );
    }
  });

  it("tells a spool that fails from a destination that does, and does not try that again", async () => {
    const broken = new PortmanteauError("SPOOL_CORRUPT", "test");
    const spool = () => {
      const own = localSpool()();
      return {
        close: () => own.close(),
        create: async (name: string) => {
          const writer = await own.create(name);
          return {
            write: (bytes: Uint8Array) => writer.write(bytes),
            discard: () => writer.discard(),
            async seal() {
              const { bytes } = await writer.seal();
              return {
                bytes,
                discard: async () => {},
                // biome-ignore lint/correctness/useYield: it fails before
                async *read(): AsyncGenerator<Uint8Array> {
                  throw broken;
                },
              };
            },
          };
        },
      };
    };
    expect(await failing(deliver(randomBytes(10), { spool }))).toBe(broken);
    expect(place.seen.length).toBeLessThanOrEqual(1);
  });

  it("refuses at once what cannot be", () => {
    for (const more of [
      { url: "bundle.zip" },
      { url: "ftp://a/b" },
      { url: "https://u:p@a/b" },
      { spool: undefined },
      { method: "GET" },
      { attempts: 0 },
      { timeoutMs: 1.5 },
    ])
      expect(refused(() => to(more)).code).toBe("CONFIG_INVALID");
  });
});
