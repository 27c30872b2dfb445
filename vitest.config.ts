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

export default defineConfig({
  resolve: { alias },
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 120_000 },
});
