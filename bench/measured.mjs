import { readFileSync } from "node:fs";

/**
 * Times `run` and prints what the parent reads: wall time, CPU time, the process's peak resident size, and what `run` gives.
 * Plain JavaScript on the built package, so that no compiler's memory is measured.
 */
export async function measured(run) {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const facts = await run();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakMiB: peakMiB(), bytes: 0, ...facts }));
}

/** The same of a process that has done it three times before, as a worker has: a first reading of this length is mostly compilation. */
export async function measuredWarm(run) {
  for (let times = 0; times < 3; times++) await run();
  await measured(run);
}

/** Linux hands `maxRSS` on from the parent of a process to the process: its own peak is the high-water mark of its memory. */
function peakMiB() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
