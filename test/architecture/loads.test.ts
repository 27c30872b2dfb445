import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { built, importsOf } from "../support/built.ts";

/**
 * The packages that a module of the package loads at once. Whoever adds one here makes everybody who imports that module pay for it.
 * Modules that are not named load none.
 */
const atOnce: Record<string, readonly string[]> = {
  ".": ["ajv", "ajv-formats", "archiver", "yauzl"],
  "./coverage": ["ajv", "ajv-formats"],
  "./workflow": ["ajv", "ajv-formats"],
  "./sources/files": ["ajv", "ajv-formats", "fast-csv", "stream-json"],
  "./sources/http": ["ajv", "ajv-formats", "stream-json"],
  "./sources/opensearch": ["stream-json"],
  "./sources/postgres": ["postgres-array"],
  "./deliveries/file": ["signal-exit"],
  "./envelopes/age": ["age-encryption"],
  "./envelopes/openpgp": ["openpgp"],
  "./opentelemetry": ["@opentelemetry/api"],
  "./queues/bullmq": ["ajv", "ajv-formats", "bullmq"],
  "./queues/pg-boss": ["ajv", "ajv-formats"],
};
/** Those that wait for a call that needs them. */
const later: Record<string, readonly string[]> = { "./sources/mongodb": ["mongodb"] };
/** Peers that no module imports, with the reason. `portmanteau init` imports some of them for itself. */
const givenByTheCaller: Record<string, string> = {
  "@aws-sdk/client-s3": "its client is an argument",
  "better-sqlite3": "a database of it is an argument",
  mysql2: "a pool of it is an argument",
  pg: "a pool of it is an argument",
  "pg-boss": "an instance is an argument",
  redis: "a client of it is an argument",
};

/** What `import "portmanteau"` may cost, in KB of 1000 bytes as it lies on the disk; raise one with the reason in the commit. */
const budget = { ownKb: 720, ownGzipKb: 195, packagesKb: 1_250, modules: 230 };

const modules = Object.entries(packageFile.exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [{ name, file: target.default.replace("./dist/", "") }],
);
const peers = Object.keys(packageFile.peerDependencies);
let build: Awaited<ReturnType<typeof built>>;
beforeAll(async () => {
  build = await built();
});
afterAll(() => build.drop());

describe("what loading the package loads", () => {
  it("finds the imports it is there to judge", () => {
    const text =
      'import { a } from "a";\nimport b, { c as d } from "./b.js";\nimport "e";\nexport { f } from "./f.js";\n';
    expect(importsOf(`${text}const g = await import("g");\nconst h = \`\nimport h from "h";\n\`;`)).toEqual({
      atOnce: ["a", "./b.js", "e", "./f.js"],
      later: ["g"],
    });
  });

  it("is, for each module, the packages that are listed for it and no other", () => {
    const found = modules.map(({ name, file }) => ({ name, ...build.loads(file), files: undefined }));
    expect(found).toEqual(
      modules.map(({ name }) => ({ name, atOnce: atOnce[name] ?? [], later: later[name] ?? [], files: undefined })),
    );
  });

  it("is no optional peer for the root, and each peer for one module only", () => {
    const loading = (peer: string) =>
      modules.flatMap(({ name, file }) => {
        const loads = build.loads(file);
        return [...loads.atOnce, ...loads.later].includes(peer) ? [name] : [];
      });
    expect(Object.fromEntries(peers.map((peer) => [peer, loading(peer)]).filter(([, by]) => by?.length))).toEqual({
      "@opentelemetry/api": ["./opentelemetry"],
      "age-encryption": ["./envelopes/age"],
      bullmq: ["./queues/bullmq"],
      mongodb: ["./sources/mongodb"],
      openpgp: ["./envelopes/openpgp"],
    });
  });

  it("is every dependency, from somewhere, and nothing that is not declared", () => {
    const command = build.loads("cli/main.js");
    const used = new Set([...Object.values(atOnce).flat(), ...Object.values(later).flat()]);
    for (const name of [...command.atOnce, ...command.later]) used.add(name);
    expect([...used].filter((name) => !peers.includes(name)).sort()).toEqual(Object.keys(packageFile.dependencies));
    const known = new Set([...used, ...Object.keys(givenByTheCaller)]);
    expect([...known].filter((name) => peers.includes(name)).sort()).toEqual(peers);
    expect(Object.keys(packageFile.peerDependenciesMeta)).toEqual(peers);
  });

  it("stays within the root's budget", () => {
    const list = join(build.folder, "loaded.txt");
    writeFileSync(list, "");
    writeFileSync(
      join(build.folder, "load.mjs"),
      `import { appendFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { fileURLToPath } from "node:url";
const hook = \`import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
export async function load(url, context, next) {
  if (url.startsWith("file:")) appendFileSync(${JSON.stringify(list)}, fileURLToPath(url) + "\\\\n");
  return next(url, context);
}\`;
register("data:text/javascript," + encodeURIComponent(hook));
await import("./dist/index.js");
appendFileSync(${JSON.stringify(list)}, Object.keys(createRequire(import.meta.url).cache).join("\\n") + "\\n");
`,
    );
    execFileSync(process.execPath, [join(build.folder, "load.mjs")], { stdio: "inherit" });
    const loaded = [...new Set(readFileSync(list, "utf8").split("\n").filter(Boolean))];
    const [own, others] = [
      loaded.filter((file) => !file.includes("node_modules")),
      loaded.filter((file) => file.includes("node_modules")),
    ];
    const bytes = (files: readonly string[]) => Buffer.concat(files.map((file) => readFileSync(file)));
    const cost = {
      ownKb: Math.ceil(bytes(own).length / 1000),
      ownGzipKb: Math.ceil(gzipSync(bytes(own)).length / 1000),
      packagesKb: Math.ceil(bytes(others).length / 1000),
      modules: loaded.length,
    };
    const packages = new Set(others.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
    const told = `import "portmanteau" loads ${JSON.stringify(cost)} of ${JSON.stringify(budget)}: ${[...packages].sort().join(", ")}`;
    const over = Object.entries(cost).filter(([what, amount]) => amount > budget[what as keyof typeof budget]);
    expect(over, told).toEqual([]);
    expect(own.length, "the files that a reader of the build finds").toBe(build.loads("index.js").files.length);
  });
});
