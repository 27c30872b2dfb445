import type { JsonValue } from "../../model/json.ts";
import { invalid } from "../../model/source-error.ts";
import type { Lookup } from "./addresses.ts";

/** What to ask for: an absolute http or https URL, or more than that. */
export type HttpRequest =
  | string
  | URL
  | {
      readonly url: string | URL;
      /** Default `"GET"`. */
      readonly method?: "GET" | "HEAD" | "POST" | "DELETE";
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as JSON. */
      readonly body?: JsonValue;
    };

/** What the function that makes headers is given. */
export interface HttpHeadersContext {
  /** True when the server has just answered 401 to what this function gave before: give a new token. */
  readonly renewed: boolean;
  /** Aborted when the headers are no longer wanted. */
  readonly signal: AbortSignal;
}

/** How requests are sent: the options that every source over HTTP has. */
export interface HttpOptions {
  /** Names the system in messages. */
  readonly name?: string;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Headers of every request, secrets among them; asked once per request. They are sent to the origin of the request's URL only. */
  readonly headers?: (
    context: HttpHeadersContext,
  ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Ask for `headers` again after a 401, and send the request once more. Default `false`. */
  readonly renewOn401?: boolean;
  /** Requests per second, over all reads of the source. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** Requests at a time, over all reads of the source; a response that is read as a stream counts until its end. Default: no limit. */
  readonly maxConcurrent?: number;
  /** Longest `Retry-After` that is waited for, in milliseconds. Keep it below the exporter's `pageTimeoutMs`. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** Time for a request to be answered, its body included unless that is read as a stream, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** Longest pause within a body, in milliseconds. Default 15,000. */
  readonly stallTimeoutMs?: number;
  /** Largest body that is read into memory, in bytes after decompression. Default 32 MiB. */
  readonly maxBodyBytes?: number;
  /** Other origins that a link or a redirect may lead to: `"https://files.example"`. They are never sent `headers`. */
  readonly allowOrigins?: readonly string[];
  /** Whether such an origin may be at a private, loopback or link-local address. Default `false`. */
  readonly allowPrivateAddresses?: boolean;
  /** How the addresses of such an origin are found. Default: `dns.lookup`. */
  readonly lookup?: Lookup;
}

/** @throws {PortmanteauError} `CONFIG_INVALID` for a number that is none, or out of its range */
export function checkNumbers(options: HttpOptions): void {
  for (const option of [
    "requestsPerSecond",
    "maxConcurrent",
    "maxRetryAfterMs",
    "requestTimeoutMs",
    "stallTimeoutMs",
    "maxBodyBytes",
  ] as const) {
    const value = options[option];
    if (value !== undefined && !(typeof value === "number" && value > 0 && value < 2 ** 31))
      throw invalid(`\`${option}\` is no number above 0 and below 2^31.`);
  }
  if (options.maxConcurrent !== undefined && !Number.isInteger(options.maxConcurrent))
    throw invalid("`maxConcurrent` is no whole number.");
}

/** @throws {PortmanteauError} `CONFIG_INVALID` when it is no origin */
export function originOf(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin;
  throw invalid(`"${origin}" in \`allowOrigins\` is no origin. Write it like "https://files.example".`);
}
