import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import zlib, { gzipSync } from "node:zlib";
import fc from "fast-check";
import { format } from "fast-csv";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { RecordSchema } from "../../src/model/record-schema.ts";
import {
  type CsvFormatOptions,
  csv,
  type FilesSourceOptions,
  filesSource,
  jsonArray,
  ndjson,
} from "../../src/sources/files/index.ts";
import { contextOf, errorOf, pagesOf, recordsOf } from "../support/reading.ts";

const folder = mkdtempSync(join(tmpdir(), "portmanteau-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => expect(openHere(), "files left open").toEqual([]));

/** The files of ours that this process holds open; only Linux tells. */
function openHere(): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

let files = 0;
function fileOf(content: string | Uint8Array): string {
  const path = join(folder, `ada-1815-${files++}`);
  writeFileSync(path, content);
  return path;
}

/** A stream in pieces of so many bytes. */
async function* inPieces(content: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const of = (content: string | Uint8Array, more: Partial<FilesSourceOptions> & Pick<FilesSourceOptions, "format">) =>
  filesSource({ paths: fileOf(content), ...more });
const notes = Array.from({ length: 40 }, (_, id) => ({
  id,
  owner: id % 3 === 0 ? "bob" : "ada-1815",
  text: `é ${id} secret`,
}));
const adas = notes.filter(({ owner }) => owner === "ada-1815");
const lines = (records: readonly unknown[], end = "\n") =>
  records.map((record) => JSON.stringify(record) + end).join("");

describe("NDJSON", () => {
  it("gives the subject's records in pages, whatever the line ends, and across several files", async () => {
    for (const content of [
      lines(notes),
      lines(notes, "\r\n"),
      `\uFEFF${lines(notes, "\n\n  \n")}`,
      lines(notes).trimEnd(),
    ]) {
      const pages = await pagesOf(of(content, { format: ndjson(), belongs: "/owner" }));
      expect(pages.flatMap(({ records }) => records)).toEqual(adas);
      expect(pages.slice(0, -1).every(({ records }) => records.length === 10)).toBe(true);
    }
    const paths = [fileOf(lines(notes.slice(0, 15))), fileOf(""), fileOf(lines(notes.slice(15)))];
    expect(await recordsOf(filesSource({ paths, format: ndjson() }))).toEqual(notes);
    expect(
      await recordsOf(
        filesSource({ paths: ({ subject }) => (subject.id === "ada-1815" ? paths : []), format: ndjson() }),
      ),
    ).toEqual(notes);
  });

  it("gives the same out of a stream that is cut anywhere", async () => {
    for (const size of [1, 2, 7, 1000]) {
      const source = filesSource({ streams: () => inPieces(lines(notes), size), format: ndjson() });
      expect(source.capabilities.resume).toBe("none");
      expect(await recordsOf(source)).toEqual(notes);
    }
    const texts = filesSource({
      streams: () => [Readable.from([lines(notes)]), new Blob([lines(notes)]).stream()],
      format: ndjson(),
    });
    expect(await recordsOf(texts)).toEqual([...notes, ...notes]);
  });

  it("goes on after every cursor, in a file that has grown meanwhile", async () => {
    const paths = [fileOf(`\uFEFF${lines(notes.slice(0, 25), "\r\n")}`), fileOf(lines(notes.slice(25)))];
    const source = filesSource({ paths, format: ndjson(), belongs: "/owner" });
    expect(source.capabilities.resume).toBe("cursor");
    const pages = await pagesOf(source, { pageRecords: 4 });
    const more = { id: 99, owner: "ada-1815", text: "" };
    writeFileSync(paths[1] as string, lines([...notes.slice(25), more]));
    expect(pages.every(({ cursor }) => cursor !== undefined)).toBe(true);
    for (const [index, { cursor }] of pages.entries()) {
      const before = pages.slice(0, index + 1).flatMap(({ records }) => records);
      const after = JSON.parse(JSON.stringify(cursor));
      expect([...before, ...(await recordsOf(source, { after }))]).toEqual([...adas, more]);
    }
  });

  it("goes on after a last line that had no end, when more was written", async () => {
    const path = fileOf(lines(adas).trimEnd());
    const source = filesSource({ paths: path, format: ndjson() });
    const after = (await pagesOf(source)).at(-1)?.cursor as never;
    expect(await recordsOf(source, { after })).toEqual([]);
    writeFileSync(path, lines([...adas, 1]));
    expect(await recordsOf(source, { after })).toEqual([1]);
  });

  it("refuses to go on in another file, in a shorter one, or after a cursor that is none", async () => {
    const path = fileOf(lines(notes));
    const source = filesSource({ paths: path, format: ndjson() });
    const after = (await pagesOf(source))[1]?.cursor as never;
    for (const content of [lines(notes.map((note) => ({ ...note, text: "e" }))), lines(notes.slice(0, 2))]) {
      writeFileSync(path, content);
      await errorOf(recordsOf(source, { after }), "SOURCE_FAILED", /not the one that was read before/);
    }
    for (const wrong of [
      null,
      1,
      {},
      { file: 1, bytes: 0, line: 0, mark: "" },
      { file: 0, bytes: -1, line: 0, mark: "" },
    ])
      await errorOf(recordsOf(source, { after: wrong }), "SOURCE_CONTRACT");
    const array = of("[]", { format: jsonArray() });
    expect(array.capabilities.resume).toBe("none");
  });

  it.each([
    ["is not JSON", '{"a": 1}\n{"a": secret}\n', /^Line 2 of file 1 is not JSON/],
    ["is cut", '{"a": 1}\n\n{"a": "secr', /^Line 3 of file 1 is not JSON/],
    ["is not UTF-8", Buffer.from('"a"\n"\xe9"\n', "latin1"), /^Line 2 of file 1 is not UTF-8/],
    ["is too long", `1\n"${"x".repeat(200)}"\n`, /^Line 2 of file 1 is longer than maxLineBytes, 100/],
    ["never ends", "x".repeat(500_000), /^Line 1 of file 1 is longer/],
  ])("names the line that %s", async (_, content, message) => {
    await errorOf(recordsOf(of(content, { format: ndjson({ maxLineBytes: 100 }) })), "SOURCE_FAILED", message);
  });

  it("counts lines on where it goes on", async () => {
    const source = of(`${lines(notes.slice(0, 10))}oops`, { format: ndjson() });
    const pages: unknown[] = [];
    const failing = (async () => {
      for await (const page of source.read(contextOf({ pageRecords: 5 }))) pages.push(page);
    })();
    await errorOf(failing, "SOURCE_FAILED", /^Line 11 /);
    const { cursor } = pages.at(-1) as { cursor: never };
    await errorOf(recordsOf(source, { after: cursor }), "SOURCE_FAILED", /^Line 11 /);
  });

  it("keeps integers that JavaScript cannot hold", async () => {
    expect(await recordsOf(of("[9007199254740993]", { format: ndjson() }))).toEqual([["9007199254740993"]]);
    expect(await recordsOf(of("[9007199254740993]", { format: jsonArray() }))).toEqual(["9007199254740993"]);
  });

  it("gives short pages while it looks through many records of others", async () => {
    const others = lines(Array.from({ length: 50_000 }, (_, id) => ({ id, owner: "bob" })));
    const pages = await pagesOf(of(others + lines(adas), { format: ndjson(), belongs: "/owner" }), {
      pageRecords: 100,
    });
    expect(pages.map(({ records }) => records.length)).toEqual([0, 0, adas.length]);
  });
});

describe("a JSON array", () => {
  it("is found at its pointer, in any layout", async () => {
    const content = `\uFEFF${JSON.stringify({ a: [1], "x/y": { data: notes, z: [] } }, null, 2)}`;
    const source = of(content, {
      format: jsonArray("/x~1y/data"),
      belongs: (note, { subject }) => (note as { owner: string }).owner === subject.id,
    });
    expect(await recordsOf(source)).toEqual(adas);
    expect(
      await recordsOf(of(JSON.stringify(notes), { format: jsonArray(), map: (note) => (note as { id: number }).id })),
    ).toEqual(notes.map(({ id }) => id));
  });

  it.each([
    ["cut", JSON.stringify(notes).slice(0, -1), /ends in the middle, after 40 records/],
    ["cut in a record", JSON.stringify(notes).slice(0, 200), /ends in the middle/],
    ["empty", "", /ends in the middle/],
    ["no array", '{"data": [1]}', /no array at ""/],
    ["not JSON", "[1, secret]", /not JSON/],
    ["longer than one value", "[1] [2]", /not JSON/],
    ["not UTF-8", Buffer.from('["\xe9"]', "latin1"), /not UTF-8/],
    ["of long records", `["${"x".repeat(200_000)}"]`, /longer than maxRecordLength/],
  ])("is an error when it is %s", async (_, content, message) => {
    await errorOf(
      recordsOf(of(content, { format: jsonArray("", { maxRecordLength: 1_000 }) })),
      "SOURCE_FAILED",
      message,
    );
  });
});

describe("CSV", () => {
  const schema: RecordSchema = {
    type: "object",
    additionalProperties: false,
    required: ["id", "name", "place", "paid"],
    properties: {
      id: { type: "integer" },
      name: { type: "string" },
      nick: { type: "string" },
      paid: { type: ["boolean", "null"] },
      price: { type: "number" },
      tags: { type: "array", items: { type: "string" } },
      place: {
        type: "object",
        additionalProperties: false,
        required: ["city"],
        properties: { city: { type: "string" } },
      },
    },
  };
  const rowsOf = (content: string | Uint8Array, options: CsvFormatOptions = {}) =>
    recordsOf(of(content, { format: csv(options) }));

  it("is typed by the record schema, and tells null, absent and empty apart by it", async () => {
    const content =
      '\uFEFFid,name,nick,paid,price,tags,place.city,owner\r\n1,"A ""a"", b",x,true,1.5e1,"[""t""]",Bern,ada\r\n\r\n2,"",,,,,"two\nlines",ada\r\n';
    expect(await rowsOf(content, { schema })).toEqual([
      { id: 1, name: 'A "a", b', nick: "x", paid: true, price: 15, tags: ["t"], place: { city: "Bern" }, owner: "ada" },
      { id: 2, name: "", paid: null, place: { city: "two\nlines" }, owner: "ada" },
    ]);
  });

  it("is typed by what is given, and renamed", async () => {
    const options = {
      delimiter: ";",
      quote: "'",
      escape: "\\",
      rename: { "Customer No": "/customer/id", Sum: "/total" },
      types: { "/total": "number", "/customer/id": "integer" },
    } as const;
    expect(await rowsOf("Customer No;Sum;Text\n7;1.10;'it\\'s; so'\n8;;\n", options)).toEqual([
      { customer: { id: 7 }, total: 1.1, Text: "it's; so" },
      { customer: { id: 8 }, total: null, Text: "" },
    ]);
    expect(await rowsOf('1\ta"b\n', { delimiter: "\t", quote: null, headers: ["n", "t"] })).toEqual([
      { n: "1", t: 'a"b' },
    ]);
    expect(await rowsOf("__proto__,constructor\n1,2\n")).toEqual([
      JSON.parse('{"__proto__": "1", "constructor": "2"}'),
    ]);
  });

  it.each([
    ["too few cells", "a,b\n1,2\n3\n", /^Line 3 of file 1 has 1 cells where 2 are expected/],
    ["too many cells", 'a,b\n"x\ny",2\n1,2,3\n', /^Line 4 of file 1 has 3 cells/],
    [
      "a quote that is not closed",
      'a,b\n1,2\n"secret,2\n3,4\n',
      /^File 1 is no CSV at line \d or soon after it: a quote is not closed/,
    ],
    ["text after a quote", 'a,b\n"secret"x,2\n', /^File 1 is no CSV at line \d or soon after it/],
    ["a header twice", "a,a\n1,2\n", /header of file 1 leads twice/],
    ["a header without a name", "a,\n1,2\n", /no name for column 2/],
    ["no header", "\n\n", /no header row/],
    ["no bytes", "", /no header row/],
    ["bytes that are not UTF-8", Buffer.from("a\n\xe9\n", "latin1"), /not UTF-8/],
    ["a row that never ends", `a\n"${"x".repeat(200_000)}"\n`, /longer than maxRowLength, 1000.*quote not closed/],
  ])("is an error with %s", async (_, content, message) => {
    await errorOf(rowsOf(content, { maxRowLength: 1_000 }), "SOURCE_FAILED", message);
  });

  it.each([
    ["integer", "1.5", /not a whole number/],
    ["integer", "12x", /not a number/],
    ["integer", "0x10", /not a number/],
    ["integer", "9007199254740993", /cannot hold/],
    ["number", "1e999", /cannot hold/],
    ["number", "1,5", /not a number/],
    ["boolean", "yes", /neither true nor false/],
    ["json", "{secret", /not JSON/],
  ] as const)("is an error with a bad %s: %s", async (type, cell, message) => {
    const error = await errorOf(rowsOf(`a,b\n1,"${cell}"\n`, { types: { "/b": type } }), "SOURCE_FAILED", message);
    expect(error.message).toMatch(/^Line 2 of file 1, column "b": /);
    expect(error.message).not.toContain(cell);
  });

  it("is an error when a field is empty that may not be", async () => {
    await errorOf(
      rowsOf("id,name,paid,place.city\n,x,true,y\n", { schema }),
      "SOURCE_FAILED",
      /column "id": the cell is empty/,
    );
  });

  it("takes every cell as it stands, however the bytes are cut", async () => {
    const cell = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.constantFrom(
        " ",
        "\t",
        "\uFEFF",
        "\uFEFFx",
        '"',
        '""',
        ' "',
        "a\nb",
        "a\r\nb",
        "\u00A0",
        "",
        "\u2028",
        "😀 ",
        ",",
        "\0",
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("\n", "\r\n"),
        async (rows, size, end) => {
          const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const plain = (text: string) => (/[",\r\n]/.test(text) ? quoted(text) : text);
          for (const write of [quoted, plain]) {
            const content = `a,b${end}${rows.map((row) => row.map(write).join(",") + end).join("")}`;
            const source = filesSource({ streams: () => inPieces(content, size), format: csv() });
            expect(await recordsOf(source)).toEqual(rows.map(([a, b]) => ({ a, b })));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("reads what fast-csv writes", async () => {
    const writer = format({ headers: true });
    for (const note of notes) writer.write(note);
    writer.end();
    const types = { "/id": "integer" } as const;
    expect(await recordsOf(filesSource({ streams: () => writer, format: csv({ types }) }))).toEqual(notes);
  });
});

describe("a compressed file", () => {
  const zstdSync = (zlib as { zstdCompressSync?: (bytes: Uint8Array) => Buffer }).zstdCompressSync;

  it("is inflated, in several members too", async () => {
    const gzip = Buffer.concat([gzipSync(lines(notes.slice(0, 9))), gzipSync(lines(notes.slice(9)))]);
    const source = of(gzip, { format: ndjson(), compression: "gzip" });
    expect(source.capabilities.resume).toBe("none");
    expect(await recordsOf(source)).toEqual(notes);
    expect(await recordsOf(of(gzipSync("a\n1\n"), { format: csv(), compression: "gzip" }))).toEqual([{ a: "1" }]);
  });

  it(
    zstdSync === undefined ? "in zstd is refused at once by a Node.js that cannot read it" : "in zstd is inflated",
    async () => {
      if (zstdSync === undefined) expect(() => of("", { format: ndjson(), compression: "zstd" })).toThrow(/22\.15/);
      else
        expect(
          await recordsOf(of(zstdSync(Buffer.from(lines(notes))), { format: ndjson(), compression: "zstd" })),
        ).toEqual(notes);
    },
  );

  it.skipIf(zstdSync === undefined)(
    `in zstd is an error when it is cut, empty, or goes on after its first frame${zstdSync === undefined ? " (not run: this Node.js has no zstd)" : ""}`,
    async () => {
      const whole = zstdSync?.(Buffer.from(lines(notes))) as Buffer;
      for (const content of [
        whole.subarray(0, -1),
        Buffer.alloc(0),
        Buffer.concat([whole, whole]),
        Buffer.concat([whole, Buffer.from("x")]),
      ])
        await errorOf(
          recordsOf(of(content, { format: ndjson(), compression: "zstd" })),
          "SOURCE_FAILED",
          /no whole zstd|first zstd frame/,
        );
    },
  );

  it.each([
    ["cut", gzipSync(lines(notes)).subarray(0, -1)],
    ["cut at the start", gzipSync(lines(notes)).subarray(0, 12)],
    ["empty", Buffer.alloc(0)],
    ["damaged", Buffer.from(gzipSync(lines(notes))).fill(0, 30, 40)],
    ["followed by something else", Buffer.concat([gzipSync(lines(notes)), Buffer.from("garbage")])],
    ["not compressed", Buffer.from(lines(notes))],
  ])("is an error when it is %s", async (_, content) => {
    await errorOf(
      recordsOf(of(content, { format: ndjson(), compression: "gzip" })),
      "SOURCE_FAILED",
      /^File 1 is no whole gzip/,
    );
  });

  it("is refused when it inflates beyond the ratio", async () => {
    const bomb = gzipSync(`${" ".repeat(1_023)}\n`.repeat(2 ** 15));
    await errorOf(recordsOf(of(bomb, { format: ndjson(), compression: "gzip" })), "SOURCE_FAILED", /maxRatio, 250/);
    expect(await recordsOf(of(bomb, { format: ndjson(), compression: "gzip", maxRatio: 2_000 }))).toEqual([]);
  });

  it("is named when nobody said so", async () => {
    await errorOf(recordsOf(of(gzipSync("1"), { format: ndjson() })), "SOURCE_FAILED", /`compression: "gzip"`/);
    await errorOf(
      recordsOf(of(Buffer.from("28b52ffd00", "hex"), { format: csv() })),
      "SOURCE_FAILED",
      /`compression: "zstd"`/,
    );
  });
});

describe("a read", () => {
  const big = () => fileOf(lines(Array.from({ length: 50_000 }, (_, id) => ({ id }))));
  const formats = [
    ["NDJSON", big, ndjson(), "none"],
    ["gzip", () => fileOf(gzipSync(readFileSync(big()))), ndjson(), "gzip"],
    ["JSON", () => fileOf(JSON.stringify(Array.from({ length: 50_000 }, (_, id) => ({ id })))), jsonArray(), "none"],
    ["CSV", () => fileOf(`id\n${"1\n".repeat(50_000)}`), csv(), "none"],
  ] as const;

  it.each(formats)(
    "of %s closes its file when the reader leaves, throws or aborts",
    async (_, path, format, compression) => {
      const source = filesSource({ paths: path(), format, compression });
      for await (const { records } of source.read(contextOf())) {
        expect(records.length).toBe(10);
        break;
      }
      expect(openHere()).toEqual([]);
      const throwing = (async () => {
        for await (const _page of source.read(contextOf())) throw new Error("consumer");
      })();
      await expect(throwing).rejects.toThrow("consumer");
      expect(openHere()).toEqual([]);
      const controller = new AbortController();
      let pages = 0;
      const aborting = (async () => {
        for await (const _page of source.read(contextOf({ signal: controller.signal })))
          if (++pages === 3) controller.abort();
      })();
      await errorOf(aborting, "ABORTED");
      controller.abort();
      await errorOf(recordsOf(source, { signal: controller.signal }), "ABORTED");
    },
  );

  it("of a stream closes it, and does not wait for one that hangs", async () => {
    let closed = 0;
    async function* given() {
      try {
        yield "1\n".repeat(100);
        yield "2\n".repeat(100);
      } finally {
        closed++;
      }
    }
    for (const compression of ["none", "gzip"] as const) {
      const source = filesSource({
        streams: () => (compression === "none" ? given() : Readable.from(given()).pipe(zlib.createGzip())),
        format: ndjson(),
        compression,
      });
      closed = 0;
      for await (const _page of source.read(contextOf())) break;
      if (compression === "none") expect(closed).toBe(1);
      expect((await recordsOf(source)).length).toBe(200);

      const controller = new AbortController();
      const hanging = filesSource({
        streams: () => ({
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise<never>(() => undefined),
            return: () => new Promise<never>(() => undefined),
          }),
        }),
        format: ndjson(),
        compression,
      });
      setTimeout(() => controller.abort(), 20);
      await errorOf(recordsOf(hanging, { signal: controller.signal }), "ABORTED");
    }
  });

  it("tells a stream that fails from a file that is not there", async () => {
    const broken = filesSource({
      async *streams() {},
      format: ndjson(),
    } as never);
    expect(broken.name).toBe("files");
    const failing = (code: string) =>
      filesSource({
        streams: async function* () {
          yield "1\n";
          throw Object.assign(new Error("secret"), { code });
        } as never,
        format: ndjson(),
      });
    expect((await errorOf(recordsOf(failing("ECONNRESET")), "SOURCE_UNAVAILABLE", /ECONNRESET/)).retryable).toBe(true);
    expect((await errorOf(recordsOf(failing("ENOSPC")), "SOURCE_FAILED", /ENOSPC/)).retryable).toBe(false);
    const missing = filesSource({ paths: [fileOf("1\n"), join(folder, "ada-1815-missing")], format: ndjson() });
    await errorOf(recordsOf(missing), "SOURCE_FAILED", /^File 2 cannot be read \(ENOENT\)/);
    await errorOf(missing.check?.(new AbortController().signal) as Promise<void>, "SOURCE_FAILED", /^File 2 /);
    await errorOf(recordsOf(filesSource({ paths: folder, format: ndjson() })), "SOURCE_FAILED", /no regular file/);
  });

  it("refuses a stream that was read before", async () => {
    const stream = inPieces(lines(notes), 50);
    const source = filesSource({ streams: () => stream, format: ndjson() });
    await recordsOf(source);
    await errorOf(recordsOf(source), "SOURCE_CONTRACT", /read before/);
  });

  it("passes on what a function of the caller throws as the cause", async () => {
    const oops = () => {
      throw new Error("secret");
    };
    for (const options of [{ belongs: oops }, { map: oops }, { paths: oops }] as const) {
      const error = await errorOf(
        recordsOf(of("1\n", { format: ndjson(), ...options })),
        "SOURCE_FAILED",
        /threw an error/,
      );
      expect(error.cause).toEqual(new Error("secret"));
    }
  });
});

it("is refused at once when its options are wrong", async () => {
  const wrong: (() => unknown)[] = [
    () => filesSource({ format: ndjson() }),
    () => filesSource({ paths: "a", streams: () => [], format: ndjson() }),
    () => filesSource({ paths: "a", format: ndjson(), belongs: "owner" }),
    () => filesSource({ paths: "a", format: ndjson(), compression: "zip" as never }),
    () => filesSource({ paths: "a", format: ndjson(), maxRatio: 0 }),
    () => jsonArray("data"),
    () => csv({ delimiter: ", " }),
    () => csv({ delimiter: '"' }),
    () => csv({ rename: { a: "b" } }),
    () => csv({ types: { "/a": "date" as never } }),
    () => csv({ headers: ["a", "a"] }),
    () => csv({ headers: ["a"], rename: { b: "/c" } }),
    () => csv({ headers: ["a", "b"], rename: { b: "/a/c" } }),
  ];
  for (const make of wrong) await errorOf((async () => make())(), "CONFIG_INVALID");
});
