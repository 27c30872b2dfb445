import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleHeaders, rangeOf } from "../../src/downloads/headers.ts";

describe("a Range", () => {
  for (const [header, size, expected] of [
    ["bytes=0-", 10, { first: 0, last: 9 }],
    ["bytes=0-0", 10, { first: 0, last: 0 }],
    ["bytes=3-5", 10, { first: 3, last: 5 }],
    ["bytes=3-500", 10, { first: 3, last: 9 }],
    ["bytes=9-", 10, { first: 9, last: 9 }],
    ["bytes=-4", 10, { first: 6, last: 9 }],
    ["bytes=-400", 10, { first: 0, last: 9 }],
    ["BYTES=1-2", 10, { first: 1, last: 2 }],
    [`bytes=1-${"9".repeat(400)}`, 10, { first: 1, last: 9 }],
    ["bytes=10-", 10, "unsatisfiable"],
    ["bytes=10-20", 10, "unsatisfiable"],
    ["bytes=-0", 10, "unsatisfiable"],
    [`bytes=${"9".repeat(400)}-`, 10, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=-5", 0, "unsatisfiable"],
    [undefined, 10, undefined],
    ["", 10, undefined],
    ["bytes=", 10, undefined],
    ["bytes=-", 10, undefined],
    ["bytes=5-3", 10, undefined],
    ["bytes=0-1,3-4", 10, undefined],
    ["items=0-1", 10, undefined],
    ["bytes=1e3-", 10, undefined],
    ["bytes=+1-", 10, undefined],
    ["bytes=0x1-", 10, undefined],
  ] as const)
    it(`${header?.slice(0, 20)} of ${size} bytes is ${JSON.stringify(expected)}`, () => {
      expect(rangeOf(header, size)).toEqual(expected);
    });

  it("never leads out of the bundle", () => {
    const number = fc.oneof(fc.constant(""), fc.nat(30).map(String), fc.bigInt({ min: 0n }).map(String));
    fc.assert(
      fc.property(number, number, fc.nat(20), (from, to, size) => {
        const range = rangeOf(`bytes=${from}-${to}`, size);
        if (range === undefined || range === "unsatisfiable") return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.last).toBeGreaterThanOrEqual(range.first);
        expect(range.last).toBeLessThan(size);
      }),
    );
  });
});

describe("Content-Disposition", () => {
  const of = (filename?: string) =>
    bundleHeaders({
      file: { size: 0, read: async () => new Uint8Array(0) },
      sha256: "0".repeat(64),
      ...(filename === undefined ? {} : { filename }),
    })["content-disposition"];
  for (const [name, expected] of [
    [undefined, "attachment; filename=\"bundle.zip\"; filename*=UTF-8''bundle.zip"],
    ["", "attachment; filename=\"bundle.zip\"; filename*=UTF-8''bundle.zip"],
    ["my data.zip", "attachment; filename=\"my data.zip\"; filename*=UTF-8''my%20data.zip"],
    ["Ünï €.zip", "attachment; filename=\"_n_ _.zip\"; filename*=UTF-8''%C3%9Cn%C3%AF%20%E2%82%AC.zip"],
    ['a"; x="b', "attachment; filename=\"a_; x=_b\"; filename*=UTF-8''a_%3B%20x%3D_b"],
    ["../../etc/passwd", "attachment; filename=\"_.._etc_passwd\"; filename*=UTF-8''_.._etc_passwd"],
    ["it's (1)*.zip", "attachment; filename=\"it's (1)_.zip\"; filename*=UTF-8''it%27s%20%281%29_.zip"],
    ["100%41.zip", "attachment; filename=\"100_41.zip\"; filename*=UTF-8''100%2541.zip"],
  ] as const)
    it(`of ${JSON.stringify(name)} is safe`, () => expect(of(name)).toBe(expected));

  it("is one header of printable ASCII, and always an attachment, whatever the name is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        const [, plain = "", encoded = ""] =
          /^attachment; filename="([^"\\]*)"; filename\*=UTF-8''([^"]*)$/.exec(of(name) ?? "") ?? [];
        expect(plain).toMatch(/^[\x20-\x7e]+$/);
        expect(encoded).toMatch(/^[A-Za-z0-9!#$&+.^_`|~%-]+$/);
        expect(decodeURIComponent(encoded)).not.toMatch(/[/\\\r\n]/);
      }),
      { numRuns: 1_000 },
    );
  });
});
