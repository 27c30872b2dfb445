import { endsEarly } from "../../codec/json-records.ts";
import { losslessJson } from "../../codec/lossless-json.ts";
import type { PortmanteauError } from "../../model/errors.ts";
import type { JsonValue } from "../../model/json.ts";
import { isPublic, type Lookup, lookupAll } from "./addresses.ts";
import { type Failures, failuresOf, invalid } from "./failure.ts";
import { Gate, retryAfterMs } from "./gate.ts";

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

export interface HttpHeadersContext {
  /** True when the server has just answered 401 to what this function gave before: give a new token. */
  readonly renewed: boolean;
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

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends the requests of one source. It never tries again by itself, but once after a 401: the engine does that. */
export class HttpClient {
  readonly failures: Failures;
  readonly #options: HttpOptions;
  readonly #gate: Gate;
  readonly #origins: ReadonlySet<string>;

  constructor(options: HttpOptions) {
    const { name = "http", maxRetryAfterMs = 60_000, requestsPerSecond, maxConcurrent, allowOrigins = [] } = options;
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
    if (maxConcurrent !== undefined && !Number.isInteger(maxConcurrent))
      throw invalid("`maxConcurrent` is no whole number.");
    this.#origins = new Set(
      allowOrigins.map((origin) => {
        const url = URL.canParse(origin) ? new URL(origin) : undefined;
        if (url === undefined || url.origin !== origin)
          throw invalid(`"${origin}" in \`allowOrigins\` is no origin. Write it like "https://files.example".`);
        return origin;
      }),
    );
    this.#options = options;
    this.failures = failuresOf(name);
    this.#gate = new Gate({ requestsPerSecond, maxConcurrent, maxRetryAfterMs }, this.failures);
  }

