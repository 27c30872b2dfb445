import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { JsonLines, utf8 } from "../../src/bundle/read-entry.ts";
import { CsvReader, type ReadColumn } from "../../src/codec/csv-reader.ts";
import { type OpenBundle, openBundle, PortmanteauError, verifyBundle } from "../../src/index.ts";
import { resum } from "../bundle/damages.ts";
import { readCsv } from "../codec/csv-reference.ts";
import { bundleEntries, handMadeZip } from "../support/hand-made-zip.ts";
import { entriesOf } from "../support/notes.ts";

/** What is fuzzed: it must hold for any bytes; what it throws is a bug. What it gives must be the same for the same bytes. */
export interface FuzzTarget {
  /** What the mutations put in beside bytes. */
  readonly words: readonly string[];
  /**
   * So many inputs run between two looks at the coverage, which cost some milliseconds each. By number and not by time: the same seed does
   * the same again.
   */
  readonly lookEvery: number;
  run(input: Buffer): Promise<unknown>;
}

const limits = { maxCheckMs: 2_000, maxLineLength: 2 ** 20, maxCellLength: 2 ** 20, maxDocumentBytes: 2 ** 20 };

async function findingsOf(zip: Buffer) {
  const findings = [];
  for await (const finding of verifyBundle(zip, limits)) findings.push(finding);
  return findings;
}

const documented = new Set(["BUNDLE_UNREADABLE", "LIMIT_EXCEEDED"]);

/** What a reader gave until it ended, or the error that ended it: one of those that it is said to throw. */
async function outcome(values: AsyncIterable<unknown>) {
  const found: unknown[] = [];
  try {
    for await (const value of values) found.push(value);
  } catch (error) {
    if (!PortmanteauError.is(error) || !documented.has(error.code)) throw error;
    return { found, failure: { code: error.code, message: error.message } };
  }
  return { found };
}

async function* fed(reader: { feed(bytes: Buffer): void; next(): unknown; end(): void }, input: Buffer) {
  const pieces = (async function* () {
    const half = Math.floor(input.length / 2);
    yield input.subarray(0, half);
    yield input.subarray(half);
  })();
  for await (const bytes of utf8(pieces, "x")) {
    reader.feed(bytes);
    for (let record = reader.next(); record !== undefined; record = reader.next()) yield record;
  }
  reader.end();
}

const columns: readonly ReadColumn[] = [
  { name: "s", keys: ["s"], type: "string", empty: "never" },
  { name: "n", keys: ["n"], type: "number", empty: "null" },
  { name: "o.b", keys: ["o", "b"], type: "boolean", empty: "absent" },
  { name: "o.j", keys: ["o", "__proto__"], type: "json", empty: "null" },
];

const sound = readFileSync(join(import.meta.dirname, "../bundles/sound.zip"));

/** The files that an input says, in place of the sound ones; nothing when it is a zip itself. */
function filesOf(input: Buffer): Map<string, Buffer> | undefined {
  if (input.toString("latin1", 0, 2) === "PK") return undefined;
  const files = entriesOf(sound);
  const [, ...said] = input.toString("latin1").split(/^=== ([^\n]{1,100})\n/m);
  for (let at = 0; at + 1 < said.length; at += 2)
    files.set(said[at] as string, Buffer.from(said[at + 1] as string, "latin1"));
  return files;
}

const lowLimits = { ...limits, maxLineLength: 2_000, maxCellLength: 500, maxDocumentBytes: 20_000, maxDepth: 20 };

async function* one<T>(value: Promise<T>) {
  yield await value;
}

/** Everything that `openBundle` gives of a zip. */
async function readBundle(zip: Buffer, files: ReadonlyMap<string, Buffer> | undefined) {
  const bundle = await outcome(one(openBundle(zip, lowLimits)));
  const open = bundle.found[0] as OpenBundle | undefined;
  if (open === undefined) return bundle;
  const found: unknown[] = [await outcome(one(open.dataPackage()))];
  for (const { name } of open.manifest.datasets) {
    const dataset = open.dataset(name);
    const json = await outcome(dataset.records());
    found.push(json, await outcome(dataset.records({ from: "csv" })), await outcome(one(dataset.schema())));
    for (const file of dataset.files()) found.push(await outcome(file.read()));
    const text = files
      ?.get(`data/${name}.json`)
      ?.toString()
      .replace(/^\uFEFF/, "");
    if (json.failure === undefined && text !== undefined && !isDeepStrictEqual(JSON.parse(text), json.found))
      throw new Error("JSON.parse reads something else.");
  }
  open.close();
  return found;
}

