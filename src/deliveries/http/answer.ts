import { PortmanteauError } from "../../model/errors.ts";
import type { HttpBundle } from "./index.ts";

export interface SentBundle extends HttpBundle {
  /** Hex; nothing where the system has no MD5. */
  readonly md5: string | undefined;
}

/** Why an answer is none that one wants, and after how long to ask again. */
export class Refused extends Error {
  readonly error: PortmanteauError;
  readonly retryAfterMs: number;

  constructor(what: string, retryable: boolean, retryAfterMs = 0) {
    super(what);
    this.error = new PortmanteauError("DELIVERY_FAILED", `The destination ${what}.`, { retryable });
    this.retryAfterMs = retryAfterMs;
  }
}

/** @throws {Refused} */
export function judge({ status, ok, headers }: Response, { sha256, md5 }: SentBundle, isSent: boolean): void {
  if (status >= 300 && status < 400)
    throw new Refused(`redirects (${status}), which is not followed. Give the URL where it leads`, false);
  if (!ok) {
    const passing = status === 408 || status === 425 || status === 429 || status >= 500;
    const seconds = Number(headers.get("retry-after") ?? "");
    throw new Refused(`answered with status ${status}`, passing, Number.isFinite(seconds) ? seconds * 1_000 : 0);
  }
  if (!isSent) throw new Refused(`answered with status ${status} before it had all of the bundle`, false);
  const expected = Buffer.from(sha256, "hex").toString("base64");
  const echoes = [
    /(?:^|,)\s*sha-256\s*=\s*:([^:]*):/.exec(headers.get("repr-digest") ?? "")?.[1],
    headers.get("x-amz-checksum-sha256") ?? undefined,
  ];
  // The ETag of S3 is the MD5 of what no key of KMS encrypts; elsewhere it may be anything.
  const etag = /^"([0-9a-f]{32})"$/i.exec(headers.get("etag") ?? "")?.[1]?.toLowerCase();
  const isMd5 =
    headers.has("x-amz-request-id") && (headers.get("x-amz-server-side-encryption") ?? "AES256") === "AES256";
  const differs = isMd5 && etag !== undefined && md5 !== undefined && etag !== md5;
  if (differs || echoes.some((echo) => echo !== undefined && echo !== expected))
    throw new Refused("has stored other bytes than were sent: its digest differs", true);
}

/** The error for what `fetch`, a callback or the spool threw. */
export function broken(thrown: unknown): PortmanteauError {
  if (PortmanteauError.is(thrown)) return thrown;
  // A body that cannot be read makes `fetch` fail, too.
  if (thrown instanceof Error && PortmanteauError.is(thrown.cause)) return thrown.cause;
  const code = networkCode(thrown);
  const said = code === undefined ? "" : ` (${code})`;
  const retryable =
    code !== undefined && !/^(?:CERT_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|ERR_(?!STREAM)|UND_ERR_INVALID)/.test(code);
  return new PortmanteauError("DELIVERY_FAILED", `The request to the destination could not be completed${said}.`, {
    retryable,
    cause: thrown,
  });
}

/** The code of the error beneath: `fetch` wraps it in a TypeError, and that in another. */
function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++)
    if ("code" in error && typeof error.code === "string" && /^[A-Z0-9_]+$/.test(error.code)) return error.code;
  return undefined;
}

export function checkedUrl(url: string | URL, code: "CONFIG_INVALID" | "DELIVERY_FAILED"): URL {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== "" || parsed.password !== "")
    throw new PortmanteauError(code, "`url` must be absolute, of http or https, and without a password.");
  return parsed;
}

export function aborted(): PortmanteauError {
  return new PortmanteauError("ABORTED", "The delivery was aborted.");
}

export function late(timeoutMs: number): PortmanteauError {
  return new PortmanteauError("DELIVERY_FAILED", `The destination did nothing for ${timeoutMs} ms.`, {
    retryable: true,
  });
}
