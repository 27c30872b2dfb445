import type { OpenSnapshot, Snapshot } from "../../model/source.ts";
import { ContractBroken } from "../broken.ts";
import { difference } from "../same.ts";
import type { SourceTrial } from "../source-trial.ts";
import { judgeAbort } from "./abort.ts";
import { often } from "./closing.ts";
import { counting } from "./count.ts";
import type { SourceRule } from "./index.ts";
import { changes } from "./writes.ts";

const unless: NonNullable<SourceRule["unless"]> = ({ source }) =>
  source.snapshot === undefined ? "the source has no snapshot" : undefined;

const mend =
  "Let every read and count that gets the token ask through what `open` opened (one transaction, an exported snapshot, a timestamp).";

export const snapshotRules: readonly SourceRule[] = [
  {
    name: "snapshot-moment",
    title: "shows one moment to all that read under one snapshot, whatever is written meanwhile",
    unless,
    ownFixture: true,
    async check(trial) {
      await underSnapshot(trial, async (snapshot) => {
        judge(trial, "Under a snapshot", await trial.records({ snapshot }));
        const given = await trial.records({
          snapshot,
          pageRecords: 3,
          onPage: (_page, number) => (number === 2 ? written(trial) : undefined),
        });
        judge(trial, "While rows came and went, under a snapshot", given);
        judge(trial, "After rows came and went, under the same snapshot", await trial.records({ snapshot }));
        const counted = await trial.answer(counting(trial.source, trial.context({ snapshot })), "the count");
        if (counted !== undefined && counted !== trial.expected.length)
          throw new ContractBroken(
            "snapshot-moment",
            `Under a snapshot it counted ${String(counted)} records of ${trial.expected.length}, after rows came and went.`,
            mend,
          );
      });
      await underSnapshot(trial, async (snapshot) => {
        if (difference(await trial.records({ snapshot }), trial.expected) === undefined)
          throw new ContractBroken(
            "snapshot-moment",
            "A snapshot that is opened later does not show what was written before.",
            "Begin a new view in each `open`.",
          );
      });
    },
  },
  {
    name: "snapshot-twice",
    title: "is open twice at once, and closing one leaves the other",
    unless,
    async check(trial) {
      await underSnapshot(trial, async (first) => {
        await underSnapshot(trial, async (second) => {
          const reads = [first, second].map((snapshot) => trial.records({ snapshot, pageRecords: 4 }));
          for (const records of await Promise.all(reads)) judgeTwice(trial, records, "Under one of two snapshots");
        });
        judgeTwice(trial, await trial.records({ snapshot: first }), "When another snapshot was closed");
      });
    },
  },
  {
    name: "snapshot-closed",
    title: "gives no other moment than its own once it is closed",
    unless,
    ownFixture: true,
    async check(trial) {
      const token = await underSnapshot(trial, async (snapshot) => {
        await trial.records({ snapshot });
        return snapshot;
      });
      await written(trial);
      const before = await trial.handles();
      const { pages, error } = await trial.attempt({ snapshot: token });
      if (error !== undefined) trial.typed(error, "a read under a snapshot that was closed");
      else if (
        difference(
          pages.flatMap(({ records }) => [...records]),
          trial.expected,
        ) !== undefined
      )
        throw new ContractBroken(
          "snapshot-closed",
          "Under a snapshot that was closed it read another moment, without an error.",
          "Throw PortmanteauError when the token's snapshot is closed: to read the present instead mixes two moments in one bundle.",
        );
      await trial.closed("snapshot-closed", before, "after a read under a snapshot that was closed");
    },
  },
  {
    name: "snapshot-closes",
    title: "leaves nothing open once its snapshot is closed",
    unless,
    async check(trial) {
      const before = await trial.handles();
      for (const stopAfter of [0, 2])
        for (let time = 0; time < often; time++)
          await underSnapshot(trial, async (snapshot) => {
            if (stopAfter > 0) await trial.pages({ snapshot, stopAfter });
          });
      await trial.closed("snapshot-closes", before, "after the snapshot's close");
      judge(trial, `After ${often} snapshots`, await trial.records(), "snapshot-closes");
    },
  },
  {
    name: "snapshot-abort",
    title: "opens nothing, and leaves nothing open, when it is aborted while it opens its snapshot",
    unless,
    async check(trial) {
      const { hanging } = trial.fixture;
      const before = await trial.handles();
      for (const { snapshot } of hanging === undefined ? [trial.source] : [trial.source, hanging]) {
        if (snapshot === undefined) continue;
        for (let turns = -1; turns < often; turns++) await abortOpening(trial, snapshot, turns);
      }
      await trial.closed("snapshot-abort", before, "after an abort while the snapshot was opened");
      judge(trial, "After an abort while a snapshot was opened", await trial.records(), "snapshot-abort");
    },
  },
];

/** Aborts so many turns of the event loop after the opening began, or before it. */
async function abortOpening(trial: SourceTrial, snapshot: Snapshot, turns: number): Promise<void> {
  const aborting = new AbortController();
  if (turns < 0) aborting.abort();
  const opening = trial.outcome((async () => snapshot.open(aborting.signal))(), "a snapshot after an abort");
  opening.catch(() => undefined); // it is awaited below
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  aborting.abort();
  const opened = await opening;
  if ("error" in opened) return judgeAbort("snapshot-abort", opened.error, aborting.signal);
  await close(trial, opened.value); // it was quicker: the exporter closes it
  if (turns < 0)
    throw new ContractBroken(
      "snapshot-abort",
      "It opened a snapshot although it was aborted before.",
      "Throw when the signal is aborted, and pass it to what waits for a connection.",
    );
}

/** Opens a snapshot for as long as it is used, and closes it once. */
async function underSnapshot<T>(trial: SourceTrial, use: (token: unknown) => Promise<T>): Promise<T> {
  const { signal } = new AbortController();
  const opened = await trial.answer((async () => trial.source.snapshot?.open(signal))(), "opening a snapshot");
  if (opened?.token === undefined || typeof opened.close !== "function")
    throw new ContractBroken("snapshot-moment", "What was opened is no snapshot.", "Resolve with { token, close }.");
  try {
    return await use(opened.token);
  } finally {
    await close(trial, opened);
  }
}

async function close(trial: SourceTrial, opened: OpenSnapshot): Promise<void> {
  await trial.answer((async () => opened.close())(), "closing a snapshot");
}

async function written(trial: SourceTrial): Promise<void> {
  if (trial.fixture.write === undefined)
    throw new ContractBroken(
      "fixture",
      "The source has a snapshot, and the fixture has no `write`: nothing shows that the moment stands still.",
      "Give `write`, over a connection that is not the source's.",
    );
  // Not as many come as go: a count of the present shows.
  await trial.answer(changes(trial, 5)(), "the fixture's write");
}

function judge(trial: SourceTrial, when: string, given: readonly unknown[], rule = "snapshot-moment"): void {
  const problem = difference(given, trial.expected);
  if (problem !== undefined) throw new ContractBroken(rule, `${when}: ${problem}.`, mend);
}

function judgeTwice(trial: SourceTrial, given: readonly unknown[], when: string): void {
  const problem = difference(given, trial.expected);
  if (problem !== undefined)
    throw new ContractBroken(
      "snapshot-twice",
      `${when}: ${problem}.`,
      "Give each `open` a connection and a view of its own: several exports run in one process.",
    );
}
