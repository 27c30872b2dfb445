/**
 * HTTP APIs that answer in JSON, over `fetch`.
 *
 * `httpSource` is told how to ask (`request`), where the records stand (`records`) and how to get from page to page (`paging`).
 */

export type { Lookup } from "./addresses.ts";
export type { HttpBodyCheck } from "./body-check.ts";
export type { HttpHeadersContext, HttpOptions, HttpRequest } from "./options.ts";
export {
  cursorAt,
  type HttpNext,
  type HttpPage,
  type HttpPaging,
  lastRecord,
  linkAt,
  linkHeader,
  offset,
  type PositionOptions,
  pageNumber,
} from "./paging.ts";
export { type HttpRequestContext, type HttpSourceOptions, httpSource } from "./source.ts";
