import { createHash } from "node:crypto";
import { type Dataset, type DurableExporter, type ExporterConfig, PortmanteauError } from "portmanteau";
import { describe, expect, it } from "vitest";
import { askKey, folderOf, Vault } from "../../src/engine/durable/vault.ts";
import { durableExporterOf, exportedDurably, spoolKey, TestSpool } from "../support/durable.ts";
import { everyKindSmall, mixed, mixedFacts, noise } from "../support/durable-datasets.ts";
import {
  Collecting,
  controlledSource,
  expectNoUnhandledRejection,
  failing,
  fixed,
  noteDataset,
  noteSchema,
  notes,
  privacy,
  refused,
  request,
} from "../support/exporting.ts";
import { fileDataset, fileSource } from "../support/files.ts";

expectNoUnhandledRejection();

const { id } = request;
const folder = folderOf(id);
const dataset = (count = 25, more: Partial<Dataset> = {}) =>
  noteDataset("a", controlledSource(mixed(count), { count }).source, { ...mixedFacts, ...more });
const fresh = (spool: TestSpool, config?: Parameters<typeof durableExporterOf>[2]) =>
  durableExporterOf([dataset()], spool, config);

/** A request whose only part was interrupted after a checkpoint. */
async function interrupted(records: readonly unknown[] = mixed(25)): Promise<TestSpool> {
  const spool = new TestSpool();
  const { source } = controlledSource(records, {
    count: 25,
    before: (page) => {
      if (page === 2) throw new PortmanteauError("SOURCE_UNAVAILABLE", "gone", { retryable: false });
    },
  });
  const exporter = durableExporterOf([noteDataset("a", source, mixedFacts)], spool);
  await exporter.begin(request, fixed);
  await failing(exporter.collectPart(id, { dataset: "a" }));
  return spool;
}

/** A request that was delivered, with a count that was asked for again. */
async function delivered(): Promise<TestSpool> {
  const spool = new TestSpool();
  const counts = [24, 25];
  const source = { ...controlledSource(mixed(25), { count: 25 }).source, count: async () => counts.shift() ?? 0 };
  await exportedDurably(durableExporterOf([noteDataset("a", source, mixedFacts)], spool));
  return spool;
}

/** What reads an object of this kind, and in which state of the request. */
const readers: Record<
  string,
  { readonly state: () => Promise<TestSpool>; readonly read: (of: DurableExporter) => Promise<unknown> }
> = {
  request: { state: delivered, read: (of) => of.collectPart(id, { dataset: "a" }) },
  receipt: { state: delivered, read: (of) => of.collectPart(id, { dataset: "a" }) },
  chunk: { state: delivered, read: (of) => of.collectPart(id, { dataset: "a" }) },
  count: { state: delivered, read: (of) => of.assemble(id, { to: new Collecting() }) },
  delivered: { state: delivered, read: (of) => of.progress(id) },
  checkpoint: { state: interrupted, read: (of) => of.collectPart(id, { dataset: "a" }) },
};
const kindAt = (path: string) =>
  /^[^/]+\/(request|delivered)$/.exec(path)?.[1] ??
  (path.includes("/counts/") ? "count" : (/-(checkpoint|receipt)$/.exec(path)?.[1] ?? "chunk"));
/** The objects that are read: an older attempt's chunks are not. */
const pathsOf = (spool: TestSpool, kind: string) => [...spool.objects.keys()].filter((path) => kindAt(path) === kind);

