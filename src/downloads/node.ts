import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { answerTo, checkOptions, type DownloadOptions } from "./answer.ts";

/**
 * Gives bundles to the people they are about, over `node:http`, Express, or Fastify (after `reply.hijack()`, on a route `/downloads/*`, for
 * it takes no long parameters). The token is the last segment of the path.
 *
 * A link is good for one session's person until it expires; everything else is the same 404. A good one that has expired, or that `permit`
 * ends, is 410. Ranges, `If-Range` and HEAD are answered, so that a download goes on where it broke off; `Repr-Digest` lets it be checked.
 *
 * @returns a function that never rejects
 * @throws {PortmanteauError} `CONFIG_INVALID`
 * @example
 * ```ts
 * const download = downloadHandler({
 *   keys: [key],
 *   authorise: (request) => sessionOf(request)?.accountId,
 *   open: async ({ bundle }) => {
 *     const file = await openFile(join("/var/exports", `${bundle}.zip`));
 *     return file && { file, sha256: await digestOf(bundle), filename: "my-data.zip" };
 *   },
 * });
 * app.get("/downloads/:token", download);
 * ```
 */
export function downloadHandler<Request extends IncomingMessage = IncomingMessage>(
  options: DownloadOptions<[request: Request]>,
): (request: Request, response: ServerResponse) => Promise<void> {
  checkOptions(options);
  return async (request, response) => {
    const header = (name: "range" | "if-range") => {
      const value = request.headers[name];
      return Array.isArray(value) ? undefined : value;
    };
    const asked = { method: request.method ?? "", url: request.url ?? "", header };
    const { status, headers, body } = await answerTo(asked, [request], options);
    if (body === undefined) {
      response.writeHead(status, headers).end();
      return;
    }
    try {
      response.writeHead(status, headers);
      await pipeline(Readable.from(body.bytes, { objectMode: false, highWaterMark: 1 }), response);
    } catch {
      response.destroy(); // the client left, or the file broke off: that something is missing is seen by the length
    } finally {
      await body.close();
    }
  };
}
