/**
 * `npm run fuzz [target…] [-- --seconds N --seed N --input FILE]`: mutates small inputs, keeps those that reach new code, and stops with
 * the first that throws, differs from the reference, gives something else the second time, or takes longer than 30 s. `--input` runs one
 * file. Exits with 1 when something broke.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { inspect, parseArgs } from "node:util";
import { Coverage } from "./coverage.ts";
import { corpusOf, fuzz, runInput } from "./fuzz.ts";
import { type FuzzTarget, fuzzTargets } from "./targets.ts";
import { Watchdog } from "./watchdog.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" }, input: { type: "string" } },
});
const names = positionals.length > 0 ? positionals : Object.keys(fuzzTargets);
for (const name of names) {
  if (fuzzTargets[name] === undefined) throw new Error(`"${name}" is none of ${Object.keys(fuzzTargets).join(", ")}.`);
}
const crashes = join(import.meta.dirname, "crashes");
mkdirSync(crashes, { recursive: true });

for (const name of names) {
  const target = fuzzTargets[name] as FuzzTarget;
  if (values.input !== undefined) {
    await runInput(target, readFileSync(values.input), true);
    console.log(`${name}: the input breaks nothing.`);
    continue;
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const coverage = new Coverage();
  const watchdog = new Watchdog(crashes, 30_000);
  console.log(`${name}: seed ${seed}`);
  const { runs, inputs, slowestMs, crash } = await fuzz(target, corpusOf(name), {
    seed,
    seconds: Number(values.seconds) / names.length,
    coverage,
    watchdog,
  });
  console.log(
    `${name}: ${runs} runs, ${inputs} inputs, ${coverage.characters} characters of code, slowest ${Math.round(slowestMs)} ms`,
  );
  await watchdog.close();
  if (crash === undefined) continue;
  const path = join(crashes, `${name}-${createHash("sha256").update(crash.input).digest("hex").slice(0, 12)}.bin`);
  writeFileSync(path, crash.input);
  console.error(`${inspect(crash.error)}\nAgain: npm run fuzz ${name} -- --input ${relative(process.cwd(), path)}`);
  process.exitCode = 1;
}
