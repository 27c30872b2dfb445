import { type AnswerBody, answerTo, checkOptions, type DownloadOptions } from "./answer.ts";

/**
 * The same as `downloadHandler` for whatever speaks `Request` and `Response`: Hono, Next.js, Deno, Bun. `authorise` is also given what
 * the server gives beside the request.
 *
 * @returns a function that never rejects
 * @throws {PortmanteauError} `CONFIG_INVALID`
 * @example
 * ```ts
 * const download = fetchDownloadHandler({ keys, open, authorise: (_request, c: Context) => c.get("session")?.accountId });
 * app.get("/downloads/:token", (c) => download(c.req.raw, c));
 * ```
 */
export function fetchDownloadHandler<Context = undefined>(
  options: DownloadOptions<[request: Request, context: Context]>,
): (request: Request, ...context: Context extends undefined ? [] : [Context]) => Promise<Response> {
  checkOptions(options);
  return async (request, ...[context]) => {
    const header = (name: string) => request.headers.get(name) ?? undefined;
    const asked = { method: request.method, url: new URL(request.url).pathname, header };
    const { status, headers, body } = await answerTo(asked, [request, context as Context], options);
    return new Response(body === undefined ? null : streamOf(body), { status, headers });
  };
}

function streamOf({ bytes, close }: AnswerBody): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await bytes.next();
          if (!done) return controller.enqueue(value);
        } catch (error) {
          await close();
          throw error;
        }
        await close();
        controller.close();
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
