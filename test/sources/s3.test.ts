import { randomBytes } from "node:crypto";
import type { S3 } from "@aws-sdk/client-s3";
import type { Attachment, Cursor, Page } from "portmanteau";
import { type S3Like, type S3Object, s3Source } from "portmanteau/sources/s3";
import { sourceContract } from "portmanteau/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  Collecting,
  expectNoUnhandledRejection,
  exported,
  exporterOf,
  failing,
  jsonAt,
  refused,
  request,
} from "../support/exporting.ts";
import { fileDataset, storedFiles } from "../support/files.ts";
import { readingAs } from "../support/reading.ts";
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

const prefix = ({ id }: { readonly id: string }) => `users/${id}/`;
let people = 0;
/** Somebody new, and what they have in the store. */
async function person(
  objects: Record<string, string | Uint8Array>,
  more: object = {},
): Promise<{ readonly id: string }> {
  const id = `p${++people}`;
  for (const [path, content] of Object.entries(objects)) await store.put(`users/${id}/${path}`, content, more);
  return { id };
}

const source = (more: object = {}) => s3Source({ client: store.client, bucket, prefix, ...more });
const { pagesOf } = readingAs("x", 10);
const namesOf = (pages: readonly Page[]) => pages.flatMap((page) => page.attachments?.map((each) => each?.name) ?? []);
const failure = (id: string, more: object = {}) => failing(pagesOf(source(more), { subject: { id } }));
const exportOf = (subject: { readonly id: string }, made = source(), config = {}) =>
  exported([fileDataset("uploads", made)], config, { request: { ...request, subject } });

const keys = Array.from({ length: 24 }, (_, index) => `${index % 3}/${String(index).padStart(2, "0")}.txt`).sort();
sourceContract(
  "s3",
  async () => {
    const own = await openStore();
    const stored = storedFiles(["u2/theirs.txt", "u2/z.txt", ...keys.map((path) => `u1/${path}`)]);
    for (const [path, content] of stored) await own.put(`users/${path}`, content);
    const keyOf = ({ accountId, path }: { accountId: string; path: string }) => `${accountId}/${path}`;
    let fetched = 0;
    const map = ({ path }: S3Object, { id }: { readonly id: string }) => {
      fetched++;
      return { accountId: id, path };
    };
    const over = (client: S3) => s3Source({ client, bucket, prefix, map });
    const hung = await openStore();
    hung.door = () => true;
    const unreachable = clientOf(1);
    return {
      source: over(own.client),
      subject: { id: "u1" },
      expected: keys.map((path) => ({ accountId: "u1", path })),
      other: { subject: { id: "u2" }, expected: ["theirs.txt", "z.txt"].map((path) => ({ accountId: "u2", path })) },
      nobody: { id: "u3" },
      fetched: () => fetched,
      handles: () => own.answers(),
      write: {
        async insert(count: number) {
          for (let made = 0; made < count; made++)
            await own.put(`users/u1/${made % 3}/${randomBytes(6).toString("hex")}`, "");
        },
        async delete(records: readonly { readonly accountId: string; readonly path: string }[]) {
          for (const { path } of records) await own.delete(`users/u1/${path}`);
        },
      },
      attachments: {
        content: (record) => stored.get(keyOf(record)) ?? null,
        remove: (record) => own.delete(`users/${keyOf(record)}`),
      },
      unreachable: over(unreachable),
      refused: s3Source({ client: own.client, bucket: "absent", prefix, map }),
      hanging: over(hung.client),
      async teardown() {
        unreachable.destroy();
        await own.close();
        await hung.close();
      },
    };
  },
  { describe, it, afterAll },
);

