import type { ContentFacts } from "../archive/content.ts";
import type { SegmentState } from "../archive/segment.ts";
import { layout } from "../bundle/layout.ts";
import { TextBuffer } from "../codec/text-buffer.ts";
import type { EntryPath } from "../model/entry-path.ts";
import type { Spool } from "../model/ports.ts";
import { AttachmentNames } from "./attachment-names.ts";
import { LazyStream, type Reopen, type SealedStream } from "./lazy-stream.ts";

/** A file that was read: what it is called, and where its bytes begin in the stream of all. */
export interface ListedFile {
  readonly path: EntryPath;
  readonly name: string;
  readonly mediaType: string;
  readonly at: number;
  readonly facts: ContentFacts;
}

export interface FileListOptions {
  readonly dataset: string;
  /** The subject's identifiers, which no path holds. */
  readonly identifiers: readonly string[];
  readonly spool: Spool;
  /** zlib level, 1 to 9. */
  readonly level: number;
}

/**
 * The files of a dataset, each content once, in the order of their records. When it is put down, what is new since the last time is
 * appended to a stream of the spool, a line of JSON for each file: a state stays small however many there are.
 */
export class FileList {
  readonly files: ListedFile[] = [];
  readonly #bySha256 = new Map<string, ListedFile>();
  readonly #dataset: string;
  readonly #names: AttachmentNames;
  readonly #stream: LazyStream;
  /** How many files are in the stream. */
  #streamed = 0;

  constructor({ dataset, identifiers, spool, level }: FileListOptions) {
    this.#dataset = dataset;
    this.#names = new AttachmentNames(identifiers);
    this.#stream = new LazyStream(spool, `${dataset}.files.list`, level);
  }

  /** The file with this content. */
  find(sha256: string): ListedFile | undefined {
    return this.#bySha256.get(sha256);
  }

  /** Adds a file, and gives it a path: the same files in the same order have the same paths. */
  add({ name, mediaType, at, facts }: Omit<ListedFile, "path">): ListedFile {
    const file = { path: layout.attachment(this.#dataset, this.#names.next(name)), name, mediaType, at, facts };
    this.files.push(file);
    this.#bySha256.set(facts.sha256, file);
    return file;
  }

  /** Nothing while there are no files. @throws {PortmanteauError} `SPOOL_FAILED` */
  async putDown(): Promise<SegmentState | undefined> {
    const text = new TextBuffer((piece, release) => this.#stream.push(piece, release));
    for (const { name, mediaType, at, facts } of this.files.slice(this.#streamed)) {
      text.write(`${JSON.stringify({ name, mediaType, at, facts })}\n`);
      if (this.#stream.full) await this.#stream.ready();
    }
    text.end();
    this.#streamed = this.files.length;
    return this.#stream.putDown();
  }

  /** @throws {PortmanteauError} `SPOOL_CORRUPT`, `SPOOL_FAILED` */
  async takeUp(state: SegmentState, reopen: Reopen): Promise<void> {
    const onText = linesOf((line) => this.add(JSON.parse(line.toString())));
    await this.#stream.takeUp(state, reopen, { dataset: this.#dataset, onText });
    this.#streamed = this.files.length;
  }

  /** The stream, with every file, when it was ever put down. @throws {PortmanteauError} `SPOOL_FAILED` */
  async seal(): Promise<SealedStream | undefined> {
    if (this.#streamed === 0) return undefined;
    await this.putDown();
    return this.#stream.seal();
  }

  async discard(): Promise<void> {
    await this.#stream.discard();
  }
}

const lineFeed = 10;

/** Takes text in chunks, and gives its lines, without their ends. */
export function linesOf(onLine: (line: Buffer) => void): (text: Buffer) => void {
  let begun: Buffer[] = [];
  return (text) => {
    let from = 0;
    for (let end = text.indexOf(lineFeed); end !== -1; end = text.indexOf(lineFeed, from)) {
      onLine(Buffer.concat([...begun, text.subarray(from, end)]));
      begun = [];
      from = end + 1;
    }
    if (from < text.length) begun.push(text.subarray(from));
  };
}
