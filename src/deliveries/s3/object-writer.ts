import { PortmanteauError } from "../../model/errors.ts";
import type { DeliveryWriter } from "../../model/ports.ts";
import { asked, type Ends, endless, type Limits } from "./calls.ts";
import type { S3CustomerKey, S3DeliveryClient, S3ObjectSettings, S3Stored, S3Target } from "./client.ts";
import { failure, mayBeDone } from "./failure.ts";
import { PartBuffer, sizeOfPart } from "./part-buffer.ts";
import { bare, checkStored, Upload } from "./upload.ts";

export interface ObjectOptions {
  readonly client: S3DeliveryClient;
  readonly target: S3Target;
  readonly settings: S3ObjectSettings & { readonly ContentType: string };
  readonly partBytes: number;
  readonly concurrency: number;
  readonly limits: Limits;
  readonly checksum: "sha256" | "none";
}

/** So long an abort waits for the answer to a request that must not be cut: one that begins an upload, or ends it. */
const graceMs = 5_000;

type OnFailure = (error: PortmanteauError) => void;

/** One object on its way. */
export class ObjectWriter implements DeliveryWriter {
  readonly #options: ObjectOptions;
  readonly #customerKey: S3CustomerKey;
  readonly #upload: Upload;
  readonly #stop = new AbortController();
  /** Aborted some time after `#stop`. */
  readonly #cut = new AbortController();
  readonly #ends: Required<Ends> = { stop: this.#stop.signal, cut: this.#cut.signal };
  #part: PartBuffer;
  #number = 1;
  #bytes = 0;
  #finished: Promise<void> | undefined;
  #committed: Promise<void> | undefined;
  /** What stands under the key by now. */
  #stored: S3Stored | undefined;
  #isWhole = false;
  #aborted: Promise<void> | undefined;
  /** A request that would have made the object visible was sent, and nobody knows what became of it. */
  #inDoubt = false;

  constructor(options: ObjectOptions) {
    this.#options = options;
    const { client, target, settings, limits, concurrency, checksum, partBytes } = options;
    const { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 } = settings;
    const customerKey = { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 };
    this.#customerKey = SSECustomerKey === undefined ? {} : (customerKey as S3CustomerKey);
    this.#upload = new Upload({
      client,
      create: { ...target, ...settings, ...(checksum === "none" ? {} : { ChecksumAlgorithm: "SHA256" }) },
      customerKey: this.#customerKey,
      limits,
      concurrency,
      ends: this.#ends,
    });
    this.#part = new PartBuffer(partBytes);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      this.#goOn();
      // Sent before the next byte, not after the last one: a bundle of one full part is one request too.
      if (this.#part.length === this.#part.size) await this.#send();
      const taken = this.#part.take(bytes.subarray(done));
      done += taken;
      this.#bytes += taken;
    }
    this.#goOn();
  }

  /** A zip of a set waits for its commit in the store, and not in memory. */
  async finish(): Promise<void> {
    await (this.#finished ??= this.#sendLast());
  }

  commit(): Promise<void> {
    this.#committed = (async () => {
      this.#goOn();
      if (this.#finished === undefined && !this.#upload.isBegun) await this.#put();
      else {
        await this.finish();
        await this.#complete();
      }
      this.#isWhole = true;
    })();
    return this.#committed;
  }

  async undo(): Promise<void> {
    if (this.#stored === undefined && !this.#inDoubt) return;
    const { client, target, limits } = this.#options;
    const version = this.#stored?.VersionId;
    const input = { ...target, ...(version === undefined ? {} : { VersionId: version }) };
    const call = (abortSignal: AbortSignal) => client.deleteObject(input, { abortSignal });
    await asked("to delete an object", endless, limits, call);
    this.#stored = undefined;
    this.#isWhole = false;
    this.#inDoubt = false;
  }

  abort(): Promise<void> {
    this.#aborted ??= this.#giveUp();
    return this.#aborted;
  }

  async #giveUp(): Promise<void> {
    this.#stop.abort();
    const timer = setTimeout(() => this.#cut.abort(), graceMs);
    try {
      await Promise.allSettled([this.#committed]);
      if (this.#isWhole) return;
      if (this.#stored !== undefined) await this.undo(); // something else than the bundle
      const wasThere = await this.#upload.remove();
      if (this.#upload.isBegun && wasThere) this.#inDoubt = false; // what could be removed was not completed
      if (this.#inDoubt)
        throw new PortmanteauError(
          "DELIVERY_FAILED",
          "S3 did not answer the request that ends the upload: the whole bundle may stand there.",
        );
    } finally {
      clearTimeout(timer);
      this.#cut.abort();
      this.#part = new PartBuffer(this.#options.partBytes);
    }
  }

  #goOn(): void {
    if (this.#stop.signal.aborted) throw failure(this.#stop.signal.reason, "the bundle", this.#stop.signal);
  }

  async #send(): Promise<void> {
    const part = this.#part;
    this.#part = new PartBuffer(sizeOfPart(++this.#number, this.#options.partBytes));
    await this.#upload.send(part);
  }

  async #sendLast(): Promise<void> {
    await this.#send();
    await this.#upload.settle();
  }

  async #put(): Promise<void> {
    const { client, target, settings, limits, checksum } = this.#options;
    const digests = this.#part.digests();
    const input = {
      ...target,
      ...settings,
      Body: this.#part.bytes,
      ContentLength: this.#part.length,
      ...(checksum === "none" ? {} : { ChecksumSHA256: digests.sha256.toString("base64") }),
    };
    const put = async (abortSignal: AbortSignal) => {
      const stored = await client.putObject(input, { abortSignal });
      this.#stored = stored;
      checkStored(stored, digests, this.#customerKey);
      return stored;
    };
    const asking = (onFailure: OnFailure) => asked("the bundle", this.#ends, limits, put, onFailure);
    this.#stored = await this.#decided(asking, () => digests.md5?.toString("hex"));
  }

  async #complete(): Promise<void> {
    const asking = (onFailure: OnFailure) => this.#upload.complete(this.#bytes, onFailure);
    this.#stored = await this.#decided(asking, () => this.#upload.etag);
    this.#upload.check(this.#stored);
  }

  /** A request that makes the object visible. When its answer is lost, the object itself tells. */
  async #decided(asking: (onFailure: OnFailure) => Promise<S3Stored>, etag: () => string | undefined) {
    try {
      const stored = await asking((error) => {
        if (mayBeDone(error)) this.#inDoubt = true;
      });
      this.#inDoubt = false;
      return stored;
    } catch (error) {
      if (!this.#inDoubt || !(await this.#isThere(etag()))) throw error;
      this.#inDoubt = false;
      return {};
    }
  }

  async #isThere(etag: string | undefined): Promise<boolean> {
    const { client, target, limits } = this.#options;
    const input = { ...target, ...this.#customerKey };
    try {
      const { ETag = "", ContentLength } = await asked("whether the bundle is there", this.#ends, limits, (signal) =>
        client.headObject(input, { abortSignal: signal }),
      );
      return ContentLength === this.#bytes && bare(ETag) === etag;
    } catch {
      return false; // then nobody knows, and the error is the first one
    }
  }
}
