import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { PortmanteauError, type RecordSchema } from "portmanteau";
import { storedFileSchema } from "portmanteau/records";
import { describe, expect, it } from "vitest";
import partStateSchema from "../../schemas/journal/v1/part-state.schema.json" with { type: "json" };
import { createAjv } from "../../src/codec/ajv.ts";
import { compileCodec } from "../../src/codec/record-codec.ts";
import type { SealedStream } from "../../src/engine/lazy-stream.ts";
import { OpenPart, pseudonyms, type SealedPart } from "../../src/engine/part.ts";
import type { CollectedDataset } from "../../src/engine/plan.ts";
import { Retry } from "../../src/engine/retry.ts";
import type { Attachment } from "../../src/index.ts";
import type { PartState } from "../../src/model/generated/journal/part-state.ts";
import { record } from "../codec/arbitrary-records.ts";
import { access, object } from "../codec/encoding.ts";
import { controlledSource, expectNoUnhandledRejection, failing, noteDataset } from "../support/exporting.ts";
import { chunksOf, type Kept, StoredStreams } from "../support/stored-streams.ts";

expectNoUnhandledRejection();

const schema = object(
  {
    id: { type: "integer" },
    text: { type: "string" },
    at: { type: "string", format: "date-time" },
    friend: { type: "string", "x-privacy": { thirdParty: "redact" } },
    author: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
    address: object({ city: { type: "string" }, lines: { type: "array", items: { type: "string" } } }),
    counts: { type: "object", additionalProperties: { type: "number" } },
  },
  { required: ["id", "text"] },
);

const piece = 512 * 1024;

/** Records of these lengths: some invalid, with fields that are dropped or replaced, nested, with times in no order. */
const recordsOf = (lengths: readonly number[]): unknown[] =>
  lengths.map((length, id) => ({
    id: id % 7 === 3 ? -0 : BigInt(id),
    text: `${id}\uD800é`.padEnd(length, length > piece ? "x" : `${(id * 48271) % 2147483647} of "${id}", `),
    at: new Date(Date.UTC(2025, 0, 1 + ((id * 37) % 100), id % 24)),
    friend: `friend ${id % 4}`,
    ...(id % 2 === 0 && { author: `author ${id % 5}` }),
    ...(id % 3 === 0 && { address: { city: "Zürich 😀", lines: ["=1", `${id}`] } }),
    ...(id % 5 === 0 && { counts: { __proto__: null, b: id / 3, "10": 1e21, "9": 5e-324 } }),
    [`unknown${id % 3}`]: id,
  }));

function plannedOf(ofSchema: object = schema, { timeField = "/at" as string | undefined, attachments = false } = {}) {
  const { source } = controlledSource([]);
  const capabilities = { ...source.capabilities, attachments };
  const dataset = noteDataset("notes", { ...source, capabilities }, { schema: ofSchema as RecordSchema });
  const codec = compileCodec({
    dataset: "notes",
    schema: ofSchema as RecordSchema,
    view: access,
    ...(timeField === undefined ? {} : { timeField }),
  });
  return { decision: "collect", dataset, codec, subject: { id: "u1" } } as unknown as CollectedDataset;
}

const options = {
  level: 6,
  identifiers: ["u1", "anna@example.org"],
  previewRecords: 5,
  pseudonym: pseudonyms(Buffer.alloc(32, 7), "urn:uuid:1"),
};
const planned = plannedOf();

type Files = readonly (Attachment | null)[];
interface Run {
  readonly planned?: CollectedDataset;
  readonly files?: Files;
  readonly partition?: number;
  readonly previewRecords?: number;
  /** After so many records the part is put down, and goes on. */
  readonly downs?: ReadonlySet<number>;
  /** After so many records the part is put down, writes a little further, and another takes it up. */
  readonly crashes?: ReadonlySet<number>;
  readonly onState?: (state: PartState, kept: Kept) => void;
}

