import type { FastifyInstance, FastifyRequest } from "fastify";
import { bundleHeaders, bundleOf, type Exports, problemOf } from "./bundle-stream.ts";

/** For `app.register(exportRoutes, { exporter, subjectOf })`: `GET /me/export` streams the bundle of whoever is signed in. */
export async function exportRoutes(
  app: FastifyInstance,
  { exporter, subjectOf }: Exports<FastifyRequest>,
): Promise<void> {
  app.get("/me/export", async (request, reply) => {
    const stop = new AbortController();
    reply.raw.once("close", () => stop.abort()); // whoever went away needs no bundle: the sources' queries are stopped
    try {
      const bundle = await bundleOf(exporter, subjectOf(request), stop.signal);
      return await reply.headers(bundleHeaders).send(bundle); // Fastify destroys the response when the bundle breaks off
    } catch (error) {
      if (reply.raw.destroyed) return reply.hijack();
      const { status, headers, body } = problemOf(error);
      return reply.code(status).headers(headers).send(JSON.stringify(body));
    }
  });
}
