/**
 * `npm run test:kill -- --seed 1 --kills 400 --spool directory`: child processes work on requests and are killed with SIGKILL, at every step
 * of the journal and at random moments; after each, another process goes on, and must make the identical bundle. A line for each
 * scenario; the sum in the last, and what was left out. Exits with 1 when anything is not as it must be.
 *
 * A spool in memory dies with its process, and is not among those that are tried.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { faultScenarios } from "./faults.ts";
import { noResult, openGround, type Result, type SpoolKind } from "./ground.ts";
import { addTo, killCases, runCases, sampleOf } from "./kills.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, kills: { type: "string" }, spool: { type: "string" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
const allKinds = ["directory", "s3"] as const;
const kinds = allKinds.filter((kind) => values.spool === undefined || values.spool === kind);
if (kinds.length === 0) throw new Error(`--spool is "directory" or "s3", not "${values.spool}".`);

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
console.log(`seed ${seed}`);
const started = performance.now();
const ground = await openGround(kinds);
const sum = noResult();
const notRun = allKinds.filter((kind) => !kinds.includes(kind)).map((kind) => `the spool ${kind}`);
const bySpool = new Map<SpoolKind, number>();
try {
  const asked = Number(values.kills ?? 0);
  let cases = killCases(ground, kinds, seed, 1);
  const standard = cases.reduce((kills, each) => kills + each.kills, 0);
  if (asked > standard) cases = killCases(ground, kinds, seed, Math.ceil(asked / standard));
  const all = cases.length;
  if (asked > 0) cases = sampleOf(cases, asked, seed);
  if (cases.length < all) notRun.push(`${all - cases.length} of ${all} cases`);
  for (const [scenario, result] of await runCases(cases, availableParallelism())) {
    console.log(`${scenario}: ${said(result)}`);
    addTo(sum, result, scenario);
    const kind = kinds.find((each) => scenario.startsWith(each)) as SpoolKind;
    bySpool.set(kind, (bySpool.get(kind) ?? 0) + result.kills);
  }
  for (const { scenario, run } of faultScenarios) {
    const result = await run(ground, seed);
    console.log(`${scenario}: ${typeof result === "string" ? `not run: ${result}` : said(result)}`);
    if (typeof result === "string") notRun.push(`${scenario} (${result})`);
    else addTo(sum, result, scenario);
  }
} finally {
  await ground.close();
}
for (const line of sum.wrong) console.error(line);
const isGood = sum.wrong.length === 0 && sum.identical === sum.finished && sum.lost + sum.repeated + sum.readable === 0;
if (!isGood) console.error(`Again: npm run test:kill -- --seed ${seed}`);
const seconds = Math.round((performance.now() - started) / 1_000);
const each = [...bySpool].map(([kind, kills]) => `${kind} ${kills}`).join(", ");
console.log(
  `kill: ${sum.kills} kills (${each}) and ${sum.faults} other failures in ${seconds} s, ${sum.identical} of ${sum.finished} bundles identical, ${sum.lost} records lost, ${sum.repeated} repeated, ${sum.readable} files readable; not run: ${notRun.join(", ") || "nothing"}${isGood ? "" : ": FAILED"}`,
);
process.exit(isGood ? 0 : 1);

function said({ kills, faults, identical, finished }: Result): string {
  const counted = faults > 0 ? `${faults} failures` : `${kills} kills`;
  return `${counted}, ${identical} of ${finished} bundles identical`;
}
