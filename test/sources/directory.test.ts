import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type Attachment, openBundle, type Page } from "portmanteau";
import { type DirectoryFile, directorySource } from "portmanteau/sources/directory";
import { sourceContract } from "portmanteau/testing";
import { afterAll, describe, expect, it } from "vitest";
import { emptyFolder, expectNoUnhandledRejection, exported, failing, jsonAt, refused } from "../support/exporting.ts";
import { fileDataset, openFilesIn, storedFiles } from "../support/files.ts";
import { readingAs } from "../support/reading.ts";

expectNoUnhandledRejection();

/** A root with files of some people, given by their paths. */
function rootWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = emptyFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const { context, pagesOf } = readingAs("u1", 10);
const attachmentsOf = (pages: readonly Page[]) => pages.flatMap((page) => page.attachments ?? []) as Attachment[];
const namesOf = (pages: readonly Page[]) => attachmentsOf(pages).map(({ name }) => name);
const read = (root: string, more: object = {}, options: object = {}) =>
  pagesOf(directorySource({ root, ...options }), more);
const exportOf = (root: string, config = {}, options = {}) =>
  exported([fileDataset("uploads", directorySource({ root, ...options }))], config);
const partial = { onFailure: "deliver-partial" } as const;

const paths = Array.from({ length: 24 }, (_, index) => `${index % 3}/${String(index).padStart(2, "0")}.txt`).sort();
sourceContract(
  "directory",
  () => {
    const stored = storedFiles(["u2/theirs.txt", "u2/z.txt", ...paths.map((path) => `u1/${path}`)]);
    const root = rootWith(Object.fromEntries(stored));
    const keyOf = ({ accountId, path }: { accountId: string; path: string }) => `${accountId}/${path}`;
    let fetched = 0;
    const map = ({ path }: DirectoryFile, { id }: { id: string }) => {
      fetched++;
      return { accountId: id, path };
    };
    const at = (path: string) => join(root, "u1", path);
    const other = {
      subject: { id: "u2" },
      expected: ["theirs.txt", "z.txt"].map((path) => ({ accountId: "u2", path })),
    };
    return {
      source: directorySource({ root, map }),
      subject: { id: "u1" },
      expected: paths.map((path) => ({ accountId: "u1", path })),
      other,
      nobody: { id: "u3" },
      fetched: () => fetched,
      write: {
        async insert(count: number) {
          for (let made = 0; made < count; made++)
            writeFileSync(at(`${made % 3}/${randomBytes(6).toString("hex")}`), "");
        },
        async delete(records: readonly { readonly accountId: string; readonly path: string }[]) {
          for (const { path } of records) unlinkSync(at(path));
        },
      },
      attachments: {
        content: (record) => stored.get(keyOf(record)) ?? null,
        remove: (record) => unlinkSync(join(root, keyOf(record))),
      },
      ...(process.platform === "linux" ? { handles: () => openFilesIn(root) } : {}),
      refused: directorySource({ root: join(root, "gone"), map }),
    };
  },
  { describe, it, afterAll },
);

