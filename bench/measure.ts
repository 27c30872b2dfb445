import { execFile, execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import yauzl from "yauzl";

/** One line of a bench's result. */
export interface BenchLine {
  readonly name: string;
  readonly work: string;
  readonly value: number;
  readonly unit: string;
  /** In words, e.g. `"<= 1.2"`; nothing when the line only informs. */
  readonly target?: string;
  readonly holds?: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    scale: { type: "string", default: "1" },
  },
});

export const json = values.json;
/** The benches that were asked for; none means all. */
export const asked: readonly string[] = positionals;
/** How often everything is measured; a median of fewer than 5 is for debugging. */
export const rounds = whole(Number(values.rounds), "--rounds");
const scale = Number(values.scale);
/** Whether the work has its full size: targets are judged by nothing smaller. */
export const fullSize = scale === 1;

/** A number of records, by `--scale`. */
export function scaled(records: number): number {
  return whole(Math.round(records * scale), "--scale");
}

function whole(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`${option} must be a number above 0.`);
  process.exit(2);
}

/** A line that is judged: its value must be at most or at least the limit. */
export function judged(line: BenchLine, relation: "<=" | ">=", limit: number): BenchLine {
  const holds = relation === "<=" ? line.value <= limit : line.value >= limit;
  return { ...line, target: `${relation} ${limit}`, holds };
}

/** What a measured process says of itself; some say more. */
export interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly bytes: number;
  readonly [more: string]: number;
}

/** How a program of ours is run: pinned by a command, with flags of Node. */
export interface ChildOptions {
  readonly pinned?: readonly string[];
  readonly flags?: readonly string[];
}

/** Runs one of our `.mjs` programs in a process of its own, and gives what it prints. */
export function child(script: string, args: readonly (string | number)[], options: ChildOptions = {}): Run {
  const [command, rest] = commandOf(script, args, options);
  return JSON.parse(execFileSync(command, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })) as Run;
}

/** The same beside whatever else runs. */
export async function childAside(
  script: string,
  args: readonly (string | number)[],
  options: ChildOptions = {},
): Promise<Run> {
  const { stdout } = await promisify(execFile)(...commandOf(script, args, options));
  return JSON.parse(stdout) as Run;
}

function commandOf(script: string, args: readonly (string | number)[], { pinned = [], flags = [] }: ChildOptions) {
  const program = [process.execPath, ...flags, join(import.meta.dirname, script), ...args.map(String)];
  const [command = "", ...rest] = [...pinned, ...program];
  return [command, rest] as const;
}

/** Runs other programs, one after the other, and times all of them together. */
export function commands(...list: readonly (readonly [command: string, ...args: string[]])[]): Pick<Run, "wallMs"> {
  const started = performance.now();
  for (const [command, ...args] of list) execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  return { wallMs: performance.now() - started };
}

/** Runs the contestants in turn, `rounds` times, so that what disturbs the machine disturbs all of them. */
export function interleaved<K extends string, R>(
  contestants: Readonly<Record<K, (round: number) => R>>,
): Record<K, R[]> {
  const names = Object.keys(contestants) as K[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as R[]])) as Record<K, R[]>;
  for (let round = 0; round < rounds; round++) for (const name of names) runs[name].push(contestants[name](round));
  return runs;
}

/** The median of the ratios of the rounds. */
export function ratio<R extends { readonly wallMs: number }>(
  ours: readonly R[],
  theirs: readonly NoInfer<R>[],
  of: (run: R) => number = ({ wallMs }) => wallMs,
): number {
  return rounded(median(ours.map((run, round) => of(run) / of(theirs[round] as R))), 3);
}

/** The median of one of the numbers of the runs. */
export function medianOf<R>(runs: readonly R[], of: (run: R) => number, digits = 1): number {
  return rounded(median(runs.map(of)), digits);
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** `1,000,000`. */
export function counted(count: number): string {
  return count.toLocaleString("en-US");
}

/** Gives a generator an empty folder that is gone afterwards. */
export async function* inFolder<T>(use: (file: (name: string) => string) => AsyncIterable<T>): AsyncGenerator<T> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-bench-"));
  try {
    yield* use((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const required = process.env["PORTMANTEAU_SERVICES"] === "required";

/** Says by name what does not run and why; with `PORTMANTEAU_SERVICES=required` it fails. */
export function notRun(name: string, why: string): void {
  if (required) throw new Error(`${name} is required: ${why}.`);
  console.error(`not run: ${name}: ${why}`);
}

/**
 * Milliseconds that the host took from each of these cores until now, on average: time that no program of this machine had. Linux counts
 * hundredths of a second (`steal`, the eighth number of a core's line in /proc/stat).
 */
export function stolenMs(cores: readonly number[]): number {
  const stat = readFileSync("/proc/stat", "utf8");
  const of = (core: number) => Number(new RegExp(`^cpu${core}((?: \\d+){8})`, "m").exec(stat)?.[1]?.split(" ")[8]) * 10;
  return cores.reduce((total, core) => total + of(core), 0) / cores.length;
}

/** Whether a program is on this machine. */
export function isHere(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}

/** Checks what was timed. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`What was timed is wrong: ${what}.`);
}

export interface Entry {
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly lines: number;
  readonly sha256: string;
  readonly text: Buffer | undefined;
}

/** Every file of a zip, inflated to the end, which also checks its CRC; the text is kept where it is small. */
export async function contents(file: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  const zip = await yauzl.openPromise(file);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/")) continue;
      const sha256 = createHash("sha256");
      const kept: Buffer[] = [];
      let [bytes, lines] = [0, 0];
      for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
        sha256.update(chunk);
        bytes += chunk.length;
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
        if (entry.uncompressedSize < 1_000_000) kept.push(chunk);
      }
      entries.set(entry.fileName, {
        bytes,
        compressedBytes: entry.compressedSize,
        lines,
        sha256: sha256.digest("hex"),
        text: entry.uncompressedSize < 1_000_000 ? Buffer.concat(kept) : undefined,
      });
    }
  } finally {
    zip.close();
  }
  return entries;
}

/** Checks a bundle of ours against its own SHA256SUMS, digest by digest, and the number of records of a dataset. */
export async function checkBundle(file: string, dataset: string, records: number): Promise<ReadonlyMap<string, Entry>> {
  const entries = await contents(file);
  const sums = String(entries.get("SHA256SUMS")?.text ?? "")
    .trimEnd()
    .split("\n");
  check(sums.length === entries.size - 1, "SHA256SUMS does not list every file");
  for (const line of sums) {
    const [sha256, path = ""] = line.split(/ [ *]/);
    check(entries.get(path)?.sha256 === sha256, `the digest of ${path}`);
  }
  checkRecords(entries, dataset, records);
  return entries;
}

/** Checks that a zip has so many records of a dataset, as JSON and as CSV: a line each. */
export function checkRecords(entries: ReadonlyMap<string, Entry>, dataset: string, records: number): void {
  check(entries.get(`data/${dataset}.json`)?.lines === records + 2, `the number of records in ${dataset}.json`);
  check(entries.get(`data/${dataset}.csv`)?.lines === records + 1, `the number of rows in ${dataset}.csv`);
}
