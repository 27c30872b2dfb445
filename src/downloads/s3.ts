import { Buffer } from "node:buffer";
import { PortmanteauError } from "../model/errors.ts";
import type { RandomAccess } from "../model/ports.ts";

/** The part of `S3` of `@aws-sdk/client-s3` that we call; an `S3Client` lacks these methods. */
export interface S3Reader {
  /** Asks for size and ETag. */
  headObject(
    input: S3ReadTarget,
  ): Promise<{ readonly ContentLength?: number | undefined; readonly ETag?: string | undefined }>;
  /** Reads the object, from a byte on. */
  getObject(
    input: S3ReadTarget & { readonly Range: string; readonly IfMatch?: string },
  ): Promise<{ readonly Body?: unknown }>;
}
export interface S3ReadTarget {
  readonly Bucket: string;
  readonly Key: string;
}
/** Which object `openS3Object` reads. */
export interface S3ObjectOptions {
  /** An `S3` of `@aws-sdk/client-s3`, or what has its methods. */
  readonly client: S3Reader;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Key of the object. */
  readonly key: string;
}

/**
 * Opens an object of S3, or a store that speaks its language, to be read at any place. Reading on where the last read ended is one
 * request, however long. An object that is replaced meanwhile is an error, and no mixture.
 *
 * @returns nothing when it is not there
 * @throws {PortmanteauError} `READ_FAILED`, with the client's error as `cause`
 */
export async function openS3Object({ client, bucket, key }: S3ObjectOptions): Promise<RandomAccess | undefined> {
  const target = { Bucket: bucket, Key: key };
  let size: number;
  let etag: string | undefined;
  try {
    ({ ContentLength: size = -1, ETag: etag } = await client.headObject(target));
  } catch (cause) {
    const { name, $metadata } = cause as {
      readonly name?: string;
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    if (name === "NotFound" || name === "NoSuchKey" || $metadata?.httpStatusCode === 404) return undefined;
    throw failed(cause);
  }
  if (size < 0) throw failed(new TypeError("The store gave no length."));

  let body: Body | undefined;
  let at = 0;
  const closeBody = () => {
    body?.stream.destroy?.();
    body = undefined;
  };
  return {
    size,
    async read(position, length) {
      try {
        if (body === undefined || at !== position) {
          closeBody();
          const unchanged = etag === undefined ? {} : { IfMatch: etag };
          const { Body: stream } = await client.getObject({ ...target, ...unchanged, Range: `bytes=${position}-` });
          body = bodyOf(stream);
          at = position;
        }
        const bytes = await body.next(length);
        at += bytes.length;
        return bytes;
      } catch (cause) {
        closeBody();
        throw failed(cause);
      }
    },
    close: closeBody,
  };
}

interface Stream extends AsyncIterable<Uint8Array> {
  destroy?(): unknown;
  on?(event: "error", listener: () => void): unknown;
}
interface Body {
  readonly stream: Stream;
  /** Some of the bytes that follow, at most so many. */
  next(length: number): Promise<Uint8Array>;
}

function bodyOf(given: unknown): Body {
  const stream = given as Stream | undefined;
  if (typeof stream?.[Symbol.asyncIterator] !== "function") throw new TypeError("The client gave no body to read.");
  stream.on?.("error", () => {}); // one that comes when nobody reads any more must not end the process
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Uint8Array = Buffer.alloc(0);
  return {
    stream,
    async next(length) {
      while (rest.length === 0) {
        const { done, value } = await chunks.next();
        if (done) throw new Error("The store broke off in the middle of the object.");
        rest = value;
      }
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(bytes.length);
      return bytes;
    },
  };
}

function failed(cause: unknown): PortmanteauError {
  return new PortmanteauError("READ_FAILED", "The object could not be read from S3.", { retryable: true, cause });
}
