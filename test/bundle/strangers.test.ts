import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import {
  type Finding,
  openBundle,
  PortmanteauError,
  type VerifyOptions,
  verifyBundle,
  type ZipInput,
} from "portmanteau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyFolder, entriesOf, expectNoUnhandledRejection, failing, noteSchema } from "../support/exporting.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { edit, type Files, hex, replace, resum, schema, sealed } from "./damages.ts";

expectNoUnhandledRejection();

const sound = readFileSync(resolve(import.meta.dirname, "../bundles/sound.zip"));
const filesOf = (): Files => entriesOf(sound);

async function findingsOf(input: ZipInput, options: VerifyOptions = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of verifyBundle(input, options)) findings.push(finding);
  return findings;
}
const codesOf = async (input: ZipInput, options: VerifyOptions = {}) =>
  new Set((await findingsOf(input, options)).map(({ code }) => code));

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe("a schema that refers to another machine", () => {
  let connections = 0;
  const server = createServer((_, response) => response.end("{}"));
  server.on("connection", () => void connections++);
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((closed) => server.close(closed)));

  const withText = (text: unknown) => ({ ...noteSchema, properties: { ...noteSchema.properties, text } });
  for (const [what, of] of [
    ["by $ref", (at: string) => withText({ $ref: `${at}/x.json` })],
    ["by $ref to a place within", (at: string) => withText({ $ref: `${at}/x.json#/$defs/text` })],
    ["by $dynamicRef", (at: string) => withText({ $dynamicRef: `${at}/x.json#text` })],
    ["by $schema", (at: string) => ({ ...noteSchema, $schema: `${at}/schema.json` })],
    ["by $id, and a $ref beside it", (at: string) => ({ ...withText({ $ref: "x.json" }), $id: `${at}/y.json` })],
    [
      "in a definition",
      (at: string) => ({ ...withText({ $ref: "#/$defs/a" }), $defs: { a: { $ref: `${at}/x.json` } } }),
    ],
    ["in a branch", (at: string) => withText({ anyOf: [{ type: "string" }, { $ref: `${at}/x.json` }] })],
  ] as const) {
    it(`${what} is a finding, and the machine is not asked`, async () => {
      const files = filesOf();
      replace(files, schema, JSON.stringify(of(url)));
      const zip = sealed(files);
      for (const level of ["structure", "digests", "full"] as const)
        expect(await codesOf(zip, { level }), level).toContain("SCHEMA_INVALID");
      const bundle = await openBundle(zip);
      expect(await bundle.dataset("notes").schema()).toEqual(of(url));
      for (const from of ["json", "csv"] as const)
        expect(await all(bundle.dataset("notes").records({ from }))).toHaveLength(4);
      bundle.close();
      expect(connections).toBe(0);
    });
  }

  it("would have been counted, had it been asked", async () => {
    await (await fetch(url, { headers: { connection: "close" } })).text();
    expect(connections).toBe(1);
  });
});

describe("a zip among the files of a dataset", () => {
  /** Sixteen zips in a zip, three times over, each of the innermost a bomb with a name and flags that no bundle may have. */
  function nested(): Buffer {
    let zip = handMadeZip([
      { path: "../up", bytes: Buffer.alloc(2 ** 24) },
      { path: "manifest.json", bytes: Buffer.from("{"), claims: { flags: 1 } },
    ]);
    for (let level = 0; level < 3; level++) {
      const bytes = zip;
      zip = handMadeZip(Array.from({ length: 16 }, (_, at) => ({ path: `${at}.zip`, bytes })));
    }
    return zip;
  }

  for (const stored of [false, true]) {
    it(`is a file like any other, ${stored ? "stored" : "deflated"}: nothing looks into it`, async () => {
      const inner = nested();
      const path = "files/notes/42.zip";
      const files: Files = new Map();
      for (const [each, bytes] of filesOf()) {
        if (each.startsWith("quarantine/")) files.set(path, inner);
        files.set(each, bytes);
      }
      edit(files, "manifest.json", ({ datasets }) =>
        datasets[0].files.push({ path, mediaType: "application/zip", bytes: inner.length, sha256: hex(inner) }),
      );
      resum(files);
      const zip = handMadeZip(
        bundleEntries(files).map((entry) => (entry.path === path ? { ...entry, stored } : entry)),
      );
      // Its own length is all that it may take.
      const limits = { maxEntryBytes: Math.max(inner.length, 30_000) };
      expect(await findingsOf(zip, limits)).toEqual([]);
      const { checked } = await verifyBundle(zip, limits).summary();
      expect(checked.files).toBe(files.size);
      const bundle = await openBundle(zip, limits);
      const file = bundle
        .dataset("notes")
        .files()
        .find((each) => each.path === path);
      expect(Buffer.concat(await all((file as NonNullable<typeof file>).read()))).toEqual(inner);
      bundle.close();
    });
  }
});

