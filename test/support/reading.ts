import { expect } from "vitest";
import { type ErrorCode, PortmanteauError } from "../../src/model/errors.ts";
import type { Page, ReadContext, Source } from "../../src/model/source.ts";

/** How a test reads a source: as the engine would, without it. */
export function contextOf(more: Partial<ReadContext> = {}): ReadContext {
  return {
    subject: { id: "ada-1815" },
    requestType: "access",
    pageRecords: 10,
    signal: new AbortController().signal,
    ...more,
  };
}

export async function pagesOf<R>(source: Source<R>, more: Partial<ReadContext> = {}): Promise<Page<R>[]> {
  const pages: Page<R>[] = [];
  for await (const page of source.read(contextOf(more))) pages.push(page);
  return pages;
}

export async function recordsOf<R>(source: Source<R>, more: Partial<ReadContext> = {}): Promise<R[]> {
  return (await pagesOf(source, more)).flatMap(({ records }) => records);
}

/** The error that a promise is rejected with; it must be one of ours, with this code, and quote nothing of the person. */
export async function errorOf(promise: Promise<unknown>, code: ErrorCode, message?: RegExp): Promise<PortmanteauError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!PortmanteauError.is(error)) return expect.fail(`expected ${code}, got ${String(error)}`);
  expect({ code: error.code, message: error.message }).toMatchObject({
    code,
    message: expect.stringMatching(message ?? /./),
  });
  expect(JSON.stringify(error)).not.toMatch(/ada-1815|127\.0\.0\.1|\bsecret\b/);
  return error;
}
