import { ContentWriter } from "../archive/content.ts";
import type { RecordCodec } from "../codec/record-codec.ts";
import { readShape } from "../codec/shape.ts";
import type { Attachment, AttachmentFacts } from "../model/attachment.ts";
import type { Dataset } from "../model/dataset.ts";
import type { EntryPath } from "../model/entry-path.ts";
import { type ErrorCode, PortmanteauError } from "../model/errors.ts";
import type { PartState } from "../model/generated/journal/part-state.ts";
import type { Spool, Spooled, SpoolWriter } from "../model/ports.ts";
import { FileList, type ListedFile } from "./file-list.ts";
import type { Reopen, SealedStream } from "./lazy-stream.ts";
import type { CollectedDataset } from "./plan.ts";
import { type ReadContentOptions, readContent } from "./read-content.ts";
import type { Retry } from "./retry.ts";
import { Slices } from "./slices.ts";
import { typedSpool } from "./typed-spool.ts";

type AttachmentsState = NonNullable<PartState["attachments"]>;

/** A file that lies in the spool. */
export interface SealedAttachment {
  readonly path: EntryPath;
  readonly name: string;
  readonly mediaType: string;
  readonly stream: SealedStream;
}

/** The files of a dataset, in the order of their records. Their streams are read once, in that order. */
export interface SealedAttachments {
  readonly files: readonly SealedAttachment[];
  /** What the files are, a line of JSON for each; only of a part that was ever put down. */
  readonly list: SealedStream | undefined;
  /** The contents of all, one after the other. */
  readonly contents: Spooled | undefined;
  discard(): Promise<void>;
}

export interface AttachmentOptions {
  readonly spool: Spool;
  /** zlib level, 1 to 9. */
  readonly level: number;
  /** The subject's identifiers, which no path holds. */
  readonly identifiers: readonly string[];
}

/** The property that says which file a record has. */
const property = "file";
const plainType = "application/octet-stream";

/**
 * Refuses a dataset whose records could not say which files they have.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`
 */
export function requireFileProperty({ name, schema, source }: Dataset): void {
  if (!source.capabilities.attachments) return;
  const found = readShape(schema, name).properties.find((each) => each.name === property);
  const isObject = found?.shape.kind === "object" && found.privacy.thirdParty === undefined;
  if (isObject && found.shape.kind === "object" && found.shape.properties.some((each) => each.name === "path")) return;
  throw new PortmanteauError(
    "CONFIG_INVALID",
    `Dataset "${name}", /schema: its source "${source.name}" gives files, and no property "file" says which. Add one, an object with a nullable "path", as storedFileSchema of portmanteau/records has it.`,
    { context: { dataset: name, pointer: "/schema" } },
  );
}

/** The facts that records have of their files; nothing when files do not leave in this view, and so are not read. */
function factNames({ shape }: RecordCodec): ReadonlySet<string> | undefined {
  const found = shape.properties.find(({ name }) => name === property)?.shape;
  const names = found?.kind === "object" ? new Set(found.properties.map(({ name }) => name)) : undefined;
  return names?.has("path") ? names : undefined;
}

/**
 * The files of a dataset that is being collected. Each is read to its end before its record is encoded, into one stream of the spool, a
 * file after the other: a store of a million small files takes no more of the spool than that. What a failed attempt, or a content that is
 * there already, leaves in the stream is passed over when it is read.
 */
export class OpenAttachments {
  /** What ended the reading of files, and with it the dataset's: their store does not answer. */
  stopped: PortmanteauError | undefined;
  /** How many files could not be read. */
  missing = 0;
  /** How many files there were. */
  total = 0;
  /** Why the first of the missing ones is. */
  firstMissing: PortmanteauError | undefined;
  readonly #dataset: string;
  readonly #facts: ReadonlySet<string>;
  readonly #options: AttachmentOptions;
  readonly #list: FileList;
  #writer: SpoolWriter | undefined;
  #bytes = 0;

  private constructor(dataset: string, facts: ReadonlySet<string>, options: AttachmentOptions) {
    this.#dataset = dataset;
    this.#facts = facts;
    this.#options = options;
    this.#list = new FileList({ ...options, dataset });
  }

  /** Nothing where the dataset has no files, or none that leave. */
  static of({ dataset, codec }: CollectedDataset, options: AttachmentOptions): OpenAttachments | undefined {
    const facts = dataset.source.capabilities.attachments ? factNames(codec) : undefined;
    return facts === undefined ? undefined : new OpenAttachments(dataset.name, facts, options);
  }