describe("a folder of files", () => {
  it("becomes files of the bundle, whatever they hold", async () => {
    const photo = randomBytes(600_000);
    const root = rootWith({ "u1/2024/a.jpg": photo, "u1/notes.txt": "hello", "u1/empty": "", "u2/b.txt": "no" });
    const mediaType = ({ path }: DirectoryFile) => (path.endsWith(".jpg") ? "image/jpeg" : undefined);
    const { zip, entries, report } = await exportOf(root, {}, { mediaType });
    expect(report.datasets[0]).toMatchObject({ outcome: "complete", records: { read: 3 } });
    expect(entries.get("files/uploads/2024_a.jpg")?.equals(photo)).toBe(true);
    expect(entries.get("files/uploads/notes.txt")?.toString()).toBe("hello");
    expect(jsonAt(entries, "data/uploads.json").map(({ file }: { file: object }) => file)).toMatchObject([
      { name: "2024/a.jpg", mediaType: "image/jpeg", bytes: 600_000 },
      { name: "empty", mediaType: "application/octet-stream", bytes: 0 },
      { name: "notes.txt", bytes: 5 },
    ]);
    const bundle = await openBundle(zip);
    expect(
      bundle
        .dataset("uploads")
        .files()
        .flatMap(({ originalName = [] }) => originalName),
    ).toEqual(["2024/a.jpg", "empty", "notes.txt"]);
    bundle.close();
  });

  it("is read in the bytewise order of paths, and on from any of them", async () => {
    const names = ["a-b", "a.txt", "a/x", "a/y/z", "a0", "B", "é", "\uFB01", "😀", "_"];
    const root = rootWith(Object.fromEntries(names.map((name) => [`u1/${name}`, name])));
    const sorted = names
      .map((name) => Buffer.from(name))
      .sort(Buffer.compare)
      .map(String);
    const pages = await read(root, { pageRecords: 1 });
    expect(namesOf(pages)).toEqual(sorted);
    for (const [index, { cursor }] of pages.entries())
      expect(namesOf(await read(root, { after: cursor }))).toEqual(sorted.slice(index + 1));
    expect((await read(root, { pageRecords: 4 })).map(({ records }) => records.length)).toEqual([4, 4, 2]);
  });

  it("goes on after a file that is gone by now", async () => {
    const root = rootWith({ "u1/a/1": "", "u1/a/2": "", "u1/b": "" });
    const [first] = await read(root, { pageRecords: 1 });
    rmSync(join(root, "u1/a"), { recursive: true });
    expect(namesOf(await read(root, { after: first?.cursor }))).toEqual(["b"]);
  });

  it("that is not there has no files, and a root that is not there is an error", async () => {
    const root = rootWith({ "u2/a": "" });
    expect((await exportOf(root)).report.datasets[0]?.outcome).toBe("empty");
    const gone = join(root, "gone");
    expect((await failing(read(gone))).code).toBe("SOURCE_FAILED");
    await expect(directorySource({ root: gone }).check?.(new AbortController().signal)).rejects.toMatchObject({
      code: "SOURCE_FAILED",
    });
    await directorySource({ root }).check?.(new AbortController().signal);
  });

  it("may stand deeper below the root, and be filtered and described", async () => {
    const root = rootWith({ "eu/u1/a.txt": "a", "eu/u1/a.tmp": "b" });
    const options = {
      folder: ({ id }: { id: string }) => `eu/${id}`,
      filter: ({ path }: DirectoryFile) => !path.endsWith(".tmp"),
      map: ({ path, bytes, modifiedAt }: DirectoryFile, { id }: { id: string }) => ({
        id,
        path,
        bytes,
        at: modifiedAt,
      }),
    };
    const pages = await read(root, {}, options);
    expect(pages[0]?.records).toEqual([{ id: "u1", path: "a.txt", bytes: 1, at: expect.any(Date) }]);
  });

  it("is refused without a root", () => {
    expect(refused(() => directorySource({ root: "" })).code).toBe("CONFIG_INVALID");
  });
});

