import { PortmanteauError } from "../model/errors.ts";
import type { DeliveryPart, DeliveryWriter } from "../model/ports.ts";
import { ContractBroken } from "./broken.ts";
import type { DeliveryFixture } from "./delivery-contract.ts";
import { largeText, same } from "./octets.ts";
import type { Rule } from "./rule.ts";
import type { Trial } from "./trial.ts";

type DeliveryTrial = Trial<DeliveryFixture>;

const aborted = new PortmanteauError("ABORTED", "The contract gave this bundle up.");
const noSets: NonNullable<Rule<DeliveryFixture, DeliveryTrial>["unless"]> = ({ delivery }) =>
  delivery.partName === undefined ? "the delivery takes no sets" : undefined;

export const deliveryRules: readonly Rule<DeliveryFixture, DeliveryTrial>[] = [
  {
    name: "whole",
    title: "delivers every byte in order, and nothing before the commit",
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const writer = await opened(trial);
      const pieces = [largeText, new Uint8Array(0), Uint8Array.of(1), largeText.slice(0, 70_001)];
      for (const piece of pieces) await trial.answer(writer.write(piece), "write");
      await expectDelivered(trial, undefined, "whole", "before the commit");
      await trial.answer(writer.commit(), "commit");
      await expectDelivered(trial, Uint8Array.from(Buffer.concat(pieces)), "whole", "after the commit");
      await expectTidy(trial, "whole", before, "after the commit");
    },
  },
  {
    name: "own-bytes",
    title: "lets the caller use its buffer again after a write",
    ownFixture: true,
    async check(trial) {
      const writer = await opened(trial);
      const buffer = new Uint8Array(100_000);
      for (let round = 1; round <= 5; round++) {
        await trial.answer(writer.write(buffer.fill(round)), "write");
        buffer.fill(0);
      }
      await trial.answer(writer.commit(), "commit");
      const text = Uint8Array.from({ length: 500_000 }, (_, index) => 1 + Math.floor(index / 100_000));
      await expectDelivered(trial, text, "own-bytes", "from a buffer that was used again");
    },
  },
  {
    name: "abort",
    title: "leaves nothing behind when it is aborted, before, between and after writes, once or twice",
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      for (const writes of [0, 1, 3]) {
        const writer = await opened(trial);
        for (let write = 0; write < writes; write++) await trial.answer(writer.write(largeText), "write");
        await trial.answer(writer.abort(aborted), "abort");
        await trial.answer(writer.abort(aborted), "a second abort");
        await expectDelivered(trial, undefined, "abort", `after an abort behind ${writes} writes`);
        await expectTidy(trial, "abort", before, `after an abort behind ${writes} writes`);
      }
    },
  },
  {
    name: "abort-writing",
    title: "lets a write settle that is under way when it is aborted",
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const writer = await opened(trial);
      const writing = writer.write(largeText);
      await trial.answer(writer.abort(aborted), "abort during a write");
      await trial.outcome(writing, "a write that an abort met");
      await expectDelivered(trial, undefined, "abort-writing", "after an abort during a write");
      await expectTidy(trial, "abort-writing", before, "after an abort during a write");
    },
  },
  {
    name: "abort-committing",
    title: "has all or nothing when an abort meets the commit",
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const writer = await opened(trial);
      await trial.answer(writer.write(largeText), "write");
      const committing = writer.commit();
      await trial.answer(writer.abort(aborted), "abort during a commit");
      const committed = await trial.outcome(committing, "a commit that an abort met");
      const expected = "value" in committed ? largeText : undefined;
      const how = expected === undefined ? "failed" : "succeeded";
      await expectDelivered(trial, expected, "abort-committing", `after a commit that ${how} although an abort met it`);
      await expectTidy(trial, "abort-committing", before, "after a commit that an abort met");
    },
  },
  {
    name: "replace",
    title: "replaces the bundle before at the commit, and keeps it at an abort",
    ownFixture: true,
    async check(trial) {
      await deliver(trial, largeText);
      const writer = await opened(trial);
      await trial.answer(writer.write(Uint8Array.of(7)), "write");
      await expectDelivered(trial, largeText, "replace", "while the next bundle is written");
      await trial.answer(writer.abort(aborted), "abort");
      await expectDelivered(trial, largeText, "replace", "after the next bundle was aborted");
      await deliver(trial, Uint8Array.of(8, 9));
      await expectDelivered(trial, Uint8Array.of(8, 9), "replace", "after the next bundle");
    },
  },
  {
    name: "names",
    title: "names the zips of a set apart, and always the same",
    unless: noSets,
    ownFixture: true,
    async check({ fixture: { delivery } }) {
      const names = [1, 2, 3, 10, 11].map((part) => delivery.partName?.(part));
      const again = [1, 2, 3, 10, 11].map((part) => delivery.partName?.(part));
      const given = names.filter((name) => name !== undefined);
      if (new Set(given).size < given.length || names.some((name, index) => name !== again[index]))
        throw new ContractBroken(
          "names",
          "Two zips of a set have one name, or a name changes from call to call.",
          "Compute the name from the number alone: manifests speak of zips that are not written yet.",
        );
    },
  },
  {
    name: "set",
    title: "delivers a set, of which nothing is seen before the commits",
    unless: noSets,
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const { writers, zips } = await writtenSet(trial);
      for (const [index] of writers.entries())
        await expectDelivered(trial, undefined, "set", "before the commits", index + 1);
      // Part 1 is last: who sees it has all.
      for (const writer of [...writers].reverse()) await trial.answer(writer.commit(), "commit of a zip of a set");
      for (const [index, zip] of zips.entries())
        await expectDelivered(trial, zip, "set", "after the commits", index + 1);
      await expectTidy(trial, "set", before, "after the commits of a set");
    },
  },
  {
    name: "undo",
    title: "takes back the zips of a set that were committed when another one could not be",
    unless: noSets,
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const { writers } = await writtenSet(trial);
      const [first, ...others] = writers;
      for (const writer of others) await trial.answer(writer.commit(), "commit of a zip of a set");
      for (const writer of others) {
        if (writer.undo === undefined)
          throw new ContractBroken(
            "undo",
            "The writer has no undo.",
            "A delivery with `partName` gives writers that take a commit back.",
          );
        await trial.answer(writer.undo(), "undo of a zip of a set");
      }
      if (first !== undefined) await trial.answer(first.abort(aborted), "abort of a zip of a set");
      for (const part of [1, 2, 3]) await expectDelivered(trial, undefined, "undo", "after undo and abort", part);
      await expectTidy(trial, "undo", before, "after undo and abort");
    },
  },
  {
    name: "refused",
    title: "throws an error of this package when the destination refuses",
    unless: ({ refused }) => (refused === undefined ? "the fixture has no `refused`" : undefined),
    ownFixture: true,
    async check(trial) {
      const before = await trial.handles();
      const { refused } = trial.fixture;
      if (refused === undefined) return;
      const { signal } = new AbortController();
      const delivering = async () => {
        const writer = await refused.open({ signal });
        try {
          await writer.write(largeText);
          await writer.commit();
        } catch (error) {
          await writer.abort(aborted);
          throw error;
        }
      };
      const error = await trial.failure(delivering(), "delivering to a place that refuses");
      if (error.code !== "DELIVERY_FAILED")
        throw new ContractBroken(
          "refused",
          `The error is ${error.code}.`,
          'Throw PortmanteauError "DELIVERY_FAILED".',
          error,
        );
      await expectTidy(trial, "refused", before, "after the error");
    },
  },
];

