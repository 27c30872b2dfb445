import { createHash, randomBytes } from "node:crypto";
import { PortmanteauError } from "portmanteau";
import { storedFileSchema } from "portmanteau/records";
import { iterableSource } from "portmanteau/sources/iterable";
import { describe, expect, it } from "vitest";
import { Slices } from "../../src/engine/slices.ts";
import { type Finding, openBundle, verifyBundle, type ZipInput } from "../../src/index.ts";
import {
  Collecting,
  controlledSource,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  gone,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  refused,
  request,
  wait,
} from "../support/exporting.ts";
import { contentOf, type FileSourceOptions, fileDataset, fileSource, type TestFile } from "../support/files.ts";

expectNoUnhandledRejection();

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const dataset = (files: readonly (TestFile | null)[], options?: FileSourceOptions) =>
  fileDataset("docs", fileSource(files, options).source);
/** Everything that verification finds. */
async function findingsOf(input: ZipInput | readonly ZipInput[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(input)) findings.push(finding);
  return findings;
}
const partial = { onFailure: "deliver-partial" } as const;

describe("files that come with records", () => {
  it("stand under files/ with their bytes, and their records say what they are", async () => {
    const photo = randomBytes(700_000);
    const text = "Once upon a time. ".repeat(50_000);
    const { zip, entries, report } = await exported([
      dataset([
        { name: "photos/me.jpg", content: photo, mediaType: "image/jpeg" },
        { name: "Geschichte für Jürgen.txt", content: text, mediaType: "text/plain; charset=utf-8" },
        { name: "empty" },
      ]),
    ]);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 3, written: 3 } });
    expect(entries.get("files/docs/photos_me.jpg")?.equals(photo)).toBe(true);
    expect(entries.get("files/docs/Geschichte für Jürgen.txt")?.toString()).toBe(text);
    expect(entries.get("files/docs/empty")?.length).toBe(0);
    expect(jsonAt(entries, "data/docs.json").map(({ file }: { file: unknown }) => file)).toEqual([
      {
        path: "files/docs/photos_me.jpg",
        name: "photos/me.jpg",
        mediaType: "image/jpeg",
        bytes: 700_000,
        sha256: sha256(photo),
        problem: null,
      },
      {
        path: "files/docs/Geschichte für Jürgen.txt",
        name: "Geschichte für Jürgen.txt",
        mediaType: "text/plain; charset=utf-8",
        bytes: text.length,
        sha256: sha256(text),
        problem: null,
      },
      {
        path: "files/docs/empty",
        name: "empty",
        mediaType: "application/octet-stream",
        bytes: 0,
        sha256: sha256(""),
        problem: null,
      },
    ]);
    expect(entries.get("data/docs.csv")?.toString().split("\r\n")[0]).toBe(
      "accountId,modifiedAt,file.path,file.name,file.mediaType,file.bytes,file.sha256,file.problem",
    );
    expect(await findingsOf(zip)).toEqual([]);
  });

  it("deflates what becomes smaller, and stores what is compressed already", async () => {
    const { zip } = await exported([
      dataset([
        { name: "noise.bin", content: randomBytes(300_000) },
        { name: "text.txt", content: "abc ".repeat(100_000) },
      ]),
    ]);
    const bundle = await openBundle(zip);
    const sizes = bundle.entries.flatMap(({ path, bytes, compressedBytes }) =>
      path.startsWith("files/docs/") && bytes > 0 ? [[path, compressedBytes / bytes]] : [],
    );
    bundle.close();
    expect(sizes).toEqual([
      ["files/docs/noise.bin", 1],
      ["files/docs/text.txt", expect.closeTo(0.004, 2)],
    ]);
  });

  it("come back with their contents and original names, whatever these are", async () => {
    const names = [
      "../../etc/passwd",
      "con",
      "a\0b\u202E.txt",
      "履歴書.pdf",
      "",
      "x".repeat(400),
      "half\ud800",
      "A.TXT",
    ];
    const files = names.map((name, index) => ({ name, content: `${index} ${name}` }));
    const { zip } = await exported([dataset(files)]);
    const bundle = await openBundle(zip);
    const back = [];
    for (const { path, originalName, bytes, read } of bundle.dataset("docs").files()) {
      if (originalName === undefined) continue;
      const chunks = [];
      for await (const chunk of read()) chunks.push(chunk);
      const content = Buffer.concat(chunks);
      expect(path.startsWith("files/docs/")).toBe(true);
      expect(content.length).toBe(bytes);
      back.push({ name: originalName, content: content.toString() });
    }
    bundle.close();
    expect(back).toEqual(
      files.map(({ name, content }) => ({ name: name.toWellFormed(), content: Buffer.from(content).toString() })),
    );
    expect(await findingsOf(zip)).toEqual([]);
  });

  it("have names of their own where some system takes two for one", async () => {
    const names = ["a.txt", "A.TXT", "a (2).txt", "a.txt", "Ju\u0308.txt", "JÜ.txt", "b/c", "b_c"];
    const { zip } = await exported([dataset(names.map((name, index) => ({ name, content: String(index) })))]);
    const bundle = await openBundle(zip);
    const paths = bundle
      .dataset("docs")
      .files()
      .flatMap((file) => (file.originalName === undefined ? [] : [file.path]));
    bundle.close();
    expect(paths.map((path) => path.slice("files/docs/".length))).toEqual([
      "a.txt",
      "A (2).TXT",
      "a (2) (2).txt",
      "a (3).txt",
      "Jü.txt",
      "JÜ (2).txt",
      "b_c",
      "b_c (2)",
    ]);
    expect(await findingsOf(zip)).toEqual([]);
  });

  it("stand once when their content is the same, and each record names it", async () => {
    const { entries, zip } = await exported([
      dataset([
        { name: "one.txt", content: "same" },
        { name: "two.txt", content: "other" },
        { name: "three.txt", content: "same" },
      ]),
    ]);
    const files = jsonAt(entries, "data/docs.json").map(({ file }: { file: { path: string; name: string } }) => file);
    expect(files.map(({ path, name }: { path: string; name: string }) => [path, name])).toEqual([
      ["files/docs/one.txt", "one.txt"],
      ["files/docs/two.txt", "two.txt"],
      ["files/docs/one.txt", "three.txt"],
    ]);
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toHaveLength(2);
    expect(await findingsOf(zip)).toEqual([]);
  });

  it("never have the subject's identifiers in their paths", async () => {
    const subject = {
      id: "u1",
      identities: [
        { identity_type: "email" as const, identity_value: "Jane.Doe@example.org", identity_format: "raw" as const },
      ],
    };
    const names = [
      "u1.pdf",
      "menu1.pdf",
      "invoice-U1-2.pdf",
      "mail jane.doe@EXAMPLE.org.eml",
      "xJane.Doe@example.orgx",
    ];
    const { zip } = await exported(
      [dataset(names.map((name, index) => ({ name, content: String(index) })))],
      {},
      { request: { ...request, subject } },
    );
    const bundle = await openBundle(zip);
    const files = bundle
      .dataset("docs")
      .files()
      .filter(({ originalName }) => originalName !== undefined);
    bundle.close();
    expect(files.map(({ path }) => path.slice("files/docs/".length))).toEqual([
      "subject.pdf",
      "menu1.pdf",
      "invoice-subject-2.pdf",
      "mail subject.eml",
      "xsubjectx",
    ]);
    expect(files.map(({ originalName }) => originalName)).toEqual(names);
  });

  it("never have a key in their paths that was found for the subject either", async () => {
    const subject = {
      identities: [{ identity_type: "email" as const, identity_value: "jane.doe@example.org" }],
    };
    const files = [{ name: "customer-4711-c0ffee.pdf", content: "x", owner: "4711-c0ffee" }];
    const { zip } = await exported(
      [{ ...dataset(files), identity: "customer" }],
      { identities: [{ from: "email", to: "customer", resolve: () => "4711-c0ffee" }] },
      { request: { ...request, subject } },
    );
    const bundle = await openBundle(zip);
    const [file] = bundle
      .dataset("docs")
      .files()
      .filter(({ originalName }) => originalName !== undefined);
    bundle.close();
    expect(file?.path).toBe("files/docs/customer-subject.pdf");
  });

  it("may be missing from a record that has none", async () => {
    const schema = {
      ...noteSchema,
      required: ["id", "owner", "text", "file"],
      properties: {
        ...noteSchema.properties,
        file: {
          type: ["object", "null"],
          additionalProperties: false,
          required: ["path"],
          properties: { path: { type: ["string", "null"] } },
        },
      },
    };
    class Row {
      readonly id: number;
      readonly owner = "u1";
      constructor(id: number) {
        this.id = id;
      }
      get text() {
        return `row ${this.id}`;
      }
    }
    const rows = [new Row(0), Object.freeze(new Row(1))];
    const source = {
      ...controlledSource([]).source,
      capabilities: { resume: "none", partitions: false, count: false, attachments: true } as const,
      async *read() {
        yield {
          records: rows,
          attachments: [null, { name: "a.txt", open: async () => contentOf({ name: "", content: "a" }) }],
        };
      },
    };
    const { entries, report } = await exported([noteDataset("rows", source, { schema })]);
    expect(jsonAt(entries, "data/rows.json")).toEqual([
      { id: 0, owner: "u1", text: "row 0", file: null },
      { id: 1, owner: "u1", text: "row 1", file: { path: "files/rows/a.txt" } },
    ]);
    expect(report.findings).toEqual([]);
    expect(Object.keys(rows[0] as Row)).toEqual(["id", "owner"]);
  });

  it("have the same bytes whatever the lanes, the pages, the chunks and the failures on the way", async () => {
    const contents = [randomBytes(600_000), Buffer.from("text ".repeat(200_000)), Buffer.from("small")];
    const run = (chunkBytes: number, lanes: number, failures: number, resume: "none" | "cursor") => {
      const of = (name: string) => {
        const files = contents.map((content, index) => ({
          name: `${index}.bin`,
          content,
          open: async (attempt: number) => {
            const file = { name: "", content };
            return attempt < failures ? broken(file, gone()) : contentOf(file, chunkBytes);
          },
        }));
        const before = (page: number) => {
          if (failures > 0 && page === 1) throw gone();
        };
        return fileDataset(name, fileSource(files, { chunkBytes, resume, before }).source);
      };
      return exported([of("a"), of("b"), of("c")], { lanes, pageRecords: lanes });
    };
    const { sha256: expected, zip } = await run(10_000, 1, 0, "cursor");
    expect(await findingsOf(zip)).toEqual([]);
    expect((await run(999, 3, 0, "cursor")).sha256).toBe(expected);
    expect((await run(64_000, 2, 2, "cursor")).sha256).toBe(expected);
    expect((await run(1_000_000, 1, 1, "none")).sha256).toBe(expected);
  });

  it("come from anything that can be iterated", async () => {
    const rows = ["a", "b"].map((text) => ({ accountId: "u1", modifiedAt: null, text }));
    const source = iterableSource({
      records: rows,
      attachment: ({ text: content }) =>
        content === "b" ? null : { name: `${content}.txt`, open: async () => contentOf({ name: "", content }) },
    });
    const schema = structuredClone(storedFileSchema) as { properties: { file: { type: unknown } } };
    schema.properties.file.type = ["object", "null"];
    const { entries } = await exported([fileDataset("rows", source, { schema: schema as never })]);
    expect(jsonAt(entries, "data/rows.json")).toMatchObject([{ file: { path: "files/rows/a.txt" } }, { file: null }]);
    expect(entries.get("files/rows/a.txt")?.toString()).toBe("a");
  });

  it("are found out when a byte of them, or of their names, changed", async () => {
    const content = randomBytes(1_000);
    const { zip } = await exported([dataset([{ name: "noise.bin", content }])]);
    const codesAfter = async (change: (zip: Buffer) => void) => {
      const changed = Buffer.from(zip);
      change(changed);
      return (await findingsOf(changed)).map(({ code }) => code);
    };
    const flipped = await codesAfter((bytes) => {
      const at = bytes.indexOf(content) + 500;
      bytes[at] = (bytes[at] as number) ^ 1;
    });
    expect(flipped).toContain("ENTRY_UNREADABLE");
    const renamed = await codesAfter((bytes) => {
      for (let at = bytes.indexOf("noise.bin"); at !== -1; at = bytes.indexOf("noise.bin", at + 1))
        bytes.write("voice", at);
    });
    expect(renamed).toEqual(expect.arrayContaining(["ENTRY_EXTRA", "ENTRY_MISSING"]));
  });

  it("are refused for a schema whose records could not name them", () => {
    const { source } = fileSource([]);
    for (const schema of [
      noteSchema,
      { ...noteSchema, properties: { ...noteSchema.properties, file: { type: "string" } } },
    ])
      expect(
        refused(() => exporterOf([fileDataset("docs", source, { schema, subjectField: "/owner" })])),
      ).toMatchObject({
        code: "CONFIG_INVALID",
        context: { dataset: "docs", pointer: "/schema" },
      });
  });

  it("are not opened where their property does not leave", async () => {
    const inferred = structuredClone(storedFileSchema) as { properties: Record<string, object> };
    inferred.properties["file"] = { ...inferred.properties["file"], "x-privacy": { origin: "inferred" } };
    const { source, seen } = fileSource([{ name: "a.txt", content: "a" }]);
    const docs = fileDataset("docs", source, { schema: inferred as never });
    const { entries } = await exported([docs], {}, { request: { ...request, type: "portability" } });
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toEqual([]);
    expect(jsonAt(entries, "manifest.json").withheld).toMatchObject([{ dataset: "docs", pointer: "/file" }]);
    expect(seen.opened).toBe(0);
  });

  it("of somebody else are not opened: nothing is delivered", async () => {
    const { source, seen } = fileSource([{ name: "a" }, { name: "b", owner: "u2" }]);
    const { exporter } = exporterOf([fileDataset("docs", source)], partial);
    const to = new Collecting();
    expect((await failing(exporter.export(request, { to }))).code).toBe("SUBJECT_MISMATCH");
    expect(seen).toMatchObject({ opened: 1, open: 0 });
  });
});

