import { JsonRecords } from "../../codec/json-records.ts";
import { isPlainObject, type JsonValue } from "../../model/json.ts";
import type { RequestType } from "../../model/request.ts";
import type { Cursor, Page, ReadContext, Source, SourceSubject } from "../../model/source.ts";
import { invalid } from "../../model/source-error.ts";
import type { HttpAnswer } from "./answer.ts";
import { bodyCheck, type HttpBodyCheck } from "./body-check.ts";
import { HttpClient } from "./client.ts";
import type { Failures } from "./failure.ts";
import type { HttpOptions, HttpRequest } from "./options.ts";
import { at, type HttpNext, type HttpPage, type HttpPaging, keysOf, ListChanged, PagingProblem } from "./paging.ts";
import { changed, Progress, Twins } from "./progress.ts";

/** What a request is asked for. */
export interface HttpRequestContext {
  /** Whose records. */
  readonly subject: SourceSubject;
  /** What was asked for. */
  readonly requestType: RequestType;
  /** Where to go on, as `paging` found it in the page before; `null` for the first page. */
  readonly cursor: Cursor | null;
  /** How many records to give at most. */
  readonly limit: number;
}

export interface HttpSourceOptions<R = JsonValue> extends HttpOptions {
  /** Makes the request for a page. What varies belongs into `searchParams` or `encodeURIComponent`. */
  readonly request: (context: HttpRequestContext) => HttpRequest;
  /** Pointer of the array of records in the body: `"/data"`. Default `""`: the body is the array. */
  readonly records?: string;
  /**
   * How to get from page to page: `linkHeader()`, `linkAt(pointer)`, `cursorAt(pointer)`, `lastRecord(pointer)`, `pageNumber()`,
   * `offset()`, or a function. Absent: one answer holds everything, and is read as a stream, whatever its size.
   */
  readonly paging?: HttpPaging | ((page: HttpPage) => HttpNext | undefined);
  /** Makes a record of an element of the array. Default: the element is the record. */
  map?(element: JsonValue): R;
  /** Pointer of what tells two elements apart, to notice repeated records: `"/id"`. */
  readonly key?: string;
  /** What the body of a page must be: a JSON Schema 2020-12, or a function that says whether it is right. */
  readonly body?: HttpBodyCheck;
  /** Statuses of the first page that say that this person has nothing there: `[404]`. Default: none, they are errors. */
  readonly emptyStatuses?: readonly number[];
  /** Counts the records independently: a whole number in a header, or at a pointer into the body. */
  readonly count?: {
    readonly request: (context: Pick<HttpRequestContext, "subject" | "requestType">) => HttpRequest;
  } & ({ readonly at: string } | { readonly header: string });
  /** A request that succeeds when the system is there and `headers` are right. */
  readonly check?: () => HttpRequest;
  /** Longest text of one record where the answer is read as a stream, in UTF-16 units, give or take 64 Ki. Default 16 Mi. */
  readonly maxRecordLength?: number;
}

/** Where reading goes on; `end`: the list was read to its end. */
type Place = HttpNext | { readonly end: true };

/**
 * Reads a dataset from an HTTP API that answers in JSON, page by page or as one long stream.
 *
 * It sends no request twice by itself: the engine tries again what may succeed later. A `Retry-After` is waited for before the next
 * request of any read. A body that ends too soon, is no JSON or no UTF-8, a page that leads back, and a list that shifted under numbered
 * pages are errors, as far as they can be told. URLs, headers and bodies are in no message.
 *
 * `headers` go to the origin of the request's URL and nowhere else. Links and redirects stay there, unless `allowOrigins` names another
 * origin; then its addresses must be public ones. They are looked up before the request and by the request again, so a name server of an
 * allowed origin is trusted.
 *
 * An API's page is the source's page: pass `limit` on. Numbered pages cannot resume: after a failure they are read from the start.
 *
 * @throws {PortmanteauError} `CONFIG_INVALID` or `SCHEMA_UNSUPPORTED` when the options are wrong. From `read`, `count` and `check`:
 *   `SOURCE_UNAVAILABLE` (status 408, 425, 429 or 5xx, no connection, a broken-off body, a shifted list; retryable), `SOURCE_TIMEOUT`
 *   (retryable), `SOURCE_FAILED` (any other status, a body that is too large, no JSON or not what `body` says, a link elsewhere),
 *   `SOURCE_CONTRACT` (no records or no cursor where the options say, a page that comes again), `ABORTED`
 * @example
 * ```ts
 * const source = httpSource({
 *   request: ({ subject, cursor, limit }) =>
 *     `https://api.example/customers/${encodeURIComponent(subject.id)}/invoices?limit=${limit}&after=${cursor ?? ""}`,
 *   headers: async ({ renewed }) => ({ authorization: `Bearer ${await token({ renewed })}` }),
 *   records: "/data",
 *   paging: lastRecord("/id", { more: "/has_more" }),
 * });
 * ```
 */
