import { defineConfig } from "tsup";

/** One file per entry of the package's `exports`, and the command line tool. A test keeps the lists in agreement. */
export default defineConfig({
  entry: {
    index: "src/index.ts",
    coverage: "src/coverage/index.ts",
    records: "src/records.ts",
    "sources/combine": "src/sources/combine/index.ts",
    "sources/directory": "src/sources/directory.ts",
    "sources/files": "src/sources/files/index.ts",
    "sources/http": "src/sources/http/index.ts",
    "sources/iterable": "src/sources/iterable.ts",
    "sources/mysql": "src/sources/mysql/index.ts",
    "sources/opensearch": "src/sources/http/opensearch.ts",
    "sources/postgres": "src/sources/postgres/index.ts",
    "sources/sqlite": "src/sources/sqlite/index.ts",
    "sources/s3": "src/sources/s3/index.ts",
    "sources/redis": "src/sources/redis/index.ts",
    "spools/local": "src/spools/local.ts",
    "envelopes/age": "src/envelopes/age.ts",
    "envelopes/openpgp": "src/envelopes/openpgp.ts",
    "deliveries/file": "src/deliveries/file.ts",
    testing: "src/testing/index.ts",
    "cli/main": "src/cli/main.ts",
  },
  format: "esm",
  target: "node20.19",
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
  treeshake: true,
});
