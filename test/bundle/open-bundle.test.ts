import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  type Dataset,
  type JsonObject,
  type OpenBundle,
  openBundle,
  PortmanteauError,
  type RandomAccess,
  type RecordSchema,
} from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ImportDatabase, importBundle } from "../../examples/import-bundle.ts";
import { openDatabase } from "../../examples/vekora/database.ts";
import { vekoraExporter } from "../../examples/vekora/exporter.ts";
import { mainSubject } from "../../examples/vekora/seed.ts";
import { record } from "../codec/arbitrary-records.ts";
import {
  controlledSource,
  emptyFolder,
  entriesOf,
  expectNoUnhandledRejection,
  exported,
  failing,
  jsonAt,
  noteDataset,
  notes,
  request,
} from "../support/exporting.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { openPGlite, postgresEngines } from "../support/postgres.ts";

expectNoUnhandledRejection();

type Files = Map<string, Buffer>;
const json = "data/notes.json";
const csv = "data/notes.csv";
const zipped = (files: Files) => handMadeZip(bundleEntries(files));
const dataset = (): Dataset =>
  noteDataset("notes", controlledSource([...notes(4), { id: "x", owner: "u1", text: "" }]).source, {
    primaryKey: ["/id"],
  });

let sound: Buffer;
beforeAll(async () => {
  sound = (await exported([dataset(), noteDataset("none", controlledSource([]).source)])).zip;
});
const filesOf = (): Files => entriesOf(sound);

async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of records) found.push(each);
  return found;
}
/** The zip with other bytes at a path. */
const changed = (path: string, bytes: Buffer | string, files = filesOf()) =>
  zipped(files.set(path, Buffer.from(bytes)));
// biome-ignore lint/suspicious/noExplicitAny: damage follows no type
const edited = (path: string, change: (document: any) => void) => {
  const files = filesOf();
  const document = jsonAt(files, path);
  change(document);
  return changed(path, JSON.stringify(document), files);
};

