import { Buffer } from "node:buffer";
import type { Attachment } from "../../model/attachment.ts";
import { PortmanteauError } from "../../model/errors.ts";
import type { Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { contract } from "../../model/source-error.ts";

import type { S3Like, S3ListInput, S3Listing } from "./client.ts";
import { contentOf } from "./content.ts";
import { asked, failure, isGone } from "./failure.ts";

export type { S3Like } from "./client.ts";

/** An object as the store lists it. */
export interface S3Object {
  /** Its key. */
  readonly key: string;
  /** The key below the subject's prefix. */
  readonly path: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** When it was last written: ISO 8601, UTC. */
  readonly modifiedAt: Date | undefined;
  /** What was stored beside the content; only with the option `head`, and not when the object is gone meanwhile. */
  readonly head?: {
    readonly contentType: string | undefined;
    readonly contentDisposition: string | undefined;
    /** The user's metadata: `x-amz-meta-*`. */
    readonly metadata: Readonly<Record<string, string>>;
  };
}

/** Which objects are the person's, and what record an object becomes. */
export interface S3SourceOptions<R = S3Record> {
  /** An `S3` of `@aws-sdk/client-s3`, or what has its methods. */
  readonly client: S3Like;
  /** Name of the bucket. */
  readonly bucket: string;
  /** What the keys of all of the subject's objects begin with, and nobody else's. It ends on `/`. `check` calls it with an empty id. */
  readonly prefix: (subject: SourceSubject) => string;
  /** Leaves out the objects for which it is false. Default: none. */
  readonly filter?: (object: S3Object) => boolean;
  /** Asks for the metadata of each object, a request each. Default false. */
  readonly head?: boolean;
  /** The file's name as the subject knows it. Default: the key below the prefix. */
  readonly name?: (object: S3Object) => string;
  /** Makes the record of an object; the engine adds `file`. Default: one of `storedFileSchema`. */
  readonly map?: (object: S3Object, subject: SourceSubject) => R;
}

/** The record of an object, as `storedFileSchema` has it. */
export interface S3Record {
  /** The subject's own key. */
  readonly accountId: string;
  /** When it was last written: ISO 8601, UTC. */
  readonly modifiedAt: string | null;
}

/** A store lists no more at once. */
const mostKeys = 1_000;
/** So many objects are asked for their metadata at the same time. */
const headsAtOnce = 8;

/**
 * Reads the objects below the subject's prefix in S3, or a store that speaks its language, in the order of their keys. It needs a schema
 * with a property `file`, such as `storedFileSchema` of `portmanteau/records`. Empty objects whose key ends on `/`, by which consoles
 * show folders, are left out. An object that is gone once it is read is a file that cannot be read: its record says so.
 *
 * The client's own retries come first; give it few. It does not count: a store can only list.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`; from `read` and `check`: `SOURCE_CONTRACT` (the prefix does not end on `/`, keys of others
 *   or in no order), `SOURCE_UNAVAILABLE` (network, throttling, the store's own failure; retryable), `SOURCE_FAILED` (everything else,
 *   with the store's code), `ABORTED`
 * @example
 * ```ts
 * const uploads = defineDataset({
 *   name: "uploads",
 *   title: "Your uploads",
 *   schema: storedFileSchema,
 *   subjectField: "/accountId",
 *   privacy,
 *   source: s3Source({ client: new S3({}), bucket: "uploads", prefix: ({ id }) => `users/${id}/` }),
 * });
 * ```
 */
export function s3Source<R = S3Record>(options: S3SourceOptions<R>): Source<R> {
  const { client, bucket, filter = () => true, head = false, name = ({ path }) => path } = options;
  const map = options.map ?? recordOf;
  if (typeof client?.listObjectsV2 !== "function")
    throw new PortmanteauError(
      "CONFIG_INVALID",
      "`client` has no `listObjectsV2`. Give an `S3` of @aws-sdk/client-s3; an `S3Client` lacks the methods.",
    );
  if (typeof bucket !== "string" || bucket === "") throw new PortmanteauError("CONFIG_INVALID", "`bucket` is empty.");

  function prefixOf(subject: SourceSubject): string {
    const prefix = options.prefix(subject);
    if (typeof prefix === "string" && prefix.endsWith("/")) return prefix;
    throw new PortmanteauError(
      "SOURCE_CONTRACT",
      "`prefix` must give a text that ends on `/`: else the objects of 1 would be those of 10 too.",
    );
  }

  async function* listings(
    { after, pageRecords, signal }: ReadContext,
    prefix: string,
  ): AsyncGenerator<readonly S3Object[]> {
    let last = after === undefined ? "" : cursorOf(after);
    for (;;) {
      const from = last === "" ? {} : { StartAfter: last };
      const listing = await listed({ Prefix: prefix, MaxKeys: Math.min(pageRecords, mostKeys), ...from }, signal);
      const objects = (listing.Contents ?? []).map(({ Key = "", Size = 0, LastModified }): S3Object => {
        const key = listing.EncodingType === "url" ? decoded(Key) : Key;
        return { key, path: key.slice(prefix.length), bytes: Size, modifiedAt: LastModified };
      });
      for (const { key } of objects) {
        if (!key.startsWith(prefix)) throw contract("The store listed an object that is not below the prefix.");
        if (!isBefore(last, key))
          throw contract(
            "The store does not list its objects in the order of their keys, or does not know StartAfter.",
          );
        last = key;
      }
      if (objects.length > 0) yield objects;
      if (listing.IsTruncated !== true) return;
      if (objects.length === 0) throw contract("The store says that there are more objects, and lists none.");
    }
  }

  function listed(input: Omit<S3ListInput, "Bucket" | "EncodingType">, abortSignal: AbortSignal): Promise<S3Listing> {
    return asked(abortSignal, "The list of objects", () =>
      client.listObjectsV2({ Bucket: bucket, EncodingType: "url", ...input }, { abortSignal }),
    );
  }

  /** The objects that are files and wanted, each with its metadata when that was asked for. */
  async function wanted(objects: readonly S3Object[], signal: AbortSignal): Promise<S3Object[]> {
    const files = objects.filter(({ key, bytes }) => !(bytes === 0 && key.endsWith("/")));
    if (!head) return files.filter(filter);
    const found: S3Object[] = [];
    for (let at = 0; at < files.length; at += headsAtOnce)
      found.push(...(await Promise.all(files.slice(at, at + headsAtOnce).map((object) => withHead(object, signal)))));
    return found.filter(filter);
  }

  async function withHead(object: S3Object, signal: AbortSignal): Promise<S3Object> {
    try {
      const { ContentType, ContentDisposition, Metadata } = await client.headObject(
        { Bucket: bucket, Key: object.key },
        { abortSignal: signal },
      );
      return {
        ...object,
        head: { contentType: ContentType, contentDisposition: ContentDisposition, metadata: Metadata ?? {} },
      };
    } catch (error) {
      if (isGone(error)) return object; // reading it will tell
      throw failure(error, "The metadata of an object", signal);
    }
  }

  function attachmentOf(object: S3Object): Attachment {
    return {
      name: name(object),
      async open(signal) {
        const got = await asked(signal, "An object", () =>
          client.getObject({ Bucket: bucket, Key: object.key }, { abortSignal: signal }),
        );
        return contentOf(got, signal);
      },
    };
  }

  return {
    name: "s3",
    capabilities: { resume: "cursor", partitions: false, count: false, attachments: true },
    async *read(context: ReadContext): AsyncGenerator<Page<R>> {
      const { subject, signal } = context;
      for await (const objects of listings(context, prefixOf(subject))) {
        const files = await wanted(objects, signal);
        if (files.length === 0) continue;
        yield {
          records: files.map((object) => (map as (object: S3Object, subject: SourceSubject) => R)(object, subject)),
          attachments: files.map(attachmentOf),
          cursor: (objects.at(-1) as S3Object).key,
        };
      }
    },
    async check(signal) {
      await listed({ Prefix: prefixOf({ id: "" }), MaxKeys: 1 }, signal);
    },
  };
}

function recordOf({ modifiedAt }: S3Object, { id }: SourceSubject): S3Record {
  return { accountId: id, modifiedAt: modifiedAt?.toISOString() ?? null };
}

function cursorOf(after: ReadContext["after"]): string {
  if (typeof after === "string") return after;
  throw contract("The cursor is not one that an S3 source gave.");
}

/** Keys are encoded, because XML has no place for some of their characters. */
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}

/** Stores order keys by their bytes in UTF-8, which is not the order of JavaScript. */
function isBefore(one: string, other: string): boolean {
  return Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0;
}
