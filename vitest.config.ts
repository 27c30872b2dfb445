import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import tsconfig from "./tsconfig.json" with { type: "json" };

// The package's own names resolve to its sources, by the same table that the type checker uses.
const alias = Object.entries(tsconfig.compilerOptions.paths)
  .map(([find, [target]]) => ({
    find: new RegExp(`^${find}$`),
    replacement: fileURLToPath(new URL(target ?? "", import.meta.url)),
  }))
  .reverse();

/** Much of the suite waits: for a server, or for a time limit. Left to itself, Vitest would take one core of two, and half of it. */
const maxWorkers = Math.max(3, availableParallelism() - 1);

/** They begin first: one that began last would run alone. On a clean checkout Vitest knows only how large files are. */
const longest = [
  "queues/pg-boss",
  "kill/kill",
  "bundle/hostile",
  "queues/held",
  "bundle/page.browser",
  "cli/cli",
  "testing/source-contract",
  "testing/sources",
  "cli/durable",
  "cli/init/init",
  "examples/service",
  "cli/coverage",
  "sources/postgres",
  "deliveries/s3",
  "examples/vekora-export",
  "engine/split",
  "architecture/documents",
].map((name) => fileURLToPath(new URL(`test/${name}.test.ts`, import.meta.url)));

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.includes(moduleId);
    const long = sorted.filter(isLong).sort((a, b) => longest.indexOf(a.moduleId) - longest.indexOf(b.moduleId));
    return [...long, ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    sequence: { sequencer: LongestFirst },
    globalSetup: "test/support/programs.ts",
    maxWorkers,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