describe("an object of the journal that is not what was written", () => {
  for (const [kind, { state, read }] of Object.entries(readers)) {
    it(`is told of, and never taken for absent: a ${kind}`, async () => {
      const whole = await state();
      const paths = pathsOf(whole, kind);
      expect(paths.length).toBeGreaterThan(0);
      const path = paths[0] as string;
      const bytes = Buffer.from(whole.objects.get(path) as Uint8Array);
      const other = [...whole.objects].find(([each]) => each !== path)?.[1] as Uint8Array;
      const vault = new Vault(whole, spoolKey, folder, undefined);
      const changed: Record<string, Uint8Array> = {
        "is empty": new Uint8Array(),
        "is one byte": Buffer.of(1),
        "is cut": bytes.subarray(0, -1),
        "is cut to its head": bytes.subarray(0, 29),
        "is longer": Buffer.concat([bytes, Buffer.of(0)]),
        "is JSON": Buffer.from(JSON.stringify({ generation: "0".repeat(32) })),
        "is another object": other,
        "is of a later version": Buffer.concat([Buffer.of(2), bytes.subarray(1)]),
      };
      for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 40))) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        changed[`has another byte ${at}`] = flipped;
      }
      for (const [what, now] of Object.entries(changed)) {
        const spool = new TestSpool(new Map(whole.objects).set(path, now));
        const error = await failing(read(fresh(spool)));
        expect({ what, code: error.code, retryable: error.retryable }).toEqual({
          what,
          code: "JOURNAL_CORRUPT",
          retryable: false,
        });
        expect(error.message).toContain(`a ${kind},`);
      }
      expect(await vault.get(path.slice(folder.length + 1))).toBeInstanceOf(Buffer);
    });
  }

  it("is told of when it was written with our key and is no such document", async () => {
    for (const [kind, { state, read }] of Object.entries(readers)) {
      if (kind === "chunk") continue;
      const whole = await state();
      const path = pathsOf(whole, kind)[0] as string;
      for (const foreign of [Buffer.from("not deflated"), Buffer.alloc(0)]) {
        const spool = new TestSpool(new Map(whole.objects));
        await new Vault(spool, spoolKey, folder, undefined).put(path.slice(folder.length + 1), foreign);
        expect(await failing(read(fresh(spool)))).toMatchObject({ code: "JOURNAL_CORRUPT" });
      }
    }
  });

  it("or a chunk that is gone ends the step, and is not read again in silence", async () => {
    const large = mixed(25).map((record) => ({ ...record, text: noise(60_000, record.id) }));
    for (const spool of [await delivered(), await interrupted(large)]) {
      const chunks = pathsOf(spool, "chunk");
      expect(chunks.length).toBeGreaterThan(0);
      for (const path of chunks) spool.objects.delete(path);
      const error = await failing(fresh(spool).collectPart(id, { dataset: "a" }));
      expect(error).toMatchObject({ code: "SPOOL_CORRUPT", context: { dataset: "a" } });
    }
  });

  it("or that stands in the place of another of its kind, of this request or of another one", async () => {
    const spool = new TestSpool();
    const both = () =>
      durableExporterOf(
        ["a", "b"].map((name) => noteDataset(name, controlledSource(mixed(25)).source, mixedFacts)),
        spool,
      );
    const other = { ...request, id: id.replace(/^./, "1") };
    await exportedDurably(both());
    await exportedDurably(both(), { request: other });
    const receipt = `${folder}/parts/0-receipt`;
    for (const from of [`${folder}/parts/1-receipt`, `${folderOf(other.id)}/parts/0-receipt`]) {
      spool.objects.set(receipt, spool.objects.get(from) as Uint8Array);
      expect(await failing(both().assemble(id, { to: new Collecting() }))).toMatchObject({ code: "JOURNAL_CORRUPT" });
    }
  });

  it("does not open with another key", async () => {
    const spool = await interrupted();
    const other = () => fresh(spool, { durable: { key: Buffer.alloc(32, 1) } });
    for (const step of [
      () => other().begin(request),
      () => other().collectPart(id, { dataset: "a" }),
      () => other().assemble(id, { to: new Collecting() }),
      () => other().progress(id),
      () => exportedDurably(other()),
    ])
      expect(await failing(step())).toMatchObject({ code: "JOURNAL_CORRUPT", retryable: false });
  });
});

describe("the key", () => {
  it("may be asked for, once for each operation", async () => {
    let asked = 0;
    const key = async () => {
      asked++;
      return spoolKey;
    };
    const spool = new TestSpool();
    await fresh(spool, { durable: { key } }).begin(request);
    expect(asked).toBe(1);
    expect((await fresh(spool).progress(id))?.requestId).toBe(id);
  });

  it("is refused when it is none, and may be tried again when it cannot be had", async () => {
    expect(refused(() => fresh(new TestSpool(), { durable: { key: Buffer.alloc(31) } }))).toMatchObject({
      code: "CONFIG_INVALID",
      context: { pointer: "/durable/key" },
    });
    expect(await failing(askKey(() => Buffer.alloc(16)))).toMatchObject({ code: "CONFIG_INVALID" });
    const away = () => Promise.reject(new Error("the KMS is away"));
    expect(await failing(askKey(away))).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
  });
});

