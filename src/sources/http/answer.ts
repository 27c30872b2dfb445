import { endsEarly } from "../../codec/json-records.ts";
import { losslessJson } from "../../codec/lossless-json.ts";
import type { PortmanteauError } from "../../model/errors.ts";
import type { JsonValue } from "../../model/json.ts";
import type { Failures } from "./failure.ts";
import type { HttpOptions } from "./options.ts";

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

  /** Sends one request. */
  async fetch(url: URL, init: RequestInit): Promise<Response> {
    const { fetch = globalThis.fetch, requestTimeoutMs = 30_000 } = this.#options;
    this.#timer = setTimeout(() => this.#stop("did not answer", "requestTimeoutMs"), requestTimeoutMs);
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

  /** Forgets the answer to the last request, before another one is sent. */
  drop(): void {
    clearTimeout(this.#timer);
    if (this.#response?.body?.locked === false) this.#response.body.cancel().catch(() => undefined);
    this.#response = undefined;
  }

  /** Ends it, wherever it is: the connection is free again, or gone. */
  close(): void {
    this.drop();
    this.#signal.removeEventListener("abort", this.#onAbort);
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
}
