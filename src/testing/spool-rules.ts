import type { Spool, Spooled } from "../model/ports.ts";
import { ContractBroken } from "./broken.ts";
import { collected, isText, largeText, same } from "./octets.ts";
import type { Rule } from "./rule.ts";
import type { SpoolFixture } from "./spool-contract.ts";
import type { Trial } from "./trial.ts";

type SpoolTrial = Trial<SpoolFixture>;

export const spoolRules: readonly Rule<SpoolFixture, SpoolTrial>[] = [
  {
    name: "round-trip",
    title: "gives back what was written, whatever the size of its pieces",
    check: (trial) =>
      withSpool(trial, async (spool) => {
        for (const sizes of [[], [0], [1], [7, 0, 64 * 1024, 1], [largeText.length], [100_000, 0, 300_000, 5]]) {
          const { spooled, text } = await written(trial, spool, sizes);
          if (spooled.bytes !== text.length)
            throw new ContractBroken(
              "round-trip",
              `bytes is ${spooled.bytes} where ${text.length} were written.`,
              "Count the bytes that `write` was given.",
            );
          const read = await readAll(trial, spooled);
          if (!same(read, text))
            throw new ContractBroken(
              "round-trip",
              `Of ${text.length} bytes in pieces of ${sizes.join(", ") || "nothing"}, ${read.length} came back, and not the same.`,
              "Give every byte back in the order of writing; a stream that nothing was written to has none.",
            );
          await trial.answer(spooled.discard(), "discard");
        }
      }),
  },
  {
    name: "own-bytes",
    title: "lets the caller use its buffer again after a write",
    check: (trial) =>
      withSpool(trial, async (spool) => {
        const writer = await trial.answer(spool.create("reused"), "create");
        const buffer = new Uint8Array(1_000);
        const text: number[] = [];
        for (let round = 0; round < 5; round++) {
          buffer.fill(round + 1);
          text.push(...buffer);
          await trial.answer(writer.write(buffer), "write");
          buffer.fill(0);
        }
        const spooled = await trial.answer(writer.seal(), "seal");
        if (!same(await readAll(trial, spooled), Uint8Array.from(text)))
          throw new ContractBroken(
            "own-bytes",
            "What was written changed when the caller used its buffer for the next piece.",
            "Copy the bytes, or wait until they are written, before `write` resolves.",
          );
      }),
  },
  {
    name: "read-again",
    title: "is read as often as wanted, also by two at the same time and after one that stopped early",
    check: (trial) =>
      withSpool(trial, async (spool) => {
        const { spooled, text } = await written(trial, spool, [300_000, 300_000]);
        const before = await trial.handles();
        const early = spooled.read()[Symbol.asyncIterator]();
        await trial.answer(early.next(), "a piece");
        if (early.return !== undefined) await trial.answer(early.return(), "the end of a read that stopped early");
        await trial.closed("read-again", before, "after a read that stopped early");
        const reads = await Promise.all([readAll(trial, spooled), readAll(trial, spooled)]);
        for (const read of [...reads, await readAll(trial, spooled)])
          if (!same(read, text))
            throw new ContractBroken(
              "read-again",
              `One of several reads gave ${read.length} bytes of ${text.length}, or others.`,
              "Keep the position in variables of `read`: an assembly may read a part again, and two may read at once.",
            );
      }),
  },
  {
    name: "apart",
    title: "keeps streams apart that are written at the same time, whatever their names",
    check: (trial) =>
      withSpool(trial, async (spool) => {
        const names = ["tickets.json", "tickets.json", "../tickets.json", "a/b", "Straße 😀", ""];
        const writers = await Promise.all(names.map((name) => trial.answer(spool.create(name), "create")));
        for (let round = 0; round < 3; round++)
          await Promise.all(
            writers.map((writer, index) => trial.answer(writer.write(new Uint8Array(200_000).fill(index)), "write")),
          );
        for (const [index, writer] of writers.entries()) {
          const read = await readAll(trial, await trial.answer(writer.seal(), "seal"));
          if (!same(read, new Uint8Array(600_000).fill(index)))
            throw new ContractBroken(
              "apart",
              "A stream holds bytes of another, or lost some.",
              "Give each stream a place of its own: the name is for messages only, may repeat, and may hold anything.",
            );
        }
      }),
  },
  {
    name: "discard",
    title: "keeps nothing of a stream that was discarded, and gives nothing of it",
    check: (trial) =>
      withSpool(trial, async (spool) => {
        const before = await trial.handles();
        const writer = await trial.answer(spool.create("unfinished"), "create");
        await trial.answer(writer.write(largeText), "write");
        await trial.answer(writer.discard(), "discard before seal");
        await trial.answer(writer.discard(), "a second discard before seal");
        const { spooled } = await written(trial, spool, [largeText.length]);
        await trial.answer(spooled.discard(), "discard");
        await trial.answer(spooled.discard(), "a second discard");
        await trial.closed("discard", before, "after discard");
        await trial.failure(readAllOf(spooled), "reading what was discarded");
      }),
  },
  {
    name: "close",
    title: "gives up everything that is still there when it is closed, as often as it is",
    async check(trial) {
      const before = await trial.handles();
      const spool = trial.fixture.spool();
      const writer = await trial.answer(spool.create("unfinished"), "create");
      await trial.answer(writer.write(largeText), "write");
      const { spooled } = await written(trial, spool, [largeText.length]);
      await trial.answer(spool.close(), "close");
      await trial.answer(spool.close(), "a second close");
      await trial.closed("close", before, "after close");
      const stored = (await trial.fixture.stored?.()) ?? [];
      if (stored.some((bytes) => bytes.length > 0))
        throw new ContractBroken("close", "Bytes are stored after close.", "Remove every file or object that is left.");
      await trial.failure(readAllOf(spooled), "reading after close");
      await trial.failure((async () => writer.write(largeText))(), "writing after close");
    },
  },
  {
    name: "hidden",
    title: "stores nothing in the clear",
    unless: ({ stored }) => (stored === undefined ? "the fixture has no `stored`" : undefined),
    check: (trial) =>
      withSpool(trial, async (spool) => {
        await written(trial, spool, [largeText.length, largeText.length, largeText.length]);
        for (const bytes of (await trial.fixture.stored?.()) ?? [])
          if (isText(bytes))
            throw new ContractBroken(
              "hidden",
              "Bytes that were spooled are stored as they are.",
              "Encrypt what leaves the process, under a key that only this process has.",
            );
      }),
  },
  {
    name: "refused",
    title: "throws an error of this package when it cannot be written",
    unless: ({ refused }) => (refused === undefined ? "the fixture has no `refused`" : undefined),
    async check(trial) {
      const before = await trial.handles();
      const spool = trial.fixture.refused?.();
      if (spool === undefined) return;
      const writing = async () => {
        const writer = await spool.create("refused");
        for (let pieces = 0; pieces < 64; pieces++) await writer.write(largeText);
        await readAllOf(await writer.seal());
      };
      const error = await trial.failure(writing(), "writing where nothing can be written");
      if (error.code !== "SPOOL_FAILED")
        throw new ContractBroken(
          "refused",
          `The error is ${error.code}.`,
          'Throw PortmanteauError "SPOOL_FAILED".',
          error,
        );
      await trial.answer(spool.close(), "close");
      await trial.closed("refused", before, "after the error");
    },
  },
];

async function withSpool(trial: SpoolTrial, use: (spool: Spool) => Promise<void>): Promise<void> {
  const spool = trial.fixture.spool();
  try {
    await use(spool);
  } finally {
    await trial.answer(spool.close(), "close");
  }
}

/** Writes one stream in pieces of these sizes, and seals it. */
async function written(trial: SpoolTrial, spool: Spool, sizes: readonly number[]) {
  const writer = await trial.answer(spool.create("tickets.json"), "create");
  const pieces = sizes.map((size) => largeText.slice(0, size));
  for (const piece of pieces) await trial.answer(writer.write(piece), "write");
  return { spooled: await trial.answer(writer.seal(), "seal"), text: Uint8Array.from(Buffer.concat(pieces)) };
}

function readAll(trial: SpoolTrial, spooled: Spooled): Promise<Uint8Array> {
  return trial.answer(readAllOf(spooled), "reading a sealed stream");
}

async function readAllOf(spooled: Spooled): Promise<Uint8Array> {
  return collected(spooled.read());
}
