import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";
import { bundleHeaders, bundleOf, type Exports, problemOf } from "./bundle-stream.ts";

/** For `app.use(exportRouter({ exporter, subjectOf }))`: `GET /me/export` streams the bundle of whoever is signed in. */
export function exportRouter({ exporter, subjectOf }: Exports<Request>): Router {
  return Router().get("/me/export", async (request: Request, response: Response) => {
    const stop = new AbortController();
    response.once("close", () => stop.abort()); // whoever went away needs no bundle: the sources' queries are stopped
    try {
      const bundle = await bundleOf(exporter, subjectOf(request), stop.signal);
      response.set(bundleHeaders);
      await pipeline(bundle, response); // destroys the response with the bundle: a broken download never looks whole
    } catch (error) {
      if (response.headersSent || response.destroyed) return;
      const { status, headers, body } = problemOf(error);
      response.status(status).set(headers).send(JSON.stringify(body));
    }
  });
}
