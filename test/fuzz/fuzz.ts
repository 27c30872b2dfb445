import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Coverage } from "./coverage.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { type FuzzTarget, fuzzTargets } from "./targets.ts";
import type { Watchdog } from "./watchdog.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** When to stop, whatever comes first. */
  readonly runs?: number;
  readonly seconds?: number;
  /** Inputs that reach something new are kept, to be mutated again. */
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

/** Looking at the coverage takes some milliseconds, so it is done for some inputs together. */
const lookMs = 30;

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

/** Mutates the corpus of a target until something breaks, or it is enough. */
export async function fuzz(name: string, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, runs = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY, coverage, watchdog } = options;
  const target = fuzzTargets[name] as FuzzTarget;
  const random = new Random(seed);
  const inputs = corpusOf(name);
  const corpus = inputs.length;
  const until = performance.now() + seconds * 1_000;
  let slowestMs = 0;
  let done = 0;
  let fresh: Buffer[] = [];
  let lookAt = 0;
  for (; done < runs && performance.now() < until; done++) {
    const input =
      done < corpus ? (inputs[done] as Buffer) : mutate(random.of(inputs), random.of(inputs), target.words, random);
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
    if (coverage === undefined) continue;
    fresh.push(input);
    if (performance.now() < lookAt) continue;
    if (coverage.fresh() > 0) inputs.push(...fresh);
    fresh = [];
    lookAt = performance.now() + lookMs;
  }
  return { runs: done, inputs: inputs.length, slowestMs };
}
