import { Writable } from "node:stream";
import { inflateRawSync } from "node:zlib";
import {
  type Dataset,
  defineDataset,
  type ExportEvent,
  type ExportRequest,
  type Page,
  PortmanteauError,
  type ReadContext,
  type RecordSchema,
  type Source,
} from "../../src/index.ts";

/** What tests export, and how they look at it; also for programs that run without the test runner. */

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

/** What a source throws that is away for now. */
export const gone = () => new PortmanteauError("SOURCE_UNAVAILABLE", "gone", { retryable: true });

/** For `before`: the source is away at the page of this number, or at every page. */
export const goneAt = (page?: number) => (at: number) => {
  if (page === undefined || at === page) throw gone();
};

/** An observer that keeps what it hears. */
export function recording() {
  const events: ExportEvent[] = [];
  return { events, onEvent: (event: ExportEvent) => void events.push(event) };
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

/** A destination that keeps what it is given, and knows how it ended. */
export class Collecting extends Writable {
  readonly chunks: Buffer[] = [];
  ended = false;
  constructor(options: { readonly failAfterBytes?: number } = {}) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.chunks.push(Buffer.from(chunk));
        done(this.bytes.length > (options.failAfterBytes ?? Number.POSITIVE_INFINITY) ? new Error("no space") : null);
      },
      final: (done) => {
        this.ended = true;
        done();
      },
    });
    this.on("error", () => {});
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** The files of a zip of ours, inflated; read from its local headers, which is not how the package reads it. */
export function entriesOf(zip: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>();
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50; ) {
    const isStored = zip.readUInt16LE(at + 8) === 0;
    const compressedBytes = zip.readUInt32LE(at + 18);
    const nameEnd = at + 30 + zip.readUInt16LE(at + 26);
    const from = nameEnd + zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + 30, nameEnd);
    at = from + compressedBytes;
    if (!path.endsWith("/"))
      entries.set(path, isStored ? zip.subarray(from, at) : inflateRawSync(zip.subarray(from, at)));
  }
  return entries;
}

/** The document or the records at a path of a bundle. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
export function jsonAt(entries: ReadonlyMap<string, Buffer>, path: string): any {
  return JSON.parse((entries.get(path) as Buffer).toString());
}
