import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Coverage, Reached } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { FuzzTarget } from "./targets.ts";
import type { Watchdog } from "./watchdog.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** When to stop, whatever comes first. */
  readonly runs?: number;
  readonly seconds?: number;
  /** Inputs that reach code which none before them reached are kept, to be mutated again. */
  readonly coverage?: Coverage;
  readonly watchdog?: Watchdog;
}

export interface FuzzResult {
  readonly runs: number;
  /** Inputs that are mutated: the corpus and what was kept. */
  readonly inputs: number;
  readonly slowestMs: number;
  /** The input that broke a property, and how. */
  readonly crash?: { readonly input: Buffer; readonly error: unknown };
}

/** The committed inputs of a target. */
export function corpusOf(name: string): Buffer[] {
  const folder = join(import.meta.dirname, "corpus", name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}

/** Runs an input: it must end, throw nothing, and give the same twice. */
export async function runInput(target: FuzzTarget, input: Buffer, twice: boolean): Promise<void> {
  const first = await target.run(input);
  if (twice && !isDeepStrictEqual(await target.run(input), first))
    throw new Error("The same input gave something else.");
}

/** Mutates inputs until something breaks, or it is enough. */
export async function fuzz(
  target: FuzzTarget,
  corpus: readonly Buffer[],
  { seed, runs = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY, coverage, watchdog }: FuzzOptions,
): Promise<FuzzResult> {
  const random = new Random(seed);
  const inputs = [...corpus];
  const until = performance.now() + seconds * 1_000;
  let slowestMs = 0;
  let done = 0;
  let together: Buffer[] = [];
  for (; done < runs && performance.now() < until; done++) {
    const input = corpus[done] ?? mutate(random.of(inputs), random.of(inputs), target.words, random);
    watchdog?.begin(input);
    const begun = performance.now();
    try {
      await runInput(target, input, done % 8 === 0);
    } catch (error) {
      return { runs: done + 1, inputs: inputs.length, slowestMs, crash: { input, error } };
    } finally {
      watchdog?.end();
    }
    slowestMs = Math.max(slowestMs, performance.now() - begun);
    if (coverage === undefined || together.push(input) < target.lookEvery) continue;
    inputs.push(...(await freshOf(together, coverage.take(), target, coverage)));
    together = [];
  }
  return { runs: done, inputs: inputs.length, slowestMs };
}

/** Those of some inputs that reach something new, each beside those before it. Halves that reach nothing new are not looked into. */
async function freshOf(
  inputs: readonly Buffer[],
  reached: Reached,
  target: FuzzTarget,
  coverage: Coverage,
): Promise<readonly Buffer[]> {
  if (!coverage.isFresh(reached)) return [];
  if (inputs.length === 1) {
    coverage.add(reached);
    return inputs;
  }
  const half = inputs.length >> 1;
  const fresh: Buffer[] = [];
  for (const some of [inputs.slice(0, half), inputs.slice(half)]) {
    for (const input of some) await target.run(input);
    fresh.push(...(await freshOf(some, coverage.take(), target, coverage)));
  }
  return fresh;
}
