import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { type Exporter, PortmanteauError } from "portmanteau";

/** What every recipe is given. */
export interface Exports<Request> {
  readonly exporter: Exporter;
  /** Whose session a request is of; nothing for nobody's. */
  readonly subjectOf: (request: Request) => string | undefined;
}

/** Nothing keeps the bundle on its way, and the browser saves it. */
export const bundleHeaders = {
  "content-type": "application/zip",
  "content-disposition": 'attachment; filename="my-data.zip"',
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** There is no session, and so nobody whose bundle it could be. */
class SignInFirst extends Error {}

/** The bundle of one person, as a Node stream. It rejects where the export fails before its first byte: then an error can still be answered. */
export async function bundleOf(
  exporter: Exporter,
  subject: string | undefined,
  signal: AbortSignal,
): Promise<Readable> {
  const stream = new PassThrough();
  exporter.export(requestOf(subject), { to: stream, signal }).catch(() => {}); // the stream is destroyed with the error
  await once(stream, "readable");
  return stream;
}

/** The same as a web stream. */
export async function webBundleOf(
  exporter: Exporter,
  subject: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  exporter.export(requestOf(subject), { to: writable, signal }).catch(() => {}); // the stream ends with the error
  const reader = readable.getReader();
  const first = await reader.read();
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(first.value as Uint8Array), // a bundle is never empty
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** What is answered in place of a bundle (RFC 9457): the code and no more. 401 for nobody's session, 503 where trying again may help. */
export function problemOf(error: unknown) {
  const code = PortmanteauError.is(error) ? error.code : "UNKNOWN";
  const status = error instanceof SignInFirst ? 401 : PortmanteauError.is(error) && error.retryable ? 503 : 500;
  const title = status === 401 ? "Sign in first." : "Your data could not be put together.";
  const headers = { "content-type": "application/problem+json", ...(status === 503 ? { "retry-after": "60" } : {}) };
  return { status, headers, body: { type: "about:blank", title, status, ...(status === 401 ? {} : { code }) } };
}

function requestOf(subject: string | undefined) {
  if (subject === undefined) throw new SignInFirst();
  return { id: randomUUID(), type: "access", subject: { id: subject } } as const;
}
