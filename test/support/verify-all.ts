/** Verifies every zip of a folder, and reads it; prints how many they were, and the most memory that it took. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openBundle, PortmanteauError, verifyBundle } from "../../src/index.ts";

const folder = process.argv[2] as string;
let verified = 0;
for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  await verifyBundle(path).summary();
  try {
    const bundle = await openBundle(path);
    for (const dataset of bundle.manifest.datasets) for await (const _ of bundle.dataset(dataset.name).records());
    bundle.close();
  } catch (error) {
    if (!PortmanteauError.is(error)) throw error;
  }
  verified++;
}
console.log(JSON.stringify({ verified, peakMebibytes: process.resourceUsage().maxRSS / 1024 }));
