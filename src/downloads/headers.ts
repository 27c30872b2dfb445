import { Buffer } from "node:buffer";
import type { DownloadBundle } from "./answer.ts";

/** Bytes of a bundle, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a `Range` asks for: one range, or nothing where all of it is to be sent, which is right for several ranges, for other units and for
 * what cannot be understood.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (from === "") {
    const length = Number(to);
    return length === 0 || size === 0 ? "unsatisfiable" : { first: Math.max(0, size - length), last: size - 1 };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return undefined; // no range at all
  if (first >= size) return "unsatisfiable";
  return { first, last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}

/** Of every answer: nothing of it is kept, guessed at, run, or told to others. */
export const commonHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

export function etagOf({ sha256 }: DownloadBundle): string {
  return `"${sha256}"`;
}

export function bundleHeaders(bundle: DownloadBundle): Record<string, string> {
  return {
    ...commonHeaders,
    "accept-ranges": "bytes",
    "content-type": bundle.contentType ?? "application/zip",
    "content-disposition": dispositionOf(bundle.filename ?? "bundle.zip"),
    etag: etagOf(bundle),
    // RFC 9530: of the whole bundle, also where a range of it is sent.
    "repr-digest": `sha-256=:${Buffer.from(bundle.sha256, "hex").toString("base64")}:`,
  };
}

/** RFC 6266: a name for everybody, and the true one for those who know UTF-8. Neither leads out of a folder or ends the header. */
function dispositionOf(filename: string): string {
  const name =
    filename
      .toWellFormed()
      .replace(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "_")
      .replace(/^[. ]+/, "")
      .slice(0, 150)
      .toWellFormed() || "bundle.zip";
  const plain = name.replace(/[^\x20-\x7e]|%/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
