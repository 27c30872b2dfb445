import { PortmanteauError } from "../../model/errors.ts";
import { partName } from "../../model/part-name.ts";
import type { Delivery } from "../../model/ports.ts";
import { invalid } from "../../model/source-error.ts";
import type { S3DeliveryClient, S3ObjectSettings } from "./client.ts";
import { ObjectWriter } from "./object-writer.ts";

export type { S3DeliveryClient, S3ObjectSettings } from "./client.ts";

/** Which object `s3Delivery` makes, and in how many parts. */
export interface S3DeliveryOptions {
  /** An `S3` of `@aws-sdk/client-s3`, or what has its methods. */
  readonly client: S3DeliveryClient;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Of the object. It stands in logs and lists of the store: name the request in it, and not the person. */
  readonly key: string;
  /** Default `"application/zip"`. An encrypted bundle is none: `"application/octet-stream"`. */
  readonly contentType?: string;
  /** Storage class, encryption by the store, metadata: fields of `PutObject`, as they are. */
  readonly settings?: S3ObjectSettings;
  /** Size of a part in bytes, at least 5 MiB (5,242,880). So much is held in memory `concurrency` + 1 times. Default 8 MiB. */
  readonly partBytes?: number;
  /** How many parts are on their way at once. Default 2. */
  readonly concurrency?: number;
  /** How often a request is tried, beside what the client does by itself. Default 4. */
  readonly attempts?: number;
  /** How long one request may take, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** `"none"` for a store that refuses `x-amz-checksum-sha256`: then its ETag alone is compared. Default `"sha256"`. */
  readonly checksum?: "sha256" | "none";
}

/** A store takes no smaller part, but for the last one. */
const leastPartBytes = 5 * 1024 * 1024;

/**
 * Delivers to an object in S3, or in a store that speaks its language. A bundle of up to `partBytes` is one request; a larger one is
 * uploaded in parts, each compared with its SHA-256 and tried again by itself. Nothing is seen under the key before the commit; then the
 * object is there whole, in place of an older one.
 *
 * An export that fails or is aborted removes the unfinished upload. `kill -9` leaves it: give the bucket the lifecycle rule
 * `AbortIncompleteMultipartUpload`. It needs `s3:PutObject` and `s3:AbortMultipartUpload`; `s3:GetObject` to find out whether a commit
 * went through whose answer was lost; `s3:DeleteObject` (`s3:DeleteObjectVersion` in a bucket with versions) for sets.
 *
 * It takes a set of zips: `a/bundle.zip` becomes `a/bundle.part1.zip`, `a/bundle.part2.zip` and so on, completed when all are whole, part 1
 * last; those that were completed are deleted when another one cannot be.
 *
 * Parts are of one size up to the 5,000th (40 GiB), then they grow, so that no bundle has more than 10,000.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`; from the export: `DELIVERY_FAILED`, with the client's error as `cause`
 * @example
 * ```ts
 * const to = s3Delivery({ client: new S3({}), bucket: "exports", key: `${request.id}.zip`, settings: { ServerSideEncryption: "aws:kms" } });
 * await exporter.export(request, { to });
 * ```
 */
export function s3Delivery(options: S3DeliveryOptions): Delivery {
  const { client, bucket, key, settings = {}, contentType = "application/zip", checksum = "sha256" } = options;
  const { partBytes = 8 * 1024 * 1024, concurrency = 2, attempts = 4, timeoutMs = 120_000 } = options;
  for (const method of ["putObject", "createMultipartUpload", "uploadPart", "completeMultipartUpload"] as const)
    if (typeof client?.[method] !== "function")
      throw invalid(
        `\`client\` has no \`${method}\`. Give an \`S3\` of @aws-sdk/client-s3; an \`S3Client\` lacks the methods.`,
      );
  for (const [name, value] of Object.entries({ bucket, key, contentType }))
    if (typeof value !== "string" || value === "") throw invalid(`\`${name}\` must be a text that is not empty.`);
  if (key.endsWith("/")) throw invalid("`key` ends on `/`: it must name an object.");
  const numbers = { partBytes: [partBytes, leastPartBytes], concurrency: [concurrency, 1], attempts: [attempts, 1] };
  for (const [name, [value = 0, least = 1]] of Object.entries({ ...numbers, timeoutMs: [timeoutMs, 1] }))
    if (!Number.isSafeInteger(value) || value < least) throw invalid(`\`${name}\` must be an integer from ${least}.`);
  if (checksum !== "sha256" && checksum !== "none") throw invalid('`checksum` must be "sha256" or "none".');

  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const nameOf = (part: number) => partName(key.slice(folder.length), part);
  return {
    name: "s3",
    partName: nameOf,
    async open({ signal, part }) {
      if (signal.aborted) throw new PortmanteauError("ABORTED", "The delivery to S3 was aborted.");
      return new ObjectWriter({
        client,
        target: { Bucket: bucket, Key: part === undefined ? key : folder + nameOf(part.number) },
        settings: { ...settings, ContentType: contentType },
        partBytes,
        concurrency,
        limits: { attempts, timeoutMs },
        checksum,
      });
    },
  };
}
