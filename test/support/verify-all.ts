/**
 * Verifies every zip of a folder, and reads it; prints the codes that each gave, what verification and reading took in memory at most, and
 * nothing else.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openBundle, PortmanteauError, verifyBundle } from "../../src/index.ts";

const folder = process.argv[2] as string;
const codes: { [name: string]: string[] } = {};
for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  const seen = new Set<string>();
  for await (const { code } of verifyBundle(path)) seen.add(code);
  codes[name] = [...seen];
  try {
    const bundle = await openBundle(path);
    for (const dataset of bundle.manifest.datasets) for await (const _ of bundle.dataset(dataset.name).records());
    bundle.close();
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
  }
}
// The kernel's own reading: maxRSS also counts what the program that started this one held.
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
console.log(JSON.stringify({ codes, peakMebibytes: Number(peak) / 1024 }));