describe("objects in S3", () => {
  it("become files of the bundle, with their media types", async () => {
    const photo = randomBytes(400_000);
    const jane = await person(
      { "2024/a.jpg": photo, "notes.txt": "hello", "empty.bin": "" },
      { ContentType: "image/x-test" },
    );
    await person({ "not-mine.txt": "no" });
    const { entries, report } = await exportOf(jane);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 3 } });
    expect(entries.get("files/uploads/2024_a.jpg")?.equals(photo)).toBe(true);
    expect(entries.get("files/uploads/notes.txt")?.toString()).toBe("hello");
    expect(jsonAt(entries, "data/uploads.json")[0]).toMatchObject({
      accountId: jane.id,
      modifiedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      file: { name: "2024/a.jpg", mediaType: "image/x-test", bytes: 400_000 },
    });
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toHaveLength(3);
    expect(store.answers()).toBe(0);
  });

  it("are listed in pages, each with a cursor to continue after", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `${String(index).padStart(2, "0")}.txt`);
    const many = await person(Object.fromEntries(names.map((name) => [name, name])));
    const pages = await pagesOf(source(), { subject: many });
    expect(pages.map(({ records }) => records.length)).toEqual([10, 10, 5]);
    expect(namesOf(pages)).toEqual(names);
    for (const [index, { cursor }] of pages.entries()) {
      const rest = await pagesOf(source(), { subject: many, after: cursor as Cursor });
      expect(namesOf(rest)).toEqual(names.slice(10 * (index + 1)));
    }
  });

  it("are those of one person, whatever others' ids begin with", async () => {
    await store.put("users/ab/mine.txt", "1");
    await store.put("users/abc/theirs.txt", "2");
    await store.put("users/ab", "3");
    expect(namesOf(await pagesOf(source(), { subject: { id: "ab" } }))).toEqual(["mine.txt"]);
    expect(await failure("ab", { prefix: ({ id }: { id: string }) => `users/${id}` })).toMatchObject({
      code: "SOURCE_CONTRACT",
      retryable: false,
    });
  });

  it("may have keys of any characters", async () => {
    const names = ["a b+c&d=e%20.txt", "é/ü ?#.txt", "履歴書.pdf", "q'\"<>.txt"].sort();
    const odd = await person(Object.fromEntries(names.map((name) => [name, name])));
    expect(namesOf(await pagesOf(source(), { subject: odd })).sort()).toEqual(names);
    expect((await exportOf(odd)).report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 4 } });
  });

  it("are left out where they only show a folder, or the filter says so", async () => {
    const some = await person({ "photos/": "", "photos/a.jpg": "a", "thumbs/a.jpg": "b", "zero.txt": "" });
    const pages = await pagesOf(source(), { subject: some });
    expect(namesOf(pages)).toEqual(["photos/a.jpg", "thumbs/a.jpg", "zero.txt"]);
    const filter = ({ path }: S3Object) => !path.startsWith("thumbs/");
    expect(namesOf(await pagesOf(source({ filter }), { subject: some }))).toEqual(["photos/a.jpg", "zero.txt"]);
  });

  it("are named and described by their metadata when it is asked for", async () => {
    const jane = await person({ "0001": "cv" }, { Metadata: { filename: "CV.pdf" }, ContentType: "application/pdf" });
    const made = source({
      head: true,
      name: ({ head }: S3Object) => head?.metadata["filename"] ?? "unnamed",
      map: ({ head, modifiedAt }: S3Object, { id }: { id: string }) => ({
        accountId: id,
        modifiedAt,
        type: head?.contentType,
      }),
    });
    const pages = await pagesOf(made, { subject: jane });
    expect(namesOf(pages)).toEqual(["CV.pdf"]);
    expect(pages[0]?.records[0]).toMatchObject({ type: "application/pdf" });
    expect(store.asked.filter((asked) => asked.startsWith("HEAD"))).toHaveLength(1);
    store.asked.length = 0;
    await pagesOf(source(), { subject: jane });
    expect(store.asked.filter((asked) => asked.startsWith("HEAD"))).toEqual([]);
  });

  it("that are not there make an empty dataset", async () => {
    expect((await exportOf({ id: "nobody" })).report.datasets[0]?.outcome).toBe("empty");
  });

  it("that are gone between the list and the reading are reported", async () => {
    for (const head of [false, true]) {
      const jane = await person({ "a.txt": "a", "b.txt": "b", "c.txt": "c" });
      store.door = ({ url = "" }, answer) => {
        if (!url.startsWith(`/${bucket}/users/${jane.id}/b.txt`)) return false;
        answer.writeHead(404).end(`<Error><Code>NoSuchKey</Code><Message>users/${jane.id}/b.txt</Message></Error>`);
        return true;
      };
      const { report, entries } = await exportOf(jane, source({ head }), { onFailure: "deliver-partial" });
      expect(report.datasets[0]).toMatchObject({ outcome: "partial", error: "INCOMPLETE", records: { read: 3 } });
      expect(report.findings).toMatchObject([{ code: "FILES_MISSING" }]);
      expect(jsonAt(entries, "data/uploads.json")[1].file).toMatchObject({
        path: null,
        name: "b.txt",
        problem: "SOURCE_FAILED",
      });
    }
  });

  it("are read again from their start when the store breaks off", async () => {
    const content = randomBytes(300_000);
    const jane = await person({ "a.bin": content });
    let broken = 0;
    store.door = ({ method, url = "" }) => {
      const isObject = method === "GET" && url.includes("a.bin");
      store.cutAfter = isObject && broken++ === 0 ? 100_000 : undefined;
      return false;
    };
    const { report, entries } = await exportOf(jane);
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", retries: 1 });
    expect(entries.get("files/uploads/a.bin")?.equals(content)).toBe(true);
    expect(store.answers()).toBe(0);
  });

  it("stop being read when the export is aborted, and their connection with it", async () => {
    const jane = await person({ "a.bin": randomBytes(8_000_000) });
    const stop = new AbortController();
    const { exporter, spooled } = exporterOf([fileDataset("uploads", source())]);
    store.door = ({ url = "" }, answer) => {
      if (url.includes("a.bin")) answer.once("drain", () => stop.abort());
      return false;
    };
    const error = await failing(
      exporter.export({ ...request, subject: jane }, { to: new Collecting(), signal: stop.signal }),
    );
    expect(error.code).toBe("ABORTED");
    await expect.poll(() => store.answers()).toBe(0);
    expect(spooled()).toEqual([]);
  });
});

