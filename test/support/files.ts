import { readdirSync, readlinkSync } from "node:fs";
import {
  type Attachment,
  type Dataset,
  defineDataset,
  type OpenAttachment,
  type Page,
  type Source,
} from "../../src/index.ts";
import { storedFileSchema } from "../../src/records.ts";
import { privacy } from "./notes.ts";

/** Datasets of files, for tests: what they hold, what their contents do, and how they were treated. */

export interface TestFile {
  readonly name: string;
  readonly content?: Uint8Array | string;
  readonly mediaType?: string;
  /** In place of the content: what opening it does. `attempt` counts from 0. */
  readonly open?: (attempt: number, signal: AbortSignal) => Promise<OpenAttachment>;
  readonly owner?: string;
  /** What else its record has. */
  readonly more?: object;
}

/** What became of the contents. */
export interface FilesSeen {
  opened: number;
  closed: number;
  /** How many are open now, and the most there were. */
  open: number;
  most: number;
}

export interface FileSourceOptions {
  readonly resume?: "none" | "cursor";
  /** Of the chunks that contents are given in. */
  readonly chunkBytes?: number;
  /** Called before the page of this number, over all reads. */
  readonly before?: (page: number) => void | Promise<void>;
}

/** A source whose records are files, `null` a record without one. */
export function fileSource(
  files: readonly (TestFile | null)[],
  { resume = "cursor", chunkBytes = 10_000, before }: FileSourceOptions = {},
): { source: Source; seen: FilesSeen } {
  const seen: FilesSeen = { opened: 0, closed: 0, open: 0, most: 0 };
  let pages = 0;
  const attachments = files.map((file): Attachment | null => {
    if (file === null) return null;
    let attempts = 0;
    return {
      name: file.name,
      async open(signal) {
        const opened = (await file.open?.(attempts++, signal)) ?? contentOf(file, chunkBytes);
        seen.opened++;
        seen.most = Math.max(seen.most, ++seen.open);
        return {
          ...opened,
          async close() {
            await opened.close?.();
            seen.closed++;
            seen.open--;
          },
        };
      },
    };
  });
  const source: Source = {
    name: "files",
    capabilities: { resume, partitions: false, count: false, attachments: true },
    async *read(context): AsyncGenerator<Page> {
      for (let at = (context.after as number | undefined) ?? 0; at < files.length; ) {
        await before?.(pages++);
        const to = Math.min(files.length, at + context.pageRecords);
        const records = files
          .slice(at, to)
          .map((file) => ({ accountId: file?.owner ?? "u1", modifiedAt: null, ...file?.more }));
        yield { records, attachments: attachments.slice(at, to), cursor: to };
        at = to;
      }
    },
  };
  return { source, seen };
}

export function contentOf({ content = "", mediaType }: TestFile, chunkBytes = 10_000): OpenAttachment {
  const bytes = Buffer.from(content as string);
  return {
    bytes: bytes.length,
    ...(mediaType === undefined ? {} : { mediaType }),
    content: (async function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    })(),
  };
}

export function fileDataset(name: string, source: Source, more: Partial<Dataset> = {}): Dataset {
  return defineDataset({
    name,
    title: `Files ${name}`,
    schema: storedFileSchema,
    subjectField: "/accountId",
    privacy,
    source,
    ...more,
  });
}

/** What is stored at each path, for a source's contract: an empty file, one that takes many chunks, and small ones, no two of them equal. */
export function storedFiles(paths: readonly string[]): ReadonlyMap<string, Uint8Array> {
  const content = (path: string, index: number) =>
    index === 3 ? Buffer.alloc(0) : index === 5 ? Buffer.alloc(2_000_000, `${path} `) : Buffer.from(path);
  return new Map(paths.map((path, index) => [path, content(path, index)]));
}

/** How many files below a folder this process has open. */
export function openFilesIn(folder: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}