export const fuzzTargets: Readonly<Record<string, FuzzTarget>> = {
  /** Any bytes as a zip: all levels, and the records of what can be opened. */
  zip: {
    lookEvery: 1,
    words: [
      "PK\x01\x02",
      "PK\x03\x04",
      "PK\x05\x06",
      "PK\x06\x06",
      "PK\x06\x07",
      "../",
      "\\",
      "manifest.json",
      "\xff\xff\xff\xff",
    ],
    async run(input) {
      for (const level of ["structure", "digests"] as const) await verifyBundle(input, { ...limits, level }).summary();
      return findingsOf(input);
    },
  },
  /** The reader of CSV against the plain one that goes character by character. */
  csv: {
    lookEvery: 200,
    words: ['"', '""', ",", "\r\n", "\n", "\uFEFF", "'", "-0", "1e400", "null", "true", '"[{""a"":1}]"', "\0", '"=1"'],
    async run(input) {
      const fast = await outcome(fed(new CsvReader(columns), input));
      const text = input.toString();
      if (!Buffer.from(text).equals(input)) return fast; // no UTF-8: the plain one does not look at that
      const plain = await outcome(
        readCsv(
          (async function* () {
            yield* text;
          })(),
          columns,
        ),
      );
      if (!isDeepStrictEqual(fast, plain)) throw new Error(`The readers differ: ${JSON.stringify({ fast, plain })}`);
      return fast;
    },
  },
  /** Lines of JSON against `JSON.parse` of the whole text: what is taken must say the same. */
  json: {
    lookEvery: 200,
    words: [
      "[\n",
      "\n]\n",
      ",\n",
      '{"a":1}',
      '"a":',
      "{",
      "}",
      "[",
      "]",
      "1e400",
      "-0",
      '"\\u0061"',
      '"__proto__":',
      "null",
      "\\",
      "\uFEFF",
    ],
    async run(input) {
      const lines = await outcome(fed(new JsonLines("x", limits), input));
      if (lines.failure === undefined && !isDeepStrictEqual(JSON.parse(input.toString()), lines.found))
        throw new Error("JSON.parse reads something else.");
      return lines;
    },
  },
  /** Any manifest in a zip that fits it. */
  manifest: {
    lookEvery: 1,
    words: [
      '"records":',
      "null",
      "[]",
      "{}",
      "-1",
      "1e400",
      '"con"',
      '"part":',
      "9007199254740991",
      '"../x"',
      '"__proto__":',
      "true",
      '"data/notes.csv"',
      '"partial"',
    ],
    async run(input) {
      const files = entriesOf(sound);
      files.set("manifest.json", input);
      resum(files);
      const zip = handMadeZip(bundleEntries(files));
      const findings = await findingsOf(zip);
      return findings;
    },
  },
  /**
   * Any zip to import from, or the sound one with other files: each begins with a line `=== path`. What is read as JSON is what
   * `JSON.parse` reads.
   */
  bundle: {
    lookEvery: 4,
    words: [
      "\n=== data/notes.json\n",
      "\n=== data/notes.csv\n",
      "\n=== datapackage.json\n",
      "\n=== manifest.json\n",
      "[\n",
      ",\n",
      "\n]\n",
      '{"a":1}',
      '"portmanteau:pointer":"/',
      '"portmanteau:empty":"absent"',
      '"type":"any"',
      '"__proto__":',
      "/id/x",
      "\uFEFF",
      "\\",
      '"',
      "[",
      "}",
      "-",
    ],
    async run(input) {
      const files = filesOf(input);
      return readBundle(files === undefined ? input : handMadeZip(bundleEntries(files)), files);
    },
  },
};