async function encode(part: OpenPart, records: readonly unknown[], files: Files | undefined): Promise<void> {
  for (const given of records) {
    let record = given;
    if (part.attachments !== undefined) {
      const recordIndex = part.read;
      record = await part.attachments.recordWith(given, files?.[recordIndex], retrying(), {
        signal: new AbortController().signal,
        timeoutMs: 10_000,
        onCloseTimeout: () => {},
        recordIndex,
      });
    }
    part.encode(record);
    if (part.full) await part.ready();
  }
}

const retrying = () =>
  new Retry({
    limits: { attempts: 1, baseDelayMs: 1, maxDelayMs: 1 },
    signal: new AbortController().signal,
    judge: (error) => error as PortmanteauError,
    onRetry: () => {},
  });

const matchesSchema = createAjv().compile(partStateSchema);

/** The state as a journal gives it back. */
function stored(state: PartState): PartState {
  const back: PartState = JSON.parse(JSON.stringify(state));
  expect(isDeepStrictEqual(back, state)).toBe(true);
  matchesSchema(back);
  expect(matchesSchema.errors).toBeNull();
  return back;
}

/** Collects the records, and gives all that can be known of the part. */
async function collected(records: readonly unknown[], run: Run = {}) {
  const { downs, crashes, files, partition, onState } = run;
  const given = { ...options, previewRecords: run.previewRecords ?? options.previewRecords };
  const of = run.planned ?? planned;
  let store = new StoredStreams();
  let part = new OpenPart(of, { ...given, spool: store.spool }, partition);
  for (let at = 0; at <= records.length; at++) {
    if (downs?.has(at)) {
      const state = stored(await part.checkpoint());
      onState?.(state, store.keep());
    }
    if (crashes?.has(at)) {
      const state = stored(await part.checkpoint());
      const kept = store.keep();
      await encode(part, records.slice(at, at + 3), files);
      await part.ready();
      const next = StoredStreams.from(kept);
      store = next;
      const { reopen, spool } = next;
      part = await OpenPart.restore(of, { ...given, spool }, state, reopen, partition);
    }
    await encode(part, records.slice(at, at + 1), files);
  }
  const { total, missing, firstMissing: { code, message, retryable } = {} } = part.attachments ?? {};
  return { ...(await everything(await part.seal())), total, missing, firstMissing: { code, message, retryable } };
}

async function everything(part: SealedPart) {
  const { json, csv, quarantine, attachments, tally, ...facts } = part;
  const files = attachments?.files.map(({ path, stream }) => [path, stream] as const) ?? [];
  const streams: Record<string, SealedStream | undefined> = { json, csv, quarantine, ...Object.fromEntries(files) };
  const bytes: Record<string, string> = {};
  for (const [name, stream] of Object.entries(streams)) {
    if (stream === undefined) continue;
    const packed = await bytesOf(stream.spooled.read());
    expect(packed.length).toBe(stream.facts.compressedBytes);
    bytes[name] = createHash("sha256").update(packed).digest("hex");
  }
  return {
    ...facts,
    tally: { dropped: [...tally.dropped], redacted: [...tally.redacted] },
    facts: Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, stream?.facts])),
    bytes,
    files: attachments?.files.map(({ path, name, mediaType }) => ({ path, name, mediaType })),
  };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

const boundaries = (count: number, pageRecords: number) =>
  new Set(Array.from({ length: Math.floor(count / pageRecords) + 1 }, (_, page) => page * pageRecords));

/** Long enough for several pieces; some records are longer than a piece, and leave a small one behind them. */
const lengths = Array.from({ length: 80 }, (_, id) =>
  id === 20 || id === 41 ? piece + 100 : id === 50 ? 200_000 : id === 51 ? 3 : 200 + ((id * 7919) % 30_000),
);

const anyRecords = record(2).chain(({ schema, values }) =>
  fc.record({ schema: fc.constant(schema), records: fc.array(values, { maxLength: 5 }) }),
);

