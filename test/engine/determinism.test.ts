import type { Dataset, ExporterConfig, RecordSchema } from "portmanteau";
import { localSpool } from "portmanteau/spools/local";
import { describe, expect, it } from "vitest";
import {
  controlledSource,
  emptyFolder,
  expectNoUnhandledRejection,
  exported,
  fixed,
  gone,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  wait,
} from "../support/exporting.ts";

expectNoUnhandledRejection();

const schema: RecordSchema = {
  ...noteSchema,
  properties: {
    ...noteSchema.properties,
    friend: { type: "string", "x-privacy": { thirdParty: "pseudonymize" } },
    at: { type: "string", format: "date-time" },
  },
};
const pseudonymKey = Buffer.alloc(32, 7);

/** Some valid, some not, some large, with a friend in each. */
const records = (count: number) =>
  notes(count).map((note) => ({
    ...note,
    ...(note.id % 7 === 3 ? { text: 5 } : note.id === 20 ? { text: "long ".repeat(300_000) } : {}),
    friend: `friend ${note.id % 4}`,
    at: new Date(Date.UTC(2025, 0, 1 + note.id)),
    unknown: note.id,
  }));

/** The same five datasets, each time from new sources that are slow at random. */
function datasets(slowMs: number, failing = false): Dataset[] {
  return [41, 0, 7, 100, 23].map((count, index) => {
    let failures = 0;
    const { source } = controlledSource(records(count), {
      before: async (page) => {
        await wait(Math.random() * slowMs);
        if (failing && page % 3 === 1 && failures++ < 5) throw gone();
      },
    });
    return noteDataset(`d${index}`, source, { schema, primaryKey: ["/id"], timeField: "/at" });
  });
}
const digest = async (config: Partial<ExporterConfig>, slowMs = 0, failing = false, options: object = {}) =>
  (await exported(datasets(slowMs, failing), { pseudonymKey, ...config }, options)).sha256;

describe("the same input with the same clock and bundle id", () => {
  const first = digest({ lanes: 1 });

  for (const [what, config, slowMs, failing] of [
    ["a second time", { lanes: 1 }, 0, false],
    ["with 4 lanes", { lanes: 4 }, 0, false],
    ["with 64 lanes and slow sources", { lanes: 64 }, 5, false],
    ["with 2 lanes and slow sources", { lanes: 2 }, 5, false],
    ["with pages of 1", { pageRecords: 1 }, 0, false],
    ["with pages of 1,000", { pageRecords: 1000, lanes: 3 }, 3, false],
    ["with sources that fail and are read on", { lanes: 3 }, 1, true],
    ["with a spool in memory", { spool: localSpool({ memoryBytes: 2 ** 26, directory: emptyFolder() }) }, 0, false],
  ] as const) {
    it(`gives the same bytes ${what}`, async () => {
      expect(await digest(config, slowMs, failing)).toBe(await first);
    });
  }

  it("gives other bytes at another time, under another id, and under another key of the pseudonyms", async () => {
    const others = [
      await digest({}, 0, false, { clock: () => 0 }),
      await digest({}, 0, false, { bundleId: fixed.bundleId.replace("7c1f", "7c1e") }),
      await digest({ pseudonymKey: Buffer.alloc(32, 8) }),
      await first,
    ];
    expect(new Set(others).size).toBe(4);
  });
});

describe("a pseudonym", () => {
  const friends = async (config: Partial<ExporterConfig>, options: object = {}): Promise<string[]> => {
    const { entries } = await exported(datasets(0), config, options);
    return [0, 2, 3, 4].flatMap((n) =>
      jsonAt(entries, `data/d${n}.json`).map((each: { friend: string }) => each.friend),
    );
  };

  it("is the same for the same person within a bundle, over all datasets, and for nobody else", async () => {
    const given = await friends({ pseudonymKey });
    expect(new Set(given).size).toBe(4);
    for (const each of given) expect(each).toMatch(/^person-[0-9a-f]{32}$/);
  });

  it("is another in another bundle, and under another key", async () => {
    const all = [
      ...(await friends({ pseudonymKey })),
      ...(await friends({ pseudonymKey }, { bundleId: fixed.bundleId.replace("7c1f", "7c1e") })),
      ...(await friends({ pseudonymKey: Buffer.alloc(32, 8) })),
      ...(await friends({})),
    ];
    expect(new Set(all).size).toBe(16);
  });
});