describe("what stands in the spool", () => {
  it("tells nothing of the person, neither by its bytes nor by its names", async () => {
    const secret = "Zaphod-4242-Beeblebrox";
    const records = notes(40).map((note) => ({
      ...note,
      owner: secret,
      text: `${secret} said ${note.id} ${noise(1_000, note.id)}`,
    }));
    const datasets = [
      noteDataset("a", controlledSource(records, { count: 40 }).source),
      noteDataset("b", controlledSource(records.map((each) => ({ ...each, text: 5 }))).source),
      fileDataset("docs", fileSource([{ name: `${secret}.txt`, content: secret.repeat(100), owner: secret }]).source),
    ];
    const seen: Buffer[] = [];
    const spool = new TestSpool(new Map(), { before: (_call, what) => void seen.push(Buffer.from(what)) });
    const named = { ...request, subject: { id: secret } };
    await exportedDurably(durableExporterOf(datasets, spool), { request: named });
    expect([...spool.objects.keys()].map(kindAt)).toEqual(
      expect.arrayContaining(["request", "checkpoint", "receipt", "chunk", "delivered"]),
    );
    for (const [path, bytes] of spool.objects) seen.push(Buffer.from(path), Buffer.from(bytes));
    for (const needle of [secret, id, id.replaceAll("-", ""), Buffer.from(secret).toString("base64").slice(0, 20)])
      expect(seen.filter((bytes) => bytes.includes(needle))).toEqual([]);
    for (const path of spool.objects.keys()) expect(path).toMatch(/^[a-z0-9/_.-]{1,200}$/);
  });
});

describe("a request that is begun again", () => {
  it("is the same, whatever its receiving time is said to be; another one of its id is refused by the field that differs", async () => {
    const exporter = fresh(new TestSpool());
    const full = {
      ...request,
      subject: { id: "u1", identities: [{ identity_type: "email", identity_value: "a@b.example" }] },
    };
    const first = await exporter.begin(full, fixed);
    expect(await exporter.begin(JSON.parse(JSON.stringify(full)), { clock: () => 0 })).toEqual(first);
    expect(first).toMatchObject({
      requestId: id,
      requestType: "access",
      bundleId: fixed.bundleId,
      dueAt: "2026-02-28T00:00:00.000Z",
    });
    for (const [pointer, other] of [
      ["/type", { ...full, type: "portability" }],
      ["/subject/id", { ...full, subject: { ...full.subject, id: "u2" } }],
      [
        "/subject/identities/0/identity_value",
        {
          ...full,
          subject: { id: "u1", identities: [{ identity_type: "email", identity_value: "secret@b.example" }] },
        },
      ],
      ["/subject/identities", { ...full, subject: { id: "u1" } }],
      ["/regulation", { ...full, regulation: "ccpa" }],
    ] as const) {
      const error = await failing(exporter.begin(other as typeof full));
      expect(error).toMatchObject({ code: "REQUEST_CONFLICT", retryable: false, context: { pointer } });
      expect(error.message).not.toContain("secret");
    }
  });

  it("must have been begun before it is collected", async () => {
    const exporter = fresh(new TestSpool());
    for (const step of [exporter.collectPart(id, { dataset: "a" }), exporter.assemble(id, { to: new Collecting() })])
      expect(await failing(step)).toMatchObject({ code: "REQUEST_UNKNOWN" });
    expect(await exporter.progress(id)).toBeUndefined();
    await exporter.begin(request);
    expect(await failing(exporter.collectPart(id, { dataset: "b" }))).toMatchObject({ code: "REQUEST_INVALID" });
    expect(await failing(exporter.collectPart(id, { dataset: "a", partition: 0 }))).toMatchObject({
      code: "REQUEST_INVALID",
    });
  });
});

