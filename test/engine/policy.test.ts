import {
  createExporter,
  type Dataset,
  type ExporterConfig,
  type ExportRequest,
  oneMonthAfter,
  type RecordSchema,
  type Source,
} from "portmanteau";
import { describe, expect, it } from "vitest";
import {
  Collecting,
  controlledSource,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  fixed,
  goneAt,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  privacy,
  refused,
  request,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

const given = (records: readonly unknown[], count?: number) =>
  controlledSource(records, count === undefined ? {} : { count }).source;
const broken = (page: number) =>
  controlledSource(notes(30), {
    before: (at) => {
      if (at === page) throw new Error("broken");
    },
  }).source;

describe("an outcome", () => {
  it("is empty when there is nothing, and the files are there", async () => {
    const { report, entries } = await exported([noteDataset("a", given([], 0))]);
    expect(report.datasets[0]).toMatchObject({ outcome: "empty", reason: null, records: { read: 0, expected: 0 } });
    expect(entries.get("data/a.json")?.toString()).toBe("[\n]\n");
    expect(entries.get("data/a.csv")?.toString()).toBe("id,owner,text\r\n");
    expect(entries.has("quarantine/a.json")).toBe(false);
  });

  it("is complete when all is there, and report and manifest say so alike", async () => {
    const { report, entries } = await exported([noteDataset("a", given(notes(3), 3))]);
    const manifest = jsonAt(entries, "manifest.json");
    for (const { completeness, datasets } of [report, manifest]) {
      expect([completeness, datasets[0].outcome]).toEqual(["complete", "complete"]);
      expect(datasets[0].records).toEqual({ read: 3, written: 3, quarantined: 0, expected: 3 });
    }
    expect(entries.get("index.html")?.toString()).not.toContain("This copy is not complete");
  });

  for (const [what, dataset, outcome, error, written] of [
    ["a count that disagrees", () => noteDataset("a", given(notes(3), 4)), "partial", "INCOMPLETE", 3],
    ["a count that disagrees with nothing", () => noteDataset("a", given([], 1)), "partial", "INCOMPLETE", 0],
    ["a failure after two pages", () => noteDataset("a", broken(2)), "partial", "SOURCE_FAILED", 20],
    ["a failure before the first", () => noteDataset("a", broken(0)), "failed", "SOURCE_FAILED", 0],
    [
      "an invalid record where that is refused",
      () => noteDataset("a", given([...notes(2), { id: "x", owner: "u1", text: "" }]), { onInvalid: "fail" }),
      "partial",
      "RECORD_INVALID",
      2,
    ],
  ] as const) {
    it(`is ${outcome} after ${what}; nothing is delivered by default`, async () => {
      const to = new Collecting();
      const { exporter } = exporterOf([dataset(), noteDataset("b", given(notes(1)))]);
      const thrown = await failing(exporter.export(request, { to, ...fixed }));
      expect([thrown.code, thrown.context.dataset, to.ended]).toEqual([error, "a", false]);
      expect(thrown.report).toMatchObject({ status: "failed", completeness: null, bundle: null });
      expect(thrown.report?.datasets.map((each) => each.files)).toEqual([[], []]);
      expect(thrown.report?.datasets[0]).toMatchObject({ outcome, error });
    });

    it(`is ${outcome} after ${what}; delivered when that was asked for, and everything says so`, async () => {
      const { report, entries, events } = await exported([dataset(), noteDataset("b", given(notes(1)))], {
        onFailure: "deliver-partial",
      });
      const manifest = jsonAt(entries, "manifest.json");
      expect([report.status, report.completeness, manifest.completeness]).toEqual(["delivered", "partial", "partial"]);
      for (const { datasets } of [report, manifest]) {
        expect(datasets[0]).toMatchObject({ outcome, records: { written } });
        expect(datasets[0].reason).toContain(error);
        expect(datasets[1].outcome).toBe("complete");
      }
      expect(report.datasets[0]?.error).toBe(error);
      expect(entries.get("index.html")?.toString()).toContain("This copy is not complete");
      expect(entries.has("data/a.json")).toBe(outcome === "partial");
      if (outcome === "partial") expect(jsonAt(entries, "data/a.json")).toHaveLength(written);
      expect(events).toContainEqual(expect.objectContaining({ type: "datasetEnded", dataset: "a", outcome }));
    });
  }

  it("is notApplicable without the identity, or when the dataset does not apply; nothing is read", async () => {
    const sources = [controlledSource(notes(1)), controlledSource(notes(1))];
    const { report, entries } = await exported([
      noteDataset("phone", sources[0]?.source as Source, { identity: "phone" }),
      noteDataset("staff", sources[1]?.source as Source, { applies: ({ regulation }) => regulation === "ccpa" }),
      noteDataset("b", given(notes(1))),
    ]);
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual(["notApplicable", "notApplicable", "complete"]);
    expect(report.datasets[0]?.reason).toContain('"phone"');
    expect(report.completeness).toBe("complete");
    expect(sources.map(({ seen }) => seen.opened)).toEqual([0, 0]);
    expect([...entries.keys()].filter((path) => /phone|staff/.test(path))).toEqual([]);
  });

  it("of a dataset with an identity of its own is judged by that identity", async () => {
    const identities = [{ identity_type: "phone", identity_value: "+49" }];
    const dataset = (owner: string) => noteDataset("phone", given([{ id: 1, owner, text: "" }]), { identity: "phone" });
    const asked = { request: { ...request, subject: { id: "u1", identities } } };
    expect((await exported([dataset("+49")], {}, asked)).report.datasets[0]?.outcome).toBe("complete");
    expect((await failing(exported([dataset("u1")], {}, asked))).code).toBe("SUBJECT_MISMATCH");
    const twice = { ...request, subject: { id: "u1", identities: [...identities, ...identities] } };
    const error = await failing(exported([dataset("+49")], {}, { request: twice }));
    expect(error).toMatchObject({ code: "REQUEST_INVALID", context: { pointer: "/subject/identities" } });
  });

  it("is excluded when its facts are not portable, named in manifest and report", async () => {
    const derived = { ...privacy, category: "scores", origin: "derived" } as const;
    const source = controlledSource(notes(1));
    const { report, entries } = await exported(
      [noteDataset("scores", source.source, { privacy: derived }), noteDataset("b", given(notes(1)))],
      { excluded: [{ what: "Hosted content", reason: "processor", basis: "GDPR 28" }] },
      { request: { ...request, type: "portability" } },
    );
    expect(report.datasets.map(({ outcome }) => outcome)).toEqual(["excluded", "complete"]);
    expect(source.seen.opened).toBe(0);
    expect(jsonAt(entries, "manifest.json").excluded).toMatchObject([
      { what: "Hosted content", reason: "processor" },
      { dataset: "scores", reason: "not-portable-origin", basis: "GDPR 20(1)" },
    ]);
  });
});

describe("a record of somebody else", () => {
  for (const [what, record] of [
    ["another key", { id: 9, owner: "u2", text: "" }],
    ["no key", { id: 9, text: "" }],
    ["a key that only looks alike", { id: 9, owner: " u1", text: "" }],
    ["nothing but the key's name", { id: 9, owner: null, text: "" }],
    ["nothing at all, being null,", null],
    ["nothing at all, being a text,", "u1"],
  ] as const) {
    for (const onFailure of ["fail", "deliver-partial"] as const) {
      it(`with ${what} is fatal under "${onFailure}", also where invalid records are quarantined`, async () => {
        const to = new Collecting();
        const { exporter, spooled } = exporterOf(
          [noteDataset("b", given(notes(5))), noteDataset("a", given([...notes(12), record]))],
          { onFailure },
        );
        const error = await failing(exporter.export(request, { to, ...fixed }));
        expect(error).toMatchObject({
          code: "SUBJECT_MISMATCH",
          retryable: false,
          context: { dataset: "a", recordIndex: 12, pointer: "/owner" },
        });
        expect([to.ended, to.destroyed, spooled()]).toEqual([false, true, []]);
      });
    }
  }

  it("is told by exact text: a number is its digits", async () => {
    const asked = { request: { ...request, subject: { id: "7" } } };
    const schema: RecordSchema = {
      type: "object",
      additionalProperties: false,
      properties: { owner: { type: ["integer", "string"] } },
    };
    const of = (owner: unknown) => [noteDataset("a", given([{ owner }]), { schema })];
    for (const owner of [7, "7", 7n]) await exported(of(owner), {}, asked);
    for (const owner of ["07", "7 ", 7.5, true, [7], { toString: () => "7" }])
      expect((await failing(exported(of(owner), {}, asked))).code).toBe("SUBJECT_MISMATCH");
  });
});

describe("an invalid record", () => {
  const records = [
    { id: 0, owner: "u1", text: "fine", password: "hunter2", extra: 1 },
    { id: "one", owner: "u1", text: "bad", password: "hunter2", extra: 1 },
    { id: 2, owner: "u1", password: "hunter2" },
    { id: 3, owner: "u1", text: "fine" },
  ];

  it("is quarantined: projected, with its index and reasons, and the counts add up", async () => {
    const { report, entries } = await exported([noteDataset("a", given(records, 4))]);
    expect(jsonAt(entries, "quarantine/a.json")).toEqual([
      {
        index: 1,
        errors: [expect.objectContaining({ pointer: "/id" })],
        record: { id: "one", owner: "u1", text: "bad" },
      },
      { index: 2, errors: [expect.objectContaining({ keyword: "required" })], record: { id: 2, owner: "u1" } },
    ]);
    const { outcome, records: counts, droppedFields } = report.datasets[0] as (typeof report.datasets)[number];
    expect([outcome, counts, droppedFields]).toEqual([
      "complete",
      { read: 4, written: 2, quarantined: 2, expected: 4 },
      { "/extra": 2 },
    ]);
    expect(report.findings.map(({ code }) => code).sort()).toEqual(["FIELDS_DROPPED", "RECORDS_QUARANTINED"]);
    expect(jsonAt(entries, "manifest.json").datasets[0].files.map((file: { path: string }) => file.path)).toContain(
      "quarantine/a.json",
    );
  });

  it('fails its dataset under onInvalid "fail", naming the place and never the value', async () => {
    const error = await failing(exported([noteDataset("a", given(records), { onInvalid: "fail" })]));
    expect(error).toMatchObject({ code: "RECORD_INVALID", context: { dataset: "a", recordIndex: 1 } });
    expect(error.message).toContain("/id");
    expect(error.message).not.toMatch(/one|bad|hunter2/);
  });
});

describe("access and portability", () => {
  const schema: RecordSchema = {
    type: "object",
    additionalProperties: false,
    required: ["owner"],
    properties: {
      owner: { type: "string" },
      seen: { type: "string", "x-privacy": { origin: "observed" } },
      score: { type: "number", "x-privacy": { origin: "derived" } },
      guess: { type: "string", "x-privacy": { origin: "inferred" } },
      token: { type: "string", "x-privacy": { secret: true } },
      friend: { type: "string", "x-privacy": { withhold: "third-party-rights" } },
      note: { type: "string", "x-privacy": { withhold: "internal" } },
    },
  };
  const always = ["/token secret", "/friend third-party-rights", "/note declared"];
  const computed = ["/score not-portable-origin", "/guess not-portable-origin"];
  const whole = ["/owner", "/seen", "/score", "/guess"];

  for (const [type, scope, legalBasis, origin, fields, withheld] of [
    ["access", "law", "eu-gdpr:A6-1-b", "provided", whole, always],
    ["access", "law", "eu-gdpr:A6-1-f", "inferred", whole, always],
    ["portability", "law", "eu-gdpr:A6-1-a", "provided", ["/owner", "/seen"], [...computed, ...always]],
    ["portability", "law", "eu-gdpr:A9-2-a", "observed", ["/owner", "/seen"], [...computed, ...always]],
    ["portability", "law", "eu-gdpr:A6-1-f", "provided", "not-portable-basis", []],
    [
      "portability",
      "law",
      "eu-gdpr:A6-1-b",
      "derived",
      ["/seen"],
      ["/owner not-portable-origin", ...computed, ...always],
    ],
    ["portability", "all-but-derived", "eu-gdpr:A6-1-f", "provided", ["/owner", "/seen"], [...computed, ...always]],
    [
      "portability",
      "all-but-derived",
      "eu-gdpr:A6-1-c",
      "inferred",
      ["/seen"],
      ["/owner not-portable-origin", ...computed, ...always],
    ],
  ] as const) {
    it(`gives ${JSON.stringify(fields)} for ${type} by ${scope} on ${legalBasis}, ${origin}`, async () => {
      const record = { owner: "u1", seen: "s", score: 1, guess: "g", token: "t", friend: "f", note: "n" };
      const datasets = [
        noteDataset("a", given([record]), { schema, privacy: { ...privacy, legalBasis, origin } }),
        noteDataset("b", given(notes(1)), { privacy: { ...privacy, category: "other" } }),
      ];
      const config = { portabilityScope: scope } as const;
      const plan = exporterOf(datasets, config).exporter.plan({ ...request, type });
      const { entries } = await exported(datasets, config, { request: { ...request, type } });
      const manifest = jsonAt(entries, "manifest.json");
      expect([plan.portabilityScope, manifest.portabilityScope]).toEqual(
        type === "access" ? [null, null] : [scope, scope],
      );
      if (typeof fields === "string") {
        expect(plan.datasets[0]).toMatchObject({ decision: "excluded", fields: [] });
        expect(manifest.excluded).toMatchObject([{ dataset: "a", reason: fields }]);
        expect(entries.has("data/a.json")).toBe(false);
        return;
      }
      expect(plan.datasets[0]).toMatchObject({ decision: "collect", fields });
      const said = (all: readonly { dataset?: string; pointer: string; reason: string }[]) =>
        all.filter(({ dataset = "a" }) => dataset === "a").map(({ pointer, reason }) => `${pointer} ${reason}`);
      expect(said(plan.datasets[0]?.withheld ?? []).sort()).toEqual([...withheld].sort());
      expect(said(manifest.withheld).sort()).toEqual([...withheld].sort());
      expect(Object.keys(jsonAt(entries, "data/a.json")[0]).map((name) => `/${name}`)).toEqual(fields);
      expect(Object.keys(jsonAt(entries, "schemas/a.schema.json").properties).map((name) => `/${name}`)).toEqual(
        fields,
      );
    });
  }
});

describe("a request", () => {
  for (const [change, pointer] of [
    [{ id: "42" }, "/id"],
    [{ type: "erasure" }, "/type"],
    [{ subject: { id: "" } }, "/subject/id"],
    [{ subject: {} }, "/subject"],
    [{ subject: { id: "u1", identities: [{ identity_type: "email" }] } }, "/subject/identities/0"],
    [{ email: "a@b.example" }, ""],
    [{ receivedAt: "yesterday" }, "/receivedAt"],
    [{ dueAt: "2026-13-01T00:00:00Z" }, "/dueAt"],
    [{ extension: { until: "2026-05-01T00:00:00Z" } }, "/extension"],
  ] as const) {
    it(`is refused for ${JSON.stringify(change)}, before anything is opened`, async () => {
      const { source, seen } = controlledSource(notes(1));
      const { exporter } = exporterOf([noteDataset("a", source)]);
      const bad = { ...request, ...change } as unknown as ExportRequest;
      const to = new Collecting();
      const error = await failing(exporter.export(bad, { to }));
      expect(error).toMatchObject({ code: "REQUEST_INVALID", context: { pointer } });
      expect(refused(() => exporter.plan(bad)).code).toBe("REQUEST_INVALID");
      expect([seen.opened, to.chunks.length, to.destroyed]).toEqual([0, 0, false]);
    });
  }

  it("is due one calendar month after it was received, on the month's last day at the latest", () => {
    for (const [received, due] of [
      ["2025-01-31T09:00:00.000Z", "2025-02-28T09:00:00.000Z"],
      ["2024-01-31T09:00:00.000Z", "2024-02-29T09:00:00.000Z"],
      ["2025-03-31T00:00:00.000Z", "2025-04-30T00:00:00.000Z"],
      ["2025-12-15T23:59:59.999Z", "2026-01-15T23:59:59.999Z"],
      ["2025-12-31T00:00:00.000Z", "2026-01-31T00:00:00.000Z"],
    ] as const) {
      expect(oneMonthAfter(received)).toBe(due);
      const { exporter } = exporterOf([noteDataset("a", given([]))]);
      expect(exporter.plan({ ...request, receivedAt: received }).dueAt).toBe(due);
    }
  });

  it("keeps what it says of its term, in UTC", async () => {
    const extension = { until: "2026-06-01T00:00:00Z", reason: "complex" };
    const { entries } = await exported(
      [noteDataset("a", given([]))],
      {},
      {
        request: { ...request, receivedAt: "2026-01-01T00:00:00+02:00", dueAt: "2026-02-01T00:00:00+02:00", extension },
      },
    );
    expect(jsonAt(entries, "manifest.json").request).toEqual({
      id: request.id,
      type: "access",
      regulation: "gdpr",
      receivedAt: "2025-12-31T22:00:00.000Z",
      dueAt: "2026-01-31T22:00:00.000Z",
      extension,
    });
  });

  it("is refused with a bundle id that is none", async () => {
    const { exporter } = exporterOf([noteDataset("a", given([]))]);
    for (const bundleId of ["", "7c1f7d1e", fixed.bundleId.toUpperCase()]) {
      const error = await failing(exporter.export(request, { to: new Collecting(), bundleId }));
      expect(error).toMatchObject({ code: "CONFIG_INVALID", context: { pointer: "/bundleId" } });
    }
  });
});

describe("a configuration", () => {
  const dataset = (more: object = {}) => ({ ...noteDataset("a", given([])), ...more }) as Dataset;
  const source = given([]);
  const facts = (more: object) => dataset({ privacy: { ...privacy, ...more } });
  const timed = { ...noteSchema, properties: { ...noteSchema.properties, at: { type: "string", format: "date" } } };

  const refusals: readonly (readonly [string, string, object])[] = [
    ["no controller", "/controller", { controller: undefined }],
    ["a controller without a contact", "/controller", { controller: { name: "Acme", contact: "" } }],
    ["no dataset", "/datasets", { datasets: [] }],
    ["datasets that are no list", "/datasets", { datasets: undefined }],
    ["an unknown scope", "/portabilityScope", { portabilityScope: "all" }],
    ["an unknown policy", "/onFailure", { onFailure: "ignore" }],
    ["a short pseudonym key", "/pseudonymKey", { pseudonymKey: new Uint8Array(31) }],
    ["two datasets of one name", "/datasets", { datasets: [dataset(), dataset()] }],
    [
      "two recipients of one id",
      "/recipients",
      { recipients: [1, 2].map(() => ({ id: "r", name: "R", category: "c" })) },
    ],
    ["two categories of one id", "/categories", { categories: [1, 2].map(() => ({ id: "notes", title: "Notes" })) }],
    ["a recipient that is not listed", "/recipients", { datasets: [facts({ recipients: ["psp"] })] }],
    ["a category of no dataset", "/categories", { categories: [{ id: "other", title: "Other" }] }],
    [
      "different facts of one category",
      "/datasets",
      { datasets: [dataset(), facts({ origin: "observed" })].map((each, n) => ({ ...each, name: `d${n}` })) },
    ],
    [
      "a foreign key to nowhere",
      "/datasets",
      { datasets: [dataset({ foreignKeys: [{ fields: ["/id"], dataset: "gone", references: ["/id"] }] })] },
    ],
    ["lanes of 0", "/lanes", { lanes: 0 }],
    ["lanes of 65", "/lanes", { lanes: 65 }],
    ["lanes of 1.5", "/lanes", { lanes: 1.5 }],
    ["pages of 0", "/pageRecords", { pageRecords: 0 }],
    ["a page timeout of 0", "/pageTimeoutMs", { pageTimeoutMs: 0 }],
    ["a page timeout beyond what a timer can", "/pageTimeoutMs", { pageTimeoutMs: 2 ** 31 }],
    ["no attempts", "/retry/attempts", { retry: { attempts: 0 } }],
    ["a negative delay", "/retry/baseDelayMs", { retry: { baseDelayMs: -1 } }],
    ["a longest delay that is no number", "/retry/maxDelayMs", { retry: { maxDelayMs: Number.NaN } }],
    ["level 10", "/compressionLevel", { compressionLevel: 10 }],
    ["101 rows on the page", "/previewRecords", { previewRecords: 101 }],
    ["a time field that is no date-time", "/timeField", { datasets: [dataset({ schema: timed, timeField: "/at" })] }],
    ["a primary key that is no column", "/nope", { datasets: [dataset({ primaryKey: ["/nope"] })] }],
    ["a secret primary key", "/password", { datasets: [dataset({ primaryKey: ["/password"] })] }],
    ["a time field that is no column", "/nope", { datasets: [dataset({ timeField: "/nope" })] }],
    [
      "a foreign key that is no column",
      "/nope",
      { datasets: [dataset({ foreignKeys: [{ fields: ["/nope"], dataset: "a", references: ["/id"] }] })] },
    ],
    // What the manifest could not say.
    ["a controller with a fact unknown", "/controller", { controller: { name: "A", contact: "b", phone: "1" } }],
    ["a recipient without a name", "/recipients/0", { recipients: [{ id: "r", category: "c" }] }],
    [
      "a country that is no code",
      "/recipients/0/country",
      { recipients: [{ id: "r", name: "R", category: "c", country: "Germany" }] },
    ],
    ["a complaint without an authority", "/complaint", { complaint: {} }],
    ["an exclusion for no known reason", "/excluded/0/reason", { excluded: [{ what: "x", reason: "because" }] }],
    [
      "a duration that is none",
      "/categories/0/retention/duration",
      { datasets: [facts({ retention: { duration: "10 years" } })] },
    ],
    // What a dataset says of itself.
    ["a dataset without a name", "/name", { datasets: [dataset({ name: "" })] }],
    ["a name with a capital", "/name", { datasets: [dataset({ name: "Notes" })] }],
    ["a device's name", "/name", { datasets: [dataset({ name: "con" })] }],
    ["a name that climbs", "/name", { datasets: [dataset({ name: "../a" })] }],
    ["a name beyond 100 characters", "/name", { datasets: [dataset({ name: "a".repeat(101) })] }],
    ["no title", "/title", { datasets: [dataset({ title: " " })] }],
    ["no schema", "/schema", { datasets: [dataset({ schema: undefined })] }],
    ["a subject field that is no pointer", "/subjectField", { datasets: [dataset({ subjectField: "owner" })] }],
    ["no subject field", "/subjectField", { datasets: [dataset({ subjectField: "" })] }],
    ["a time field that is no pointer", "/timeField", { datasets: [dataset({ timeField: "at" })] }],
    ["a primary key that is no pointer", "/primaryKey", { datasets: [dataset({ primaryKey: ["id"] })] }],
    [
      "a foreign key that is no pointer",
      "/foreignKeys",
      { datasets: [dataset({ foreignKeys: [{ fields: ["id"], dataset: "a", references: ["/id"] }] })] },
    ],
    [
      "a foreign key that does not pair",
      "/foreignKeys",
      { datasets: [dataset({ foreignKeys: [{ fields: ["/id"], dataset: "a", references: [] }] })] },
    ],
    ["an unknown onInvalid", "/onInvalid", { datasets: [dataset({ onInvalid: "skip" })] }],
    ["no privacy facts", "/privacy", { datasets: [dataset({ privacy: undefined })] }],
    ["no category", "/privacy/category", { datasets: [facts({ category: "" })] }],
    ["no legal basis", "/privacy/legalBasis", { datasets: [facts({ legalBasis: undefined })] }],
    ["no purpose", "/privacy/purposes", { datasets: [facts({ purposes: [] })] }],
    ["an empty purpose", "/privacy/purposes", { datasets: [facts({ purposes: [""] })] }],
    ["an unknown origin", "/privacy/origin", { datasets: [facts({ origin: "bought" })] }],
    ["no retention", "/privacy/retention", { datasets: [facts({ retention: {} })] }],
    ["no source", "/source", { datasets: [dataset({ source: undefined })] }],
    ["a source that cannot be read", "/source", { datasets: [dataset({ source: { capabilities: {} } })] }],
    [
      "a count that is promised and not there",
      "/source",
      { datasets: [dataset({ source: { ...source, capabilities: { ...source.capabilities, count: true } } })] },
    ],
    [
      "a count that is there and not promised",
      "/source",
      { datasets: [dataset({ source: { ...source, count: async () => 0 } })] },
    ],
    [
      "partitions that are promised and not there",
      "/source",
      { datasets: [dataset({ source: { ...source, capabilities: { ...source.capabilities, partitions: true } } })] },
    ],
    [
      "partitions that are there and not promised",
      "/source",
      { datasets: [dataset({ source: { ...source, partitions: async () => [0] } })] },
    ],
    [
      "attachments that its records do not name",
      "/schema",
      { datasets: [dataset({ source: { ...source, capabilities: { ...source.capabilities, attachments: true } } })] },
    ],
  ];
  for (const [what, pointer, change] of refusals) {
    it(`is refused at start-up for ${what}`, () => {
      const config = { controller: { name: "Acme", contact: "x" }, datasets: [dataset()], ...change };
      const error = refused(() => createExporter(config as unknown as ExporterConfig));
      expect([error.code, error.context.pointer, error.retryable]).toEqual(["CONFIG_INVALID", pointer, false]);
      expect(error.message.length).toBeGreaterThan(20);
    });
  }

  it("is accepted when nothing is wrong with it", () => {
    createExporter({ controller: { name: "Acme", contact: "x" }, datasets: [dataset()], lanes: 64, previewRecords: 0 });
  });
});

describe("an exporter", () => {
  it("plans without reading anything", () => {
    let touched = 0;
    const touch = async () => void touched++;
    const { source, seen } = controlledSource(notes(1), { count: 1 });
    const snapshot = { open: async () => ({ token: touched++, close: touch }) };
    const count = async () => ++touched;
    const { exporter } = exporterOf(
      [
        noteDataset("a", { ...source, count, check: touch, snapshot }),
        noteDataset("b", source, { applies: () => false }),
        noteDataset("c", source, { identity: "phone" }),
      ],
      { spool: () => ({ create: () => Promise.reject(touched++), close: touch }) },
    );
    const plan = exporter.plan(request, { clock: fixed.clock });
    expect(plan.datasets.map(({ name, decision }) => [name, decision])).toEqual([
      ["a", "collect"],
      ["b", "notApplicable"],
      ["c", "notApplicable"],
    ]);
    expect([plan.requestType, plan.dueAt, touched, seen.opened]).toEqual(["access", "2026-02-28T00:00:00.000Z", 0, 0]);
    expect(JSON.stringify(plan)).not.toContain("u1");
  });

  it("checks each source, and ends the check's signal afterwards", async () => {
    const signals: AbortSignal[] = [];
    const check = (fails?: Error) => async (signal: AbortSignal) => {
      signals.push(signal);
      expect(signal.aborted).toBe(false);
      if (fails !== undefined) throw fails;
    };
    const { exporter } = exporterOf([
      noteDataset("ok", { ...given([]), check: check() }),
      noteDataset("none", given([])),
      noteDataset("down", {
        ...given([]),
        check: check(Object.assign(new Error("no"), { code: "ECONNREFUSED" })),
      }),
      noteDataset("broken", { ...given([]), check: check(new Error("no such table")) }),
    ]);
    expect((await exporter.check()).map(({ dataset, status, error }) => [dataset, status, error?.code])).toEqual([
      ["ok", "ok", undefined],
      ["none", "unchecked", undefined],
      ["down", "failed", "SOURCE_UNAVAILABLE"],
      ["broken", "failed", "SOURCE_FAILED"],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  it("notes an observer that throws, once, and goes on", async () => {
    const { report } = await exported(
      [noteDataset("a", given(notes(30)))],
      {},
      {
        onEvent: () => {
          throw new Error("observer");
        },
      },
    );
    expect([report.status, report.findings.map(({ code }) => code)]).toEqual(["delivered", ["OBSERVER_FAILED"]]);
  });

  it("says what one moment the bundle shows", async () => {
    const snapshot = { open: async () => ({ token: 7, close: async () => void closed++ }) };
    let closed = 0;
    const tokens: unknown[] = [];
    const frozen = (name: string) =>
      noteDataset(name, {
        ...given(notes(1)),
        snapshot,
        async *read(context) {
          tokens.push(context.snapshot);
          yield { records: notes(1), cursor: 1 };
        },
      });
    const alone = noteDataset("alone", { ...given(notes(1)), consistency: "dataset" });
    const loose = noteDataset("loose", given(notes(1)));
    const said = async (...datasets: Dataset[]) => (await exported(datasets)).report.consistency;
    expect(await said(frozen("a"), frozen("b"))).toBe("snapshot");
    expect(await said(frozen("a"), alone)).toBe("per-dataset");
    expect(await said(frozen("a"), loose)).toBe("none");
    expect([tokens, closed]).toEqual([[7, 7, 7, 7], 3]);
  });

  for (const [failAt, resume, consistency] of [
    [0, "cursor", "per-dataset"],
    [2, "cursor", "none"],
    [2, "none", "per-dataset"],
  ] as const) {
    it(`says ${consistency} of a dataset that broke off at page ${failAt} and was read on by "${resume}"`, async () => {
      const { source } = controlledSource(notes(50), { resume, before: goneAt(failAt) });
      const { report } = await exported([noteDataset("a", { ...source, consistency: "dataset" })]);
      expect([report.datasets[0]?.retries, report.consistency]).toEqual([1, consistency]);
    });
  }

  it("answers two requests at once without mixing them", async () => {
    const { exporter } = exporterOf([
      noteDataset("a", {
        ...given([]),
        async *read({ subject }) {
          for (const [id] of Array.from({ length: 20 }).entries())
            yield { records: [{ id, owner: subject.id, text: `of ${subject.id}` }], cursor: id };
        },
      }),
    ]);
    const run = async (id: string) => {
      const to = new Collecting();
      await exporter.export({ ...request, subject: { id } }, { to });
      return to.bytes;
    };
    const { entriesOf } = await import("../support/exporting.ts");
    const [one, two] = (await Promise.all([run("one"), run("two")])).map((zip) => entriesOf(zip));
    expect(one?.get("data/a.json")?.toString()).not.toContain("two");
    expect(two?.get("data/a.json")?.toString()).not.toContain("one");
  });
});
