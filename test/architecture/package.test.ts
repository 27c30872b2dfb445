import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import typedoc from "../../.ci/typedoc.json" with { type: "json" };
import packageFile from "../../package.json" with { type: "json" };
import { findingCodes } from "../../src/bundle/findings.ts";
import { coverageFindingCodes } from "../../src/coverage/findings.ts";
import { errorCodes } from "../../src/model/errors.ts";
import type { ExportEvent } from "../../src/model/events.ts";
import type { QueueEvent } from "../../src/model/queue-events.ts";
import { transitions } from "../../src/workflow/transitions.ts";
import tsconfig from "../../tsconfig.json" with { type: "json" };
import tsup from "../../tsup.config.ts";
import { document, everyWord, root } from "../support/documents.ts";

const modules = Object.entries(packageFile.exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [{ name, ...target }],
);
const entry = (tsup as { entry: Record<string, string> }).entry;

describe("the package", () => {
  it("builds one file per module of its exports, and the command line tool", () => {
    const built = Object.keys(entry).sort();
    const exported = [
      ...modules.map(({ default: file }) => file.replace(/^\.\/dist\/(.*)\.js$/, "$1")),
      "cli/main",
    ].sort();
    expect(exported).toEqual(built);
    expect(packageFile.bin).toEqual({ portmanteau: "./dist/cli/main.js" });
    for (const source of Object.values(entry)) expect(existsSync(`${root}/${source}`), source).toBe(true);
  });

  it("resolves its own names to the sources that are built for them", () => {
    for (const { name, default: file, types } of modules) {
      const built = file.replace(/^\.\/dist\/(.*)\.js$/, "$1");
      expect(types).toBe(file.replace(/\.js$/, ".d.ts"));
      expect(tsconfig.compilerOptions.paths[name.replace(/^\./, "portmanteau") as "portmanteau"]).toEqual([
        `./${entry[built]}`,
      ]);
    }
  });

  it("has every module in its API reference", () => {
    const { "cli/main": _, ...documented } = entry;
    const modulesInCi = Object.values(documented).map((source) => `../${source}`);
    expect([...typedoc.entryPoints].sort()).toEqual(modulesInCi.sort());
  });

  it("exports every schema by name, with no pattern, but for the journal's, which nobody else reads", () => {
    const schemas = readdirSync(`${root}/schemas`, { recursive: true, encoding: "utf8" }).flatMap((path) =>
      path.endsWith(".json") && !path.startsWith("journal/") ? [`./schemas/${path}`] : [],
    );
    const exported = Object.entries(packageFile.exports).flatMap(([name, target]) =>
      typeof target === "string" && name !== "./package.json" ? [name] : [],
    );
    expect(exported.sort()).toEqual(schemas.sort());
    expect(Object.keys(packageFile.exports).some((name) => name.includes("*"))).toBe(false);
  });

  it("is described by documents that name every module", () => {
    const named = new Set([...everyWord.matchAll(/"(portmanteau(?:\/[a-z0-9-]+)*)"/g)].map((match) => match[1]));
    expect([...named].sort()).toEqual(modules.map(({ name }) => name.replace(/^\./, "portmanteau")).sort());
  });
});

/** The compiler misses one that is not here, and knows of none that is here in vain. */
const eventTypes = {
  runStarted: true,
  runEnded: true,
  started: true,
  begun: true,
  partStarted: true,
  checkpoint: true,
  partSealed: true,
  datasetStarted: true,
  page: true,
  retry: true,
  identityRetry: true,
  datasetEnded: true,
  assembleStarted: true,
  assembled: true,
  commitStarted: true,
  delivered: true,
  failed: true,
  jobDone: true,
  jobGivenBack: true,
  jobCancelled: true,
  jobLost: true,
  jobRetried: true,
  jobFailed: true,
  queueTrouble: true,
} satisfies Record<ExportEvent["type"] | QueueEvent["type"], true>;

describe("the documents' tables", () => {
  const rows = (path: string, heading: string) => {
    const section =
      document(path)
        .split(`\n## ${heading}\n`)[1]
        ?.split(/\n##+ /)[0] ?? "";
    return [...section.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, code, rest]) => [
      code,
      ...(rest ?? "").split(" | "),
    ]);
  };

  it("list every transition of a request", () => {
    const section = document("docs/workflow.md").split("\n## Transitions\n")[1]?.split("\n\n```")[0] ?? "";
    const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
    expect(section.split("\n").filter((line) => line.startsWith("| `"))).toEqual(
      transitions.map(({ event, from, to, meaning }) => {
        const target = to === "same" ? "the same" : quoted([to]);
        return `| ${quoted([event])} | ${quoted(from) || "none"} | ${target} | ${meaning} |`;
      }),
    );
  });

  it("list every error code with its meaning, whether a retry helps, and the mend", () => {
    expect(rows("docs/errors.md", "Error codes")).toEqual(
      Object.entries(errorCodes).map(([code, words]) => [code, ...words]),
    );
  });

  it("list every event", () => {
    const section = document("docs/observability.md").split("\n## Events\n")[1]?.split("\n\n## ")[0] ?? "";
    const listed = [...section.matchAll(/^\| (`.+`) \| /gm)].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []);
    expect(listed.sort()).toEqual(Object.keys(eventTypes).sort());
  });

  it("list every finding of verification", () => {
    expect(rows("docs/errors.md", "Findings")).toEqual(
      Object.entries(findingCodes).map(([code, words]) => [code, ...words]),
    );
  });

  it("list every finding of coverage", () => {
    expect(rows("docs/coverage.md", "Findings of coverage")).toEqual(Object.entries(coverageFindingCodes));
  });
});