describe("a part that is put down", () => {
  const records = recordsOf(lengths);
  const whole = collected(records);

  it("is worth the trouble: several pieces, small ones among them, invalid records, counts, a period", async () => {
    const { written, quarantined, tally, period, facts } = await whole;
    expect([written, quarantined]).toEqual([69, 11]);
    expect([tally.dropped.length, tally.redacted.length]).toEqual([3, 2]);
    expect(period).toBeDefined();
    expect(facts.json?.bytes).toBeGreaterThan(4 * piece);
  });

  for (const pageRecords of [1, 7, 25])
    it(`is the same when it is put down after every ${pageRecords} records`, async () => {
      expect(await collected(records, { downs: boundaries(80, pageRecords) })).toEqual(await whole);
    });

  for (const pageRecords of [1, 7, 25])
    it(`is the same when another takes it up after every ${pageRecords} records`, async () => {
      expect(await collected(records, { crashes: boundaries(80, pageRecords) })).toEqual(await whole);
    });

  it("is the same when another takes it up once, wherever that is", async () => {
    for (const at of [0, 1, 2, 11, 20, 21, 22, 35, 41, 42, 51, 52, 79, 80]) {
      const other = await collected(records, { crashes: new Set([at]), downs: boundaries(80, 9) });
      expect(other, `after ${at}`).toEqual(await whole);
    }
  });

  it("is the same as a fragment", async () => {
    const fragment = { partition: 3 };
    const crashes = boundaries(80, 1);
    const undisturbed = await collected(records, fragment);
    expect(await collected(records, { ...fragment, crashes })).toEqual(undisturbed);
    expect(undisturbed.facts.json).not.toEqual((await whole).facts.json);
  });

  it("is the same for any sizes of records and any places", async () => {
    const size = fc.oneof(
      { weight: 6, arbitrary: fc.nat(3_000) },
      { weight: 3, arbitrary: fc.integer({ min: 10_000, max: 180_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 174_700, max: piece + 20_000 }) },
    );
    const step = fc.record({ size, does: fc.constantFrom("nothing", "nothing", "down", "crash") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom(0, 3, 50),
        fc.constantFrom(undefined, 1),
        async (steps, previewRecords, partition) => {
          const given = recordsOf(steps.map(({ size }) => size));
          const at = (what: string) => new Set(steps.flatMap(({ does }, index) => (does === what ? [index] : [])));
          const run = { previewRecords, ...(partition !== undefined && { partition }) };
          const disturbed = await collected(given, { ...run, downs: at("down"), crashes: at("crash") });
          expect(disturbed).toEqual(await collected(given, run));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is the same for any schema and its records: JSON gives a preview back as it was", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, async ({ schema: any, records: given }) => {
        const run = { planned: plannedOf(any, { timeField: undefined }), previewRecords: 50 };
        const crashes = boundaries(given.length, 1);
        const [disturbed, whole] = [await collected(given, { ...run, crashes }), await collected(given, run)];
        expect(isDeepStrictEqual(disturbed, whole)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same without a record", async () => {
    expect(await collected([], { crashes: new Set([0]) })).toEqual(await collected([]));
  });
});

describe("the state of a part", () => {
  it("does not grow with the records and the files", async () => {
    const sizes: number[] = [];
    const record = { accountId: "u1", modifiedAt: null };
    await collected(Array(4_000).fill(record), {
      planned: filesPlanned,
      files: Array.from({ length: 4_000 }, (_, id) => file(`scan ${id}.txt`, `content ${id}`)),
      downs: new Set([100, 4_000]),
      onState: ({ encoder: { texts: _, ...encoder }, ...state }) =>
        sizes.push(JSON.stringify({ ...encoder, ...state }).length),
    });
    expect(sizes).toHaveLength(2);
    expect(sizes[1]).toBeLessThan((sizes[0] as number) + 300);
  });
});

const file = (name: string, content: string | Buffer, mediaType?: string): Attachment => ({
  name,
  open: async () => ({ content: chunksOf(Buffer.from(content), 3_000), ...(mediaType && { mediaType }) }),
});
const gone = (name: string): Attachment => ({
  name,
  open: () => Promise.reject(new PortmanteauError("SOURCE_FAILED", "It is gone.", { context: { recordIndex: 2 } })),
});
const filesPlanned = plannedOf(storedFileSchema, { timeField: undefined, attachments: true });

describe("a part with files that is put down", () => {
  const noise = createHash("shake256", { outputLength: 300_000 }).update("noise").digest();
  const files: Files = [
    file("a.txt", "the same ".repeat(40_000), "text/plain"),
    null,
    file("../u1/a.txt", "another"),
    file("A.TXT", "a third", "image/png"),
    file("copy of a.txt", "the same ".repeat(40_000)),
    gone("gone.txt"),
    file("noise", noise),
    file("a.txt", "another"),
    gone("gone.txt"),
    file("\uD800é\n.txt", ""),
    file("a.txt", "a fourth"),
  ];
  const records = files.map(() => ({ accountId: "u1", modifiedAt: null }));
  const run = { planned: filesPlanned, files };

  it("is the same, with the same names and the same files missing, when another takes it up at any place", async () => {
    const whole = await collected(records, run);
    expect(whole).toMatchObject({ total: 10, missing: 2 });
    expect(whole.firstMissing).toMatchObject({ code: "SOURCE_FAILED", message: "It is gone." });
    expect(whole.files).toHaveLength(6);
    for (const at of boundaries(records.length, 1)) {
      const crashes = new Set([at, (at + 4) % records.length]);
      expect(await collected(records, { ...run, crashes }), `after ${at}`).toEqual(whole);
    }
    expect(await collected(records, { ...run, crashes: boundaries(records.length, 1) })).toEqual(whole);
  });

  it("seals a list of all files, also of those that came after it was put down", async () => {
    const store = new StoredStreams();
    const part = new OpenPart(filesPlanned, { ...options, spool: store.spool });
    await encode(part, records.slice(0, 4), files);
    await part.checkpoint();
    await encode(part, records.slice(4), files);
    const { attachments } = await part.seal();
    const list = inflateRawSync(
      await bytesOf(attachments?.list?.spooled.read() as AsyncIterable<Uint8Array>),
    ).toString();
    const names = list.trim().split("\n");
    expect(names.map((line) => JSON.parse(line).name)).toEqual(attachments?.files.map(({ name }) => name));
  });
});

describe("a part is not taken up", async () => {
  const records = recordsOf(lengths);
  const states: { readonly state: PartState; readonly kept: Kept }[] = [];
  await collected(records, { downs: new Set([60]), onState: (state, kept) => states.push({ state, kept }) });
  const { state, kept } = states[0] as (typeof states)[number];

  const restored = async (changed: Kept) => {
    const store = StoredStreams.from(changed);
    const given = { ...options, spool: store.spool };
    return { store, error: await failing(OpenPart.restore(planned, given, state, store.reopen)) };
  };

  it("when its streams are what they were it is", async () => {
    const { reopen, spool } = StoredStreams.from(kept);
    await expect(OpenPart.restore(planned, { ...options, spool }, state, reopen)).resolves.toBeInstanceOf(OpenPart);
  });

  for (const name of ["notes.json", "notes.csv"])
    for (const [what, change] of [
      ["a bit of it is another", (bytes: Buffer) => bytes.fill(bytes.readUInt8(99) ^ 4, 99, 100)],
      ["it is shorter", (bytes: Buffer) => bytes.subarray(0, -1)],
      ["it is longer", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
      ["it is empty", () => Buffer.alloc(0)],
    ] as const)
      it(`when ${name} is not what it was: ${what}`, async () => {
        const changed = change(Buffer.from(kept.get(name) as Buffer));
        const { store, error } = await restored(new Map([...kept, [name, changed]]));
        expect(error).toMatchObject({ code: "SPOOL_CORRUPT", retryable: false, context: { dataset: "notes" } });
        expect(store.discarded).toContain(name);
      });

  it("when a stream cannot be opened or read", async () => {
    const { error } = await restored(new Map([...kept].slice(1)));
    expect(error.code).toBe("SPOOL_FAILED");
    const { reopen, spool } = StoredStreams.from(kept);
    const reading = async (name: string) => ({
      ...(await reopen(name)),
      // biome-ignore lint/correctness/useYield: it fails before the first
      written: (async function* () {
        throw new Error("away");
      })(),
    });
    const given = { ...options, spool };
    expect((await failing(OpenPart.restore(planned, given, state, reading))).code).toBe("SPOOL_FAILED");
  });
});
