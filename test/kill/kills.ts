import { setTimeout as wait } from "node:timers/promises";
import { Collecting } from "../support/notes.ts";
import {
  finish,
  type Ground,
  judgeRemains,
  noResult,
  type Result,
  requireEmpty,
  type Site,
  type SpoolKind,
} from "./ground.ts";
import { type Child, startChild } from "./programs.ts";
import { chance, exporterOver, exportOver, spoolAt, type Task, type When } from "./world.ts";

/** One request, and how its processes die. */
export interface KillCase {
  /** What its kills are counted under. */
  readonly scenario: string;
  /** The same in all runs with the same seed. */
  readonly name: string;
  /** How many kills it makes at most. */
  readonly kills: number;
  run(): Promise<Result>;
}

/** With several lanes, so that more than one part is open; the lanes change no byte. */
const manyLanes = 3;

/** At the steps of the journal, of which there are as many as an undisturbed export has. */
const steps: readonly (readonly [When, string])[] = [
  ["before", "before each put"],
  ["half", "when half of the bytes of each put are written"],
  ["unnamed", "when all of them are written, and nothing is in its place"],
  ["after", "after each put"],
];

/** @param times how often each thing is done that has no number of its own: with 1, some 430 kills in two kinds of spool */
export function killCases(ground: Ground, kinds: readonly SpoolKind[], seed: number, times: number): KillCase[] {
  const cases: KillCase[] = [];
  for (const kind of kinds) {
    const { export: exporting, purge } = ground.undisturbed.get(kind) as NonNullable<
      ReturnType<Ground["undisturbed"]["get"]>
    >;
    const add = (
      scenario: string,
      name: unknown,
      kills: number,
      run: (scene: Scene, at: (of: string) => number) => Promise<void>,
    ) => {
      const whole = `${kind}, ${scenario}, ${name}`;
      const at = (of: string) => chance(seed, `${whole} ${of}`) * exporting.ms * 1.1;
      cases.push({
        scenario: `${kind}, ${scenario}`,
        name: whole,
        kills,
        run: () => inScene(ground, kind, (scene) => run(scene, at)),
      });
    };
    for (const [when, title] of steps)
      for (let number = 1; number <= exporting.puts; number++)
        add(title, number, 1, async (scene) => {
          await scene.dies(scene.start({ die: { call: "put", number, when } }));
          await scene.finish();
        });
    for (let number = 1; number <= purge.deletes; number++)
      add("before each delete of a purge", number, 1, (scene) => dyingPurge(scene, number));
    for (let time = 0; time < 40 * times; time++)
      add("at a random moment", time, 1, async (scene, at) => {
        await scene.killed(scene.start({ lanes: manyLanes }), at(""));
        await scene.finish();
      });
    for (let time = 0; time < 4 * times; time++)
      add("five times in a row", time, 5, async (scene, at) => {
        for (let row = 0; row < 5; row++) await scene.killed(scene.start({ lanes: manyLanes }), at(`${row}`));
        await scene.finish();
      });
    for (let time = 0; time < 6 * times; time++)
      add("two at once on the same parts", time, 2, async (scene, at) => {
        const [one, other] = [0, 1].map((child) => scene.start({ lanes: manyLanes }, child)) as [Child, Child];
        await Promise.all([scene.killed(one, at("one")), scene.killed(other, 2 * at("other"))]); // the second may live
        await scene.finish();
      });
    for (let time = 0; time < 4 * times; time++)
      add("while the destination hangs", time, 1, async (scene, at) => {
        await scene.killed(scene.start({ hangs: true }), 2 * exporting.ms + at(""));
        await scene.finish();
      });
  }
  return cases;
}

/** A purge that breaks off: the next one leaves nothing, and an export in between is whole. */
async function dyingPurge(scene: Scene, number: number): Promise<void> {
  const { ground, site, result } = scene;
  const spool = await spoolAt(site.place);
  await exportOver(spool, 1, new Collecting());
  await scene.dies(scene.start({ work: "purge", die: { call: "delete", number, when: "before" } }));
  if (number % 2 === 0) return finish(ground, site, result);
  const later = () => Date.UTC(2100, 0, 1);
  await exporterOver(spool, 1).purgeExpired({ clock: later });
  await requireEmpty(site, result);
  await finish(ground, site, result);
}

/** What one case works with. */
interface Scene {
  readonly ground: Ground;
  readonly site: Site;
  readonly result: Result;
  start(task: Partial<Task>, child?: number): Child;
  /** Waits for the end of one that kills itself. */
  dies(child: Child): Promise<void>;
  /** Kills so many milliseconds after it began; one that ended before is none that was killed. */
  killed(child: Child, afterMs: number): Promise<void>;
  finish(): Promise<void>;
}

async function inScene(ground: Ground, kind: SpoolKind, run: (scene: Scene) => Promise<void>): Promise<Result> {
  const site = ground.site(kind);
  const result = noResult();
  const ended = async ({ ended }: Child, mustDie: boolean) => {
    const { signal, told, complaint } = await ended;
    if (signal === "SIGKILL") result.kills++;
    if (complaint !== "") result.wrong.push(complaint);
    if (signal === null && (mustDie || told?.error !== undefined || told === undefined))
      result.wrong.push(`A child ended by itself: ${told?.error ?? "without an error"}.`);
    judgeRemains(ground, site, result);
  };
  try {
    await run({
      ground,
      site,
      result,
      start: (task, child = 0) =>
        startChild(
          ground.programs,
          { place: site.place, work: "export", lanes: 1, to: site.to(child), ...task },
          site.temporary,
        ),
      dies: (child) => ended(child, true),
      async killed(child, afterMs) {
        await child.ready;
        await wait(afterMs);
        child.kill();
        await ended(child, false);
      },
      finish: () => finish(ground, site, result),
    });
  } catch (error) {
    result.wrong.push(String(error));
  }
  site.remove();
  return result;
}

/** Of all cases a sample that makes about so many kills, the same for the same seed. */
export function sampleOf(cases: readonly KillCase[], kills: number, seed: number): KillCase[] {
  const shuffled = [...cases].sort((a, b) => chance(seed, a.name) - chance(seed, b.name));
  let sum = 0;
  return shuffled.filter((each) => sum < kills && (sum += each.kills) > 0);
}

/** Runs the cases, a few at a time, and adds up what came of them by scenario. */
export async function runCases(cases: readonly KillCase[], width: number): Promise<Map<string, Result>> {
  const results = new Map<string, Result>(cases.map(({ scenario }) => [scenario, noResult()]));
  const waiting = [...cases];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await next.run();
      addTo(results.get(next.scenario) as Result, result, next.name);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

export function addTo(sum: Result, { wrong, ...counted }: Result, name: string): void {
  for (const key of ["kills", "faults", "finished", "identical", "lost", "repeated", "readable"] as const)
    sum[key] += counted[key];
  sum.wrong.push(...wrong.map((line) => `${name}: ${line}`));
}
