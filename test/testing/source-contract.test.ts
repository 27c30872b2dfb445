import { describe, expect, it } from "vitest";
import { type SourceFixture, sourceContract } from "../../src/testing/index.ts";
import { sourceRules } from "../../src/testing/source-rules/index.ts";
import { fileMutants } from "./mutants/files.ts";
import { snapshotMutants } from "./mutants/snapshots.ts";
import { sourceMutants } from "./mutants/sources.ts";
import { filesSource, hasFile } from "./notes-files.ts";
import { snapshotSource } from "./notes-snapshots.ts";
import { dividedSource, type Note, notesFixture } from "./notes-system.ts";
import { brokenRules, verdictsOf } from "./running.ts";

/** Long for what happens in this process, short for a mutant that never answers. */
const patienceMs = 2_000;
const mutants = [...sourceMutants, ...fileMutants, ...snapshotMutants];

describe("the contract of a source", () => {
  it("is kept by right sources, every rule of it", async () => {
    const checked = new Set<string>();
    for (const source of [undefined, dividedSource, filesSource, snapshotSource]) {
      const verdicts = await verdictsOf((runner) => sourceContract("notes", () => notesFixture(source), runner));
      expect(verdicts.filter(({ error }) => error !== undefined)).toEqual([]);
      for (const { title, skipped } of verdicts) if (skipped === undefined) checked.add(title);
    }
    expect(sourceRules.filter(({ title }) => !checked.has(title))).toEqual([]);
  });

  describe.concurrent("is broken by a source that", () => {
    for (const { mistake, breaks, source } of mutants)
      it(mistake, async ({ expect }) => {
        const setup = () => notesFixture(source);
        const verdicts = await verdictsOf((runner) => sourceContract("mutant", setup, { ...runner, patienceMs }));
        const broken = brokenRules(verdicts, sourceRules);
        if (breaks.at(-1) !== "…") expect(broken).toEqual(breaks);
        else expect(broken.slice(0, breaks.length - 1)).toEqual(breaks.slice(0, -1));
      });
  });

  it("has for every rule a source that breaks it", () => {
    const broken = new Set(mutants.flatMap(({ breaks }) => breaks.map((rule) => rule.split(":")[0])));
    expect(sourceRules.map(({ name }) => name).filter((name) => name !== "fixture" && !broken.has(name))).toEqual([]);
  });

  it("finds a connection that is kept, also where the fixture cannot say what is open", async () => {
    const leaking = sourceMutants.find(({ mistake }) => mistake === "keeps its connection when the consumer leaves");
    const { handles: _, ...fixture } = notesFixture(leaking?.source, 8);
    const verdicts = await verdictsOf((runner) =>
      sourceContract("leak", () => fixture, { ...runner, patienceMs: 500 }),
    );
    expect(brokenRules(verdicts, sourceRules)).toContain("closes-on-return: answers");
  });

  it("refuses a fixture that could not show a mistake", async () => {
    const fixture = notesFixture();
    const broken = async (changes: Partial<SourceFixture>) => {
      const verdicts = await verdictsOf((runner) => sourceContract("f", () => ({ ...fixture, ...changes }), runner));
      return brokenRules(verdicts, sourceRules)[0];
    };
    const { expected, other } = fixture;
    expect(await broken({ expected: expected.slice(0, 11) })).toBe("fixture");
    expect(await broken({ expected: [...expected.slice(1), expected[1]] })).toBe("fixture");
    expect(await broken({ other: { ...other, expected: [] } })).toBe("fixture");
    expect(await broken({ other: { ...other, subject: fixture.subject } })).toBe("fixture");
  });

  it("refuses a fixture that lacks what the source's capabilities need", async () => {
    const broken = async (source: typeof filesSource | typeof snapshotSource, changes: object) => {
      const fixture = { ...notesFixture(source), ...changes };
      return brokenRules(await verdictsOf((runner) => sourceContract("f", () => fixture, runner)), sourceRules);
    };
    const small = { content: ({ key }: Note) => (hasFile({ key }) ? Buffer.from("small") : null), remove: () => 0 };
    expect(await broken(filesSource, { attachments: undefined })).toEqual(["attachments: fixture"]);
    expect(await broken(filesSource, { attachments: small })).toContain("attachments: fixture");
    expect(await broken(snapshotSource, { write: undefined })).toEqual([
      "snapshot-moment: fixture",
      "snapshot-closed: fixture",
    ]);
  });

  it("says what it did not check, and why", async () => {
    const { handles, source, subject, expected, other } = notesFixture();
    const bare = { handles, source, subject, expected, other } as SourceFixture;
    const verdicts = await verdictsOf((runner) => sourceContract("bare", () => bare, runner));
    const skipped = verdicts.flatMap(({ skipped }) => skipped ?? []);
    expect(verdicts.filter(({ error }) => error !== undefined)).toEqual([]);
    for (const hook of ["nobody", "hanging", "unreachable", "refused", "disconnect", "fetched", "write"])
      expect(skipped.filter((reason) => reason === `the fixture has no \`${hook}\``).length, hook).toBeGreaterThan(0);
  });

  it("says in words what is broken and how to mend it", async () => {
    const setup = () => notesFixture(sourceMutants.find(({ mistake }) => mistake === "pages by an offset")?.source);
    const verdicts = await verdictsOf((runner) => sourceContract("offset", setup, runner));
    const error = verdicts.find(({ error }) => error !== undefined)?.error;
    expect(String(error)).toMatch(/rows were inserted and deleted.*\n {2}Mend: Page by a key/);
  });

  it("gives up every fixture that it was given, also that of a rule that fails", async () => {
    let standing = 0;
    const setup = () => {
      standing++;
      return {
        ...notesFixture(sourceMutants.find(({ mistake }) => mistake === "pages by an offset")?.source),
        teardown: () => standing--,
      };
    };
    await verdictsOf((runner) => sourceContract("offset", setup, runner));
    expect(standing).toBe(0);
  });

  it("wants a test runner", () => {
    expect(() => sourceContract("none", notesFixture)).toThrow("no test runner was found");
  });
});