describe("what a worker put after its request was purged and begun anew", () => {
  it("counts no more: receipts, checkpoints, counts and deliveries", async () => {
    for (const state of [delivered, interrupted]) {
      const spool = await state();
      const late = new Map([...spool.objects].filter(([path]) => kindAt(path) !== "request"));
      await fresh(spool).purge(id);
      const exporter = fresh(spool);
      await exporter.begin(request, fixed);
      for (const [path, bytes] of late) spool.objects.set(path, bytes);
      expect(await exporter.progress(id)).toMatchObject({ parts: [{ state: "waiting", records: 0 }], delivered: null });
      expect(await failing(exporter.assemble(id, { to: new Collecting() }))).toMatchObject({ code: "INCOMPLETE" });
      const asked: unknown[] = [];
      const { source } = controlledSource(mixed(25), {
        count: 25,
        before: (_page, { after }) => void asked.push(after),
      });
      await durableExporterOf([noteDataset("a", source, mixedFacts)], spool).collectPart(id, { dataset: "a" });
      expect(asked[0]).toBeUndefined();
    }
  });
});

describe("a configuration that changed", () => {
  const base: Partial<Omit<ExporterConfig, "durable">> = {
    recipients: [{ id: "psp", name: "Payments", category: "processor" }],
    categories: [{ id: "notes", title: "Notes" }],
    pseudonymKey: Buffer.alloc(32, 3),
  };
  const changes: Record<string, readonly [config: object, dataset?: Partial<Dataset>]> = {
    "/controller": [{ controller: { name: "Acme", contact: "dpo@acme.example" } }],
    "/recipients": [{ recipients: [{ id: "psp", name: "Others", category: "processor" }] }],
    "/categories": [{ categories: [{ id: "notes", title: "Remarks" }] }],
    "/rights": [{ rights: [] }],
    "/complaint": [{ complaint: { authority: "CNIL" } }],
    "/automatedDecisions": [{ automatedDecisions: [{ name: "x", logic: "y", consequences: "z" }] }],
    "/excluded": [{ excluded: [{ what: "Backups", reason: "declared", description: "They are overwritten." }] }],
    "/portabilityScope": [{ portabilityScope: "all-but-derived" }],
    "/compressionLevel": [{ compressionLevel: 1 }],
    "/previewRecords": [{ previewRecords: 3 }],
    "/csv": [{ csv: { bom: true } }],
    "/pseudonymKey": [{ pseudonymKey: Buffer.alloc(32, 4) }],
    "/datasets/a/title": [{}, { title: "Other" }],
    "/datasets/a/description": [{}, { description: "Other." }],
    "/datasets/a/schema": [
      {},
      {
        schema: {
          ...noteSchema,
          properties: Object.fromEntries(Object.entries(mixedFacts.schema.properties ?? {}).reverse()),
        } as Dataset["schema"],
      },
    ],
    "/datasets/a/privacy": [{}, { privacy: { ...privacy, recipients: ["psp"] } }],
    "/datasets/a/subjectField": [{}, { subjectField: "/user" }],
    "/datasets/a/identity": [{}, { identity: "email" }],
    "/datasets/a/onNoIdentity": [{}, { onNoIdentity: "fail" }],
    "/datasets/a/primaryKey": [{}, { primaryKey: ["/text"] }],
    "/datasets/a/foreignKeys": [{}, { foreignKeys: [{ fields: ["/id"], dataset: "a", references: ["/id"] }] }],
    "/datasets/a/timeField": [{}, { timeField: undefined as never }],
    "/datasets/a/onInvalid": [{}, { onInvalid: "fail" }],
    "/datasets/a/source": [{}, { source: controlledSource([], { resume: "none" }).source }],
  };

  for (const [pointer, [config, more]] of Object.entries(changes)) {
    it(`is refused at every step, by the pointer of what changed: ${pointer}`, async () => {
      const spool = new TestSpool();
      await durableExporterOf([dataset()], spool, base).begin(request, fixed);
      const changed = durableExporterOf([dataset(25, more)], spool, { ...base, ...config });
      for (const step of [
        () => changed.begin(request),
        () => changed.collectPart(id, { dataset: "a" }),
        () => changed.assemble(id, { to: new Collecting() }),
      ]) {
        const error = await failing(step());
        expect(error).toMatchObject({ code: "RESUME_REFUSED", retryable: false, context: { pointer } });
        expect(error.message).toContain(`: ${pointer}. `);
      }
    });
  }

  it("is accepted where no byte depends on it", async () => {
    const spool = new TestSpool();
    await fresh(spool).begin(request, fixed);
    const other = fresh(spool, {
      lanes: 7,
      pageRecords: 3,
      pageTimeoutMs: 99_999,
      onFailure: "deliver-partial",
      durable: { checkpointMs: 9 },
    });
    expect((await exportedDurably(other)).report.completeness).toBe("complete");
  });

  it("begins anew when that is asked for: under another id, and nothing of the first is left", async () => {
    const spool = await interrupted();
    const before = [...spool.objects.keys()];
    const changed = durableExporterOf([dataset(25, { title: "Other" })], spool);
    const begun = await changed.begin(request, { onChange: "restart" });
    expect(begun.bundleId).not.toBe(fixed.bundleId);
    expect([...spool.objects.keys()].filter((path) => before.includes(path))).toEqual([`${folder}/request`]);
    expect(await exportedDurably(changed)).toMatchObject({
      report: { bundleId: begun.bundleId, completeness: "complete" },
    });
  });
});

