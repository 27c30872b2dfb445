import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { PortmanteauError } from "../../model/errors.ts";
import type { DeliveryWriter, Spool, Spooled, SpoolWriter } from "../../model/ports.ts";
import { aborted, broken, checkedUrl, judge, late, Refused, type SentBundle } from "./answer.ts";
import type { HttpDeliveryOptions } from "./index.ts";

/** So long an abort waits for the answer to a request that was sent to its end. */
const graceMs = 5_000;
const [baseDelayMs, maxDelayMs, maxRetryAfterMs] = [200, 5_000, 60_000];

export type Settled = HttpDeliveryOptions & Required<Pick<HttpDeliveryOptions, "attempts" | "timeoutMs" | "method">>;

/** One bundle: it is spooled, then sent. */
export class HttpWriter implements DeliveryWriter {
  readonly #options: Settled;
  readonly #spool: Spool;
  readonly #writer: SpoolWriter;
  readonly #sha256 = createHash("sha256");
  readonly #md5 = md5Hash();
  readonly #stop = new AbortController();
  #committed: Promise<void> | undefined;
  #isDelivered = false;
  /** All of the bundle is on its way, and the answer is not there. */
  #isWaiting = false;
  /** A request was sent to its end, and nobody knows what became of it. */
  #inDoubt = false;

  constructor(options: Settled, spool: Spool, writer: SpoolWriter) {
    this.#options = options;
    this.#spool = spool;
    this.#writer = writer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#stop.signal.aborted) throw aborted();
    this.#sha256.update(bytes);
    this.#md5?.update(bytes);
    await this.#writer.write(bytes);
  }

  commit(): Promise<void> {
    this.#committed = (async () => {
      if (this.#stop.signal.aborted) throw aborted();
      const spooled = await this.#writer.seal();
      const sha256 = this.#sha256.digest("hex");
      const bundle = { bytes: spooled.bytes, sha256, md5: this.#md5?.digest("hex") };
      for (let attempt = 1; !this.#isDelivered; attempt++) {
        try {
          await this.#unlessStopped(this.#send(spooled, bundle));
          this.#isDelivered = true;
        } catch (thrown) {
          if (this.#stop.signal.aborted) throw aborted();
          const { error, retryAfterMs = 0 } = thrown instanceof Refused ? thrown : { error: broken(thrown) };
          if (!error.retryable || attempt >= this.#options.attempts) throw error;
          const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
          const waitMs = Math.max(ceiling * (0.5 + Math.random() / 2), Math.min(retryAfterMs, maxRetryAfterMs));
          await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => {
            throw aborted();
          });
        }
      }
      await this.#spool.close().catch(() => {}); // the bundle is there all the same
    })();
    return this.#committed;
  }

  async abort(): Promise<void> {
    // What was sent whole cannot be taken back: how it ended is worth some waiting.
    const stop = () => {
      this.#inDoubt ||= this.#isWaiting;
      this.#stop.abort();
    };
    const timer = setTimeout(stop, this.#isWaiting ? graceMs : 0);
    await Promise.allSettled([this.#committed]);
    clearTimeout(timer);
    stop();
    await this.#spool.close();
    if (this.#inDoubt && !this.#isDelivered)
      throw new PortmanteauError(
        "DELIVERY_FAILED",
        "The destination was sent everything and did not say what became of it: the whole bundle may stand there.",
      );
  }

  /** A callback that hangs must not hold an abort. */
  async #unlessStopped(sending: Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    let onStop = () => {};
    const stopped = new Promise<never>((_resolve, reject) => {
      onStop = () => reject(aborted());
      signal.addEventListener("abort", onStop);
      if (signal.aborted) onStop();
    });
    try {
      await Promise.race([sending, stopped]);
    } finally {
      signal.removeEventListener("abort", onStop);
    }
  }

  async #send(spooled: Spooled, bundle: SentBundle): Promise<void> {
    const {
      url,
      headers = {},
      method,
      contentType = "application/zip",
      timeoutMs,
      fetch: send = fetch,
    } = this.#options;
    const target = checkedUrl(typeof url === "function" ? await url(bundle) : url, "DELIVERY_FAILED");
    const own = typeof headers === "function" ? await headers(bundle) : headers;
    const attempt = new AbortController();
    const onStop = () => attempt.abort(aborted());
    const onTime = () => attempt.abort(late(timeoutMs));
    let timer = setTimeout(onTime, timeoutMs);
    this.#stop.signal.addEventListener("abort", onStop);
    if (this.#stop.signal.aborted) onStop();
    const moved = (isLast: boolean) => {
      this.#isWaiting = isLast;
      clearTimeout(timer);
      timer = setTimeout(onTime, timeoutMs);
    };
    try {
      const response = await send(target, {
        method,
        redirect: "manual",
        signal: attempt.signal,
        headers: headersOf(own, {
          "content-type": contentType,
          "content-length": String(bundle.bytes),
          "repr-digest": `sha-256=:${Buffer.from(bundle.sha256, "hex").toString("base64")}:`,
        }),
        body: bundle.bytes === 0 ? new Uint8Array(0) : bodyOf(spooled, moved),
        duplex: "half",
      });
      const isSent = this.#isWaiting || bundle.bytes === 0;
      this.#isWaiting = false;
      await response.body?.cancel().catch(() => {});
      judge(response, bundle, isSent);
    } catch (error) {
      if (this.#isWaiting) this.#inDoubt = true;
      throw error;
    } finally {
      this.#isWaiting = false;
      clearTimeout(timer);
      this.#stop.signal.removeEventListener("abort", onStop);
    }
  }
}

/** The bundle as a stream that reads the spool as the connection takes it. `moved` is called with each piece, and at the end with true. */
function bodyOf(spooled: Spooled, moved: (isLast: boolean) => void): ReadableStream<Uint8Array> {
  const chunks = spooled.read()[Symbol.asyncIterator]();
  let left = spooled.bytes;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) return controller.close();
        left -= value.length;
        moved(left === 0);
        controller.enqueue(Uint8Array.from(value)); // a copy: the spool may use its buffer again
      },
      async cancel() {
        await chunks.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

function headersOf(own: Readonly<Record<string, string>>, ours: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(ours);
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return headers;
}

/** Systems that allow only approved algorithms have none. */
function md5Hash() {
  try {
    return createHash("md5");
  } catch {
    return undefined;
  }
}