describe("openBundle", () => {
  it("gives the source's records, as often as wanted, from JSON and from CSV", async () => {
    const bundle = await openBundle(sound);
    for (const from of ["json", "csv", "json"] as const)
      expect(await all(bundle.dataset("notes").records({ from }))).toEqual(notes(4));
    expect(await all(bundle.dataset("none").records())).toEqual([]);
    expect(await all(bundle.dataset("none").records({ from: "csv" }))).toEqual([]);
    for (const reading of [bundle.dataset("gone").records(), bundle.dataset("gone").records({ from: "csv" })])
      expect(await failing(all(reading))).toMatchObject({ code: "BUNDLE_UNREADABLE", context: { dataset: "gone" } });
    expect((await failing(bundle.dataset("gone").schema())).code).toBe("BUNDLE_UNREADABLE");
    bundle.close();
  });

  it("gives the schema and the files of a dataset, with their content", async () => {
    const bundle = await openBundle(sound);
    const notes = bundle.dataset("notes");
    expect(await notes.schema()).toEqual(jsonAt(filesOf(), "schemas/notes.schema.json"));
    expect(notes.files().map(({ path, mediaType }) => [path, mediaType])).toEqual([
      [json, "application/json"],
      [csv, "text/csv"],
      ["quarantine/notes.json", "application/json"],
    ]);
    for (const file of notes.files()) {
      const content = Buffer.concat(await all(file.read()));
      expect([content, content.length]).toEqual([filesOf().get(file.path), file.bytes]);
    }
    expect(await bundle.dataPackage()).toEqual(jsonAt(filesOf(), "datapackage.json"));
    expect(bundle.dataset("gone").files()).toEqual([]);
    bundle.close();
  });

  it("reads a path, bytes, and anything that gives a range of them, closed once", async () => {
    const file = join(emptyFolder(), "bundle.zip");
    writeFileSync(file, sound);
    let closed = 0;
    const ranges: RandomAccess = {
      size: sound.length,
      read: async (position, length) => new Uint8Array(sound.subarray(position, position + Math.min(length, 100))), // fewer than asked
      close: () => void closed++,
    };
    for (const input of [file, sound, new Uint8Array(sound), ranges]) {
      const bundle = await openBundle(input);
      expect(await all(bundle.dataset("notes").records())).toEqual(notes(4));
      bundle.close();
      bundle.close();
    }
    expect(closed).toBe(1);
    expect((await failing(openBundle(7 as never))).code).toBe("CONFIG_INVALID");
  });

  it("says READ_FAILED, and nothing of the bundle, when a range cannot be read", async () => {
    for (const fails of [0, 3, 6, 9]) {
      let reads = 0;
      const ranges: RandomAccess = {
        size: sound.length,
        read: async (position, length) => {
          if (reads++ >= fails) throw new Error("offline");
          return sound.subarray(position, position + Math.min(length, 500));
        },
      };
      const error = await failing(
        (async () => {
          const bundle = await openBundle(ranges);
          await all(bundle.dataset("notes").records());
          await all(bundle.dataset("notes").records({ from: "csv" }));
        })(),
      );
      expect([error.code, error.retryable]).toEqual(["READ_FAILED", true]);
    }
  });

  it("says so as well of a reader that gives nothing, too much, or no bytes", async () => {
    for (const wrong of [() => new Uint8Array(), (length: number) => new Uint8Array(length + 1), () => "x" as never]) {
      const error = await failing(openBundle({ size: sound.length, read: async (_, length) => wrong(length) }));
      expect(error.code).toBe("READ_FAILED");
    }
  });

  it("reads stored entries from ranges too", async () => {
    const stored = handMadeZip(bundleEntries(filesOf()).map((entry) => ({ ...entry, stored: true })));
    const bundle = await openBundle({
      size: stored.length,
      read: async (position, length) => new Uint8Array(stored.subarray(position, position + length)),
    });
    expect(await all(bundle.dataset("notes").records())).toEqual(notes(4));
    bundle.close();
  });

  it("lets who is reading read on when it is closed, and nobody begin", async () => {
    const bundle = await openBundle(sound);
    const records = [];
    for await (const record of bundle.dataset("notes").records()) {
      bundle.close();
      records.push(record);
    }
    expect(records).toEqual(notes(4));
    const reading = bundle.dataset("notes").records()[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ code: "BUNDLE_UNREADABLE" });
  });

  it("closes the file when the reader stops early", async () => {
    let closed = 0;
    const bundle = await openBundle({
      size: sound.length,
      read: async (position, length) => sound.subarray(position, position + length),
      close: () => void closed++,
    });
    for (const from of ["json", "csv"] as const) for await (const _ of bundle.dataset("notes").records({ from })) break;
    bundle.close();
    expect(closed).toBe(1);
  });

  for (const [what, damage] of [
    ["no zip", () => Buffer.from("hello")],
    ["a zip that is cut off", () => sound.subarray(0, -30)],
    [
      "a zip without a manifest",
      () => {
        const files = filesOf();
        files.delete("manifest.json");
        return zipped(files);
      },
    ],
    ["a manifest that is no JSON", () => changed("manifest.json", "{")],
    ["a manifest that is null", () => changed("manifest.json", "null")],
    ["another format", () => edited("manifest.json", (manifest) => void (manifest.format = "x"))],
    ["a version to come", () => edited("manifest.json", (manifest) => void (manifest.formatVersion = 2))],
    ["a manifest that lacks something", () => edited("manifest.json", (manifest) => delete manifest.subject)],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect((await failing(openBundle(damage()))).code).toBe("BUNDLE_UNREADABLE");
    });
  }

  it("ends with an error, and not early, where the records are damaged", async () => {
    const text = filesOf().get(json) as Buffer;
    for (const bytes of [
      text.subarray(0, -3),
      text.subarray(0, 40),
      Buffer.concat([text, Buffer.from("x")]),
      Buffer.alloc(0),
    ]) {
      const bundle = await openBundle(changed(json, bytes));
      expect((await failing(all(bundle.dataset("notes").records()))).code).toBe("BUNDLE_UNREADABLE");
      bundle.close();
    }
    for (const bytes of ["", "id\r\n", `${filesOf().get(csv)}"`]) {
      const bundle = await openBundle(changed(csv, bytes));
      expect((await failing(all(bundle.dataset("notes").records({ from: "csv" })))).code).toBe("BUNDLE_UNREADABLE");
      bundle.close();
    }
  });

  it("needs the data package for the CSV, and says what is wrong with it", async () => {
    const files = filesOf();
    files.delete("datapackage.json");
    for (const [zip, message] of [
      [zipped(files), /no datapackage|missing/],
      [changed("datapackage.json", "[]"), /malformed/],
      [edited("datapackage.json", ({ resources }) => resources.shift()), /does not describe/],
      [
        edited(
          "datapackage.json",
          ({ resources }) => void (resources[0].schema.fields[0]["portmanteau:pointer"] = "id"),
        ),
        /without a place/,
      ],
      ...["/id", "/id/x"].map(
        (pointer) =>
          [
            edited("datapackage.json", ({ resources }) => {
              resources[0].schema.fields[1]["portmanteau:pointer"] = pointer;
            }),
            /in one record/,
          ] as const,
      ),
    ] as const) {
      const bundle = await openBundle(zip);
      expect(await failing(all(bundle.dataset("notes").records({ from: "csv" })))).toMatchObject({
        code: "BUNDLE_UNREADABLE",
        message: expect.stringMatching(message),
      });
      expect(await all(bundle.dataset("notes").records())).toEqual(notes(4));
      bundle.close();
    }
  });
});