describe("identities", () => {
  it("are resolved once, when the request is begun, and never again", async () => {
    let asked = 0;
    const identities = [{ from: "email", to: "billing", resolve: () => `b${asked++}` }];
    const of = (spool: TestSpool) => {
      const records = notes(5).map((note) => ({ ...note, owner: "b0" }));
      const identified = noteDataset("a", controlledSource(records).source, { identity: "billing" });
      return durableExporterOf(
        [identified, noteDataset("b", controlledSource(notes(3)).source, { identity: "crm" })],
        spool,
        { identities },
      );
    };
    const withEmail = {
      ...request,
      subject: { identities: [{ identity_type: "email", identity_value: "a@b.example" }] },
    };
    const spool = new TestSpool();
    await of(spool).begin(withEmail, fixed);
    const { report } = await exportedDurably(of(spool), { request: withEmail });
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual(["complete", "notApplicable"]);
    expect(asked).toBe(1);
  });

  it("that cannot be resolved end the beginning, which may be tried again; with `final` only their dataset", async () => {
    let isAway = true;
    const resolve = () => {
      if (isAway) throw new PortmanteauError("SOURCE_UNAVAILABLE", "away", { retryable: true });
      return "u1";
    };
    const spool = new TestSpool();
    const datasets = [
      noteDataset("a", controlledSource(notes(3)).source, { identity: "billing" }),
      noteDataset("b", controlledSource(notes(2)).source),
    ];
    const exporter = durableExporterOf(datasets, spool, {
      identities: [{ to: "billing", resolve }],
      onFailure: "deliver-partial",
    });
    expect(await failing(exporter.begin(request))).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    expect(spool.objects.size).toBe(0);
    const { report } = await exportedDurably(exporter);
    expect(report.datasets.map(({ outcome, error }) => [outcome, error])).toEqual([
      ["failed", "SOURCE_UNAVAILABLE"],
      ["complete", null],
    ]);
    await exporter.purge(id);
    isAway = false;
    expect((await exportedDurably(exporter)).report.completeness).toBe("complete");
  });
});

