import { Hono } from "hono";
import type { Exports } from "./bundle-stream.ts";
import { exportRoute } from "./nextjs.ts";

/** For `app.route("/", exportApp({ exporter, subjectOf }))`: `GET /me/export` streams the bundle of whoever is signed in. */
export function exportApp(exports: Exports<Request>): Hono {
  const { GET } = exportRoute(exports);
  return new Hono().get("/me/export", (c) => GET(c.req.raw));
}