describe("records from CSV", () => {
  it("are deep-equal to those from JSON, whatever the schema, by the data package alone", {
    timeout: 60_000,
  }, async () => {
    const cases = record(2).chain(({ schema, values }) =>
      fc.tuple(fc.constant(schema), fc.array(values, { maxLength: 5 })),
    );
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.boolean(),
        fc.constantFrom("on" as const, "off" as const),
        async ([schema, values], bom, formulaGuard) => {
          // The subject's key stands beside the record and is dropped from it.
          const records = values.map((value) => ({ ...(value as JsonObject), "the subject's key": "u1" }));
          const { zip } = await exported(
            [
              noteDataset("notes", controlledSource(records).source, {
                schema: schema as RecordSchema,
                subjectField: "/the subject's key",
              }),
            ],
            { csv: { bom, formulaGuard } },
          );
          const bundle = await openBundle(zip);
          const [fromJson, fromCsv] = [
            await all(bundle.dataset("notes").records()),
            await all(bundle.dataset("notes").records({ from: "csv" })),
          ];
          expect(fromCsv).toEqual(fromJson);
          expect(fromJson.length).toBe(bundle.manifest.datasets[0]?.records.written);
          bundle.close();
        },
      ),
      { numRuns: 120 },
    );
  });
});

describe("JSON that somebody reformatted", () => {
  const values: readonly JsonObject[] = [
    ...notes(3),
    JSON.parse(
      '{"id":3,"__proto__":{"polluted":true},"constructor":[1,[],{}],"text":"[\\n{\\"x\\":\\u0000}","n":[1e400,-0,1.5e-7,9007199254740993]}',
    ),
    {},
  ];
  const compact = JSON.stringify(values);
  // JSON.stringify writes null for Infinity: the number is put back as it stood.
  const text = compact.replace("[null,0,", "[1e400,-0,");
  const expected = JSON.parse(text) as JsonObject[];
  const layouts: readonly (readonly [string, string])[] = [
    ["on one line", text],
    ["on one line with a line end", `${text}\n`],
    ["indented", JSON.stringify(values, null, 2).replace(/"n": \[\s*null,\s*0,/, '"n": [1e400, -0,')],
    [
      "indented with tabs and CRLF",
      JSON.stringify(values, null, "\t")
        .replace(/"n": \[\s*null,\s*0,/, '"n": [1e400, -0,')
        .replaceAll("\n", "\r\n"),
    ],
    ["with a byte order mark", `\uFEFF${text}`],
    [
      "with spaces everywhere",
      JSON.stringify(values, null, 1)
        .replace(/"n": \[\s*null,\s*0,/, '"n": [1e400, -0,')
        .replaceAll("\n", "  "),
    ],
    [
      "with records on lines and commas before them",
      `[\n${values
        .slice(0, 3)
        .map((each) => JSON.stringify(each))
        .join("\n,")}\n]`,
    ],
    ["with all records on the second line", `[\n${text.slice(1)}`],
    [
      "our own way and then another",
      `[\n${JSON.stringify(values[0])},\n${JSON.stringify(values[1])},\n${JSON.stringify(values[2], null, 1)}]`,
    ],
  ];
  for (const [what, file] of layouts) {
    it(`is read ${what}`, async () => {
      const bundle = await openBundle(changed(json, file));
      const records = await all(bundle.dataset("notes").records());
      const count = records.length;
      expect(records).toEqual(expected.slice(0, count));
      expect(count).toBe(file.includes("__proto__") ? expected.length : 3);
      expect(({} as JsonObject)["polluted"]).toBeUndefined();
      if (count > 3) expect(Object.keys(records[3] as JsonObject)).toContain("__proto__");
      bundle.close();
    });
  }

  it("has records of any number on one line: only a record has a length", async () => {
    const many = Array.from({ length: 2_000 }, (_, id) => ({ id, text: "x".repeat(90) }));
    for (const file of [JSON.stringify(many), `[\n${JSON.stringify(many).slice(1)}`]) {
      const bundle = await openBundle(changed(json, file), { maxLineLength: 200 });
      expect(await all(bundle.dataset("notes").records())).toEqual(many);
      bundle.close();
    }
  });

  for (const [what, file] of [
    ["in our own way", '[\n{"id":0},\n{"id":1},\n7,\n{"id":3}\n]\n'],
    ["on one line", '[{"id":0},{"id":1},7,{"id":3}]'],
    ["with a value that is no JSON", '[{"id":0},{"id":1},{"id":-},{"id":3}]'],
  ] as const) {
    it(`ends at what is no record, and says which it is, laid out ${what}`, async () => {
      const bundle = await openBundle(changed(json, file));
      const found: unknown[] = [];
      const reading = async () => {
        for await (const record of bundle.dataset("notes").records()) found.push(record);
      };
      await expect(reading()).rejects.toMatchObject({ code: "BUNDLE_UNREADABLE", context: { recordIndex: 2 } });
      expect(found).toEqual([{ id: 0 }, { id: 1 }]);
      bundle.close();
    });
  }

  it("is the same as JSON.parse has it, whatever the values and the indent", async () => {
    const object = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue() as fc.Arbitrary<JsonObject>);
    await fc.assert(
      fc.asyncProperty(fc.array(object, { maxLength: 6 }), fc.integer({ min: 0, max: 3 }), async (records, indent) => {
        const file = JSON.stringify(records, null, indent);
        const bundle = await openBundle(changed(json, file));
        expect(await all(bundle.dataset("notes").records())).toEqual(JSON.parse(file));
        bundle.close();
      }),
      { numRuns: 60 },
    );
  });

  for (const [what, file, code, limits] of [
    ["no array", '{"a":1}', "BUNDLE_UNREADABLE", {}],
    ["a number", "7", "BUNDLE_UNREADABLE", {}],
    ["nothing but spaces", "   ", "BUNDLE_UNREADABLE", {}],
    ["cut off", text.slice(0, -9), "BUNDLE_UNREADABLE", {}],
    ["two arrays", `${text}${text}`, "BUNDLE_UNREADABLE", {}],
    ["records that are none", "[1]", "BUNDLE_UNREADABLE", {}],
    ["a key that stands twice", '[{"a":1,"b":{"c":1,"c":2}}]', "BUNDLE_UNREADABLE", {}],
    ["too deep", `[{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}]`, "LIMIT_EXCEEDED", {}],
    ["a record that is too long", `[{"a":"${"x".repeat(300_000)}"}]`, "LIMIT_EXCEEDED", { maxLineLength: 100_000 }],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      const bundle = await openBundle(changed(json, file), limits);
      const error = await failing(all(bundle.dataset("notes").records()));
      expect(error.code).toBe(code);
      expect(PortmanteauError.is(error)).toBe(true);
      bundle.close();
    });
  }
});

describe("the import example", () => {
  const folder = emptyFolder();
  const file = join(folder, "bundle.zip");
  let bundle: OpenBundle;
  beforeAll(async () => {
    const database = await openDatabase({ url: "", apiRequests: 300 });
    await vekoraExporter(database).export({ ...request, subject: { id: mainSubject } }, { to: fileDelivery(file) });
    await database.close();
    bundle = await openBundle(file);
  });
  afterAll(() => bundle.close());

  /** Every dataset's rows are as many as its records; one dataset is compared value by value. */
  async function compare(rows: (sql: string) => Promise<Record<string, unknown>[]>): Promise<void> {
    for (const { name, records, files } of bundle.manifest.datasets) {
      if (files.length === 0) continue;
      const [count] = await rows(`select count(*)::int as n from "${name}"`);
      expect([name, count?.["n"]]).toEqual([name, records.written]);
    }
    const invoices = await all(
      bundle.dataset<{ id: string; lines: unknown[]; issuedAt: string }>("invoices").records(),
    );
    const found = await rows(`select "id", "lines", "issuedAt" from "invoices" order by "id"`);
    expect(found.map(({ id, lines, issuedAt }) => ({ id, lines, issuedAt: (issuedAt as Date).toISOString() }))).toEqual(
      invoices.map(({ id, lines, issuedAt }) => ({ id, lines, issuedAt })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }

  for (const engine of ["pglite", "embedded"] as const) {
    it(`brings a bundle into another PostgreSQL: ${engine}`, { timeout: 60_000 }, async (context) => {
      const found = (await postgresEngines()).find(({ name }) => name === engine);
      if (found === undefined || found.notRun !== undefined) return context.skip(found?.notRun ?? engine);
      const database = await found.open();
      try {
        if (database.pglite !== undefined) await importBundle(file, database.pglite as ImportDatabase);
        else {
          const { Client } = (await import("pg")).default;
          const client = new Client(database.config);
          await client.connect();
          await importBundle(file, client);
          await client.end();
        }
        await compare((sql) => database.sql(sql));
      } finally {
        await database.drop();
      }
    });
  }

  it("leaves nothing when it fails, and does not begin with a bundle that is not sound", async () => {
    const database = await openPGlite();
    await database.sql(`create table "sessions" (x int)`);
    await expect(importBundle(file, database.pglite as ImportDatabase)).rejects.toThrow();
    const tables = () => database.sql("select table_name from information_schema.tables where table_schema = 'public'");
    expect(await tables()).toEqual([{ table_name: "sessions" }]);
    const damaged = join(folder, "damaged.zip");
    writeFileSync(damaged, readFileSync(file).fill(7, 200, 210));
    await expect(importBundle(damaged, database.pglite as ImportDatabase)).rejects.toThrow("not sound");
    await database.drop();
  });
});
