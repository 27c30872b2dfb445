import { bundleHeaders, type Exports, problemOf, webBundleOf } from "./bundle-stream.ts";

/**
 * A route handler of Next.js on its Node.js runtime, or of whatever speaks `Request` and `Response`. In `app/me/export/route.ts`:
 * `export const { GET } = exportRoute({ exporter, subjectOf })`.
 */
export function exportRoute({ exporter, subjectOf }: Exports<Request>) {
  return {
    /** Streams the bundle of whoever is signed in. */
    async GET(request: Request): Promise<Response> {
      try {
        // The signal is aborted when the client goes away: the sources' queries are stopped.
        return new Response(await webBundleOf(exporter, subjectOf(request), request.signal), {
          headers: bundleHeaders,
        });
      } catch (error) {
        const { status, headers, body } = problemOf(error);
        return new Response(JSON.stringify(body), { status, headers });
      }
    },
  };
}
