import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonLines, type ReadLimits, utf8 } from "../../src/bundle/read-entry.ts";
import { all, readFed } from "../codec/encoding.ts";

const read = (text: string, lengths: readonly number[], limits: ReadLimits = {}) =>
  all(readFed(new JsonLines("data/x.json", limits), text, lengths));

describe("a JSON file, one element per line", () => {
  it("gives its elements, null too, however the bytes are cut", async () => {
    const elements = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 });
    const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(elements, lengths, async (values, cut) => {
        const lines = values.map((value) => JSON.stringify(value));
        const text = values.length === 0 ? "[\n]\n" : `[\n${lines.join(",\n")}\n]\n`;
        expect(await read(text, cut)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  for (const [why, text, message] of [
    ["nothing", "", 'does not end with "]"'],
    ["no bracket first", "{}\n]\n", 'does not begin with "["'],
    ["a byte order mark", "\uFEFF[\n]\n", 'does not begin with "["'],
    ["an element beside the bracket", "[1\n]\n", 'does not begin with "["'],
    ["no bracket last", "[\n1\n", 'does not end with "]"'],
    ["no line end last", "[\n1\n]", "does not end with a line end"],
    ["a comma too many", "[\n1,\n]\n", "ends on a comma"],
    ["a comma alone", "[\n,\n]\n", "is not JSON (record 0)"],
    ["a comma too few", "[\n1,\n2\n3\n]\n", "lacks a comma (record 2)"],
    ["more after the bracket", "[\n1\n]\n2\n", 'goes on after "]"'],
    ["an empty line", "[\n1,\n\n]\n", "is not JSON (record 1)"],
    ["two elements in a line", "[\n1,2\n]\n", "is not JSON (record 0)"],
    ["an element over two lines", '[\n{"a":1,\n"b":2}\n]\n', "is not JSON (record 0)"],
    ["half an element", '[\n1,\n{"é":\n]\n', "is not JSON (record 1)"],
  ] as const) {
    it(`is refused for ${why}, however the bytes are cut`, async () => {
      for (const lengths of [[1], [2], [3], [10_000]])
        await expect(read(text, lengths)).rejects.toMatchObject({
          code: "BUNDLE_UNREADABLE",
          message: `"data/x.json" ${message}.`,
        });
    });
  }

  it("is refused for a line beyond the limit before the line ends", async () => {
    const lines = new JsonLines("data/x.json", { maxLineLength: 1_000 });
    const feed = (text: string) => {
      lines.feed(Buffer.from(text));
      return lines.next();
    };
    expect(feed(`[\n"${"é".repeat(999)}`)).toBeUndefined();
    expect(() => feed("é")).toThrow("has a line longer than maxLineLength, 1000");
  });
});

describe("UTF-8", () => {
  async function* pieces(bytes: Buffer, length: number) {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  }
  const decoded = async (bytes: Buffer, length: number) =>
    Buffer.concat(await all(utf8(pieces(bytes, length), "x"))).toString();

  it("is cut between characters, wherever its bytes are cut", async () => {
    const text = "aé€😀\uFEFF\0é";
    for (let length = 1; length < 8; length++) {
      for await (const bytes of utf8(pieces(Buffer.from(text), length), "x"))
        expect(bytes.toString()).not.toContain("�");
      expect(await decoded(Buffer.from(text), length)).toBe(text);
    }
  });

  it("is refused exactly when the platform's decoder refuses it", async () => {
    const byte = fc.constantFrom(0x61, 0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xa0, 0xf0, 0x9f, 0xf4, 0x90, 0xf5, 0xff);
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 7 }), fc.integer({ min: 1, max: 4 }), async (values, length) => {
        const bytes = Buffer.from(values);
        let expected: string | undefined;
        try {
          expected = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {}
        const found = await decoded(bytes, length).catch((error: Error) => error.message);
        expect(found).toBe(expected ?? '"x" is not UTF-8.');
      }),
      { numRuns: 2000 },
    );
  });
});