describe("an object that is opened", () => {
  const opening = async (subject: { readonly id: string }, signal: AbortSignal) => {
    const pages = await pagesOf(source(), { subject });
    const [attachment] = pages.flatMap((page) => page.attachments ?? []);
    return (attachment as Attachment).open(signal);
  };

  it("gives its connection back when it is closed without being read", async () => {
    const jane = await person({ "a.bin": randomBytes(8_000_000) });
    const { bytes, close } = await opening(jane, new AbortController().signal);
    expect([bytes, store.answers()]).toEqual([8_000_000, 1]);
    await close?.();
    await expect.poll(() => store.answers()).toBe(0);
  });

  it("is not waited for any more once the signal says so", async () => {
    const jane = await person({ "a.bin": "a" });
    store.door = ({ url = "" }) => url.includes("a.bin");
    const stop = new AbortController();
    const waiting = failing(opening(jane, stop.signal));
    await expect.poll(() => store.answers()).toBe(1);
    stop.abort();
    expect((await waiting).code).toBe("ABORTED");
    await expect.poll(() => store.answers()).toBe(0);
  });
});

describe("a store that fails", () => {
  const answering = (status: number, code: string) => {
    store.door = (_asked, answer) => {
      answer.writeHead(status).end(`<Error><Code>${code}</Code><Message>secret-key</Message></Error>`);
      return true;
    };
  };

  for (const [status, code, expected, retryable] of [
    [503, "SlowDown", "SOURCE_UNAVAILABLE", true],
    [500, "InternalError", "SOURCE_UNAVAILABLE", true],
    [429, "TooManyRequests", "SOURCE_UNAVAILABLE", true],
    [400, "RequestTimeout", "SOURCE_UNAVAILABLE", true],
    [403, "AccessDenied", "SOURCE_FAILED", false],
    [404, "NoSuchBucket", "SOURCE_FAILED", false],
  ] as const)
    it(`with ${code} is ${retryable ? "tried again" : "not tried again"}`, async () => {
      answering(status, code);
      const error = await failure("someone");
      expect(error).toMatchObject({ code: expected, retryable });
      expect(error.message).toContain(code);
      expect(error.message).not.toContain("secret-key");
      await expect(source().check?.(new AbortController().signal)).rejects.toMatchObject({ code: expected });
    });

  it("is not reachable is tried again", async () => {
    const client = clientOf(1);
    expect(await failure("someone", { client })).toMatchObject({ code: "SOURCE_UNAVAILABLE", retryable: true });
    client.destroy();
  });

  it("does not answer is left when the signal says so", async () => {
    store.door = () => true;
    const stop = new AbortController();
    const reading = failing(pagesOf(source(), { signal: stop.signal }));
    await expect.poll(() => store.answers()).toBe(1);
    stop.abort();
    expect((await reading).code).toBe("ABORTED");
    await expect.poll(() => store.answers()).toBe(0);
  });

  const listing = (pages: readonly object[]): S3Like => {
    let page = 0;
    const gone = () => Promise.reject(new Error("unused"));
    return { listObjectsV2: async () => pages[page++] ?? {}, getObject: gone, headObject: gone };
  };
  const object = (Key: string) => ({ Key, Size: 1 });
  for (const [what, pages] of [
    ["gives the objects of others", [{ Contents: [object("users/y/a")] }]],
    ["gives its objects in no order", [{ Contents: [object("users/x/b"), object("users/x/a")] }]],
    [
      "gives the same page for ever",
      [
        { Contents: [object("users/x/a")], IsTruncated: true },
        { Contents: [object("users/x/a")], IsTruncated: true },
      ],
    ],
    ["has more objects and lists none", [{ IsTruncated: true }]],
  ] as const)
    it(`that ${what} breaks the contract`, async () => {
      expect(await failure("x", { client: listing(pages) })).toMatchObject({
        code: "SOURCE_CONTRACT",
        retryable: false,
      });
    });

  it("is asked for keys in the encoding that XML can carry, in the order of their bytes", async () => {
    const keys = ["users/x/\u0001 \uFB01", "users/x/😀"];
    const client = listing([{ EncodingType: "url", Contents: keys.map((key) => object(encodeURIComponent(key))) }]);
    expect(namesOf(await pagesOf(source({ client })))).toEqual(["\u0001 \uFB01", "😀"]);
  });
});

describe("an S3 source", () => {
  it("is refused without a client that has the methods, or without a bucket", () => {
    const client = { send: async () => ({}) } as unknown as S3Like;
    expect(refused(() => source({ client })).code).toBe("CONFIG_INVALID");
    expect(refused(() => source({ bucket: "" })).code).toBe("CONFIG_INVALID");
  });

  it("checks that the bucket can be listed", async () => {
    const { signal } = new AbortController();
    await source().check?.(signal);
    await expect(source({ bucket: "absent" }).check?.(signal)).rejects.toMatchObject({ code: "SOURCE_FAILED" });
  });
});
