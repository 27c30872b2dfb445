import { type Dataset, type RecordSchema, verifyBundle } from "portmanteau";
import { beforeAll, describe, expect, it } from "vitest";
import { controlledSource, entriesOf, exported, jsonAt, noteDataset, noteSchema } from "../support/exporting.ts";
import { edit, type Files, packed, resum } from "./damages.ts";

const invoiceSchema: RecordSchema = {
  ...noteSchema,
  properties: { ...noteSchema.properties, of: { type: "integer" } },
};
const datasets = (): Dataset[] => [
  noteDataset("orders", controlledSource([{ id: 1, owner: "u1", text: "order" }]).source, { primaryKey: ["/id"] }),
  noteDataset("invoices", controlledSource([{ id: 7, owner: "u1", text: "invoice", of: 1 }]).source, {
    schema: invoiceSchema,
    primaryKey: ["/owner", "/id"],
    foreignKeys: [{ fields: ["/of", "/owner"], dataset: "orders", references: ["/id", "/owner"] }],
  }),
];

let sound: Buffer;
beforeAll(async () => {
  sound = (await exported(datasets())).zip;
});

/** What is found when the keys of the invoices' table are changed. */
// biome-ignore lint/suspicious/noExplicitAny: damage follows no type
async function findingsOf(change: (table: any) => void) {
  const files: Files = entriesOf(sound);
  edit(files, "datapackage.json", ({ resources }) =>
    change(resources.find(({ name }: { name: string }) => name === "invoices").schema),
  );
  resum(files);
  const found = [];
  for await (const { code, message, path } of verifyBundle(packed(files))) found.push({ code, message, path });
  return found;
}

describe("the keys in a data package", () => {
  it("are the datasets' own, by the names of their columns", async () => {
    const { resources } = jsonAt(entriesOf(sound), "datapackage.json");
    expect(
      resources.map(({ schema }: { schema?: Record<string, unknown> }) => [
        schema?.["primaryKey"],
        schema?.["foreignKeys"],
      ]),
    ).toEqual([
      [["id"], undefined],
      [undefined, undefined],
      [["owner", "id"], [{ fields: ["of", "owner"], reference: { resource: "orders", fields: ["id", "owner"] } }]],
      [undefined, undefined],
    ]);
  });

  for (const [what, change] of [
    ["as they came", () => {}],
    [
      "left out: they are the controller's word alone",
      (table) => {
        delete table.primaryKey;
        delete table.foreignKeys;
      },
    ],
    ["that refer to their own table", (table) => void (table.foreignKeys[0].reference.resource = "invoices")],
  ] as readonly (readonly [string, Parameters<typeof findingsOf>[0]])[]) {
    it(`are sound ${what}`, async () => {
      expect(await findingsOf(change)).toEqual([]);
    });
  }

  const primary = 'The primary key of "invoices" names a field that is not there.';
  const foreign = 'A foreign key of "invoices" names a field that is not there.';
  for (const [what, message, change] of [
    ["a primary key of no field", primary, (table) => void (table.primaryKey = ["gone"])],
    ["a primary key whose second field is none", primary, (table) => void (table.primaryKey = ["id", "gone"])],
    ["a primary key named like what every object has", primary, (table) => void (table.primaryKey = ["constructor"])],
    ["a foreign key of no field", foreign, (table) => void (table.foreignKeys[0].fields[1] = "gone")],
    ["a foreign key to no field", foreign, (table) => void (table.foreignKeys[0].reference.fields[1] = "of")],
    ["a foreign key to no table", foreign, (table) => void (table.foreignKeys[0].reference.resource = "gone")],
    [
      "a foreign key to a file that is no table",
      foreign,
      (table) => void (table.foreignKeys[0].reference.resource = "orders.json"),
    ],
    [
      "a second foreign key to no field",
      foreign,
      (table) => table.foreignKeys.push({ fields: ["of"], reference: { resource: "orders", fields: ["gone"] } }),
    ],
    [
      "a foreign key of two fields to one",
      'A foreign key of "invoices" has not as many fields as it refers to.',
      (table) => table.foreignKeys[0].reference.fields.pop(),
    ],
  ] as readonly (readonly [string, string, Parameters<typeof findingsOf>[0]])[]) {
    it(`are one finding with ${what}`, async () => {
      expect(await findingsOf(change)).toEqual([{ code: "DATA_PACKAGE_INVALID", message, path: "datapackage.json" }]);
    });
  }

  for (const [what, change] of [
    ["a primary key that is one word", (table) => void (table.primaryKey = "id")],
    ["a primary key of nothing", (table) => void (table.primaryKey = [])],
    ["a foreign key that refers to nothing", (table) => delete table.foreignKeys[0].reference],
  ] as readonly (readonly [string, Parameters<typeof findingsOf>[0]])[]) {
    it(`are malformed with ${what}`, async () => {
      const found = await findingsOf(change);
      expect(found.map(({ code }) => code)).toEqual(["DATA_PACKAGE_INVALID"]);
      expect(found[0]?.message).toMatch(/^\/resources\/2/);
    });
  }
});
