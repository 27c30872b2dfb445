import { createHash, randomBytes } from "node:crypto";
import { type DurableSpool, maxObjectBytes } from "../../model/durable.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { checkObject, checkObjectPrefix, isObjectSegment } from "../../model/object-path.ts";
import { invalid } from "../../model/source-error.ts";
import { storeVerdict } from "../../model/store-error.ts";
import type { S3Got, S3Listing, S3SpoolClient } from "./client.ts";

export type { S3SpoolClient } from "./client.ts";

/** Where in which bucket the spool keeps its objects. */
export interface S3SpoolOptions {
  /** An `S3` of `@aws-sdk/client-s3`, or what has its methods. */
  readonly client: S3SpoolClient;
  /** Name of the bucket. */
  readonly bucket: string;
  /** What all keys begin with; it ends on `/`. Default: nothing. */
  readonly prefix?: string;
  /** Longest time that one request may take, the client's own retries included, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
}

/**
 * A durable spool in a bucket of S3, or of a store that speaks its language and shows every reader at once what was written.
 *
 * Each object is one request, with its SHA-256: a store that knows it refuses what changed on the way, and the client checks what it reads.
 * The credentials must be allowed to put, get and delete objects and to list the bucket; without the last, S3 does not tell an object that
 * is absent from one that is forbidden. In a bucket that keeps versions, deleting keeps them: let a lifecycle rule remove them.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`; from its methods: `SPOOL_FAILED`, with the store's code in the message (network, throttling,
 *   the store's own failure, too long a wait: retryable)
 * @example
 * ```ts
 * createExporter({ ...config, durable: { spool: s3Spool({ client: new S3({}), bucket: "exports", prefix: "spool/" }), key } });
 * ```
 */
export function s3Spool({ client, bucket, prefix = "", timeoutMs = 120_000 }: S3SpoolOptions): DurableSpool {
  if (typeof client?.putObject !== "function")
    throw invalid("`client` has no `putObject`. Give an `S3` of @aws-sdk/client-s3; an `S3Client` lacks the methods.");
  if (typeof bucket !== "string" || bucket === "") throw invalid("`bucket` is empty.");
  if (typeof prefix !== "string" || (prefix !== "" && !prefix.endsWith("/")))
    throw invalid("`prefix` must end on `/`.");
  if (!(timeoutMs > 0)) throw invalid("`timeoutMs` must be more than 0.");

  /** One request, whose answer is read to its end before the time is over. */
  async function asked<T>(
    what: string,
    call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), timeoutMs);
    try {
      return await call({ abortSignal: waiting.signal });
    } catch (cause) {
      if (PortmanteauError.is(cause)) throw cause;
      const { said, mayPass } = storeVerdict(cause);
      throw waiting.signal.aborted
        ? failed(
            `${what} within ${timeoutMs} ms`,
            "the request was given up; raise `timeoutMs`, or look at the store",
            true,
            cause,
          )
        : failed(what, said, mayPass, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  const place = (path: string) => ({ Bucket: bucket, Key: prefix + path });

  async function put(path: string, bytes: Uint8Array): Promise<void> {
    const facts = {
      Body: bytes,
      ContentLength: bytes.length,
      ContentType: "application/octet-stream",
      ChecksumSHA256: createHash("sha256").update(bytes).digest("base64"),
    };
    await asked("An object could not be stored", (options) => client.putObject({ ...place(path), ...facts }, options));
  }

  function get(path: string): Promise<Uint8Array | undefined> {
    return asked("An object could not be read", async (options) => {
      let got: S3Got;
      try {
        got = await client.getObject({ ...place(path), ChecksumMode: "ENABLED" }, options);
      } catch (error) {
        if (storeVerdict(error).isGone) return undefined;
        throw error;
      }
      return content(got, options.abortSignal);
    });
  }

  async function remove(path: string): Promise<void> {
    await asked("An object could not be removed", (options) => client.deleteObject(place(path), options));
  }

  async function* pages(below: string): AsyncGenerator<S3Listing> {
    for (let token: string | undefined; ; ) {
      const from = token === undefined ? {} : { ContinuationToken: token };
      const page = await asked("The objects could not be listed", (options) =>
        client.listObjectsV2({ Bucket: bucket, Prefix: prefix + below, EncodingType: "url", ...from }, options),
      );
      yield page;
      if (page.IsTruncated !== true) return;
      const next = page.NextContinuationToken;
      if (next === undefined || next === token)
        throw failed("The objects could not be listed", "the store has more, and does not say how to go on", false);
      token = next;
    }
  }

  return {
    name: "s3",
    async put(path, bytes) {
      checkObject(path, bytes);
      await put(path, bytes);
    },
    async get(path) {
      checkObject(path);
      return get(path);
    },
    async *list(below) {
      checkObjectPrefix(below);
      for await (const { Contents = [], EncodingType } of pages(below))
        for (const { Key = "" } of Contents) {
          const key = EncodingType === "url" ? decodeURIComponent(Key.replaceAll("+", " ")) : Key;
          const path = key.slice(prefix.length);
          // Others may keep something there too, by names that are none of ours.
          if (key.startsWith(prefix + below) && path.split("/").every(isObjectSegment)) yield path;
        }
    },
    async delete(path) {
      checkObject(path);
      await remove(path);
    },
    async check() {
      const probe = `~check-${randomBytes(8).toString("hex")}`; // no object's name
      await pages("").next();
      await put(probe, new Uint8Array(1));
      try {
        if ((await get(probe)) === undefined)
          throw failed("An object could not be read", "it is not there in the moment after it was stored", false);
      } finally {
        await remove(probe);
      }
    },
  };
}

/** What is in an object, and never more than an object can be. */
async function content({ Body, ContentLength }: S3Got, signal: AbortSignal): Promise<Uint8Array> {
  const body = Body as
    | (AsyncIterable<Uint8Array> & { destroy?(): unknown; on?(event: "error", seen: () => void): unknown })
    | undefined;
  if (typeof body?.[Symbol.asyncIterator] !== "function")
    throw failed("An object could not be read", "the client gave no body to read", false);
  body.on?.("error", () => {}); // one that comes when nobody reads any more must not end the process
  const giveUp = () => void body.destroy?.();
  signal.addEventListener("abort", giveUp);
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const tooLarge = () => failed("An object could not be read", "it is larger than an object can be", false);
    if ((ContentLength ?? 0) > maxObjectBytes) throw tooLarge();
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxObjectBytes) throw tooLarge();
      chunks.push(chunk);
    }
    if (bytes !== (ContentLength ?? bytes)) throw brokenOff();
    return Buffer.concat(chunks);
  } catch (cause) {
    throw PortmanteauError.is(cause) || signal.aborted ? cause : brokenOff(cause);
  } finally {
    signal.removeEventListener("abort", giveUp);
    giveUp();
  }
}

function brokenOff(cause?: unknown): PortmanteauError {
  return failed(
    "An object could not be read",
    "the store broke off in the middle, or its checksum is not right",
    true,
    cause,
  );
}

function failed(what: string, why: string, retryable: boolean, cause?: unknown): PortmanteauError {
  return new PortmanteauError("SPOOL_FAILED", `${what} in S3 (${why}).`, { retryable, cause });
}