/** A content that fails right before its end. */
function broken(file: TestFile, error: unknown) {
  const { content, bytes, ...rest } = contentOf(file, 100_000);
  return {
    ...rest,
    content: (async function* () {
      let read = 0;
      for await (const chunk of content) {
        read += chunk.length;
        if (read === bytes) throw error;
        yield chunk;
      }
      throw error;
    })(),
  };
}

describe("a file that cannot be read", () => {
  const lost = () => Promise.reject(new PortmanteauError("SOURCE_FAILED", "It is gone."));

  it("makes its dataset partial, and its record and the report say so", async () => {
    const { source, seen } = fileSource([
      { name: "a", content: "a" },
      { name: "b", open: lost },
      { name: "c", content: "c" },
    ]);
    const { entries, report, zip } = await exported([fileDataset("docs", source)], partial);
    expect(report.datasets[0]).toMatchObject({
      outcome: "partial",
      error: "INCOMPLETE",
      reason: "INCOMPLETE: 1 of 3 files could not be read.",
      records: { read: 3, written: 3 },
    });
    expect(report.findings).toEqual([
      { code: "FILES_MISSING", dataset: "docs", message: "1 of 3 files could not be read; their records say so." },
    ]);
    expect(jsonAt(entries, "data/docs.json")[1].file).toEqual({
      path: null,
      name: "b",
      mediaType: null,
      bytes: null,
      sha256: null,
      problem: "SOURCE_FAILED",
    });
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toEqual(["files/docs/a", "files/docs/c"]);
    expect((await findingsOf(zip)).map(({ code }) => code)).toEqual(["BUNDLE_PARTIAL"]);
    expect(seen).toMatchObject({ opened: 2, open: 0 });
  });

  it("fails the export by default, with the first reason as the cause", async () => {
    const { exporter } = exporterOf([dataset([{ name: "a" }, { name: "b", open: lost }])]);
    const error = await failing(exporter.export(request, { to: new Collecting() }));
    expect(error).toMatchObject({ code: "INCOMPLETE", retryable: false, context: { dataset: "docs" } });
    expect(error.cause).toMatchObject({ code: "SOURCE_FAILED", message: "It is gone." });
    expect(error.report?.datasets[0]?.files).toEqual([]);
  });

  it("is tried again from its start after what may pass", async () => {
    const content = Buffer.from("deflated in pieces, several at a time ".repeat(30_000));
    const file = { name: "a", content };
    const { source, seen } = fileSource([
      { ...file, open: async (attempt) => (attempt < 2 ? broken(file, gone()) : contentOf(file)) },
    ]);
    const { entries, report, events } = await exported([fileDataset("docs", source)]);
    expect(entries.get("files/docs/a")?.equals(content)).toBe(true);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 2 });
    expect(events.flatMap((event) => (event.type === "retry" ? [[event.attempt, event.code]] : []))).toEqual([
      [1, "SOURCE_UNAVAILABLE"],
      [2, "SOURCE_UNAVAILABLE"],
    ]);
    expect(seen).toMatchObject({ opened: 3, closed: 3 });
  });

  it("because its store does not answer, ends the dataset: nobody waits for all others", async () => {
    const { source, seen } = fileSource([
      { name: "a", content: "a" },
      { name: "b", open: () => Promise.reject(gone()) },
      { name: "c", content: "c" },
    ]);
    const { report, entries } = await exported([fileDataset("docs", source)], partial);
    expect(report.datasets[0]).toMatchObject({
      outcome: "partial",
      error: "SOURCE_UNAVAILABLE",
      reason: "SOURCE_UNAVAILABLE: reading stopped after 1 records.",
      records: { read: 1 },
      retries: 2,
    });
    expect(jsonAt(entries, "data/docs.json")).toHaveLength(1);
    expect(seen.opened).toBe(1);
  });

  for (const [what, content, announced] of [
    ["shorter", "abc", 4],
    ["longer", "abcde", 4],
  ] as const)
    it(`is one that is ${what} than it was said to be`, async () => {
      const open = async () => ({ ...contentOf({ name: "", content }), bytes: announced });
      const { source, seen } = fileSource([{ name: "a", open }]);
      const { report, entries } = await exported([fileDataset("docs", source)], partial);
      expect(report.datasets[0]).toMatchObject({ outcome: "partial", error: "INCOMPLETE", retries: 2 });
      expect(jsonAt(entries, "data/docs.json")[0].file).toMatchObject({ path: null, problem: "SOURCE_FAILED" });
      expect(seen).toMatchObject({ opened: 3, closed: 3 });
    });

  it("is closed, and the content's generator with it, when its chunks are none", async () => {
    let ended = false;
    const content = (async function* () {
      try {
        yield "text" as unknown as Uint8Array;
      } finally {
        ended = true;
      }
    })();
    const { source, seen } = fileSource([{ name: "a", open: async () => ({ content }) }]);
    const { report } = await exported([fileDataset("docs", source)], partial);
    expect(report.datasets[0]?.outcome).toBe("partial");
    expect([ended, seen.open, seen.closed]).toEqual([true, 0, 1]);
  });

  it("does not hold up for longer than a page may take", async () => {
    const open = (_attempt: number, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const { report } = await exported([dataset([{ name: "a", open }])], {
      ...partial,
      pageTimeoutMs: 20,
    });
    expect(report.datasets[0]).toMatchObject({ outcome: "failed", error: "SOURCE_TIMEOUT" });
    expect(report.findings).toEqual([]);
  });

  it("by the source's own fault is a contract broken", async () => {
    const wrong = async (attachments: readonly unknown[] | undefined, is = true) => {
      const source = {
        name: "wrong",
        capabilities: { resume: "none", partitions: false, count: false, attachments: is } as const,
        async *read() {
          yield {
            records: [{ accountId: "u1", modifiedAt: null }],
            ...(attachments === undefined ? {} : { attachments }),
          };
        },
      };
      const { exporter } = exporterOf([fileDataset("docs", source as never)]);
      return (await failing(exporter.export(request, { to: new Collecting() }))).code;
    };
    const file = { name: "a", open: async () => contentOf({ name: "a" }) };
    expect(await wrong(undefined)).toBe("SOURCE_CONTRACT");
    expect(await wrong([])).toBe("SOURCE_CONTRACT");
    expect(await wrong([file, file])).toBe("SOURCE_CONTRACT");
    expect(await wrong([undefined])).toBe("SOURCE_CONTRACT");
    expect(await wrong([{ name: "a" }])).toBe("SOURCE_CONTRACT");
    expect(await wrong([{ ...file, name: 1 }])).toBe("SOURCE_CONTRACT");
    expect(await wrong([file], false)).toBe("SOURCE_CONTRACT");
  });
});

