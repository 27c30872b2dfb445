/**
 * `npm run bench [name…] [-- --json] [--rounds 5] [--scale 1]`: each line states the work, the value, the target and whether it holds.
 * Ratios are taken in one run on one machine, round by round, and are medians; memory is the peak resident size that the operating
 * system saw of a whole process. With a smaller `--scale` nothing is judged.
 */
import { loadavg } from "node:os";
import { asked, type BenchLine, fullSize, json, rounds } from "./measure.ts";

const benches: Readonly<Record<string, () => Promise<() => AsyncIterable<BenchLine>>>> = {
  large: async () => (await import("./large.ts")).large,
  memory: async () => (await import("./memory.ts")).memory,
  small: async () => (await import("./small.ts")).small,
  lanes: async () => (await import("./lanes.ts")).lanes,
  assemble: async () => (await import("./assemble.ts")).assemble,
  verify: async () => (await import("./verify.ts")).verify,
  source: async () => (await import("./source.ts")).source,
  "sql-sources": async () => (await import("./sql-sources.ts")).sqlSources,
  stores: async () => (await import("./stores.ts")).stores,
  firstbyte: async () => (await import("./firstbyte.ts")).firstbyte,
  levels: async () => (await import("./levels.ts")).levels,
  workers: async () => (await import("./workers.ts")).workers,
  fleet: async () => (await import("./fleet/fleet.ts")).fleet,
  soak: async () => (await import("./fleet/fleet.ts")).soak,
  simulation: async () => (await import("./simulation/simulation.ts")).simulation,
  plot: async () => (await import("./plot.ts")).plot,
};
/** Not a measurement of its own: it runs when it is asked for. */
const onlyAsked = new Set(["plot"]);

const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

if (rounds < 5) console.error(`Medians of ${rounds} rounds: for debugging.`);
const [load = 0] = loadavg();
if (load > 1)
  console.error(`The machine is busy (load ${load.toFixed(1)}): what needs both cores looks slower than it is.`);

for (const [name, loadBench] of Object.entries(benches)) {
  if (asked.length > 0 ? !asked.includes(name) : onlyAsked.has(name)) continue;
  const bench = await loadBench();
  for await (const { name, work, value, unit, target, holds } of bench()) {
    const judgement = fullSize ? (holds ?? null) : null;
    if (json) console.log(JSON.stringify({ name, work, value, unit, target: target ?? null, holds: judgement }));
    else {
      const verdict = judgement === null ? "not judged" : judgement ? "holds" : "FALLS SHORT";
      const tail = target === undefined ? "" : `  target ${target}  ${verdict}`;
      console.log(`${name.padEnd(28)} ${String(value).padStart(9)} ${unit.padEnd(10)} ${work}${tail}`);
    }
    if (judgement === false) process.exitCode = 1;
  }
}