describe("a file that changes while it is read", () => {
  /** The bundle with a file of random bytes: it is read in several pieces. */
  const folder = emptyFolder();
  const path = join(folder, "bundle.zip");

  /** A file on the disk that something happens to before it is read for the n-th time. */
  function changing(at: number, change: (fd: number, size: number) => void) {
    writeFileSync(path, sound);
    const fd = openSync(path, "r+");
    const { size } = fstatSync(fd);
    let reads = 0;
    return {
      input: {
        size,
        async read(position: number, length: number) {
          if (reads++ === at) change(fd, size);
          const bytes = Buffer.alloc(Math.min(length, 2_500)); // so that there are many moments
          return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, position));
        },
        close: () => closeSync(fd),
      },
      isOver: () => reads <= at,
    };
  }
  const readWhole = async (input: ZipInput) => {
    const bundle = await openBundle(input);
    try {
      const found: unknown[] = [];
      for (const { name } of bundle.manifest.datasets)
        for (const from of ["json", "csv"] as const) found.push(await all(bundle.dataset(name).records({ from })));
      return found;
    } finally {
      bundle.close();
    }
  };

  for (const [what, change, isHarmless] of [
    ["grows", (fd: number, size: number) => void writeSync(fd, "more", size), true],
    ["is cut to half", (fd: number, size: number) => ftruncateSync(fd, size >> 1), false],
    ["is emptied", (fd: number) => ftruncateSync(fd, 0), false],
    ["loses its last byte", (fd: number, size: number) => ftruncateSync(fd, size - 1), false],
    ["is written over", (fd: number, size: number) => void writeSync(fd, Buffer.alloc(size, 0x50), 0, size, 0), false],
  ] as const) {
    it(`and ${what}, whenever that is, gives findings or a typed error`, async () => {
      const before = await readWhole(sound);
      let [tried, unhurt] = [0, 0];
      for (let at = 0; ; at++, tried++) {
        const { input, isOver } = changing(at, change);
        const outcome = await findingsOf(input).catch((error: unknown) => error);
        if (isOver()) break;
        if (!Array.isArray(outcome))
          expect(outcome).toMatchObject({ name: "PortmanteauError", code: "READ_FAILED", retryable: true });
        else if (outcome.length === 0) unhurt++;
      }
      expect(tried).toBeGreaterThan(20);
      // What was read before the change is whole: only the last reads can be that late.
      if (isHarmless) expect(unhurt).toBe(tried);
      else expect(unhurt).toBeLessThan(tried / 4);

      for (let at = 0; ; at++) {
        const { input, isOver } = changing(at, change);
        const outcome = await readWhole(input).catch((error: unknown) => error);
        if (isOver()) break;
        if (Array.isArray(outcome)) expect(outcome).toEqual(before);
        else expect(PortmanteauError.is(outcome), String(outcome)).toBe(true);
      }
    });
  }
});

describe("a manifest that claims", () => {
  const counts = [
    ["2³²", 2 ** 32],
    ["2⁵³", 2 ** 53],
    ["10³⁰⁰", 1e300],
  ] as const;
  // biome-ignore lint/suspicious/noExplicitAny: damage follows no type
  const claims: readonly (readonly [string, (dataset: any, count: number) => void])[] = [
    ["records in the JSON", ({ files }, count) => void (files[0].records = count)],
    ["records in the CSV", ({ files }, count) => void (files[1].records = count)],
    ["records in quarantine", ({ files }, count) => void (files[2].records = count)],
    ["records written", ({ records }, count) => void (records.written = count)],
    ["records quarantined", ({ records }, count) => void (records.quarantined = count)],
    ["records read", ({ records }, count) => void (records.read = count)],
    ["records expected", ({ records }, count) => void (records.expected = count)],
    [
      "records everywhere",
      ({ records, files }, count) => {
        records.read = records.written = records.expected = count;
        records.quarantined = 0;
        for (const file of files) file.records = count;
      },
    ],
  ];
  for (const [how, count] of counts) {
    for (const [what, claim] of claims) {
      it(`${how} ${what} is held against those that are there`, async () => {
        const files = filesOf();
        edit(files, "manifest.json", ({ datasets }) => claim(datasets[0], count));
        const zip = sealed(files);
        expect(await codesOf(zip)).toEqual(new Set(["COUNT_MISMATCH"]));
        const bundle = await openBundle(zip);
        expect(await all(bundle.dataset("notes").records())).toHaveLength(4);
        bundle.close();
      });
    }

    it(`${how} bytes of a file is held against those that are there`, async () => {
      const files = filesOf();
      edit(files, "manifest.json", ({ datasets }) => void (datasets[0].files[0].bytes = count));
      expect(await codesOf(sealed(files))).toEqual(new Set(["DATA_PACKAGE_INVALID", "FILE_FACTS_WRONG"]));
    });
  }

  it("half a record is malformed", async () => {
    for (const [, claim] of claims) {
      const files = filesOf();
      edit(files, "manifest.json", ({ datasets }) => claim(datasets[0], 4.5));
      expect(await codesOf(sealed(files))).toEqual(new Set(["MANIFEST_INVALID"]));
      expect((await failing(openBundle(sealed(files)))).code).toBe("BUNDLE_UNREADABLE");
    }
  });

  it("nothing, and has records, is held against them", async () => {
    const files = filesOf();
    edit(files, "manifest.json", ({ datasets }) => void (datasets[0].outcome = "empty"));
    expect(await codesOf(sealed(files))).toEqual(new Set(["COUNT_MISMATCH"]));
  });

  it("fewer records read than a source counted is partial, and nothing else is wrong", async () => {
    const files = filesOf();
    edit(files, "manifest.json", (manifest) => {
      manifest.completeness = "partial";
      manifest.datasets[0].outcome = "partial";
      manifest.datasets[0].records.expected = 2 ** 32;
    });
    expect(await codesOf(sealed(files))).toEqual(new Set(["BUNDLE_PARTIAL"]));
  });
});
