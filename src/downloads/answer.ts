import { PortmanteauError } from "../model/errors.ts";
import type { Clock, RandomAccess } from "../model/ports.ts";
import { invalid } from "../model/source-error.ts";
import { type ByteRange, bundleHeaders, commonHeaders, etagOf, rangeOf } from "./headers.ts";
import { checkKeys, type DownloadFacts, type DownloadKey, readDownloadToken } from "./token.ts";

/** A bundle that is there to be downloaded. */
export interface DownloadBundle {
  /** Its bytes: `openFile(path)`, `openS3Object(…)`. Closed when the answer has ended, however it ended. */
  readonly file: RandomAccess;
  /** Of the file, hex, lower case: `report.bundle.sha256`, or that of `report.bundle.envelope` when it is encrypted. */
  readonly sha256: string;
  /** As the person saves it. Default `"bundle.zip"`. */
  readonly filename?: string;
  /** Default `"application/zip"`. */
  readonly contentType?: string;
}

/** What a download handler must be told: the keys of links, whose session it is, and where the bundle is. */
export interface DownloadOptions<Given extends readonly unknown[]> {
  /** Links of all of them are good; new ones are signed with one. Take a key out, and its links are gone. */
  readonly keys: readonly DownloadKey[];
  /** Whose session a request is of: what was `subject` when the link was made. Nothing for nobody's. */
  readonly authorise: (...given: Given) => string | undefined | Promise<string | undefined>;
  /** The bundle, or nothing when it is not there any more. Called only for a link that is good for this session. */
  readonly open: (facts: DownloadFacts) => DownloadBundle | undefined | Promise<DownloadBundle | undefined>;
  /**
   * Counts downloads, and ends them: false answers 410. Called before the bytes are sent, not for HEAD. `isStart` is false for a request
   * that goes on in the middle.
   */
  readonly permit?: (facts: DownloadFacts & { readonly isStart: boolean }) => boolean | Promise<boolean>;
  /** Told of what a callback or the file threw. The person sees a 500, or a download that breaks off. */
  readonly onError?: (error: unknown) => void;
  /** Default `Date.now`. */
  readonly clock?: Clock;
}

/** A request, as both ends see it. */
export interface Asked {
  readonly method: string;
  /** Path and query, or more. */
  readonly url: string;
  readonly header: (name: "range" | "if-range") => string | undefined;
}

/** What to answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody | undefined;
}

export interface AnswerBody {
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** Must be called when the answer has ended, however it ended: a generator that was never begun closes nothing. Safe to call twice. */
  close(): Promise<void>;
}

/** Every link that is not good leads to the same: whoever guesses learns nothing. */
const refusal = (status: number, more: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { ...commonHeaders, "content-length": "0", ...more },
  body: undefined,
});

/** @throws {PortmanteauError} `CONFIG_INVALID` */
export function checkOptions(options: DownloadOptions<never>): void {
  checkKeys(options.keys);
  for (const name of ["authorise", "open"] as const)
    if (typeof options[name] !== "function") throw invalid(`\`${name}\` must be a function.`);
}

/** Never throws. */
export async function answerTo<Given extends readonly unknown[]>(
  asked: Asked,
  given: Given,
  options: DownloadOptions<Given>,
): Promise<Answer> {
  try {
    return await judged(asked, given, options);
  } catch (error) {
    options.onError?.(error);
    return refusal(500);
  }
}

async function judged<Given extends readonly unknown[]>(
  { method, url, header }: Asked,
  given: Given,
  options: DownloadOptions<Given>,
): Promise<Answer> {
  const { keys, authorise, open, permit = () => true, onError, clock = Date.now } = options;
  if (method !== "GET" && method !== "HEAD") return refusal(405, { allow: "GET, HEAD" });
  const facts = readDownloadToken(lastSegment(url), keys);
  if (facts === undefined) return refusal(404);
  const subject = await authorise(...given);
  if (typeof subject !== "string" || subject === "" || !facts.isFor(subject)) return refusal(404);
  if (!(facts.expiresAt.getTime() > clock())) return refusal(410);
  const { bundle, expiresAt } = facts;
  const found = await open({ bundle, expiresAt });
  if (found === undefined) return refusal(404);
  const { file } = found;
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    try {
      await file.close?.();
    } catch (error) {
      onError?.(error);
    }
  };
  try {
    if (!/^[0-9a-f]{64}$/.test(found.sha256))
      throw invalid("`open` gave a bundle whose `sha256` is no SHA-256 in hex.");
    const { size } = file;
    const headers = bundleHeaders(found);
    if (method === "HEAD") {
      await close();
      return { status: 200, headers: { ...headers, "content-length": String(size) }, body: undefined };
    }
    // An `If-Range` that is not this very bundle's asks for all of it. A date never is.
    const condition = header("if-range");
    const isSame = condition === undefined || condition === etagOf(found);
    const range = isSame ? rangeOf(header("range"), size) : undefined;
    if (range === "unsatisfiable") {
      await close();
      return refusal(416, { "content-range": `bytes */${size}` });
    }
    const { first, last } = range ?? { first: 0, last: size - 1 };
    if (!(await permit({ bundle, expiresAt, isStart: first === 0 }))) {
      await close();
      return refusal(410);
    }
    const partial = range === undefined ? {} : { "content-range": `bytes ${first}-${last}/${size}` };
    return {
      status: range === undefined ? 200 : 206,
      headers: { ...headers, ...partial, "content-length": String(last - first + 1) },
      body: { bytes: bytesOf(file, { first, last }, onError), close },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function lastSegment(url: string): string {
  const [path = ""] = url.split(/[?#]/, 1);
  const end = path.endsWith("/") ? path.length - 1 : path.length;
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** So much is read at once. */
const pieceBytes = 256 * 1024;

async function* bytesOf(
  file: RandomAccess,
  { first, last }: ByteRange,
  onError: ((error: unknown) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for (let at = first; at <= last; ) {
      const asked = Math.min(pieceBytes, last - at + 1);
      const bytes = await file.read(at, asked);
      if (bytes.length === 0 || bytes.length > asked)
        throw new PortmanteauError("READ_FAILED", "The bundle changed, or its reader gave what was not asked for.");
      at += bytes.length;
      yield bytes;
    }
  } catch (error) {
    onError?.(error);
    throw error;
  }
}
