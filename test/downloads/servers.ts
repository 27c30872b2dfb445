import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import {
  type DownloadBundle,
  type DownloadFacts,
  type DownloadKey,
  downloadHandler,
  fetchDownloadHandler,
} from "portmanteau/downloads";

export interface Ours {
  readonly keys: readonly DownloadKey[];
  readonly open: (facts: DownloadFacts) => DownloadBundle | undefined | Promise<DownloadBundle | undefined>;
  readonly permit?: (facts: DownloadFacts & { readonly isStart: boolean }) => boolean | Promise<boolean>;
  readonly onError?: (error: unknown) => void;
  readonly clock?: () => number;
}
export interface Running {
  /** What stands before the token. */
  readonly base: string;
  close(): Promise<void>;
}

/** A session, as poor as can be: the cookie says who it is. */
const subjectOf = (cookie: string | undefined | null) => /(?:^|; )subject=([^;]+)/.exec(cookie ?? "")?.[1];
const authorise = (request: IncomingMessage) => subjectOf(request.headers.cookie);

async function running(server: Server): Promise<Running> {
  if (!server.listening) await once(server, "listening");
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/downloads/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Real servers, each with the handler in its own way. */
export const servers: Readonly<Record<string, (ours: Ours) => Promise<Running>>> = {
  "node:http": (ours) => running(createServer(downloadHandler({ ...ours, authorise })).listen(0, "127.0.0.1")),
  "Express 5": (ours) => {
    const app = express();
    app.get("/downloads/:token", downloadHandler({ ...ours, authorise }));
    return running(app.listen(0, "127.0.0.1"));
  },
  "Fastify 5": async (ours) => {
    const app = fastify();
    const download = downloadHandler({ ...ours, authorise });
    // Not ":token": Fastify takes no parameter of more than 100 characters.
    app.get("/downloads/*", (request, reply) => {
      reply.hijack();
      void download(request.raw, reply.raw);
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { base } = await running(app.server);
    return {
      base,
      async close() {
        app.server.closeAllConnections();
        await app.close();
      },
    };
  },
  Hono: (ours) => {
    const app = new Hono<{ Variables: { subject: string | undefined } }>();
    app.use(async (c, next) => {
      c.set("subject", subjectOf(c.req.header("cookie")));
      await next();
    });
    const download = fetchDownloadHandler({
      ...ours,
      authorise: (_request, c: { get(name: "subject"): string | undefined }) => c.get("subject"),
    });
    app.get("/downloads/:token", (c) => download(c.req.raw, c));
    return running(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
  },
};