  /**
   * Sends a request and gives the answer, whose `close` must be called. An answer that is no success is an error, unless its status is
   * in `accepts`.
   *
   * @param link a URL out of data, to ask instead of the request's own
   */
  async send(
    request: HttpRequest,
    {
      signal,
      link,
      accepts = [],
    }: { readonly signal: AbortSignal; readonly link?: string | undefined; readonly accepts?: readonly number[] },
  ): Promise<HttpAnswer> {
    const { failures } = this;
    const { method = "GET", headers = {}, body, url } = partsOf(request);
    const home = this.#urlOf(url);
    if (link !== undefined && method !== "GET")
      throw failures.contract("only a GET can go on at a link. Give `paging` a function that makes a cursor of it.");
    const answer = new HttpAnswer(failures, signal, this.#options);
    try {
      answer.leave = await this.#gate.enter(signal);
      let target = link === undefined ? home : await answer.unlessStopped(this.#followed(link, home, home));
      let renewed = false;
      for (let hops = 0; ; ) {
        await this.#gate.pace(signal);
        const isHome = target.origin === home.origin;
        const own = isHome ? { ...headers, ...(await answer.unlessStopped(this.#headers(renewed, signal))) } : {};
        const response = await answer.fetch(target, {
          method,
          redirect: "manual",
          headers: {
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...own,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const location = response.headers.get("location");
        if (redirects.has(response.status) && location !== null) {
          if (method !== "GET") throw failures.failed(`it redirects a ${method}. Send it to where it leads.`);
          if (++hops > maxRedirects) throw failures.failed("it redirects again and again.");
          target = await answer.unlessStopped(this.#followed(location, target, home));
          continue;
        }
        if (response.status === 401 && this.#options.renewOn401 && isHome && !renewed) {
          renewed = true;
          continue;
        }
        if (!response.ok && !accepts.includes(response.status)) throw this.#refusal(response);
        return answer;
      }
    } catch (error) {
      answer.close();
      throw error;
    }
  }

  /** The URL that data leads to: on the home origin, or on one that is allowed and, as far as DNS tells now, out in the internet. */
  async #followed(link: string, base: URL, home: URL): Promise<URL> {
    const { failures } = this;
    const { allowPrivateAddresses = false, lookup = lookupAll } = this.#options;
    if (!URL.canParse(link, base.href)) throw failures.contract("it leads on to something that is no URL.");
    const url = new URL(link, base);
    if (url.username !== "" || url.password !== "")
      throw failures.failed("it leads on to a URL with a password in it.");
    if (url.origin === home.origin) return url;
    if (!this.#origins.has(url.origin))
      throw failures.failed("it leads on to another origin. If that is right, name the origin in `allowOrigins`.");
    if (allowPrivateAddresses) return url;
    let found: boolean;
    try {
      found = await isPublic(url, lookup);
    } catch (cause) {
      throw failures.broken(cause, false);
    }
    if (!found)
      throw failures.failed(
        "it leads on to a private address. If that is right, set `allowPrivateAddresses`; if not, somebody may be probing your network.",
      );
    return url;
  }

  async #headers(renewed: boolean, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    try {
      return (await this.#options.headers?.({ renewed, signal })) ?? {};
    } catch (cause) {
      throw this.failures.thrown(cause, "headers");
    }
  }

  #refusal({ status, headers }: Response): PortmanteauError {
    const passing = status === 408 || status === 425 || status === 429 || status >= 500;
    if (!passing) {
      const mend = status === 401 || status === 403 ? " Look at what `headers` gives." : "";
      return this.failures.failed(`it answered with status ${status}.${mend}`);
    }
    const waitMs = retryAfterMs(headers.get("retry-after"));
    if (waitMs !== undefined) this.#gate.close(waitMs);
    return this.failures.unavailable(`it answered with status ${status}.`);
  }

  #urlOf(url: string | URL): URL {
    const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== "" || parsed.password !== "")
      throw this.failures.failed(
        "a request's URL must be absolute, of http or https, and without a password. Put secrets into `headers`.",
      );
    return parsed;
  }
}

function partsOf(request: HttpRequest): Exclude<HttpRequest, string | URL> {
  return typeof request === "string" || request instanceof URL ? { url: request } : request;
}

/** One answer, from the sending of its request until it is closed. Limits of time and size hold in all of it. */
export class HttpAnswer {
  leave: () => void = () => undefined;
  #response: Response | undefined;
  #whole = false;
  readonly #failures: Failures;
  readonly #options: HttpOptions;
  readonly #signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(failures: Failures, signal: AbortSignal, options: HttpOptions) {
    this.#failures = failures;
    this.#signal = signal;
    this.#options = options;
    this.#onAbort = () => this.#own.abort(failures.aborted(signal));
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  get status(): number {
    return this.#received.status;
  }

  get headers(): Headers {
    return this.#received.headers;
  }

  /** Where the answer came from, redirects followed: links are relative to it. */
  url = "";

  get #received(): Response {
    if (this.#response === undefined) throw new TypeError("No answer was received yet.");
    return this.#response;
  }

  /** Sends one request; the answer to the one before it is dropped. */
  async fetch(url: URL, init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch, requestTimeoutMs = 30_000 } = this.#options;
    this.#cancelBody();
    this.#response = undefined;
    this.#within(requestTimeoutMs, "did not answer", "requestTimeoutMs");
    let sent: Promise<Response> | undefined;
    try {
      sent = fetch(url, { ...init, signal: this.#own.signal });
      this.#response = await this.unlessStopped(sent);
    } catch (thrown) {
      // An answer that comes after all, from a `fetch` that does not look at its signal, must not stay open.
      sent?.then((late) => late.body?.cancel()).catch(() => undefined);
      throw this.#reason ?? this.#failures.broken(thrown, false);
    }
    this.url = url.href;
    return this.#response;
  }

  /** The body as JSON, whole. */
  async json(): Promise<JsonValue> {
    const text = await this.text();
    try {
      return losslessJson(text);
    } catch (cause) {
      if (endsEarly(text)) throw this.#failures.unavailable("the answer ended in the middle.", cause);
      throw this.#failures.failed(`the answer is not JSON${this.#contentType()}.`, cause);
    }
  }

  async text(): Promise<string> {
    const { maxBodyBytes = 2 ** 25 } = this.#options;
    const tooLarge = () =>
      this.#failures.failed(
        `the answer is larger than maxBodyBytes, ${maxBodyBytes}. Ask for smaller pages or raise it.`,
      );
    if (Number(this.headers.get("content-length")) > maxBodyBytes) throw tooLarge();
    const parts: string[] = [];
    let bytes = 0;
    const decoder = this.#decoder();
    for await (const chunk of this.#chunks()) {
      bytes += chunk.byteLength;
      if (bytes > maxBodyBytes) throw tooLarge();
      parts.push(decoder(chunk));
    }
    parts.push(decoder());
    return parts.join("");
  }

  /** The body as it arrives. The time for the whole request counts no more, only that for each piece of it. */
  async *texts(): AsyncGenerator<string> {
    clearTimeout(this.#timer);
    const decoder = this.#decoder();
    for await (const chunk of this.#chunks()) yield decoder(chunk);
    yield decoder();
  }

  /** Ends it, wherever it is: the connection is free again, or gone. */
  close(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#cancelBody();
    if (!this.#whole) this.#own.abort(this.#failures.unavailable("the answer is not wanted any more."));
    this.leave();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    const { stallTimeoutMs = 15_000 } = this.#options;
    const reader = this.#received.body?.getReader();
    try {
      while (reader !== undefined) {
        const stalled = setTimeout(
          () => this.#stop("stopped in the middle of an answer", "stallTimeoutMs"),
          stallTimeoutMs,
        );
        let step: Awaited<ReturnType<typeof reader.read>>;
        try {
          step = await this.unlessStopped(reader.read());
        } catch (thrown) {
          throw this.#reason ?? this.#failures.broken(thrown, true);
        } finally {
          clearTimeout(stalled);
        }
        if (step.done) break;
        yield step.value;
      }
      this.#whole = true;
    } finally {
      reader?.cancel().catch(() => undefined); // what broke off was told above
    }
  }

  /** UTF-8, strictly; without bytes it says that no more follow. */
  #decoder(): (bytes?: Uint8Array) => string {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return (bytes) => {
      try {
        return decoder.decode(bytes, { stream: bytes !== undefined });
      } catch (cause) {
        if (bytes === undefined) throw this.#failures.unavailable("the answer ended in the middle.", cause);
        throw this.#failures.failed(`the answer is not UTF-8${this.#contentType()}.`, cause);
      }
    };
  }

  #contentType(): string {
    const [, type] = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(this.headers.get("content-type") ?? "") ?? [];
    return type === undefined ? "" : ` but ${type}`;
  }

  get #reason(): PortmanteauError | undefined {
    return this.#own.signal.aborted ? (this.#own.signal.reason as PortmanteauError) : undefined;
  }

  #within(timeoutMs: number, what: string, option: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop(what, option), timeoutMs);
  }

  #stop(what: string, option: string): void {
    this.#own.abort(this.#failures.timeout(`it ${what} within ${option}.`));
  }

  /** The promise's result, unless the caller's signal or a limit of time is first. */
  unlessStopped<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#own;
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }

  #cancelBody(): void {
    if (this.#response?.body !== null && this.#response?.body.locked === false)
      this.#response.body.cancel().catch(() => undefined);
  }
}