describe("a purge", () => {
  it("leaves nothing, also when it is repeated after it broke off at any call", async () => {
    const whole = new TestSpool();
    await exportedDurably(durableExporterOf(everyKindSmall(), whole));
    const calls = whole.calls.length;
    await fresh(new TestSpool(new Map(whole.objects))).purge(id);
    for (let call = 0; ; call++) {
      const objects = new Map(whole.objects);
      const spool = new TestSpool(objects, {
        before: (at) => {
          if (at >= call) throw new Error("gone");
        },
      });
      const error = await fresh(spool)
        .purge(id)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (error === undefined) break;
      expect(error).toMatchObject({ code: "SPOOL_FAILED", retryable: true });
      // Whoever does it again: by its id, or with all that expired.
      const [byId, byAge] = [new Map(objects), new Map(objects)];
      await fresh(new TestSpool(byId)).purge(id);
      await fresh(new TestSpool(byAge)).purgeExpired({ clock: () => fixed.clock() + 31 * 86_400_000 });
      expect([byId.size, byAge.size]).toEqual([0, 0]);
      if (call > 0) {
        await fresh(new TestSpool(objects)).purgeExpired({ clock: fixed.clock }); // an orphan needs not be old
        expect(objects.size).toBe(0);
      }
    }
    expect(calls).toBeGreaterThan(0);
  });

  it("while a part is collected ends that, and leaves nothing of it", async () => {
    for (let page = 0; page < 3; page++) {
      const spool = new TestSpool();
      const { source } = controlledSource(mixed(30), {
        before: async (at) => {
          if (at === page) await fresh(new TestSpool(spool.objects)).purge(id);
        },
      });
      const exporter = durableExporterOf([noteDataset("a", source, mixedFacts)], spool);
      await exporter.begin(request);
      const ended = await failing(exporter.collectPart(id, { dataset: "a" }));
      expect(ended).toMatchObject({ code: "REQUEST_UNKNOWN", retryable: false });
      expect([...spool.objects.keys()]).toEqual([]);
    }
  });

  it("of what expired takes those whose time is over, and leaves what it cannot open, and says so", async () => {
    const spool = new TestSpool();
    const day = 86_400_000;
    const at = (days: number) => () => fixed.clock() + days * day;
    const ids = [1, 2, 3].map((n) => id.replace(/^./, String(n)));
    for (const [index, each] of ids.entries())
      await fresh(spool, { durable: { keepMs: (index + 1) * day } }).begin({ ...request, id: each }, { clock: at(0) });
    expect(await fresh(spool).purgeExpired({ clock: at(0.9) })).toBe(0);
    expect(await fresh(spool).purgeExpired({ clock: at(2) })).toBe(2);
    expect(spool.objects.size).toBe(1);
    await fresh(spool, { durable: { key: Buffer.alloc(32, 1) } }).begin(request, { clock: at(0) });
    spool.objects.set("readme.txt", Buffer.from("not ours"));
    const error = await failing(fresh(spool).purgeExpired({ clock: at(99) }));
    expect(error).toMatchObject({
      code: "JOURNAL_CORRUPT",
      message: expect.stringMatching(/^1 requests were purged\. 1 /),
    });
    expect([...spool.objects.keys()]).toEqual([`${folder}/request`, "readme.txt"]);
    await fresh(spool).purge(id);
    expect([...spool.objects.keys()]).toEqual(["readme.txt"]);
  });
});

describe("an abort", () => {
  it("ends every step while the spool hangs", async () => {
    const whole = await interrupted();
    for (const step of [
      (of: DurableExporter, signal: AbortSignal) => of.begin(request, { signal }),
      (of: DurableExporter, signal: AbortSignal) => of.collectPart(id, { dataset: "a" }, { signal }),
      (of: DurableExporter, signal: AbortSignal) => of.assemble(id, { to: new Collecting(), signal }),
      (of: DurableExporter, signal: AbortSignal) => of.export(request, { to: new Collecting(), signal }),
    ]) {
      const stop = new AbortController();
      const spool = new TestSpool(new Map(whole.objects), { before: () => new Promise(() => {}) });
      const ended = failing(step(fresh(spool), stop.signal));
      setTimeout(() => stop.abort(), 5);
      expect(await ended).toMatchObject({ code: "ABORTED" });
    }
  });

  it("of a part is not told of another one", async () => {
    const stop = new AbortController();
    const { source } = controlledSource(mixed(25), { count: 25, before: (page) => void (page === 2 && stop.abort()) });
    const datasets = [noteDataset("first", controlledSource([]).source), noteDataset("second", source, mixedFacts)];
    const exporter = durableExporterOf(datasets, new TestSpool());
    await exporter.begin(request, fixed);
    await failing(exporter.collectPart(id, { dataset: "second" }, { signal: stop.signal }));
    expect((await exporter.progress(id))?.parts).toMatchObject([
      { dataset: "first", state: "waiting", records: 0 },
      { dataset: "second", state: "begun", records: 20 },
    ]);
  });

  it("of a part leaves its last checkpoint", async () => {
    const stop = new AbortController();
    const spool = new TestSpool();
    const { source } = controlledSource(mixed(25), { count: 25, before: (page) => void (page === 2 && stop.abort()) });
    const exporter = durableExporterOf([noteDataset("a", source, mixedFacts)], spool);
    await exporter.begin(request, fixed);
    expect(await failing(exporter.collectPart(id, { dataset: "a" }, { signal: stop.signal }))).toMatchObject({
      code: "ABORTED",
    });
    expect((await exporter.progress(id))?.parts).toMatchObject([{ state: "begun", records: 20 }]);
    expect((await exportedDurably(fresh(spool))).report.completeness).toBe("complete");
  });
});

it("names the folder of a request by a digest of its id", () => {
  expect(folder).toBe(createHash("sha256").update(`portmanteau request ${id}`).digest("hex"));
});
