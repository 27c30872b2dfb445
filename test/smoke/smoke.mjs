/**
 * The packed tarball, as a stranger gets it: linted as a package, installed into an empty folder, imported, used, its command run, and the README's commands typed.
 * Runs on whatever Node.js runs this file; needs `npm run build` before.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sourceMapFaults, tarballFaults } from "../../.ci/tarball.mjs";
import { typeReadme } from "./readme.mjs";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "portmanteau-smoke-"));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

try {
  const [{ filename, files }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], root));
  const tarball = join(folder, filename);
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    tarballFaults({ paths, packageFile: JSON.parse(readFileSync(join(root, "package.json"), "utf8")) }),
    [],
  );
  const maps = paths.filter((path) => path.endsWith(".map"));
  const faults = maps.flatMap((path) => sourceMapFaults(path, JSON.parse(readFileSync(join(root, path), "utf8"))));
  assert.deepEqual(faults, []);

  run(join(root, "node_modules/.bin/publint"), ["run", tarball, "--strict"], root);
  run(
    join(root, "node_modules/.bin/attw"),
    [tarball, "--profile", "esm-only", "--exclude-entrypoints", ...schemaEntries()],
    root,
  );

  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  run("npm", ["install", "--no-audit", "--no-fund", "--silent", tarball]);
  writeFileSync(
    join(folder, "use.mjs"),
    `import { createExporter, defineDataset, openBundle, verifyBundle } from "portmanteau";
import { checkCoverage } from "portmanteau/coverage";
import { consentSchema } from "portmanteau/records";
import { iterableSource } from "portmanteau/sources/iterable";
import { postgresSource } from "portmanteau/sources/postgres";
import { localSpool } from "portmanteau/spools/local";
import { fileDelivery } from "portmanteau/deliveries/file";
import assert from "node:assert/strict";

assert.equal(typeof postgresSource, "function");
assert.equal(typeof checkCoverage, "function");
const records = [{ id: "c1", accountId: "a1" }];
const dataset = defineDataset({
  name: "consents", title: "Consents", subjectField: "/accountId",
  schema: { type: "object", additionalProperties: false, required: ["id"], properties: { id: { type: "string" } } },
  privacy: { category: "consent", purposes: ["dpv:ConsentRecord"], legalBasis: "eu-gdpr:A6-1-c", origin: "provided", retention: { criteria: "as long as the account" } },
  source: iterableSource({ records, count: () => records.length }),
});
assert.equal(consentSchema.type, "object");
const exporter = createExporter({ controller: { name: "Acme", contact: "privacy@acme.example" }, datasets: [dataset], spool: localSpool() });
const report = await exporter.export({ id: "0b8f0a53-58fd-4b11-9b5e-54a6b4ad0b4e", type: "access", subject: { id: "a1" } }, { to: fileDelivery("bundle.zip") });
assert.equal(report.completeness, "complete");
for await (const finding of verifyBundle("bundle.zip")) assert.fail(finding.message);
const bundle = await openBundle("bundle.zip");
const read = [];
for await (const record of bundle.dataset("consents").records()) read.push(record);
bundle.close();
assert.deepEqual(read, [{ id: "c1" }]);
`,
  );
  run(process.execPath, ["use.mjs"]);
  const cli = join(folder, "node_modules/portmanteau/dist/cli/main.js");
  assert.match(run(process.execPath, [cli, "verify", "bundle.zip"]), /sound/i);
  assert.equal(
    run(process.execPath, [cli, "--version"]).trim(),
    JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
  );
  // Every declaration is checked too (no skipLibCheck), with no types around it but those of Node.js.
  writeFileSync(join(folder, "types.ts"), `${importsOfEverything()}\nexport const wrong: number = m0;\n`);
  const types = spawnSync(
    join(root, "node_modules/.bin/tsc"),
    [
      ..."types.ts --noEmit --strict --target es2023 --module nodenext --types node".split(" "),
      ...["--typeRoots", join(root, "node_modules/@types")],
    ],
    { cwd: folder, encoding: "utf8" },
  );
  assert.match(
    types.stdout,
    /^types\.ts\(\d+,14\): error TS2322: [^\n]*\n$/,
    "no type is wrong but the one that should be",
  );
  // The optional peer is not there: nothing else needs it, and who does is told.
  const key = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
  const without = spawnSync(
    process.execPath,
    [cli, "export", "--subject", "a1", "--encrypt-to", key, "--out", "a.age"],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  assert.equal(without.status, 2);
  assert.match(without.stderr, /npm install age-encryption/);
  const typed = typeReadme(folder, root);
  console.log(
    `The packed tarball works on Node.js ${process.version}, and ${typed} lines of the README do what it says.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** All modules but those whose declarations name the types of a peer, which is not here. */
function importsOfEverything() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports)
    .filter(([name, target]) => typeof target !== "string" && !["./queues/bullmq", "./opentelemetry"].includes(name))
    .map(([name], index) => `import * as m${index} from "${name.replace(/^\./, "portmanteau")}";`)
    .join("\n");
}

/** JSON files are no modules to type. */
function schemaEntries() {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(exports).flatMap(([name, target]) =>
    typeof target === "string" ? [name.replace(/^\.\//, "")] : [],
  );
}