export function httpSource<R = JsonValue>(options: HttpSourceOptions<R>): Source<R> {
  const { name = "http", request, key, count, check, emptyStatuses = [], maxRecordLength = 2 ** 24 } = options;
  const client = new HttpClient(options);
  const { failures } = client;
  const keys = keysOf(options.records ?? "");
  const paging = pagingOf(options.paging);
  if (key !== undefined) keysOf(key);
  if (paging === undefined && (key !== undefined || options.body !== undefined))
    throw invalid("`key` and `body` need `paging`: an answer that is read as a stream is never there as a whole.");
  const checkBody = bodyCheck(options.body, name, failures);
  const countOf = count === undefined ? undefined : counter(count, failures);

  const requestFor = (context: ReadContext, cursor: Cursor | null): HttpRequest =>
    built(failures, "request", () =>
      request({ subject: context.subject, requestType: context.requestType, cursor, limit: context.pageRecords }),
    );

  /** Nothing when the person has nothing there. */
  async function fetchPage(context: ReadContext, place: HttpNext | undefined): Promise<HttpPage | undefined> {
    const cursor = place !== undefined && "cursor" in place ? place.cursor : null;
    const link = place !== undefined && "link" in place ? place.link : undefined;
    const accepts = place === undefined ? emptyStatuses : [];
    const answer = await client.send(requestFor(context, cursor), { signal: context.signal, link, accepts });
    try {
      if (accepts.includes(answer.status)) return undefined;
      const body = await answer.json();
      checkBody(body);
      const records = keys.length === 0 || isPlainObject(body) ? at(body, keys) : undefined;
      if (!Array.isArray(records)) throw noArray(failures, options.records);
      return { body, records, headers: answer.headers, url: answer.url, cursor, limit: context.pageRecords };
    } finally {
      answer.close();
    }
  }

  async function* pages(context: ReadContext, { resumes, begin }: HttpPaging): AsyncGenerator<Page<R>> {
    const start = placeOf(context.after, failures);
    if (start !== undefined && "end" in start) return;
    const nextOf = built(failures, "paging", begin);
    const progress = new Progress(start, failures);
    const twins = new Twins(key, resumes, failures);
    for (let place = start; ; ) {
      const page = await fetchPage(context, place);
      if (page === undefined) return;
      twins.check(page.records);
      const next = nextPlace(nextOf, page, failures);
      if (next !== undefined) progress.to(next, place, page.records.length);
      const cursor: Place = next ?? { end: true };
      // An empty page is a step as well: reading goes on after it, and within the time for a page.
      if (page.records.length > 0 || next !== undefined)
        yield { records: mapped(page.records), ...(resumes ? { cursor } : {}) };
      if (next === undefined) return;
      place = next;
    }
  }

  async function* stream(context: ReadContext): AsyncGenerator<Page<R>> {
    const { signal } = context;
    if (context.after !== undefined) throw failures.contract("without `paging` it cannot continue after a cursor.");
    const answer = await client.send(requestFor(context, null), { signal, accepts: emptyStatuses });
    try {
      if (emptyStatuses.includes(answer.status)) return;
      yield* inPages(recordsOf(answer), context);
    } finally {
      answer.close();
    }
  }

  async function* recordsOf(answer: HttpAnswer): AsyncGenerator<Iterable<JsonValue>> {
    const reader = new JsonRecords({
      keys,
      maxRecordLength,
      fail: (problem, record, cause) => {
        switch (problem) {
          case "cut":
            return failures.unavailable(`the answer ended in the middle, after ${record} records.`);
          case "no array":
            return noArray(failures, options.records);
          case "invalid":
            return failures.failed(`the answer is not JSON, after ${record} records.`, cause);
          case "too long":
            return failures.failed(`record ${record} is longer than maxRecordLength, ${maxRecordLength}. Raise it.`);
          case "too deep":
            return failures.failed(`record ${record} is nested too deeply.`);
          default:
            throw new TypeError(`Unknown problem: ${problem satisfies never}`);
        }
      },
    });
    for await (const text of answer.texts()) yield reader.feed(text);
    reader.end();
  }

  async function* inPages(
    batches: AsyncIterable<Iterable<JsonValue>>,
    { pageRecords, signal }: ReadContext,
  ): AsyncGenerator<Page<R>> {
    let page: JsonValue[] = [];
    for await (const batch of batches)
      for (const record of batch)
        if (page.push(record) === pageRecords) {
          yield { records: mapped(page) };
          if (signal.aborted) throw failures.aborted(signal); // a piece of the body can hold many pages
          page = [];
        }
    if (page.length > 0) yield { records: mapped(page) };
  }

  function mapped(elements: readonly JsonValue[]): readonly R[] {
    const { map } = options;
    if (map === undefined) return elements as readonly unknown[] as readonly R[];
    return built(failures, "map", () => elements.map((element) => map(element)));
  }

  return {
    name,
    capabilities: {
      resume: paging?.resumes ? "cursor" : "none",
      partitions: false,
      count: count !== undefined,
      attachments: false,
    },
    read: (context) => (paging === undefined ? stream(context) : pages(context, paging)),
    ...(count === undefined || countOf === undefined
      ? {}
      : {
          async count({ subject, requestType, signal }: ReadContext) {
            const asked = built(failures, "count", () => count.request({ subject, requestType }));
            const answer = await client.send(asked, { signal, accepts: emptyStatuses });
            try {
              return emptyStatuses.includes(answer.status) ? 0 : await countOf(answer);
            } finally {
              answer.close();
            }
          },
        }),
    ...(check === undefined
      ? {}
      : {
          async check(signal: AbortSignal) {
            (await client.send(built(failures, "check", check), { signal })).close();
          },
        }),
  };
}

