import { type JsonObject, type JsonValue, pointerKeys, valueAt } from "../../model/json.ts";
import type { Cursor } from "../../model/source.ts";
import { invalid } from "../../model/source-error.ts";
import { linkTo } from "./link-header.ts";

/** One answer of the API, before the next is asked for. */
export interface HttpPage {
  /** The whole body. A number that a JavaScript number cannot hold is the string of its digits. */
  readonly body: JsonValue;
  /** The records in it, as they stand there. */
  readonly records: readonly JsonValue[];
  /** Of the answer. */
  readonly headers: Headers;
  /** Where it came from, redirects followed: a relative link starts there. */
  readonly url: string;
  /** What the request for this page was given: the cursor, or `null` for the first page, and for one that a link led to. */
  readonly cursor: Cursor | null;
  /** How many records were asked for. */
  readonly limit: number;
}

/** Where the next page is: by a cursor that `request` is given, or at a link. */
export type HttpNext = { readonly cursor: Cursor } | { readonly link: string };

/** How to get from page to page. */
export interface HttpPaging {
  /** Whether a cursor leads to the same place later: not so for the numbers of pages, where a new record shifts all that follow. */
  readonly resumes: boolean;
  /** Called once per read. Its function gives what comes after a page, or nothing when that was the last; what it throws ends the read. */
  begin(): (page: HttpPage) => HttpNext | undefined;
}

/** What a paging function throws when an answer is not what it needs: the message names no value. */
export class PagingProblem extends Error {}

/** Goes on at the link of the `Link` header with this relation, until there is none. Also the links of other headers' making: see RFC 8288. */
export function linkHeader(relation = "next"): HttpPaging {
  return stateless(({ headers }) => {
    const header = headers.get("link");
    if (header === null) return undefined;
    try {
      const link = linkTo(relation, header);
      return link === undefined ? undefined : { link };
    } catch {
      throw new PagingProblem("its Link header is malformed");
    }
  });
}

/** Goes on at a URL in the body, until it is null, empty or absent. */
export function linkAt(pointer: string): HttpPaging {
  const keys = keysOf(pointer);
  return stateless(({ body }) => {
    const link = at(body, keys);
    if (isNothing(link)) return undefined;
    if (typeof link !== "string") throw new PagingProblem(`there is no URL at ${pointer}`);
    return { link };
  });
}

/** Goes on with a cursor in the body, until it is null, empty or absent, or `more` points at `false`. */
export function cursorAt(pointer: string, { more }: { readonly more?: string } = {}): HttpPaging {
  const keys = keysOf(pointer);
  const goesOn = moreAt(more);
  return stateless(({ body }) => {
    const says = goesOn(body);
    if (says === false) return undefined;
    const cursor = at(body, keys);
    if (!isNothing(cursor)) return { cursor: cursor as Cursor };
    if (says) throw new PagingProblem(`it says that there is more, but there is no cursor at ${pointer}`);
    return undefined;
  });
}

/** Goes on after the last record, by its key, until a page is empty, or `more` points at `false`. */
export function lastRecord(key: string, { more }: { readonly more?: string } = {}): HttpPaging {
  const keys = keysOf(key);
  const goesOn = moreAt(more);
  return stateless(({ body, records }) => {
    const says = goesOn(body);
    if (says === false) return undefined;
    const last = records.at(-1);
    if (last === undefined) {
      if (says) throw new PagingProblem("it says that there is more, and gave no record");
      return undefined;
    }
    const cursor = at(last, keys);
    if (typeof cursor !== "string" && typeof cursor !== "number")
      throw new PagingProblem(`the last record has no string or number at ${key}`);
    return { cursor };
  });
}

/** Where the API says how many records there are, or whether there are more. Without, a list ends at its first empty page. */
export interface PositionOptions {
  /** Pointer of the number of all records. It also tells that the list changed while it was read. */
  readonly total?: string;
  /** Pointer of a boolean: whether there are more. */
  readonly more?: string;
}

/** Goes on with the next page's number: `cursor` is `null` for the first page, then `first` + 1 and so on. Cannot resume. */
export function pageNumber({ first = 1, ...options }: PositionOptions & { readonly first?: number } = {}): HttpPaging {
  return positions(options, ({ cursor }) => (typeof cursor === "number" ? cursor : first) + 1);
}

/** Goes on after as many records as were given: `cursor` is `null` for the first page, then their number. Cannot resume. */
export function offset(options: PositionOptions = {}): HttpPaging {
  return positions(options, (_, given) => given);
}

function positions({ total, more }: PositionOptions, next: (page: HttpPage, given: number) => number): HttpPaging {
  const totalKeys = total === undefined ? undefined : keysOf(total);
  const goesOn = moreAt(more);
  return {
    resumes: false,
    begin() {
      let given = 0;
      let expected: number | undefined;
      return (page) => {
        given += page.records.length;
        const says = goesOn(page.body);
        if (totalKeys !== undefined) {
          const all = at(page.body, totalKeys);
          if (typeof all !== "number" || !Number.isSafeInteger(all) || all < 0)
            throw new PagingProblem(`there is no whole number at ${total}`);
          if (expected !== undefined && all !== expected) throw new ListChanged();
          expected = all;
          if (given > all || (page.records.length === 0 && given < all))
            throw new PagingProblem(`it gave ${given} records where ${total} says ${all}`);
          return given === all ? undefined : { cursor: next(page, given) };
        }
        if (says === false) return undefined;
        if (page.records.length > 0) return { cursor: next(page, given) };
        if (says) throw new PagingProblem("it says that there is more, and gave no record");
        return undefined;
      };
    },
  };
}

/** A list that is read by positions is not the one that it was at the first page. */
export class ListChanged extends Error {}

function stateless(next: (page: HttpPage) => HttpNext | undefined): HttpPaging {
  return { resumes: true, begin: () => next };
}

/** What `more` says; nothing when there is no such pointer. An answer without it must not pass for the last. */
function moreAt(pointer: string | undefined): (body: JsonValue) => boolean | undefined {
  if (pointer === undefined) return () => undefined;
  const keys = keysOf(pointer);
  return (body) => {
    const more = at(body, keys);
    if (typeof more !== "boolean") throw new PagingProblem(`there is no boolean at ${pointer}`);
    return more;
  };
}

export function keysOf(pointer: string): readonly string[] {
  const keys = pointerKeys(pointer);
  if (keys === undefined) throw invalid(`"${pointer}" is no pointer. Write it like "/data", or "" for all of it.`);
  return keys;
}

export function at(value: JsonValue, keys: readonly string[]): JsonValue | undefined {
  return keys.length === 0 ? value : valueAt(value as JsonObject, keys);
}

function isNothing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === "";
}
