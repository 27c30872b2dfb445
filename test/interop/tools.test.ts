import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createExporter, defineDataset, type JsonObject, openBundle, type RecordSchema } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { iterableSource } from "portmanteau/sources/iterable";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import yauzl from "yauzl";
import { type Database, openDatabase } from "../../examples/vekora/database.ts";
import { vekoraExporter } from "../../examples/vekora/exporter.ts";
import { mainSubject } from "../../examples/vekora/seed.ts";
import { packageRules } from "../support/data-package-rules.ts";
import { privacy } from "../support/notes.ts";
import { toolIsHere } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "portmanteau-tools-"));
const file = join(folder, "bundle.zip");
const unpacked = join(folder, "unpacked");
let database: Database;
let names: string[];

beforeAll(async () => {
  database = await openDatabase({ url: "", apiRequests: 3_000 });
  const report = await vekoraExporter(database).export(
    { id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77", type: "access", subject: { id: mainSubject } },
    { to: fileDelivery(file) },
  );
  names = report.datasets.map(({ name }) => name);
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (command: string, args: readonly string[], cwd = folder) =>
  spawnSync(command, args, { cwd, encoding: "utf8" });

describe("other tools", () => {
  const testers: readonly [string, readonly string[]][] = [
    ["unzip", ["-t", file]],
    ["python3", ["-m", "zipfile", "-t", file]],
    ["7z", ["t", file]],
    ["bsdtar", ["-tvf", file]],
  ];
  for (const [command, args] of testers) {
    it.skipIf(!toolIsHere(command))(`${command} accepts the zip`, () => {
      const { status, stdout, stderr } = run(command, args);
      expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
    });
  }

  it("yauzl accepts the zip, strictly", async () => {
    const zip = await yauzl.openPromise(file, { strictFileNames: true });
    let entries = 0;
    for await (const entry of zip.eachEntry()) {
      for await (const _chunk of await zip.openReadStreamPromise(entry));
      entries++;
    }
    expect(entries).toBe(3 * names.length + 6); // two directories, four documents
  });

  it.skipIf(!toolIsHere("unzip") || !toolIsHere("sha256sum"))(
    "sha256sum -c passes in the unpacked folder, and notices one changed byte",
    () => {
      expect(run("unzip", ["-q", "-o", file, "-d", unpacked]).status).toBe(0);
      expect(run("sha256sum", ["-c", "--strict", "--quiet", "SHA256SUMS"], unpacked)).toMatchObject({
        status: 0,
        stdout: "",
      });
      expect(readFileSync(join(unpacked, "SHA256SUMS"), "utf8").split("\n").length - 1).toBe(3 * names.length + 3);
      run("sh", ["-c", "printf x >> data/account.csv"], unpacked);
      expect(run("sha256sum", ["-c", "--status", "SHA256SUMS"], unpacked).status).toBe(1);
      expect(run("unzip", ["-q", "-o", file, "-d", unpacked]).status).toBe(0);
    },
  );

  it.skipIf(!toolIsHere("unzip"))(
    "DuckDB reads the same rows from JSON and CSV of every dataset, null and empty text told apart",
    async () => {
      run("unzip", ["-q", "-o", file, "-d", unpacked]);
      const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
      const rows = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjectsJson();
      const bundle = await openBundle(file);
      const { resources } = JSON.parse(readFileSync(join(unpacked, "datapackage.json"), "utf8")) as {
        resources: {
          name: string;
          schema?: { fields: { name: string; type: string; "portmanteau:pointer": string }[] };
        }[];
      };
      for (const name of names) {
        const fields = resources.find((resource) => resource.name === name)?.schema?.fields ?? [];
        const columns = fields.map((field) => `'${field.name.replaceAll("'", "''")}': 'VARCHAR'`).join(", ");
        const csv = await rows(
          `select * from read_csv('${unpacked}/data/${name}.csv', header = true, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, auto_detect = false, columns = {${columns}}, max_line_size = 10000000)`,
        );
        const json = await rows(
          `select count(*)::integer as n from read_json('${unpacked}/data/${name}.json', format = 'array', maximum_object_size = 100000000)`,
        );
        const expected: Record<string, string | null>[] = [];
        for await (const record of bundle.dataset(name).records())
          expected.push(
            Object.fromEntries(
              fields.map((field) => [field.name, cell(record, field["portmanteau:pointer"], field.type)]),
            ),
          );
        expect(json[0]?.["n"], name).toBe(expected.length);
        expect(csv, name).toEqual(expected);
      }
      bundle.close();
    },
  );

  it.skipIf(!toolIsHere("unzip"))("the data package keeps the rules of the profile that it names", () => {
    run("unzip", ["-q", "-o", file, "-d", unpacked]);
    const check = new Ajv2020({ allErrors: true, strict: false }).compile(packageRules);
    const descriptor = JSON.parse(readFileSync(join(unpacked, "datapackage.json"), "utf8")) as JsonObject;
    expect(check(descriptor), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...descriptor, resources: [{ name: "a" }] })).toBe(false);
  });
});

describe("a table whose texts are empty or null", () => {
  it("is told apart by DuckDB's own types", async () => {
    const schema: RecordSchema = {
      type: "object",
      additionalProperties: false,
      required: ["id", "note"],
      properties: { id: { type: "integer" }, note: { type: ["string", "null"] } },
    };
    const records = [null, "", "x", "'=1", "NULL"].map((note, id) => ({ id, owner: "u", note }));
    const exporter = createExporter({
      controller: { name: "A", contact: "a@example.org" },
      datasets: [
        defineDataset({
          name: "notes",
          title: "Notes",
          schema,
          subjectField: "/owner",
          privacy,
          source: iterableSource({ records }),
        }),
      ],
      csv: { formulaGuard: "off" },
    });
    const path = join(folder, "notes.zip");
    await exporter.export(
      { id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77", type: "access", subject: { id: "u" } },
      { to: fileDelivery(path) },
    );
    expect(run("unzip", ["-q", "-o", path, "-d", join(folder, "notes")]).status).toBe(0);
    const duckdb = await (await DuckDBInstance.create(":memory:")).connect();
    const result = await duckdb.runAndReadAll(
      `select id, note from read_csv('${folder}/notes/data/notes.csv', allow_quoted_nulls = false) order by id`,
    );
    expect(result.getRowObjectsJson().map((row) => row["note"])).toEqual([null, "", "x", "'=1", "NULL"]);
  });
});

/** A record's value as the text of its CSV cell. */
function cell(record: JsonObject, pointer: string, type: string): string | null {
  let value: unknown = record;
  for (const key of pointer.split("/").slice(1)) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined || value === null) return null;
  const text = typeof value === "object" || type === "any" ? JSON.stringify(value) : String(value);
  return typeof value === "string" && /^[=+\-@\t\r\n\0'＝＋－＠]/.test(text) ? `'${text}` : text;
}
