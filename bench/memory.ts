import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchLine } from "./measure.ts";

const rounds = 5;

/** Peak memory must not grow with the number of records. */
export async function* memory(): AsyncGenerator<BenchLine> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-bench-"));
  try {
    const child = join(import.meta.dirname, "export-child.mjs");
    const run = (records: number) =>
      JSON.parse(
        execFileSync(process.execPath, [child, String(records), join(folder, "bundle.zip")], { encoding: "utf8" }),
      ) as { wallMs: number; peakMiB: number; bytes: number };
    const small: number[] = [];
    const large: number[] = [];
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      small.push(run(100_000).peakMiB);
      const { peakMiB, wallMs } = run(1_000_000);
      large.push(peakMiB);
      seconds.push(wallMs / 1000);
    }
    const ratios = large.map((peak, round) => peak / (small[round] ?? Number.NaN));
    yield { name: "memory.100k", work: "peak RSS, 100,000 records", value: rounded(median(small), 1), unit: "MiB" };
    yield { name: "memory.1m", work: "peak RSS, 1,000,000 records", value: rounded(median(large), 1), unit: "MiB" };
    yield {
      name: "memory.1m-to-100k",
      work: "peak RSS, 1,000,000 against 100,000 records",
      value: rounded(median(ratios), 3),
      unit: "ratio",
      target: "<= 1.2",
      holds: median(ratios) <= 1.2,
    };
    yield {
      name: "memory.1m-wall",
      work: "wall time, 1,000,000 records, JSON + CSV + zip level 6",
      value: rounded(median(seconds), 2),
      unit: "s",
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
