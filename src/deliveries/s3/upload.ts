import { createHash } from "node:crypto";
import { PortmanteauError } from "../../model/errors.ts";
import { asked, type Ends, endless, type Limits } from "./calls.ts";
import type {
  S3Checksums,
  S3Create,
  S3CustomerKey,
  S3DeliveryClient,
  S3DonePart,
  S3Stored,
  S3Target,
  S3Upload,
} from "./client.ts";
import { isNoUpload, mayBeDone } from "./failure.ts";
import { mostParts, type PartBuffer, type PartDigests } from "./part-buffer.ts";

export interface UploadOptions {
  readonly client: S3DeliveryClient;
  readonly create: S3Create;
  readonly customerKey: S3CustomerKey;
  readonly limits: Limits;
  readonly concurrency: number;
  /** Ends everything but the removal. A request that begins or completes the upload is not cut at once: its answer may still come. */
  readonly ends: Required<Ends>;
}

/** An upload in parts: nothing of it is seen before it is completed. */
export class Upload {
  readonly #options: UploadOptions;
  readonly #target: S3Target;
  readonly #running = new Set<Promise<void>>();
  readonly #done: S3DonePart[] = [];
  readonly #sha256: Buffer[] = [];
  #begun: Promise<S3Upload> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #parts = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
    const { Bucket, Key } = options.create;
    this.#target = { Bucket, Key };
  }

  get isBegun(): boolean {
    return this.#begun !== undefined;
  }

  /** Resolves when the part is on its way. It waits until fewer than `concurrency` others are. */
  async send(part: PartBuffer): Promise<void> {
    const number = ++this.#parts;
    if (number > mostParts)
      throw new PortmanteauError("DELIVERY_FAILED", "The bundle is too large for S3. Raise partBytes, or split it.");
    const upload = await (this.#begun ??= this.#begin());
    while (this.#running.size >= this.#options.concurrency && this.#failure === undefined)
      await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
    const running: Promise<void> = this.#sendPart(upload, number, part)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all parts that are on their way. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Makes the object visible: puts together exactly these parts.
   *
   * @param onFailure is told of each attempt that failed
   */
  async complete(bytes: number, onFailure: (error: PortmanteauError) => void): Promise<S3Stored> {
    const { client, customerKey, limits, ends } = this.#options;
    const upload = await (this.#begun as Promise<S3Upload>);
    const input = {
      ...upload,
      ...customerKey,
      MultipartUpload: { Parts: [...this.#done] },
      MpuObjectSize: bytes,
    };
    const call = (abortSignal: AbortSignal) => client.completeMultipartUpload(input, { abortSignal });
    return asked("the end of the upload", ends, limits, call, onFailure);
  }

  /** @throws {PortmanteauError} when what was put together is something else */
  check({ ChecksumSHA256 }: S3Stored): void {
    const digest = createHash("sha256").update(Buffer.concat(this.#sha256)).digest("base64");
    if (!isEcho(ChecksumSHA256?.replace(/-\d+$/, ""), digest)) throw corrupted();
  }

  /** The ETag that a store gives to these parts together. */
  get etag(): string {
    const hash = createHash("md5");
    for (const { ETag } of this.#done) hash.update(Buffer.from(bare(ETag), "hex"));
    return `${hash.digest("hex")}-${this.#done.length}`;
  }

  /** Removes the upload and its parts. False when there is none of it any more. */
  async remove(): Promise<boolean> {
    if (this.#begun === undefined) return true;
    const { client, limits } = this.#options;
    let upload: S3Upload;
    try {
      upload = await this.#begun;
    } catch (cause) {
      if (!mayBeDone(cause)) return true;
      throw new PortmanteauError(
        "DELIVERY_FAILED",
        "S3 did not answer the beginning of an upload: an unfinished one may be left.",
        { cause },
      );
    }
    const wereCut = this.#running.size > 0;
    await Promise.all(this.#running);
    const call = (abortSignal: AbortSignal) => client.abortMultipartUpload(upload, { abortSignal });
    const abort = () => asked("the removal of the upload", endless, limits, call);
    try {
      await abort();
    } catch (error) {
      if (isNoUpload(error)) return false;
      throw error;
    }
    // A part that was cut off may still have arrived after that.
    if (wereCut) await abort().catch(() => {});
    return true;
  }

  async #begin(): Promise<S3Upload> {
    const { client, create, limits, ends } = this.#options;
    const call = (abortSignal: AbortSignal) => client.createMultipartUpload(create, { abortSignal });
    const { UploadId } = await asked("the beginning of an upload", ends, limits, call);
    if (typeof UploadId !== "string" || UploadId === "") throw odd("began an upload without an id");
    return { ...this.#target, UploadId };
  }

  async #sendPart(upload: S3Upload, PartNumber: number, part: PartBuffer): Promise<void> {
    const { client, create, customerKey, limits, ends } = this.#options;
    const digests = part.digests();
    const input = {
      ...upload,
      ...customerKey,
      PartNumber,
      Body: part.bytes,
      ContentLength: part.length,
      ...(create.ChecksumAlgorithm === undefined ? {} : { ChecksumSHA256: digests.sha256.toString("base64") }),
    };
    const stored = await asked(`part ${PartNumber}`, { stop: ends.stop }, limits, async (abortSignal) => {
      const answer = await client.uploadPart(input, { abortSignal });
      checkStored(answer, digests, customerKey);
      return answer;
    });
    this.#done[PartNumber - 1] = { PartNumber, ETag: stored.ETag as string, ...checksumsOf(stored) };
    this.#sha256[PartNumber - 1] = digests.sha256;
  }
}

/**
 * The store has what was sent: its own SHA-256 says so, or where it gives none, its ETag, which is the MD5 of what is not encrypted
 * under a key of KMS or of the caller.
 *
 * @throws {PortmanteauError} retryable, when it has something else
 */
export function checkStored(stored: S3Stored, { sha256, md5 }: PartDigests, { SSECustomerKey }: S3CustomerKey): void {
  const { ETag, ChecksumSHA256, ServerSideEncryption } = stored;
  if (typeof ETag !== "string" || ETag === "") throw odd("stored something and gave no ETag");
  if (!isEcho(ChecksumSHA256, sha256.toString("base64"))) throw corrupted();
  const isMd5 = /^[0-9a-f]{32}$/i.test(bare(ETag)) && (ServerSideEncryption ?? "AES256") === "AES256";
  if (ChecksumSHA256 !== undefined || !isMd5 || md5 === null || SSECustomerKey !== undefined) return;
  if (bare(ETag).toLowerCase() !== md5.toString("hex")) throw corrupted();
}

export function bare(etag: string): string {
  return etag.replace(/^"|"$/g, "");
}

/** What the store says of the checksum, where it says something. */
function isEcho(given: string | undefined, expected: string): boolean {
  return given === undefined || given === expected;
}

/** Each checksum that the store gave a part must be named at the end, also those that the client added by itself. */
function checksumsOf({
  ChecksumCRC32,
  ChecksumCRC32C,
  ChecksumCRC64NVME,
  ChecksumSHA1,
  ChecksumSHA256,
}: S3Checksums): S3Checksums {
  const all = { ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function corrupted(): PortmanteauError {
  return new PortmanteauError("DELIVERY_FAILED", "S3 has stored other bytes than were sent: its checksum differs.", {
    retryable: true,
  });
}

function odd(what: string): PortmanteauError {
  return new PortmanteauError("DELIVERY_FAILED", `S3, or what the client stands for, ${what}.`);
}
