import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { Transformer } from "node:stream/web";
import { gunzipSync } from "node:zlib";
import { type Delivery, type Destination, type Envelope, PortmanteauError } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { describe, expect, it } from "vitest";
import { toDelivery } from "../../src/engine/destination.ts";
import { openEnveloped } from "../../src/engine/envelope.ts";
import {
  Collecting,
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  noteDataset,
  request,
  wait,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

/** Records that deflate does not make small: about 700 KiB of zip. */
const records = Array.from({ length: 1_500 }, (_, id) => ({
  id,
  owner: "u1",
  text: randomBytes(160).toString("base64"),
}));
const source = () => controlledSource(records);

const gzip: Envelope = { name: "gzip", seal: async (plain) => plain.pipeThrough(new CompressionStream("gzip")) };

/** An envelope that hands on what it gets, until a test's `transform` says otherwise. */
function passing(transformer: Transformer<Uint8Array, Uint8Array>): Envelope {
  return { name: "passing", seal: async (plain) => plain.pipeThrough(new TransformStream(transformer)) };
}

/** A stream that has these bytes and ends. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

describe("an envelope", () => {
  it("stands between the zip and every kind of destination, and the report knows what was delivered", async () => {
    const { zip, report } = await exported([noteDataset("a", source().source)]);
    const file = join(emptyFolder(), "bundle.zip.gz");
    const stream = new Collecting();
    const web: Uint8Array[] = [];
    const destinations: [Destination, () => Buffer][] = [
      [fileDelivery(file), () => readFileSync(file)],
      [stream, () => stream.bytes],
      [new WritableStream({ write: (chunk) => void web.push(chunk) }), () => Buffer.concat(web)],
    ];
    for (const [to, delivered] of destinations) {
      const { exporter, spooled } = exporterOf([noteDataset("a", source().source)]);
      const { bundle } = await exporter.export(request, { to, encrypt: gzip, ...fixed });
      const sealed = delivered();
      expect(gunzipSync(sealed).equals(zip)).toBe(true);
      expect(bundle).toEqual({
        ...report.bundle,
        envelope: {
          name: "gzip",
          files: [{ bytes: sealed.length, sha256: createHash("sha256").update(sealed).digest("hex") }],
        },
      });
      expect(spooled()).toEqual([]);
    }
  });

  it("gets pieces of its own, of 64 KiB at most", async () => {
    const kept: Uint8Array[] = [];
    const encrypt = passing({
      transform(piece, controller) {
        kept.push(piece);
        controller.enqueue(piece);
      },
    });
    const { zip } = await exported([noteDataset("a", source().source)], {}, { encrypt });
    expect(Math.max(...kept.map(({ length }) => length))).toBe(65_536);
    expect(Buffer.concat(kept).equals(zip)).toBe(true);
  });

  it("may keep its pieces, whatever the caller does with its bytes afterwards", async () => {
    const to = new Collecting();
    const kept: Uint8Array[] = [];
    const encrypt = passing({
      transform: (piece) => void kept.push(piece),
      flush: (controller) => controller.enqueue(Buffer.concat(kept)),
    });
    const writer = await openEnveloped(toDelivery(to), encrypt, new AbortController().signal);
    const bytes = Buffer.from("first ");
    await writer.write(bytes);
    bytes.fill("again ");
    await writer.write(bytes);
    await writer.commit();
    expect(to.bytes.toString()).toBe("first again ");
  });

  it("that reads on its own is told why the bundle will not end", async () => {
    let told: unknown;
    const encrypt: Envelope = {
      name: "x",
      async seal(plain) {
        const reader = plain.getReader();
        const read = async () => {
          while (!(await reader.read()).done);
        };
        read().catch((error) => (told = error));
        return new ReadableStream();
      },
    };
    const { source: broken } = controlledSource(records, {
      before: (page) => {
        if (page === 100) throw new Error("broken");
      },
    });
    const { exporter } = exporterOf([noteDataset("a", broken)]);
    const error = await failing(exporter.export(request, { to: new Collecting(), encrypt }));
    expect([error.code, told]).toEqual(["SOURCE_FAILED", error]);
  });

  it("is asked before any source is read, and what is none is refused", async () => {
    const { source: notRead, seen } = source();
    const folder = emptyFolder();
    const { exporter } = exporterOf([noteDataset("a", notRead)]);
    for (const encrypt of ["age1…", null, { name: "age" }, { seal: gzip.seal }]) {
      const to = fileDelivery(join(folder, "bundle.zip"));
      const error = await failing(exporter.export(request, { to, encrypt: encrypt as never }));
      expect([error.code, error.context.pointer]).toEqual(["CONFIG_INVALID", "/encrypt"]);
    }
    expect([seen.opened, readdirSync(folder)]).toEqual([0, []]);
  });
});

describe("an envelope that fails", () => {
  const broken = () => new Error("no entropy");
  const own = new PortmanteauError("CONFIG_INVALID", "The key has expired.");
  const late = (then: (controller: TransformStreamDefaultController<Uint8Array>) => void) => {
    let bytes = 0;
    return passing({
      transform(piece, controller) {
        bytes += piece.length;
        if (bytes > 200_000) then(controller);
        else controller.enqueue(piece);
      },
    });
  };
  const cases: [string, () => Envelope, string][] = [
    [
      "by throwing when it is asked",
      () => ({
        name: "x",
        seal: () => {
          throw broken();
        },
      }),
      "ENVELOPE_FAILED",
    ],
    ["by rejecting when it is asked", () => ({ name: "x", seal: () => Promise.reject(broken()) }), "ENVELOPE_FAILED"],
    ["with an error of this package", () => ({ name: "x", seal: () => Promise.reject(own) }), "CONFIG_INVALID"],
    ["by giving no stream", () => ({ name: "x", seal: async () => undefined as never }), "ENVELOPE_FAILED"],
    [
      "by giving a stream that somebody reads",
      () => ({ name: "x", seal: async (plain) => plain.getReader() && plain }),
      "ENVELOPE_FAILED",
    ],
    [
      "at the first byte",
      () =>
        passing({
          transform: () => {
            throw broken();
          },
        }),
      "ENVELOPE_FAILED",
    ],
    [
      "in the middle",
      () =>
        late(() => {
          throw broken();
        }),
      "ENVELOPE_FAILED",
    ],
    [
      "at the end",
      () =>
        passing({
          flush: () => {
            throw broken();
          },
        }),
      "ENVELOPE_FAILED",
    ],
    ["by ending in the middle", () => late((controller) => controller.terminate()), "ENVELOPE_FAILED"],
    [
      "by ending at once",
      () => ({ name: "x", seal: async () => new ReadableStream({ start: (controller) => controller.close() }) }),
      "ENVELOPE_FAILED",
    ],
    [
      "by ending early, without a word",
      () => ({ name: "x", seal: async () => streamOf(Buffer.from("short")) }),
      "ENVELOPE_FAILED",
    ],
    ["by yielding nothing", () => passing({ transform: () => {} }), "ENVELOPE_FAILED"],
    [
      "by yielding what is no bytes",
      () => passing({ transform: (_, controller) => controller.enqueue("text" as never) }),
      "ENVELOPE_FAILED",
    ],
    [
      "by cancelling what it reads",
      () => ({
        name: "x",
        seal: async (plain) => {
          await plain.cancel(broken());
          return new ReadableStream();
        },
      }),
      "ENVELOPE_FAILED",
    ],
  ];
  for (const [how, envelope, code] of cases) {
    it(`${how} fails the export, and nothing is delivered`, async () => {
      const folder = emptyFolder();
      const stream = new Collecting();
      let web: unknown;
      const destinations: Destination[] = [
        fileDelivery(join(folder, "bundle.zip.x")),
        stream,
        new WritableStream({ abort: (reason) => void (web = reason) }),
      ];
      for (const to of destinations) {
        const { source: closed, seen } = source();
        const { exporter, spooled } = exporterOf([noteDataset("a", closed)]);
        const error = await failing(exporter.export(request, { to, encrypt: envelope() }));
        expect([error.code, error.report?.bundle, seen.opened - seen.closed, spooled()]).toEqual([code, null, 0, []]);
      }
      expect([readdirSync(folder), stream.destroyed, stream.ended]).toEqual([[], true, false]);
      expect(web).toMatchObject({ code });
    });
  }
});

describe("an envelope that hangs", () => {
  const cases: [string, () => Envelope][] = [
    ["when it is asked", () => ({ name: "x", seal: () => new Promise(() => {}) })],
    ["without reading", () => ({ name: "x", seal: async () => new ReadableStream() })],
    ["in the middle", () => passing({ transform: () => new Promise(() => {}) })],
    [
      "at the end",
      () =>
        passing({ transform: (piece, controller) => controller.enqueue(piece), flush: () => new Promise(() => {}) }),
    ],
    [
      "deaf, when it is cancelled",
      () => ({ name: "x", seal: async () => new ReadableStream({ cancel: () => new Promise(() => {}) }) }),
    ],
  ];
  for (const [when, envelope] of cases) {
    it(`${when} is left when the export is aborted, and leaves nothing`, async () => {
      const folder = emptyFolder();
      for (const to of [fileDelivery(join(folder, "bundle.zip.x")), new Collecting(), new WritableStream()]) {
        const abort = new AbortController();
        const { source: closed, seen } = source();
        const { exporter, spooled } = exporterOf([noteDataset("a", closed)]);
        const failed = failing(exporter.export(request, { to, encrypt: envelope(), signal: abort.signal }));
        await wait(150);
        abort.abort();
        expect(await failed).toMatchObject({ code: "ABORTED" });
        expect([seen.opened - seen.closed, spooled()]).toEqual([0, []]);
      }
      expect(readdirSync(folder)).toEqual([]);
    });
  }
});

describe("a destination behind an envelope", () => {
  /** A delivery that takes some bytes, and then does what a test wants. */
  function delivery(then: () => Promise<void>, { commit = async () => {} } = {}) {
    const seen = { bytes: 0, aborted: 0, committed: 0 };
    let release = (): void => {};
    const to: Delivery = {
      name: "test",
      open: async () => ({
        async write(bytes) {
          seen.bytes += bytes.length;
          if (seen.bytes > 100_000) await Promise.race([then(), new Promise<void>((resolve) => (release = resolve))]);
        },
        async commit() {
          await commit();
          seen.committed++;
        },
        async abort() {
          seen.aborted++;
          release();
        },
      }),
    };
    return { to, seen };
  }

  it("that fails in the middle fails the export with its own error", async () => {
    const { to, seen } = delivery(async () => Promise.reject(new Error("no space")));
    const { exporter } = exporterOf([noteDataset("a", source().source)]);
    const error = await failing(exporter.export(request, { to, encrypt: gzip }));
    expect([error.code, (error.cause as Error).message, seen.aborted, seen.committed]).toEqual([
      "DELIVERY_FAILED",
      "no space",
      1,
      0,
    ]);
  });

  it("that fails at the commit fails the export with its own error", async () => {
    const { to, seen } = delivery(async () => {}, { commit: () => Promise.reject(new Error("no rename")) });
    const { exporter } = exporterOf([noteDataset("a", source().source)]);
    const error = await failing(exporter.export(request, { to, encrypt: gzip }));
    expect([error.code, (error.cause as Error).message, seen.aborted]).toEqual(["DELIVERY_FAILED", "no rename", 1]);
    expect(error.report?.bundle).toBe(null);
  });

  it("that cannot be opened fails the export, and the envelope is not asked", async () => {
    let asked = false;
    const encrypt: Envelope = { name: "x", seal: async (plain) => (asked = true) && plain };
    const to: Delivery = { name: "test", open: () => Promise.reject(new Error("no access")) };
    const { exporter } = exporterOf([noteDataset("a", source().source)]);
    expect(await failing(exporter.export(request, { to, encrypt }))).toMatchObject({ code: "DELIVERY_FAILED" });
    expect(asked).toBe(false);
  });

  it("that stalls slows the source, and an abort frees it in the middle of a write", async () => {
    const { to, seen } = delivery(() => new Promise(() => {}));
    const many = Array.from({ length: 40 }, () => controlledSource(records.slice(0, 300)).source).map((each, index) =>
      noteDataset(`d${index}`, each),
    );
    let ended = 0;
    const abort = new AbortController();
    const { exporter, spooled } = exporterOf(many);
    const failed = failing(
      exporter.export(request, {
        to,
        encrypt: passing({}), // and not gzip: a CompressionStream of Node.js takes whatever comes
        signal: abort.signal,
        onEvent: ({ type }) => void (type === "datasetEnded" && ended++),
      }),
    );
    await wait(500);
    const before = ended;
    await wait(200);
    expect([ended, before < 20, seen.bytes < 200_000]).toEqual([before, true, true]);
    abort.abort();
    expect(await failed).toMatchObject({ code: "ABORTED" });
    expect([seen.aborted, seen.committed, spooled()]).toEqual([1, 0, []]);
  });

  it("that is a stream which closes without a word ends the export", async () => {
    const to = new Writable({ highWaterMark: 1, write: () => {} });
    const { exporter } = exporterOf([noteDataset("a", source().source)]);
    const failed = failing(exporter.export(request, { to, encrypt: gzip }));
    setTimeout(() => to.destroy(), 100);
    expect(await failed).toMatchObject({ code: "DELIVERY_FAILED" });
  });

  it("keeps a bundle whose commit was before the abort", async () => {
    const abort = new AbortController();
    const { to, seen } = delivery(async () => {}, { commit: async () => abort.abort() });
    const { exporter } = exporterOf([noteDataset("a", source().source)]);
    const report = await exporter.export(request, { to, encrypt: gzip, signal: abort.signal });
    expect([report.status, seen.committed, report.bundle?.envelope?.files[0]?.bytes]).toEqual([
      "delivered",
      1,
      seen.bytes,
    ]);
  });
});
