import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createExporter,
  type Dataset,
  defineDataset,
  type ExporterConfig,
  type ExportRequest,
  type Page,
  type ReadContext,
  type RecordSchema,
  type Source,
} from "portmanteau";
import { localSpool } from "portmanteau/spools/local";
import { afterAll } from "vitest";

export const fixed = {
  clock: () => Date.UTC(2026, 0, 31),
  bundleId: "urn:uuid:7c1f7d1e-4c3a-4e0e-9d6c-0d5a3b7f1c11",
} as const;
export const request: ExportRequest = {
  id: "0f8b6a52-6a53-4d2e-8a35-6a1f3c0e9b77",
  type: "access",
  subject: { id: "u1" },
};
export const privacy = {
  category: "notes",
  purposes: ["dpv:ServiceProvision"],
  legalBasis: "eu-gdpr:A6-1-b",
  origin: "provided",
  retention: { duration: "P1Y" },
} as const;

export const noteSchema: RecordSchema = {
  type: "object",
  additionalProperties: false,
  required: ["id", "owner", "text"],
  properties: {
    id: { type: "integer" },
    owner: { type: "string" },
    text: { type: "string" },
    password: { type: "string", writeOnly: true },
  },
};

export interface Note {
  readonly id: number;
  readonly owner: string;
  readonly text: string;
}

export function notes(count: number): Note[] {
  return Array.from({ length: count }, (_, id) => ({ id, owner: "u1", text: `note ${id}` }));
}

/** What a controlled source saw. */
export interface Seen {
  opened: number;
  closed: number;
  pages: number;
  aborted: boolean;
}

export interface ControlledOptions {
  readonly resume?: "none" | "cursor";
  readonly count?: number;
  /** Called before the page of this number (from 0, over all reads) is given; it may throw, wait, or never return. */
  readonly before?: (page: number, context: ReadContext) => void | Promise<void>;
}

/** A source in pages of `context.pageRecords` that does what a test wants, and counts how it was treated. */
export function controlledSource(
  records: readonly unknown[],
  { resume = "cursor", count, before }: ControlledOptions = {},
): { source: Source; seen: Seen } {
  const seen: Seen = { opened: 0, closed: 0, pages: 0, aborted: false };
  const source: Source = {
    name: "controlled",
    capabilities: { resume, partitions: false, count: count !== undefined, attachments: false },
    async *read(context): AsyncGenerator<Page> {
      seen.opened++;
      context.signal.addEventListener("abort", () => {
        seen.aborted = true;
      });
      try {
        for (let at = (context.after as number | undefined) ?? 0; at < records.length; ) {
          await before?.(seen.pages++, context);
          const page = records.slice(at, at + context.pageRecords);
          at += page.length;
          yield { records: page, cursor: at };
        }
      } finally {
        seen.closed++;
      }
    },
    ...(count === undefined ? {} : { count: async () => count }),
  };
  return { source, seen };
}

export function noteDataset(name: string, source: Source, more: Partial<Dataset> = {}): Dataset {
  return defineDataset({
    name,
    title: `Notes ${name}`,
    schema: noteSchema,
    subjectField: "/owner",
    privacy,
    source,
    ...more,
  });
}

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
