import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../../src");
const floors = ["model", "codec", "archive", "bundle", "engine"] as const;
const adapters = [
  "sources",
  "spools",
  "deliveries",
  "envelopes",
  "queues",
  "downloads",
  "testing",
  "coverage",
  "workflow",
  "observability",
];
/** Stand beside the adapters, and are one thing each. */
const whole = ["downloads", "testing", "coverage", "workflow", "observability"];

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Every import of a module's text, type-only ones too, as written. */
function importsOf(text: string): string[] {
  return [
    ...text.matchAll(
      /(?:^|[;\s])(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\s*\(\s*"([^"]+)"|^import\s*"([^"]+)"/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function modules(): { readonly path: string; readonly imports: readonly string[] }[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.map((path) => ({ path, imports: importsOf(readFileSync(join(root, path), "utf8")) }));
}

/** Why an arrow may not be, or nothing. `from` is a path below src, `to` a path below src or a package's name. */
function forbidden({ from, to }: Arrow): string | undefined {
  const folder = from.split("/")[0] ?? "";
  const target = to.startsWith("src/") ? (to.split("/")[1] ?? "") : undefined;
  const floor = floors.indexOf(folder as (typeof floors)[number]);
  const targetFloor = floors.indexOf(target as (typeof floors)[number]);
  if (target === undefined) return folder === "model" ? "the model knows no package and no node: module" : undefined;
  if (target === folder) {
    // Adapters of one kind are siblings that never meet. `sources/sql` and `queues/flow` are none: they hold what all SQL sources, and
    // all queues, do in the same way.
    const [ours, theirs] = [from.split("/")[1], to.split("/")[2]];
    return adapters.includes(folder) &&
      !whole.includes(folder) &&
      ours !== theirs &&
      !["sql", "flow"].includes(theirs ?? "")
      ? "adapters never import each other"
      : undefined;
  }
  if (floor >= 0) return targetFloor >= 0 && targetFloor < floor ? undefined : "imports go down only";
  if (adapters.includes(folder))
    return target === "model" || target === "codec" ? undefined : "adapters know the model and the codec only";
  if (folder === "cli")
    return target === "index.ts" || adapters.includes(target) || to === "src/engine/exporter.ts"
      ? undefined
      : "the command line tool uses the public API";
  return undefined; // index.ts, create-exporter.ts and records.ts put the floors together
}

function arrows(): Arrow[] {
  return modules().flatMap(({ path, imports }) =>
    imports.map((specifier): Arrow => {
      if (!specifier.startsWith(".")) return { from: path, to: specifier };
      const to = relative(dirname(root), resolve(root, dirname(path), specifier));
      return { from: path, to };
    }),
  );
}

describe("the floors", () => {
  it("finds the imports it is there to judge", () => {
    expect(arrows().length).toBeGreaterThan(100);
    expect(
      importsOf(
        'import type { A } from "./a.ts";\nexport { b } from "./b.ts";\nawait import("./c.ts");\nimport "./d.ts";',
      ),
    ).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
  });

  it("has no import that runs back", () => {
    const back = arrows()
      .filter(({ to }) => !to.startsWith("schemas/") && to !== "package.json")
      .flatMap((arrow) => {
        const why = forbidden(arrow);
        return why === undefined ? [] : [`${arrow.from} → ${arrow.to}: ${why}`];
      });
    expect(back).toEqual([]);
  });

  it("would notice one", () => {
    expect(forbidden({ from: "codec/a.ts", to: "src/archive/b.ts" })).toBeDefined();
    expect(forbidden({ from: "model/a.ts", to: "node:fs" })).toBeDefined();
    expect(forbidden({ from: "sources/a.ts", to: "src/engine/b.ts" })).toBeDefined();
    expect(forbidden({ from: "sources/postgres/a.ts", to: "src/sources/iterable.ts" })).toBeDefined();
    expect(forbidden({ from: "sources/sql/a.ts", to: "src/sources/postgres/b.ts" })).toBeDefined();
    expect(forbidden({ from: "queues/flow/a.ts", to: "src/queues/bullmq.ts" })).toBeDefined();
    expect(forbidden({ from: "queues/pg-boss/a.ts", to: "src/queues/bullmq.ts" })).toBeDefined();
    expect(forbidden({ from: "engine/a.ts", to: "src/spools/local.ts" })).toBeDefined();
    expect(forbidden({ from: "coverage/a.ts", to: "src/sources/postgres/b.ts" })).toBeDefined();
    expect(forbidden({ from: "coverage/a.ts", to: "src/engine/exporter.ts" })).toBeDefined();
    expect(forbidden({ from: "workflow/a.ts", to: "src/engine/exporter.ts" })).toBeDefined();
    expect(forbidden({ from: "downloads/a.ts", to: "src/archive/b.ts" })).toBeDefined();
    expect(forbidden({ from: "cli/a.ts", to: "src/bundle/verify.ts" })).toBeDefined();
  });

  it("gives every module a floor or a named place", () => {
    const known = new Set<string>([...floors, ...adapters, "cli", "index.ts", "create-exporter.ts", "records.ts"]);
    expect(modules().filter(({ path }) => !known.has(path.split("/")[0] ?? ""))).toEqual([]);
  });
});
