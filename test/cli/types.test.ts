import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/cli/arguments.ts";
import { types } from "../../src/cli/commands/types.ts";
import { loadCompiler } from "../../src/cli/schema-types.ts";
import { emptyFolder } from "../support/exporting.ts";
import { portmanteau } from "./running.ts";

const { signal } = new AbortController();
const schemaFile = "support-ticket.schema.json";
const ticketSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A ticket",
  type: "object",
  additionalProperties: false,
  required: ["id"],
  properties: { id: { type: "string", title: "Number" }, by: { $ref: "#/$defs/person" } },
  $defs: { person: { type: "object", additionalProperties: false, properties: { name: { type: "string" } } } },
};
const ticketTypes = `// Generated from support-ticket.schema.json by "portmanteau types". Do not edit.

export interface SupportTicket {
  id: string;
  by?: Person;
}
export interface Person {
  name?: string;
}
`;

function withSchema(text = JSON.stringify(ticketSchema)): string {
  const cwd = emptyFolder();
  writeFileSync(join(cwd, schemaFile), text);
  return cwd;
}

describe("portmanteau types", () => {
  it("writes the types of a schema to standard output", async () => {
    const ran = await portmanteau(["types", schemaFile], { cwd: withSchema() });
    expect({ ...ran, stdout: ran.stdout.toString() }).toEqual({ code: 0, stdout: ticketTypes, stderr: "" });
  });

  it("writes them to a folder that it makes, and says with --check when they are out of date", async () => {
    const cwd = withSchema();
    const args = ["types", schemaFile, "--out", "src/records"];
    const file = join(cwd, "src/records/support-ticket.ts");
    expect(await portmanteau([...args, "--check"], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("support-ticket.ts is out of date"),
    });
    expect(readdirSync(cwd)).toEqual([schemaFile]);
    expect((await portmanteau(args, { cwd })).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(ticketTypes);
    expect(await portmanteau([...args, "--check"], { cwd })).toMatchObject({ code: 0, stderr: "" });
    writeFileSync(file, `${ticketTypes}// by hand\n`);
    expect((await portmanteau([...args, "--check"], { cwd })).code).toBe(1);
    expect(readFileSync(file, "utf8")).toContain("// by hand");
  });

  it("reads no file and no server that a schema refers to", async () => {
    const elsewhere = { type: "object", properties: { secret: { $ref: "./other.json" } } };
    const cwd = withSchema(JSON.stringify(elsewhere));
    writeFileSync(join(cwd, "other.json"), '{"type":"object","properties":{"readFromElsewhere":{"type":"string"}}}');
    const { code, stdout, stderr } = await portmanteau(["types", schemaFile], { cwd });
    expect([code, stdout.toString()]).toEqual([2, ""]);
    expect(stderr).toContain("support-ticket.schema.json is no schema that types can be made of");
  });

  it.each([
    [["types"], "SCHEMA is needed"],
    [["types", "missing.json"], "missing.json"],
    [["types", "a.schema.json", "b/a.schema.json", "--out", "x"], "written to a.ts"],
    [["types", schemaFile, "--check"], "--check needs --out"],
    [["types", schemaFile, "--out", ""], "--out needs"],
  ])("refuses %j", async ([, ...args], message) => {
    const given = args.map((arg) => (arg === schemaFile ? join(withSchema(), schemaFile) : arg));
    await expect(types.run(given, signal)).rejects.toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) }),
    );
  });

  it.each(["{", "[]", "7", '{"type":"object","properties":{"a":{"$ref":"#/$defs/missing"}}}'])(
    "refuses the schema %s",
    async (text) => {
      const refused = types.run([join(withSchema(text), schemaFile)], signal);
      await expect(refused).rejects.toThrow(UsageError);
      await expect(refused).rejects.toThrow("support-ticket.schema.json is no");
    },
  );

  it("says how to install the compiler where it is missing", async () => {
    const missing = "json-schema-to-typescript-that-is-not-there";
    const loading = loadCompiler(() => import(/* @vite-ignore */ missing));
    await expect(loading).rejects.toThrow(UsageError);
    await expect(loading).rejects.toThrow("npm install --save-dev json-schema-to-typescript");
  });
});