describe("an export with files that is stopped", () => {
  it("closes the content that is being read, and leaves nothing in the spool", async () => {
    const stop = new AbortController();
    let left = 0;
    const content = (async function* () {
      try {
        for (;;) {
          yield randomBytes(100_000);
          if (++left === 20) stop.abort();
        }
      } finally {
        left = -1;
      }
    })();
    const { source, seen } = fileSource([{ name: "endless", open: async () => ({ content }) }]);
    const { exporter, spooled } = exporterOf([fileDataset("docs", source)]);
    const to = new Collecting();
    const error = await failing(exporter.export(request, { to, signal: stop.signal }));
    expect(error.code).toBe("ABORTED");
    expect([left, seen.open, spooled(), to.ended]).toEqual([-1, 0, [], false]);
  });

  it("closes a content that is opened too late", async () => {
    const stop = new AbortController();
    let closed = 0;
    const open = async (_attempt: number, signal: AbortSignal) => {
      stop.abort();
      await wait(10);
      expect(signal.aborted).toBe(true);
      return { ...contentOf({ name: "" }), close: () => void closed++ };
    };
    const { exporter } = exporterOf([dataset([{ name: "a", open }])]);
    expect((await failing(exporter.export(request, { to: new Collecting(), signal: stop.signal }))).code).toBe(
      "ABORTED",
    );
    expect(closed).toBe(1);
  });

  it("by a spool that fails keeps no content open, and does not take it for the source's fault", async () => {
    const { source, seen } = fileSource([{ name: "a", content: randomBytes(600_000) }]);
    const spool = () => ({
      create: async () => ({
        write: () => Promise.reject(new Error("disk full")),
        seal: async () => neverRead,
        discard: async () => {},
      }),
      close: async () => {},
    });
    const neverRead = { bytes: 0, async *read() {}, discard: async () => {} };
    const { exporter } = exporterOf([fileDataset("docs", source)], { ...partial, spool });
    expect((await failing(exporter.export(request, { to: new Collecting() }))).code).toBe("SPOOL_FAILED");
    expect(seen).toMatchObject({ opened: 1, open: 0 });
  });
});

