import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CoverageReport } from "portmanteau/coverage";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyFolder } from "../support/exporting.ts";
import { configured, portmanteau } from "./running.ts";

const repository = resolve(import.meta.dirname, "../..");

/** Vekora's tables in a PGlite, after `change`, with its exporter and its decisions and `more` of them. */
function vekora({ change = "", more = "" }): string {
  const folder = emptyFolder();
  const example = (file: string) => JSON.stringify(join(repository, "examples/vekora", file));
  writeFileSync(
    join(folder, "portmanteau.config.ts"),
    `import { readFileSync, writeFileSync } from "node:fs";
import { PGlite } from ${JSON.stringify(join(repository, "node_modules/@electric-sql/pglite"))};
import { defineConfig } from "portmanteau";
import { postgresCatalogue } from "portmanteau/coverage";
import { postgresSnapshot } from "portmanteau/sources/postgres";
import { decisions } from ${example("coverage.ts")};
import { vekoraExporter } from ${example("exporter.ts")};

const pool = new PGlite();
await pool.exec(readFileSync(${example("schema.sql")}, "utf8"));
await pool.exec(${JSON.stringify(change)});
export default defineConfig({
  exporter: vekoraExporter({ pool, snapshot: postgresSnapshot(pool) }),
  coverage: [{ catalogue: postgresCatalogue({ pool }), decisions: [
    ...decisions,
${more}
  ] }],
  close: () => pool.close(),
});
`,
  );
  return folder;
}

describe("portmanteau coverage", () => {
  it("finds nothing to say of Vekora", async () => {
    const ran = await portmanteau(["coverage"], { cwd: vekora({}) });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const text = ran.stdout.toString();
    expect(text).toMatch(/^postgres \(postgres\): 16 tables\n/);
    expect(text).toMatch(/\n {2}accounts +15 columns: 13 given, 2 withheld\n/);
    expect(text).toMatch(/\n {2}agents +3 columns: 3 excluded\n/);
    expect(text).toMatch(/\nEverything is accounted for\.\n$/);
  });

  describe("with a table and a column that nobody thought of", () => {
    const change = "create table audit_log (id bigint, actor text); alter table accounts add column nickname text;";
    let text: string;
    let lines: string;
    beforeAll(async () => {
      const ran = await portmanteau(["coverage"], { cwd: vekora({ change }) });
      expect(ran).toMatchObject({ code: 1, stderr: "" });
      text = ran.stdout.toString();
      lines = text.match(/^ {2}\{ .*\},$/gm)?.join("\n") ?? "";
    });
    const reasoned = () => lines.replaceAll('"why?"', '"Nothing of a customer\'s."');

    it("fails, and names them", () => {
      expect(text).toContain("TABLE_UNACCOUNTED: No dataset gives anything of the table audit_log (id, actor)");
      expect(text).toContain("COLUMN_UNACCOUNTED: No dataset gives the column nickname of accounts");
      expect(text).toMatch(/\n {2}accounts +16 columns: 13 given, 2 withheld, 1 unaccounted\n/);
      expect(text).toMatch(/\nNot everything is accounted for: 2 findings\.\n$/);
    });

    it("refuses the lines it gives as long as they have no reason", async () => {
      const ran = await portmanteau(["coverage"], { cwd: vekora({ change, more: lines }) });
      expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
      expect(ran.stderr).toMatch(/CONFIG_INVALID: .* on "accounts" .* gives no reason/);
    });

    it("passes with those lines and a reason", async () => {
      const ran = await portmanteau(["coverage"], { cwd: vekora({ change, more: reasoned() }) });
      expect(ran).toMatchObject({ code: 0, stderr: "" });
    });

    it("fails again when the table and the column are gone and the lines are not", async () => {
      const ran = await portmanteau(["coverage", "--json"], { cwd: vekora({ more: reasoned() }) });
      expect(ran).toMatchObject({ code: 1, stderr: "" });
      expect(JSON.parse(ran.stdout.toString()) as CoverageReport).toMatchObject({
        covered: false,
        untraced: [],
        findings: [
          { code: "DECISION_STALE", table: "accounts", column: "nickname" },
          { code: "DECISION_STALE", table: "audit_log" },
        ],
      });
    });
  });

  it("is a usage error without a part coverage in the configuration", async () => {
    const ran = await portmanteau(["coverage"], { cwd: configured() });
    expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(ran.stderr).toContain("The configuration has no coverage. Add it: defineConfig({ exporter, coverage:");
  });

  it("is an I/O error when the database does not answer, and closes the configuration", async () => {
    const folder = emptyFolder();
    const pg = JSON.stringify(join(repository, "node_modules/pg/lib/index.js"));
    writeFileSync(
      join(folder, "portmanteau.config.ts"),
      `import pg from ${pg};
import { postgresCatalogue } from "portmanteau/coverage";
import { base } from "./base.ts";
const pool = new pg.Pool({ host: "127.0.0.1", port: 1 });
export default { ...base, coverage: [{ catalogue: postgresCatalogue({ pool }) }], close: () => console.error("closed") };
`,
    );
    writeFileSync(
      join(folder, "base.ts"),
      `export { default as base } from ${JSON.stringify(join(configured(), "portmanteau.config.ts"))};\n`,
    );
    const ran = await portmanteau(["coverage"], { cwd: folder });
    expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(ran.stderr).toMatch(/SOURCE_FAILED: .*could not be read\. \(ECONNREFUSED\)[\s\S]*closed\n$/);
  });
});
