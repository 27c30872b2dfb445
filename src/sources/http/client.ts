import type { PortmanteauError } from "../../model/errors.ts";
import { isPublic, lookupAll } from "./addresses.ts";
import { HttpAnswer } from "./answer.ts";
import { type Failures, failuresOf } from "./failure.ts";
import { Gate, retryAfterMs } from "./gate.ts";
import { checkNumbers, type HttpOptions, type HttpRequest, originOf } from "./options.ts";

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
    checkNumbers(options);
    this.#origins = new Set(allowOrigins.map(originOf));
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
          answer.drop();
          continue;
        }
        if (response.status === 401 && this.#options.renewOn401 && isHome && !renewed) {
          renewed = true;
          answer.drop();
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