describe("nothing outside the subject's folder", () => {
  for (const id of ["..", ".", "", "../u2", "u1/../u2", "/etc", "u1/", "u1\\..\\u2", "u1\0", "a//b"])
    it(`is read for the id ${JSON.stringify(id)}`, async () => {
      const root = rootWith({ "u1/a": "", "u2/b": "" });
      expect(await failing(read(root, { subject: { id } }))).toMatchObject({
        code: "SOURCE_CONTRACT",
        retryable: false,
      });
    });

  it("is read through a folder that is a link, in the root or out of it", async () => {
    const root = rootWith({ "u2/b": "secret", "deep/u3/c": "" });
    symlinkSync(join(root, "u2"), join(root, "u1"));
    expect((await failing(read(root))).code).toBe("SOURCE_CONTRACT");
    symlinkSync(emptyFolder(), join(root, "u9"));
    expect((await failing(read(root, { subject: { id: "u9" } }))).code).toBe("SOURCE_CONTRACT");
    symlinkSync(join(root, "deep"), join(root, "eu"));
    const folder = ({ id }: { id: string }) => `eu/${id}`;
    expect((await failing(read(root, { subject: { id: "u3" } }, { folder }))).code).toBe("SOURCE_CONTRACT");
  });

  it("is read through a root that is a link itself, which is the operator's own", async () => {
    const root = rootWith({ "u1/a": "a" });
    const link = join(emptyFolder(), "link");
    symlinkSync(root, link);
    expect(namesOf(await read(link))).toEqual(["a"]);
  });

  it("is read through links in it: they are reported, as pipes and sockets are", async () => {
    const root = rootWith({ "u1/a.txt": "a", "u2/secret": "secret" });
    symlinkSync(join(root, "u2/secret"), join(root, "u1/link"));
    symlinkSync(join(root, "u2"), join(root, "u1/linked-folder"));
    symlinkSync(join(root, "nowhere"), join(root, "u1/dangling"));
    expect(spawnSync("mkfifo", [join(root, "u1/pipe")]).status).toBe(0);
    const server = createServer().listen(join(root, "u1/socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    const { entries, report } = await exportOf(root, partial);
    server.close();
    expect(report.datasets[0]).toMatchObject({
      outcome: "partial",
      reason: "INCOMPLETE: 5 of 6 files could not be read.",
      records: { read: 6 },
    });
    const files = jsonAt(entries, "data/uploads.json").map(({ file }: { file: { name: string; problem: string } }) => [
      file.name,
      file.problem,
    ]);
    expect(files).toEqual([
      ["a.txt", null],
      ["dangling", "SOURCE_FAILED"],
      ["link", "SOURCE_FAILED"],
      ["linked-folder", "SOURCE_FAILED"],
      ["pipe", "SOURCE_FAILED"],
      ["socket", "SOURCE_FAILED"],
    ]);
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toEqual(["files/uploads/a.txt"]);
  });

  it("is read through a folder that became a link after it was listed", async () => {
    const root = rootWith({ "u1/a/x": "mine", "u2/x": "secret" });
    const [file] = attachmentsOf(await read(root));
    renameSync(join(root, "u1/a"), join(root, "u1/b"));
    symlinkSync(join(root, "u2"), join(root, "u1/a"));
    const error = await failing((file as Attachment).open(new AbortController().signal));
    expect(error).toMatchObject({
      code: "SOURCE_FAILED",
      message: "The file is a symbolic link, and is not followed.",
    });
  });
});

describe("a file of a folder", () => {
  const openDescriptors = () =>
    spawnSync("ls", ["-1", `/proc/${process.pid}/fd`])
      .stdout.toString()
      .split("\n").length;

  it("that vanished after it was listed is reported", async () => {
    const root = rootWith({ "u1/a": "a", "u1/b": "b" });
    const filter = ({ path }: DirectoryFile) => {
      if (path === "b") unlinkSync(join(root, "u1/b"));
      return true;
    };
    const { report, entries } = await exportOf(root, partial, { filter });
    expect(report.datasets[0]).toMatchObject({ outcome: "partial", error: "INCOMPLETE", records: { read: 2 } });
    expect(jsonAt(entries, "data/uploads.json")[1].file).toMatchObject({
      name: "b",
      path: null,
      problem: "SOURCE_FAILED",
    });
  });

  it("that grows, shrinks or is rewritten while it is read is read again, and reported when it goes on", async () => {
    const root = rootWith({ "u1/a": randomBytes(600_000) });
    const path = join(root, "u1/a");
    for (const change of [
      () => appendFile(path, "more"),
      async () => writeFileSync(path, "less"),
      async () => writeFileSync(path, randomBytes(600_000)),
    ]) {
      writeFileSync(path, randomBytes(600_000));
      const [file] = attachmentsOf(await read(root));
      const { content, bytes, close } = await (file as Attachment).open(new AbortController().signal);
      let got = 0;
      const reading = (async () => {
        for await (const chunk of content) {
          if (got === 0) await change();
          got += chunk.length;
        }
      })();
      expect(await failing(reading)).toMatchObject({ code: "SOURCE_FAILED", retryable: true });
      await close?.();
      expect(bytes).toBe(600_000);
    }
  });

  it("is not named by an error of the system", async () => {
    const root = rootWith({ "u1/name": "" });
    const [file] = attachmentsOf(await read(root));
    unlinkSync(join(root, "u1/name"));
    const error = await failing((file as Attachment).open(new AbortController().signal));
    expect(error).toMatchObject({ code: "SOURCE_FAILED", retryable: false });
    expect(error.message).toBe("The file is not there, or not any more.");
  });

  it("may be gone with its folder while that is read: reading is taken up again", async () => {
    const root = rootWith({ "u1/a": "a", "u1/b/c": "c", "u1/d": "d" });
    const filter = ({ path }: DirectoryFile) => {
      if (path === "a") rmSync(join(root, "u1/b"), { recursive: true, force: true });
      return true;
    };
    const { report, entries } = await exportOf(root, { pageRecords: 1 }, { filter });
    expect(report.findings).toMatchObject([{ code: "READ_RESUMED" }]);
    expect([...entries.keys()].filter((path) => path.startsWith("files/"))).toEqual([
      "files/uploads/a",
      "files/uploads/d",
    ]);
  });

  it.skipIf(process.platform !== "linux")(
    "may have a name that is not UTF-8 (on Linux, where a name is bytes)",
    async () => {
      const root = rootWith({ "u1/a": "" });
      const odd = Buffer.concat([Buffer.from(join(root, "u1/")), Buffer.from([0x66, 0xff, 0x2e, 0x74])]);
      writeFileSync(odd, "odd");
      const pages = await read(root, { pageRecords: 1 });
      expect(namesOf(pages)).toEqual(["a", "f\ufffd.t"]);
      expect(namesOf(await read(root, { after: pages[1]?.cursor }))).toEqual([]);
      const { entries } = await exportOf(root);
      expect(entries.get("files/uploads/f_.t")?.toString()).toBe("odd");
    },
  );

  it.skipIf(process.platform !== "linux")("is closed on every path (seen in /proc, on Linux)", async () => {
    const root = rootWith(
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`u1/${index}`, randomBytes(9)])),
    );
    const before = openDescriptors();
    await exportOf(root);
    const [file] = attachmentsOf(await read(root));
    const opened = await (file as Attachment).open(new AbortController().signal);
    for await (const _ of opened.content) break;
    await opened.close?.();
    for await (const _ of directorySource({ root }).read(context({ pageRecords: 1 }))) break;
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });
});
