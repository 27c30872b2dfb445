import { largeFromPostgres } from "./large-postgres.ts";
import {
  type BenchLine,
  check,
  checkBundle,
  checkRecords,
  child,
  commands,
  contents,
  counted,
  type Entry,
  inFolder,
  interleaved,
  isHere,
  judged,
  medianOf,
  notRun,
  type Run,
  ratio,
  rounded,
  scaled,
} from "./measure.ts";

const dataset = "api-requests";
const work = "JSON + CSV + zip level 6";
const perRecord = (records: number) => `${work}, ${counted(records)} usage-log records`;

/** One large dataset against what others do with the same records, and against zlib alone. */
export async function* large(): AsyncGenerator<BenchLine> {
  yield* inFolder(fromMemory);
  yield* inFolder(largeFromPostgres);
}

async function* fromMemory(file: (name: string) => string): AsyncGenerator<BenchLine> {
  const count = scaled(1_000_000);
  const few = scaled(100_000);
  const some = scaled(300_000);
  const [bundle, texts] = [file("bundle.zip"), file("texts")];
  const hasZip = isHere("zip");
  if (!hasZip) notRun("large.zip-6", "there is no zip on this machine");

  const ours = (records: number, ...options: string[]) => child("export-child.mjs", [records, bundle, ...options]);
  const peer = (name: string, records: number) => child(`peers/${name}.mjs`, [records, file(`${name}.zip`)]);
  const deflate = (way: string) => child("peers/deflate.mjs", [count, texts, way]);

  ours(count);
  const whole = await checkBundle(bundle, dataset, count);
  child("peers/texts.mjs", [count, texts, bundle]);

  const million = interleaved({
    ours: () => ours(count),
    floor: () => deflate("at-once"),
    inTurn: () => deflate("in-turn"),
    naiveA2: () => peer("naive-a2", count),
    ...(hasZip ? { zip6: () => zipped(file("zip-6.zip"), `${texts}.json`, `${texts}.csv`) } : {}),
  } as Record<"ours" | "floor" | "inTurn" | "naiveA2" | "zip6", () => Run>);
  checkPeer(await contents(file("naive-a2.zip")), whole, count);
  yield {
    name: "large.wall",
    work: perRecord(count),
    value: medianOf(million.ours, (run) => run.wallMs / 1000, 2),
    unit: "s",
  };
  yield {
    name: "large.peak",
    work: "peak RSS of it",
    value: medianOf(million.ours, (run) => run.peakMiB),
    unit: "MiB",
  };
  yield {
    name: "large.cores-busy",
    work: "CPU time of it / (wall time x 2 cores)",
    value: medianOf(million.ours, ({ cpuMs, wallMs }) => cpuMs / (wallMs * 2), 3),
    unit: "ratio",
  };
  const against = (name: string, what: string, theirs: readonly Run[]) => ({
    name,
    work: `wall time against ${what} (${medianOf(theirs, (run) => run.wallMs / 1000, 2)} s)`,
    value: ratio(million.ours, theirs),
    unit: "ratio",
  });
  yield judged(
    against("large.floor", "zlib alone: the two ready texts deflated at once at level 6", million.floor),
    "<=",
    1.4,
  );
  yield judged(against("large.in-turn", "zlib alone: the same, one after the other", million.inTurn), "<=", 0.9);
  if (hasZip) yield judged(against("large.zip-6", "zip -6 of the two ready files", million.zip6), "<=", 0.7);
  yield judged(
    faster(
      "large.naive-a2",
      "archiver + fast-csv, source read twice, text batched",
      count,
      million.ours,
      million.naiveA2,
    ),
    ">=",
    2.5,
  );

  const hundred = interleaved({ ours: () => ours(few), naiveB: () => peer("naive-b", few) });
  checkPeer(await contents(file("naive-b.zip")), await contents(bundle), few);
  const once = "archiver + fast-csv, one pass, CSV spooled raw, a chunk per record";
  yield judged(faster("large.naive-b", once, few, hundred.ours, hundred.naiveB), ">=", 4);

  const buffered = interleaved({ ours: () => ours(some), inMemory: () => peer("in-memory", some) });
  const [theirs, our] = [await contents(file("in-memory.zip")), await contents(bundle)];
  // Theirs has neither line ends between the records nor around them.
  check(theirs.get(`data/${dataset}.json`)?.bytes === json(our).bytes - some - 2, "the JSON of in-memory");
  yield faster("large.in-memory", "everything in memory", some, buffered.ours, buffered.inMemory);
  yield {
    name: "large.in-memory-peak",
    work: `peak RSS of everything in memory (${medianOf(buffered.inMemory, (run) => run.peakMiB, 0)} MiB) against ours`,
    value: ratio(buffered.inMemory, buffered.ours, (run) => run.peakMiB),
    unit: "x",
  };

  const { loop } = interleaved({ loop: () => ours(count, "--loop") });
  yield judged(
    {
      name: "large.event-loop-p99",
      work: "delay of a timer of 1 ms in the exporting process, 99th percentile",
      value: medianOf(loop, (run) => run["loopP99Ms"]!, 1),
      unit: "ms",
    },
    "<=",
    20,
  );
  yield {
    name: "large.event-loop-max",
    work: "the longest delay",
    value: medianOf(loop, (run) => run["loopMaxMs"]!, 1),
    unit: "ms",
  };
}

function faster(name: string, what: string, records: number, ours: readonly Run[], theirs: readonly Run[]): BenchLine {
  const seconds = medianOf(theirs, (run) => run.wallMs / 1000, 2);
  return {
    name,
    work: `times faster per record than: ${what} (${seconds} s); both ${counted(records)} records`,
    value: rounded(ratio(theirs, ours), 2),
    unit: "x",
  };
}

/** Puts ready files into a zip with the command. */
function zipped(zip: string, ...files: string[]): Run {
  return { ...commands(["rm", "-f", zip], ["zip", "-6", "-q", "-j", zip, ...files]), cpuMs: 0, peakMiB: 0, bytes: 0 };
}

/** The peers write the same JSON, byte for byte; their CSV quotes less. */
function checkPeer(theirs: ReadonlyMap<string, Entry>, ours: ReadonlyMap<string, Entry>, records: number): void {
  checkRecords(theirs, dataset, records);
  check(json(theirs).sha256 === json(ours).sha256, "the digest of a peer's JSON");
}

function json(entries: ReadonlyMap<string, Entry>): Entry {
  const entry = entries.get(`data/${dataset}.json`);
  check(entry !== undefined, "there is no JSON");
  return entry;
}
