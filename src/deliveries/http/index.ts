import type { Delivery, Spool } from "../../model/ports.ts";
import { invalid } from "../../model/source-error.ts";
import { checkedUrl } from "./answer.ts";
import { HttpWriter } from "./writer.ts";

/** What a bundle is, before it is sent. */
export interface HttpBundle {
  /** Size of what is sent, in bytes. */
  readonly bytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** Where `httpDelivery` sends the bundle, and how often it tries. */
export interface HttpDeliveryOptions {
  /** Where to, or what makes it: a URL that expires is best signed in the moment it is used. Asked before every attempt. */
  readonly url: string | URL | ((bundle: HttpBundle) => string | URL | Promise<string | URL>);
  /** Where the bundle waits until it is whole: `localSpool()` keeps it encrypted, in memory or in a file without a name. */
  readonly spool: () => Spool;
  /** Default `"PUT"`. A server may get it several times. */
  readonly method?: "PUT" | "POST";
  /** Sent along, in place of ours of the same name. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | ((bundle: HttpBundle) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Default `"application/zip"`. An encrypted bundle is none: `"application/octet-stream"`. */
  readonly contentType?: string;
  /** How often it is tried. Default 4. */
  readonly attempts?: number;
  /** How long nothing may move, in milliseconds: no byte is taken, no answer comes. Default 120,000. */
  readonly timeoutMs?: number;
  /** In place of the global one: for a proxy, for client certificates. */
  readonly fetch?: typeof fetch;
}

/**
 * Delivers by one HTTP request, such as a `PUT` to a pre-signed URL. The bundle waits in a spool until it is whole. Then it is sent with its
 * length, so that one that breaks off is not taken for whole, and can be sent again.
 *
 * Tried again are what breaks off or hangs, and the statuses 408, 425, 429 and from 500 on. A redirect is not followed, for it would take
 * the bundle elsewhere. `Repr-Digest` goes with it (RFC 9530); where the answer names a digest of what was stored (`Repr-Digest`,
 * `x-amz-checksum-sha256`, or the `ETag` of S3), it must be the same. It takes no sets.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID`; from the export: `DELIVERY_FAILED`, `SPOOL_FAILED`. No message names the URL
 * @example
 * ```ts
 * const url = () => getSignedUrl(client, new PutObjectCommand({ Bucket, Key }), { expiresIn: 600 });
 * await exporter.export(request, { to: httpDelivery({ url, spool: localSpool() }) });
 * ```
 */
export function httpDelivery(options: HttpDeliveryOptions): Delivery {
  const { url, spool, attempts = 4, timeoutMs = 120_000, method = "PUT" } = options;
  if (typeof url !== "function") checkedUrl(url, "CONFIG_INVALID");
  if (typeof spool !== "function")
    throw invalid("`spool` is missing. Give `localSpool()` of portmanteau/spools/local.");
  if (method !== "PUT" && method !== "POST") throw invalid('`method` must be "PUT" or "POST".');
  for (const [name, value] of Object.entries({ attempts, timeoutMs }))
    if (!Number.isSafeInteger(value) || value < 1) throw invalid(`\`${name}\` must be an integer from 1.`);
  return {
    name: "http",
    async open() {
      const own = spool();
      try {
        return new HttpWriter({ ...options, attempts, timeoutMs, method }, own, await own.create("bundle"));
      } catch (error) {
        await own.close();
        throw error;
      }
    },
  };
}