function pagingOf(paging: HttpSourceOptions["paging"]): HttpPaging | undefined {
  return typeof paging === "function" ? { resumes: true, begin: () => paging } : paging;
}

function nextPlace(
  nextOf: (page: HttpPage) => HttpNext | undefined,
  page: HttpPage,
  failures: Failures,
): HttpNext | undefined {
  try {
    const next = nextOf(page);
    if (next === undefined || "cursor" in next) return next;
    if (URL.canParse(next.link, page.url)) return { link: new URL(next.link, page.url).href };
    if (typeof next.link === "string") throw new PagingProblem("it leads on to something that is no URL");
  } catch (cause) {
    if (cause instanceof ListChanged) throw changed(failures);
    if (cause instanceof PagingProblem) throw failures.contract(`${cause.message}. Look at \`paging\`.`);
    throw failures.thrown(cause, "paging");
  }
  throw failures.contract("`paging` gave neither a cursor nor a link nor undefined.");
}

/** The cursor that the engine hands back, which must be of the shape we gave. */
function placeOf(after: Cursor | undefined, failures: Failures): Place | undefined {
  if (after === undefined) return undefined;
  if (isPlainObject(after)) {
    const { cursor, link, end } = after as { cursor?: Cursor; link?: unknown; end?: unknown };
    if (cursor !== undefined) return { cursor };
    if (typeof link === "string") return { link };
    if (end === true) return { end };
  }
  throw failures.contract("the cursor to continue after was not made by this source.");
}

function counter(count: NonNullable<HttpSourceOptions["count"]>, failures: Failures) {
  const keys = "at" in count ? keysOf(count.at) : undefined;
  return async (answer: HttpAnswer): Promise<number> => {
    const value =
      "at" in count
        ? at(await answer.json(), keys ?? [])
        : /^(?:.*\/)?\s*(\d+)\s*$/.exec(answer.headers.get(count.header) ?? "")?.[1]; // also the end of a Content-Range
    const counted = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof counted === "number" && Number.isSafeInteger(counted) && counted >= 0) return counted;
    const where = "at" in count ? `at "${count.at}"` : `in the header ${count.header}`;
    throw failures.contract(`the answer to the count has no whole number ${where}.`);
  };
}

function noArray(failures: Failures, pointer = "") {
  return failures.contract(`the answer has no array at "${pointer}". Look at \`records\`.`);
}

function built<T>(failures: Failures, option: string, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    throw failures.thrown(cause, option);
  }
}
