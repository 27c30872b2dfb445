import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/documents.ts";
import { type Example, examples, faultsOf, fence } from "./docstrings.ts";

/** `call(…); // "what it gives"`: what follows a colon is for the reader. */
const told = /^(\w+\(.*); \/\/ ("[^"]*"|\{.*\})(?:: .*)?$/gm;

describe("the examples of the docstrings", () => {
  it("are fenced TypeScript, and there are many", () => {
    expect(examples.filter(({ code }) => !fence.test(code))).toEqual([]);
    expect(examples.length).toBeGreaterThan(60);
  });

  it("are what the type checker takes, with the package's own names", () => {
    const wrong: Example = {
      at: "src/create-exporter.ts:1",
      code: "```ts\nexporter.export(request, { too: fileDelivery(1) });\n```",
    };
    const { [wrong.at]: found, ...faults } = faultsOf([...examples, wrong]);
    expect(faults).toEqual({});
    expect(found?.join("\n")).toMatch(/'too' does not exist/);
  }, 300_000);

  it("give what they say", async () => {
    const lines = examples.flatMap(({ at, code }) => [...code.matchAll(told)].map(([, ...line]) => ({ at, line })));
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const { at, line } of lines) {
      const module = (await import(join(root, at.split(":")[0] ?? ""))) as Readonly<Record<string, unknown>>;
      const evaluated = (text = "") =>
        new Function(...Object.keys(module), `return (${text});`)(...Object.values(module));
      expect(evaluated(line[0]), at).toEqual(evaluated(line[1]));
    }
  });
});
