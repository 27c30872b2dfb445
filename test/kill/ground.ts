import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PortmanteauError } from "../../src/index.ts";
import { TestSpool } from "../support/durable.ts";
import { Collecting, fixed } from "../support/notes.ts";
import { miscounted, readableFiles, requireWhole } from "./judge.ts";
import { buildPrograms, type Programs, startChild, startStore } from "./programs.ts";
import {
  bucket,
  exporterOver,
  exportOver,
  type Place,
  request,
  requestId,
  spoolAt,
  type Task,
  type Told,
} from "./world.ts";

export type SpoolKind = Place["kind"];

/** What all cases stand on. */
export interface Ground {
  readonly programs: Programs;
  readonly folder: string;
  /** The bundle of an export that nobody disturbs. */
  readonly reference: Buffer;
  /** How the work goes in a child that is left alone. */
  readonly undisturbed: ReadonlyMap<SpoolKind, { readonly export: Told; readonly purge: Told }>;
  site(kind: SpoolKind): Site;
  close(): Promise<void>;
}

/** A request's own places. */
export interface Site {
  readonly place: Place;
  readonly temporary: string;
  /** Where the bundle of the child of this number goes. */
  to(child: number): string;
  /** The folders in which nothing may be readable. */
  readonly hidden: readonly string[];
  remove(): void;
}

/** What came of one case, or of several. */
export interface Result {
  kills: number;
  /** Exports that failed otherwise, as they should. */
  faults: number;
  /** Exports after them that came to their end. */
  finished: number;
  identical: number;
  lost: number;
  repeated: number;
  readable: number;
  /** What was not as it must be, in words. */
  readonly wrong: string[];
}

export function noResult(): Result {
  return { kills: 0, faults: 0, finished: 0, identical: 0, lost: 0, repeated: 0, readable: 0, wrong: [] };
}

export async function openGround(kinds: readonly SpoolKind[]): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-kill-"));
  const programs = await buildPrograms();
  const storeFolder = join(folder, "store");
  mkdirSync(storeFolder);
  const store = kinds.includes("s3") ? await startStore(programs, storeFolder) : undefined;
  let sites = 0;
  const site = (kind: SpoolKind): Site => {
    const name = `site-${++sites}`;
    const own = join(folder, name);
    const [root, temporary, out] = ["spool", "temporary", "out"].map((each) => join(own, each)) as [
      string,
      string,
      string,
    ];
    for (const each of [own, root, temporary, out]) mkdirSync(each, { mode: 0o700 });
    const inStore = join(storeFolder, bucket, name);
    if (kind === "s3") mkdirSync(inStore, { recursive: true });
    return {
      place: kind === "directory" ? { kind, root } : { kind, port: store?.port ?? Number.NaN, prefix: `${name}/` },
      temporary,
      to: (child) => join(out, `${child}.zip`),
      hidden: [kind === "directory" ? root : inStore, temporary],
      remove() {
        for (const each of [own, inStore]) rmSync(each, { recursive: true, force: true });
      },
    };
  };
  const to = new Collecting();
  await exportOver(new TestSpool(), 1, to);
  await requireWhole(to.bytes);
  const undisturbed = new Map<SpoolKind, { export: Told; purge: Told }>();
  for (const kind of kinds) {
    const { place, temporary, to: target, remove } = site(kind);
    const told = async (work: Task["work"]): Promise<Told> => {
      const { told, complaint } = await startChild(programs, { place, work, lanes: 1, to: target(0) }, temporary).ended;
      if (told === undefined || told.error !== undefined)
        throw new Error(`${kind}, ${work}: ${complaint || told?.error}`);
      return told;
    };
    undisturbed.set(kind, { export: await told("export"), purge: await told("purge") });
    remove();
  }
  return {
    programs,
    folder,
    reference: to.bytes,
    undisturbed,
    site,
    async close() {
      await store?.stop();
      programs.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What is left where children died: nothing readable, and no bundle that is not whole. */
export function judgeRemains({ reference }: Ground, site: Site, result: Result): void {
  const readable = readableFiles(site.hidden, { ownerOnly: site.place.kind === "directory" });
  result.readable += readable.length;
  result.wrong.push(...readable);
  for (let child = 0; child < 2; child++)
    if (existsSync(site.to(child)) && !readFileSync(site.to(child)).equals(reference))
      result.wrong.push("The file that was delivered is not the identical bundle.");
}

/** Exports to the end in this process, and compares; then purges, and looks whether anything is left. */
export async function finish(
  ground: Ground,
  site: Site,
  result: Result,
  options: Partial<typeof fixed> = fixed,
): Promise<void> {
  const exporter = exporterOver(await spoolAt(site.place), 1);
  const to = new Collecting();
  await exporter.export(request(requestId), { to, ...options });
  judgeZip(to.bytes, ground.reference, result);
  await exporter.purge(requestId);
  await requireEmpty(site, result);
}

/** Compares a bundle with one that nobody disturbed, and counts its records. */
export function judgeZip(zip: Buffer, reference: Buffer, result: Result, expected?: Record<string, number>): void {
  result.finished++;
  if (zip.equals(reference)) result.identical++;
  else result.wrong.push("The bundle is not identical.");
  const { lost, repeated } = miscounted(zip, expected);
  result.lost += lost;
  result.repeated += repeated;
}

export async function requireEmpty({ place }: Site, result: Result): Promise<void> {
  for await (const path of (await spoolAt(place)).list("")) result.wrong.push(`After the purge there is ${path}.`);
  if (place.kind !== "directory") return;
  for (const name of readdirSync(place.root)) result.wrong.push(`After the purge there is ${name} in the folder.`);
}

/** An export that must fail in this way. @returns whether it failed at all */
export async function failsWith(
  exporting: Promise<unknown>,
  codes: readonly string[],
  result: Result,
): Promise<boolean> {
  const error = await exporting.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return false;
  result.faults++;
  if (!PortmanteauError.is(error) || !codes.includes(error.code)) result.wrong.push(`Instead of ${codes}: ${error}`);
  return true;
}

/** @throws when everything must be here */
export function notHere(why: string): string {
  if (process.env["PORTMANTEAU_SERVICES"] === "required") throw new Error(`It is required, and ${why}.`);
  return why;
}
