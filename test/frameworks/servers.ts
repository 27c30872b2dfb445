import "reflect-metadata";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { serve } from "@hono/node-server";
import { NestFactory } from "@nestjs/core";
import express from "express";
import fastify from "fastify";
import type { Exporter } from "portmanteau";
import { exportRouter } from "../../examples/frameworks/express.ts";
import { exportRoutes } from "../../examples/frameworks/fastify.ts";
import { exportApp } from "../../examples/frameworks/hono.ts";
import { exportModule } from "../../examples/frameworks/nestjs.ts";
import { exportRoute } from "../../examples/frameworks/nextjs.ts";

export interface Running {
  readonly url: string;
  close(): Promise<void>;
}

/** A session, as poor as can be: a header says who it is. */
const ofNode = ({ headers }: Pick<IncomingMessage, "headers">) => headers["x-session"] as string | undefined;
const ofWeb = ({ headers }: Request) => headers.get("x-session") ?? undefined;

async function running(server: Server, end?: () => Promise<unknown>): Promise<Running> {
  if (!server.listening) await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/me/export`,
    async close() {
      server.closeAllConnections();
      if (end !== undefined) return void (await end());
      server.close();
      await once(server, "close");
    },
  };
}

/** What Next.js does with a route handler, in a few lines: Next.js itself is not run here. */
function likeNext(GET: (request: Request) => Promise<Response>): Server {
  return createServer(async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const stop = new AbortController();
    outgoing.once("close", () => stop.abort());
    const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const response = await GET(new Request(`http://server${incoming.url}`, { headers, signal: stop.signal }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, outgoing).catch(() => {});
  });
}

/** Real servers, each with its recipe. */
export const servers: Readonly<Record<string, (exporter: Exporter) => Promise<Running>>> = {
  "Express 5": (exporter) =>
    running(
      express()
        .use(exportRouter({ exporter, subjectOf: ofNode }))
        .listen(0, "127.0.0.1"),
    ),
  "Fastify 5": async (exporter) => {
    const app = fastify();
    await app.register(exportRoutes, { exporter, subjectOf: ofNode });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return running(app.server, () => app.close());
  },
  "NestJS 11": async (exporter) => {
    const app = await NestFactory.create(exportModule({ exporter, subjectOf: ofNode }), { logger: false });
    await app.listen(0, "127.0.0.1");
    return running(app.getHttpServer() as Server, () => app.close());
  },
  "a route handler as of Next.js": (exporter) =>
    running(likeNext(exportRoute({ exporter, subjectOf: ofWeb }).GET).listen(0, "127.0.0.1")),
  "Hono 4": (exporter) =>
    running(
      serve({ fetch: exportApp({ exporter, subjectOf: ofWeb }).fetch, port: 0, hostname: "127.0.0.1" }) as Server,
    ),
};
