import { spawnSync } from "node:child_process";
import { rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { DurableSpool } from "../../src/index.ts";
import { directorySpool } from "../../src/spools/directory/index.ts";
import { Collecting, fixed } from "../support/notes.ts";
import { toolIsHere } from "../support/tools.ts";
import {
  failsWith,
  finish,
  type Ground,
  judgeRemains,
  noResult,
  notHere,
  type Result,
  requireEmpty,
  type Site,
} from "./ground.ts";
import { terminatedConnections } from "./postgres.ts";
import { startChild } from "./programs.ts";
import { chance, exporterOver, exportOver, request, requestId, spoolAt } from "./world.ts";

/** One kind of failure that is no kill. */
export interface FaultScenario {
  readonly scenario: string;
  /** @returns what came of it, or why it cannot be tried here */
  run(ground: Ground, seed: number): Promise<Result | string>;
}

export const faultScenarios: readonly FaultScenario[] = [
  { scenario: "no room on the disk", run: diskFull },
  { scenario: "EIO from the system", run: inputOutputErrors },
  { scenario: "a destination that hangs, until the export is aborted", run: hangingDestinations },
  { scenario: "connections of PostgreSQL that are terminated", run: terminatedConnections },
  { scenario: "clocks that jump by days", run: jumpingClocks },
];

/** A file system of a megabyte, with ever more room left. */
async function diskFull(ground: Ground): Promise<Result | string> {
  const result = noResult();
  const site = ground.site("directory");
  const [root] = site.hidden as [string];
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=700", "portmanteau-kill", root], {
    encoding: "utf8",
  });
  if (mounted.status !== 0) return notHere(`mount refuses a tmpfs: ${(mounted.stderr ?? "no mount").trim()}`);
  try {
    const ballast = join(root, ".ballast");
    for (const pages of [0, 1, 3, 6, 10, 15, 20]) {
      const { bfree, bsize } = statfsSync(root);
      writeFileSync(ballast, Buffer.alloc((bfree - pages) * bsize), { mode: 0o600 });
      const exporting = exportOver(directorySpool(root), 1, new Collecting());
      if (!(await failsWith(exporting, ["SPOOL_FAILED"], result))) result.wrong.push(`${pages} pages were enough.`);
      truncateSync(ballast);
      judgeRemains(ground, site, result);
      rmSync(ballast);
      await finish(ground, site, result);
    }
  } finally {
    spawnSync("umount", [root]);
  }
  site.remove();
  return result;
}

/** The system itself answers with EIO, by strace, at calls that are chosen by chance. */
async function inputOutputErrors(ground: Ground, seed: number): Promise<Result | string> {
  if (!toolIsHere("strace")) return "strace is not on this machine";
  if (spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status !== 0) return notHere("strace may not trace");
  const result = noResult();
  const puts = ground.undisturbed.get("directory")?.export.puts ?? 0;
  // Each put syncs its file and a folder at least, and renames once.
  for (const [call, most, times] of [
    ["fsync", puts * 2, 7],
    ["rename", puts, 5],
  ] as const)
    for (let time = 0; time < times; time++) {
      const site = ground.site("directory");
      const number = 1 + Math.floor(chance(seed, `${call} ${time}`) * most);
      const trace = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${call}`,
        "-e",
        `inject=${call}:error=EIO:when=${number}`,
      ];
      // With one thread for all files, the calls have an order.
      const command = ["env", "UV_THREADPOOL_SIZE=1", "strace", ...trace];
      const task = { place: site.place, work: "export", lanes: 1, to: site.to(0) } as const;
      const { told, complaint } = await startChild(ground.programs, task, site.temporary, command).ended;
      // Where it is the bundle's own file that cannot be renamed or synced, it is the delivery that fails.
      if (/^(SPOOL_FAILED, retryable: .*\(EIO\)|DELIVERY_FAILED)/.test(told?.error ?? "")) result.faults++;
      else result.wrong.push(`EIO at ${call} ${number}: ${complaint || (told?.error ?? "the export did not fail.")}`);
      judgeRemains(ground, site, result);
      await finish(ground, site, result);
      site.remove();
    }
  return result;
}

/** At its first byte, or at its end. */
async function hangingDestinations(ground: Ground): Promise<Result> {
  const result = noResult();
  for (const kind of ground.undisturbed.keys())
    for (const hangsAt of ["write", "final"] as const) {
      const site = ground.site(kind);
      const stop = new AbortController();
      const hang = () => void setImmediate(() => stop.abort());
      const to = new Writable({
        write: (_chunk, _encoding, done) => (hangsAt === "write" ? hang() : done()),
        final: hang,
      });
      const exporter = exporterOver(await spoolAt(site.place), 1);
      const exporting = exporter.export(request(requestId), { to, ...fixed, signal: stop.signal });
      if (!(await failsWith(exporting, ["ABORTED"], result))) result.wrong.push("Nobody noticed that it hangs.");
      judgeRemains(ground, site, result);
      await finish(ground, site, result);
      site.remove();
    }
  return result;
}

/** Each attempt at another time, and at another with each look at the clock; each fails a little later than the one before. */
async function jumpingClocks(ground: Ground, seed: number): Promise<Result> {
  const result = noResult();
  const { now } = Date;
  const day = 24 * 60 * 60 * 1_000;
  const jump = (name: string) => Math.round((chance(seed, name) - 0.5) * 1_000) * day;
  const site = ground.site("directory");
  const spool = await spoolAt(site.place);
  const begun = await exporterOver(spool, 1).begin(request(requestId), fixed);
  let looks = 0;
  Date.now = () => now() + jump(`system ${looks++}`);
  const clock = () => fixed.clock() + jump(`clock ${looks++}`);
  try {
    for (let puts = 3; ; puts++) {
      const exporter = exporterOver(failingAfter(spool, puts), 1);
      const again = await exporter.begin(request(requestId), { clock });
      if (JSON.stringify(again) !== JSON.stringify(begun)) result.wrong.push("The request is not as it was begun.");
      if (
        !(await failsWith(
          exporter.export(request(requestId), { to: new Collecting(), clock }),
          ["SPOOL_FAILED"],
          result,
        ))
      )
        break;
    }
    judgeRemains(ground, site, result);
    await finish(ground, site, result, { clock });
    await expiry(site, result);
  } finally {
    Date.now = now;
  }
  site.remove();
  return result;
}

/** A request expires by the clock that purges, counted from the moment it was begun. */
async function expiry(site: Site, result: Result): Promise<void> {
  const exporter = exporterOver(await spoolAt(site.place), 1);
  const { createdAt } = await exporter.begin(request(requestId), fixed);
  const days = (count: number) => () => Date.parse(createdAt) + count * 24 * 60 * 60 * 1_000;
  for (const [count, purged] of [
    [-300, 0],
    [29, 0],
    [31, 1],
  ] as const)
    if ((await exporter.purgeExpired({ clock: days(count) })) !== purged)
      result.wrong.push(`After ${count} days not ${purged} requests were purged.`);
  await requireEmpty(site, result);
}

function failingAfter(spool: DurableSpool, puts: number): DurableSpool {
  let put = 0;
  return {
    name: spool.name,
    get: (path) => spool.get(path),
    list: (prefix) => spool.list(prefix),
    delete: (path) => spool.delete(path),
    async put(path, bytes) {
      if (++put > puts) throw new Error("no more");
      await spool.put(path, bytes);
    },
  };
}
