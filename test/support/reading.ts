import { expect } from "vitest";
import { type ErrorCode, PortmanteauError } from "../../src/model/errors.ts";
import type { Page, ReadContext, Source } from "../../src/model/source.ts";

/** How a test reads a source: as the engine would, without it; for this subject and in pages of this size unless it says another. */
export function readingAs(id: string, pageRecords: number) {
  function context(more: Partial<ReadContext> = {}): ReadContext {
    const { signal } = new AbortController();
    return { subject: { id }, requestType: "access", pageRecords, signal, ...more };
  }

  async function pagesOf<R>(source: Source<R>, more: Partial<ReadContext> = {}): Promise<Page<R>[]> {
    const pages: Page<R>[] = [];
    for await (const page of source.read(context(more))) pages.push(page);
    return pages;
  }

  async function recordsOf<R>(source: Source<R>, more: Partial<ReadContext> = {}): Promise<R[]> {
    return (await pagesOf(source, more)).flatMap(({ records }) => records);
  }

  return { context, pagesOf, recordsOf };
}

export const { context: contextOf, pagesOf, recordsOf } = readingAs("ada-1815", 10);

/** The error of this package that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown> | undefined): Promise<PortmanteauError> {
  const error = await promise?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!PortmanteauError.is(error)) throw new Error("expected a PortmanteauError", { cause: error });
  return error;
}

export async function expectFailure(
  promise: Promise<unknown> | undefined,
  code: ErrorCode,
  retryable = false,
): Promise<PortmanteauError> {
  const error = await failureOf(promise);
  expect({ code: error.code, retryable: error.retryable }, String(error.cause)).toEqual({ code, retryable });
  return error;
}

/** Waits until it is so. */
export async function eventually(check: () => unknown | Promise<unknown>): Promise<void> {
  const until = performance.now() + 5_000;
  while (!(await check())) {
    if (performance.now() > until) throw new Error(`never came: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The error that a promise is rejected with; it must be one of ours, with this code, and quote nothing of the person. */
export async function errorOf(promise: Promise<unknown>, code: ErrorCode, message?: RegExp): Promise<PortmanteauError> {
  const error = await failureOf(promise);
  expect({ code: error.code, message: error.message }).toMatchObject({
    code,
    message: expect.stringMatching(message ?? /./),
  });
  expect(JSON.stringify(error)).not.toMatch(/ada-1815|127\.0\.0\.1|\bsecret\b/);
  return error;
}
