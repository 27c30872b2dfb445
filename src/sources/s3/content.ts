import type { OpenAttachment } from "../../model/attachment.ts";
import { PortmanteauError } from "../../model/errors.ts";
import { contract } from "../../model/source-error.ts";
import type { S3Got } from "./client.ts";
import { failure } from "./failure.ts";

/** A body of the SDK: a stream of Node. */
interface Body extends AsyncIterable<Uint8Array> {
  on?(event: "error", listener: () => void): unknown;
  destroy?(): unknown;
}

/** The content of an object that the client gave. */
export function contentOf({ Body: given, ContentLength, ContentType }: S3Got, signal: AbortSignal): OpenAttachment {
  const body = given as Body | undefined;
  if (typeof body?.[Symbol.asyncIterator] !== "function")
    throw contract("The client gave an object without a body to read.");
  body.on?.("error", () => {}); // one that comes when nobody reads any more must not end the process
  return {
    ...(ContentLength === undefined ? {} : { bytes: ContentLength }),
    ...(ContentType === undefined ? {} : { mediaType: ContentType }),
    content: chunksOf(body, signal),
    close: () => void body.destroy?.(),
  };
}

async function* chunksOf(body: Body, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    if (signal.aborted) throw failure(cause, "An object", signal);
    throw new PortmanteauError("SOURCE_UNAVAILABLE", "The store broke off in the middle of an object.", {
      retryable: true,
      cause,
    });
  }
}
