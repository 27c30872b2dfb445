import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PortmanteauError } from "../../src/index.ts";
import type { DurableSteps, PartName, RequestProgress } from "../../src/model/durable.ts";
import type { ExportReport } from "../../src/model/outcome.ts";
import type { ExportRequest } from "../../src/model/request.ts";

/** What the workers' processes of a test share: a folder, and how they work. */
export interface Shared {
  readonly folder: string;
  readonly datasets: Readonly<Record<string, { readonly source: string; readonly partitions: number }>>;
  /** Pages of each part; each is a checkpoint. */
  readonly pages: number;
  readonly pageMs: number;
  /** A process that comes so far in a part of the dataset `poison` ends itself. */
  readonly poisonPage?: number;
}

/**
 * Three steps whose state is files, for several processes: parts resume at their last page. Every page is a line `pid part page` in `pages`,
 * every bundle one in `bundles`, and the most parts that were read at the same moment in `most`.
 */
export function sharedSteps({ folder, datasets, pages, pageMs, poisonPage }: Shared) {
  const parts = Object.entries(datasets).flatMap(([dataset, { source, partitions }]) =>
    Array.from({ length: partitions }, (_, partition) => ({ dataset, partition, source })),
  );
  const at = (...names: string[]) => join(folder, names.join("."));
  const text = (file: string) => readFile(file, "utf8").catch(() => undefined);
  const replace = async (file: string, content: string) => {
    const beside = `${file}.${process.pid}.${Math.random()}`;
    await writeFile(beside, content);
    await rename(beside, file);
  };
  const nameOf = ({ dataset, partition }: PartName) => `${dataset}-${partition}`;
  const described = async (request: ExportRequest): Promise<RequestProgress> => {
    const states = await Promise.all(
      parts.map(async (part) => Number((await text(at(request.id, nameOf(part)))) ?? -1)),
    );
    const bundle = await text(at(request.id, "delivered"));
    return {
      requestId: request.id,
      requestType: request.type,
      bundleId: `urn:uuid:${request.id}`,
      createdAt: "2026-01-31T00:00:00.000Z",
      dueAt: request.dueAt ?? "2026-02-28T00:00:00.000Z",
      parts: parts.map((part, index) => {
        const records = Math.max(states[index] ?? -1, 0);
        return {
          ...part,
          state: records === pages ? "sealed" : records > 0 ? "begun" : "waiting",
          records,
          expected: pages,
        };
      }),
      delivered:
        bundle === undefined ? null : { at: "2026-01-31T00:00:00.000Z", sha256: bundle, completeness: "complete" },
    };
  };
  const exporter: DurableSteps<{ readonly to: string }> & { datasets: { source: { name: string } }[] } = {
    datasets: Object.values(datasets).map(({ source }) => ({ source: { name: source } })),
    async begin(request) {
      await mkdir(folder, { recursive: true });
      await replace(at(request.id, "request"), JSON.stringify(request));
      return described(request);
    },
    async restart(requestId) {
      return (await this.progress(requestId)) as RequestProgress;
    },
    async collectPart(requestId, part, { signal } = {}) {
      const file = at(requestId, nameOf(part));
      const reading = at("reading", part.dataset);
      await mkdir(reading, { recursive: true });
      const mine = join(reading, `${process.pid}-${nameOf(part)}-${requestId}`);
      await writeFile(mine, "");
      try {
        for (let page = Number((await text(file)) ?? 0); page < pages; page++) {
          await appendFile(at("most", part.dataset), `${(await readdir(reading)).length}\n`);
          if (part.dataset === "poison" && page === poisonPage) process.kill(process.pid, "SIGKILL");
          await delay(pageMs, undefined, { signal }).catch((cause) => {
            throw new PortmanteauError("ABORTED", "Stopped.", { cause });
          });
          await replace(file, String(page + 1));
          await appendFile(at("pages"), `${process.pid} ${requestId}.${nameOf(part)} ${page}\n`);
        }
      } finally {
        await rm(mine, { force: true });
      }
      return { requestId, ...part, written: pages, quarantined: 0, compressedBytes: 0, error: null };
    },
    async assemble(requestId) {
      const request = (await this.progress(requestId)) as RequestProgress;
      if (request.parts.some(({ state }) => state !== "sealed"))
        throw new PortmanteauError("INCOMPLETE", "A part is missing.");
      await delay(pageMs);
      await replace(at(requestId, "delivered"), requestId);
      await appendFile(at("bundles"), `${requestId}\n`);
      return {} as ExportReport;
    },
    async progress(requestId) {
      const request = await text(at(requestId, "request"));
      return request === undefined ? undefined : described(JSON.parse(request));
    },
    async purge(requestId) {
      for (const file of await readdir(folder)) if (file.startsWith(requestId)) await rm(join(folder, file));
    },
    purgeExpired: async () => 0,
  };
  const lines = async (name: string) => ((await text(at(name))) ?? "").split("\n").slice(0, -1);
  return { exporter, lines };
}
