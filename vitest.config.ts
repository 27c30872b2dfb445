import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import tsconfig from "./tsconfig.json" with { type: "json" };

// The package's own names resolve to its sources, by the same table that the type checker uses.
const alias = Object.entries(tsconfig.compilerOptions.paths)
  .map(([find, [target]]) => ({
    find: new RegExp(`^${find}$`),
    replacement: fileURLToPath(new URL(target ?? "", import.meta.url)),
  }))
  .reverse();

/** Left to itself, Vitest leaves one core to others: on two cores the suite would take twice as long. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/programs.ts",
    maxWorkers,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
