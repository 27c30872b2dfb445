import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  createExporter,
  type Dataset,
  type ExporterConfig,
  type ExportOptions,
  type ExportRequest,
  PortmanteauError,
} from "portmanteau";
import { localSpool } from "portmanteau/spools/local";
import { afterAll, beforeAll, expect } from "vitest";
import { Collecting, entriesOf, fixed, recording, request } from "./notes.ts";

export {
  Collecting,
  controlledSource,
  entriesOf,
  fixed,
  gone,
  goneAt,
  jsonAt,
  noteDataset,
  noteSchema,
  notes,
  privacy,
  recording,
  request,
  type Seen,
} from "./notes.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder, gone after the tests. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portmanteau-test-"));
  folders.push(folder);
  return folder;
}

/** An exporter whose spool goes to disk at once, in a folder that can be looked into. */
export function exporterOf(datasets: readonly Dataset[], more: Partial<ExporterConfig> = {}) {
  const spoolFolder = emptyFolder();
  const exporter = createExporter({
    controller: { name: "Acme", contact: "privacy@acme.example" },
    datasets,
    pageRecords: 10,
    retry: { attempts: 3, baseDelayMs: 1, maxDelayMs: 2 },
    spool: localSpool({ memoryBytes: 0, directory: spoolFolder }),
    ...more,
  });
  return { exporter, spooled: () => readdirSync(spoolFolder) };
}

/** The error of this package that a promise must end with. */
export async function failing(promise: Promise<unknown>): Promise<PortmanteauError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(PortmanteauError.is(error), inspect(error)).toBe(true);
  return error as PortmanteauError;
}

/** The error of this package that a call must throw. */
export function refused(call: () => unknown): PortmanteauError {
  try {
    call();
  } catch (error) {
    expect(PortmanteauError.is(error), inspect(error)).toBe(true);
    return error as PortmanteauError;
  }
  throw new Error("It was accepted.");
}

/** Fails a test file in which a rejection went unhandled. */
export function expectNoUnhandledRejection(): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeAll(() => void process.on("unhandledRejection", note));
  afterAll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Exports into memory. */
export async function exported(
  datasets: readonly Dataset[],
  config: Partial<ExporterConfig> = {},
  options: Partial<ExportOptions> & { readonly request?: ExportRequest } = {},
) {
  const to = new Collecting();
  const { events, onEvent } = recording();
  const { exporter, spooled } = exporterOf(datasets, config);
  const { request: asked = request, ...rest } = options;
  const report = await exporter.export(asked, { to, ...fixed, onEvent, ...rest });
  expect(spooled()).toEqual([]);
  const zip = to.bytes;
  return { report, events, zip, entries: entriesOf(zip), sha256: sha256(zip) };
}