  /**
   * Reads the file of a record. Gives the record with what is known of it, also when it could not be read; nothing once reading has
   * `stopped`.
   */
  async recordWith(
    record: unknown,
    attachment: Attachment | null | undefined,
    fetching: Retry,
    options: Omit<ReadContentOptions, "dataset">,
  ): Promise<unknown> {
    if (attachment === null) return withProperty(record, null);
    const { recordIndex } = options;
    if (typeof attachment?.name !== "string" || typeof attachment.open !== "function")
      throw new PortmanteauError(
        "SOURCE_CONTRACT",
        `The source of dataset "${this.#dataset}" gave no attachment for record ${recordIndex}: one for each record, or null. Mend the adapter.`,
        { context: { dataset: this.#dataset, recordIndex } },
      );
    const name = attachment.name.toWellFormed();
    let known: Partial<AttachmentFacts> = {};
    fetching.progress();
    const error = await fetching.run(async () => {
      known = await this.#read(attachment, name, { ...options, dataset: this.#dataset });
    });
    if (error?.code === "SOURCE_UNAVAILABLE" || error?.code === "SOURCE_TIMEOUT") {
      this.stopped = error;
      return undefined;
    }
    this.total++;
    if (error !== undefined) {
      this.missing++;
      this.firstMissing ??= error;
    }
    const facts: AttachmentFacts = {
      path: null,
      mediaType: null,
      bytes: null,
      sha256: null,
      problem: error?.code ?? null,
      ...known,
      name,
    };
    return withProperty(record, Object.fromEntries(Object.entries(facts).filter(([fact]) => this.#facts.has(fact))));
  }

  /** Where it is, between two records. @throws {PortmanteauError} `SPOOL_FAILED` */
  async putDown(): Promise<AttachmentsState> {
    const { missing, total, firstMissing } = this;
    const list = (await this.#list.putDown()) ?? null;
    return {
      bytes: this.#bytes,
      total,
      missing,
      firstMissing: firstMissing === undefined ? null : stateOf(firstMissing),
      list,
    };
  }

  /**
   * Goes on with files that were put down; none was read yet. Their bytes are not read again: whoever copies a file looks at its CRC-32.
   *
   * @throws {PortmanteauError} `SPOOL_CORRUPT`, `SPOOL_FAILED`
   */
  async takeUp({ bytes, total, missing, firstMissing, list }: AttachmentsState, reopen: Reopen): Promise<void> {
    this.total = total;
    this.missing = missing;
    if (firstMissing !== null) {
      const { code, message, retryable } = firstMissing;
      this.firstMissing = new PortmanteauError(code as ErrorCode, message, {
        retryable,
        context: { dataset: this.#dataset },
      });
    }
    this.#bytes = bytes;
    if (bytes > 0) this.#writer = (await typedSpool(this.#streamName, () => reopen(this.#streamName))).writer;
    if (list !== null) await this.#list.takeUp(list, reopen);
  }

  async seal(): Promise<SealedAttachments> {
    const spooled = await typedSpool(this.#streamName, async () => this.#writer?.seal());
    return sealedAttachments(this.#list.files, spooled, await this.#list.seal());
  }

  /** Gives up what was read. */
  async discard(): Promise<void> {
    await this.#writer?.discard();
    await this.#list.discard();
  }

  get #streamName(): string {
    return `${this.#dataset}.files`;
  }

  async #read(attachment: Attachment, name: string, options: ReadContentOptions): Promise<Partial<AttachmentFacts>> {
    const at = this.#bytes;
    const content = new ContentWriter((bytes) => this.#append(bytes), this.#options.level);
    let mediaType: string;
    try {
      ({ mediaType = plainType } = await readContent(attachment, (chunk) => content.take(chunk), options));
    } catch (error) {
      await content.settled(); // the next attempt writes after it
      throw error;
    }
    const facts = await content.seal();
    const { bytes, sha256 } = facts;
    const file = this.#list.find(sha256) ?? this.#list.add({ name, mediaType, at, facts });
    return { path: file.path, mediaType: file.mediaType, bytes, sha256 };
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await typedSpool(this.#streamName, async () => {
      this.#writer ??= await this.#options.spool.create(this.#streamName);
      await this.#writer.write(bytes);
    });
    this.#bytes += bytes.length;
  }
}

/** The files that are listed, each a slice of the contents of all. */
export function sealedAttachments(
  listed: readonly ListedFile[],
  contents: Spooled | undefined,
  list: SealedStream | undefined,
): SealedAttachments {
  const slices = new Slices(contents);
  const files = listed.map(({ path, name, mediaType, at, facts }): SealedAttachment => {
    const slice: Spooled = {
      bytes: facts.compressedBytes,
      read: () => slices.read(at, facts.compressedBytes),
      discard: async () => {}, // all files are given up together
    };
    return { path, name, mediaType, stream: { facts, spooled: slice } };
  });
  return {
    files,
    list,
    contents,
    async discard() {
      await slices.close();
      await contents?.discard();
      await list?.spooled.discard();
    },
  };
}

/** Of an error what JSON holds: its cause stays behind, which may quote values. */
function stateOf({ code, message, retryable }: PortmanteauError): AttachmentsState["firstMissing"] {
  return { code, message, retryable };
}

/** The record with its file; the source's own object stays as it is, and what is not its own property stays reachable. */
function withProperty(record: unknown, value: unknown): unknown {
  if (typeof record !== "object" || record === null) return record;
  const own = Object.getOwnPropertyDescriptors(record);
  const file = { value, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(record), { ...own, [property]: file });
}