async function opened(trial: DeliveryTrial, part?: DeliveryPart): Promise<DeliveryWriter> {
  const { signal } = new AbortController();
  return trial.answer(trial.fixture.delivery.open(part === undefined ? { signal } : { signal, part }), "open");
}

async function deliver(trial: DeliveryTrial, bytes: Uint8Array): Promise<void> {
  const writer = await opened(trial);
  await trial.answer(writer.write(bytes), "write");
  await trial.answer(writer.commit(), "commit");
}

/** Three zips, one written after the other, none committed. */
async function writtenSet(trial: DeliveryTrial) {
  const zips = [largeText, Uint8Array.of(2), largeText.slice(0, 300_000)];
  const writers: DeliveryWriter[] = [];
  for (const [index, zip] of zips.entries()) {
    const writer = await opened(trial, { number: index + 1, count: zips.length });
    await trial.answer(writer.write(zip), "write");
    if (writer.finish !== undefined) await trial.answer(writer.finish(), "finish");
    writers.push(writer);
  }
  return { writers, zips };
}

async function expectDelivered(
  trial: DeliveryTrial,
  expected: Uint8Array | undefined,
  rule: string,
  when: string,
  part?: number,
): Promise<void> {
  const found = await trial.fixture.delivered(part);
  const place = part === undefined ? "The destination" : `Part ${part}`;
  if (expected === undefined ? found === undefined : found !== undefined && same(found, expected)) return;
  const size = (bytes: Uint8Array | undefined) => (bytes === undefined ? "nothing" : `${bytes.length} bytes`);
  throw new ContractBroken(
    rule,
    `${place} has ${size(found)}${found?.length === expected?.length ? ", other ones" : ""} ${when}, where ${size(expected)} must be.`,
    "Write under a temporary name or as an unfinished upload, give it the final name in `commit` and not before, and remove it in `abort`.",
  );
}

async function expectTidy(trial: DeliveryTrial, rule: string, handlesBefore: number, when: string): Promise<void> {
  await trial.closed(rule, handlesBefore, when);
  const leftovers = (await trial.fixture.leftovers?.()) ?? [];
  if (leftovers.length > 0)
    throw new ContractBroken(
      rule,
      `${leftovers.length} temporary things are left ${when}.`,
      "Remove the temporary file or the unfinished upload on every path: it holds personal data.",
    );
}