describe("a large file", () => {
  it("waits for the spool: no more of it is held than a few pieces", async () => {
    const stop = new AbortController();
    let pulled = 0;
    const content = (async function* () {
      for (;;) {
        pulled += 65_536;
        yield randomBytes(65_536);
      }
    })();
    let giveUp: (error: Error) => void = () => {};
    const blocked = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    let writes = 0;
    const write = () => {
      writes++;
      return blocked;
    };
    const writer = { write, seal: () => blocked, discard: async () => {} };
    const spool = () => ({ create: async () => writer, close: async () => giveUp(new Error("closed")) });
    const { exporter } = exporterOf([dataset([{ name: "endless", open: async () => ({ content }) }])], { spool });
    const exporting = failing(exporter.export(request, { to: new Collecting(), signal: stop.signal }));
    await expect.poll(() => writes).toBe(1);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeLessThanOrEqual(1024 * 1024);
    stop.abort();
    giveUp(new Error("closed"));
    await exporting;
  });
});

describe("many files", () => {
  it("take one stream of the spool, and are read back in pieces that are not kept", async () => {
    const content = (index: number) => createHash("sha256").update(String(index)).digest();
    const files = Array.from({ length: 1_200 }, (_, index) => ({ name: `${index % 7}.bin`, content: content(index) }));
    const { entries, zip, report } = await exported([
      dataset(files),
      noteDataset("a", controlledSource(notes(3)).source),
    ]);
    expect(report.datasets[0]?.outcome).toBe("complete");
    const records = jsonAt(entries, "data/docs.json") as { file: { path: string } }[];
    for (const [index, { file }] of records.entries())
      expect(entries.get(file.path)?.equals(content(index))).toBe(true);
    expect(await findingsOf(zip)).toEqual([]);
  });

  it("are sliced out of one stream in order, over what lies between them", async () => {
    let closed = 0;
    const chunks = ["abc", "", "defgh", "ij"];
    const spooled = {
      bytes: 10,
      async *read() {
        try {
          for (const chunk of chunks) yield Buffer.from(chunk);
        } finally {
          closed++;
        }
      },
      discard: async () => {},
    };
    const slices = new Slices(spooled);
    const slice = async (from: number, length: number) => {
      let text = "";
      for await (const part of slices.read(from, length)) text += Buffer.from(part).toString();
      return text;
    };
    expect(await slice(1, 1)).toBe("b");
    expect(await slice(2, 0)).toBe("");
    expect(await slice(2, 4)).toBe("cdef");
    expect(await slice(7, 2)).toBe("hi");
    await expect(slice(0, 1)).rejects.toThrow(TypeError);
    await slices.close();
    expect(closed).toBe(1);
  });
});
