import fc from "fast-check";
import { object } from "./encoding.ts";

/** A schema, and an arbitrary of the values that match it. */
export interface Sample {
  readonly schema: Record<string, unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

/** Everything that text is known to break: NUL, BOM, lone surrogates, emoji, right-to-left, line ends, quotes, formula starts. */
export const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      ..."=+-@\t\r\n\0'＝＋－＠\",\uFEFF\u202Eאa ;|",
      "\uD800",
      "\uDC00",
      "é",
      "अ",
      "漢",
      "😀",
      "\r\n",
    ),
    maxLength: 12,
  }),
);

const propertyName = fc.oneof(
  fc.constantFrom(
    "a.b",
    "a~2b",
    ".",
    "~",
    "~0",
    "constructor",
    "toString",
    "=x",
    "'=x",
    "'",
    "",
    "a,b",
    'a"b',
    "a\r\nb",
    "\uFEFF",
    "１",
  ),
  fc.string({ maxLength: 5 }).filter((name) => name !== "__proto__"),
);
const mapKey = fc.oneof(fc.constantFrom("__proto__", "constructor", "\uD800", "", "a.b"), fc.string({ maxLength: 4 }));

const plus = (value: number) => (value === 0 ? 0 : value);
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(plus);
const scalar = fc.constantFrom<Sample>(
  { schema: { type: "string" }, values: hostileText },
  { schema: { type: "integer" }, values: fc.maxSafeInteger().map(plus) },
  { schema: { type: "number" }, values: number },
  { schema: { type: "boolean" }, values: fc.boolean() },
  { schema: { type: ["string", "number", "boolean"] }, values: fc.oneof(hostileText, number, fc.boolean()) },
  { schema: { enum: ["", "null", "=1", "true"] }, values: fc.constantFrom("", "null", "=1", "true") },
  {
    schema: { type: "string", format: "date-time" },
    values: fc
      .date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") })
      .map((date) => date.toISOString()),
  },
);

const sample = (depth: number, flat: boolean): fc.Arbitrary<Sample> =>
  depth === 0
    ? scalar
    : fc.oneof(
        { weight: 4, arbitrary: scalar },
        { weight: 2, arbitrary: record(depth - 1, flat) },
        {
          weight: 1,
          arbitrary: sample(depth - 1, false).map(({ schema, values }) => ({
            schema: { type: "array", items: schema },
            values: fc.array(values, { maxLength: 3 }),
          })),
        },
        {
          weight: 1,
          arbitrary: sample(depth - 1, false).map(({ schema, values }) => ({
            schema: { type: "object", additionalProperties: schema },
            values: fc
              .uniqueArray(fc.tuple(mapKey, values), { maxLength: 3, selector: ([key]) => key.toWellFormed() })
              .map(ownObject),
          })),
        },
      );

/** @param flat whether the record's fields become columns: then none may be both optional and nullable */
export function record(depth: number, flat = true): fc.Arbitrary<Sample> {
  const kinds = ["required", "required", "optional", "nullable", ...(flat ? [] : ["either"])] as const;
  const field = fc
    .constantFrom(...kinds)
    .chain((kind) => fc.tuple(propertyName, fc.constant(kind), sample(depth, flat && kind === "required")));
  return fc.uniqueArray(field, { minLength: flat ? 1 : 0, maxLength: 4, selector: ([name]) => name }).map((fields) => {
    const properties = fields.map(([name, kind, { schema }]) => [
      name,
      kind === "nullable" || kind === "either" ? { anyOf: [schema, { type: "null" }] } : schema,
    ]);
    const absent = Symbol("absent");
    const values = fields.map(([, kind, each]) =>
      fc.oneof(
        { weight: 3, arbitrary: each.values },
        { weight: kind === "optional" || kind === "either" ? 1 : 0, arbitrary: fc.constant(absent) },
        { weight: kind === "nullable" || kind === "either" ? 1 : 0, arbitrary: fc.constant(null) },
      ),
    );
    return {
      schema: object(Object.fromEntries(properties) as Record<string, unknown>, {
        required: fields.filter(([, kind]) => kind === "required" || kind === "nullable").map(([name]) => name),
      }),
      values: fc
        .tuple(...values)
        .map((found) =>
          ownObject(fields.map(([name], at) => [name, found[at]] as const).filter(([, value]) => value !== absent)),
        ),
    };
  });
}

/** An object of exactly these own properties, `__proto__` too. */
function ownObject(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

/** A record as it must come out: every broken character replaced, nothing else changed. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  return ownObject(Object.entries(value).map(([key, each]) => [key.toWellFormed(), wellFormed(each)]));
}
