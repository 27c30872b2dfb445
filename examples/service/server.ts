import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import fastify, { type FastifyInstance } from "fastify";
import { PortmanteauError, type RequestType } from "portmanteau";
import { type DownloadKey, downloadHandler, openFile } from "portmanteau/downloads";
import { receiveRequest } from "portmanteau/workflow";
import { bundleFile } from "./house.ts";
import { personPage, signInPage } from "./page.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";
import { viewOf } from "./view.ts";

interface ServerOptions {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly bundles: string;
  readonly downloadKey: DownloadKey;
  readonly clock?: () => number;
}

const file = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const headers = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** The web server. Who asks is told by the session alone: no URL and no form names a person. */
export function buildServer({
  store,
  sessions,
  bundles,
  downloadKey,
  clock = Date.now,
}: ServerOptions): FastifyInstance {
  const app = fastify({ bodyLimit: 4_096 });
  const ofForm = (text: string) => Object.fromEntries(new URLSearchParams(text));
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, text, done) =>
    done(null, ofForm(text as string)),
  );

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(headers);
    const { origin, host } = request.headers;
    // A form of another site sends that site's name, and no script can change it. The cookie is SameSite besides.
    const isSafe = request.method === "GET" || request.method === "HEAD";
    if (!isSafe && (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host))
      return reply.code(403).send();
  });

  app.get("/", async ({ raw }, reply) => {
    reply.type("text/html; charset=utf-8");
    const account = sessions.of(raw);
    if (account === undefined) return signInPage(sessions.accounts);
    const latest = await store.latestOf(account);
    return personPage(account, latest && viewOf(latest, downloadKey, clock()));
  });
  app.get("/page.css", async (_request, reply) => reply.type("text/css").send(file("page.css")));
  app.get("/page.client.js", async (_request, reply) => reply.type("text/javascript").send(file("page.client.js")));

  app.get("/favicon.ico", async (_request, reply) => reply.code(204).send());

  // Part of the stub, with sessions.ts.
  const account = {
    body: { type: "object", required: ["account"], properties: { account: { enum: sessions.accounts } } },
  };
  app.post<{ Body: { account: string } }>("/session", { schema: account }, async ({ body }, reply) =>
    reply.header("set-cookie", sessions.begin(body.account)).redirect("/", 303),
  );
  app.post("/session/end", async ({ raw }, reply) => {
    sessions.end(raw);
    return reply.redirect("/", 303);
  });

  const asked = {
    body: { type: "object", required: ["type"], properties: { type: { enum: ["access", "portability"] } } },
  };
  app.post<{ Body: { type: RequestType } }>("/requests", { schema: asked }, async ({ raw, body }, reply) => {
    const account = sessions.of(raw);
    if (account === undefined) return reply.code(401).send();
    // A worker finds it there: what is stored here cannot be lost on the way to the queue.
    await store.receive(account, receiveRequest({ id: randomUUID(), type: body.type }, { at: clock() }));
    return reply.redirect("/", 303);
  });

  const named = { params: { type: "object", properties: { id: { type: "string", format: "uuid" } } } };
  /** Somebody else's request is as unknown as one that never was. */
  const own = async (request: {
    readonly raw: Parameters<Sessions["of"]>[0];
    readonly params: { readonly id: string };
  }) => {
    const found = await store.find(request.params.id);
    return found !== undefined && found.account === sessions.of(request.raw) ? found : undefined;
  };
  app.get<{ Params: { id: string } }>("/requests/:id", { schema: named }, async (request, reply) => {
    const found = await own(request);
    return found === undefined ? reply.code(404).send() : viewOf(found, downloadKey, clock());
  });
  app.post<{ Params: { id: string } }>("/requests/:id/cancel", { schema: named }, async (request, reply) => {
    const found = await own(request);
    if (found === undefined) return reply.code(404).send();
    try {
      await store.change(found.record.id, [{ type: "cancelled", by: "subject" }], clock());
    } catch (error) {
      // It was delivered meanwhile; the page says so.
      if (!PortmanteauError.is(error) || error.code !== "TRANSITION_INVALID") throw error;
    }
    return reply.redirect("/", 303);
  });

  const download = downloadHandler({
    keys: [downloadKey],
    authorise: (request) => sessions.of(request),
    clock,
    onError: (error) => console.error(error),
    async open({ bundle }) {
      const delivery = (await store.find(bundle))?.record.delivery;
      const file = delivery && (await openFile(bundleFile(bundles, bundle)));
      return file ? { file, sha256: delivery.sha256, filename: "my-data.zip" } : undefined;
    },
  });
  app.get("/downloads/*", (request, reply) => {
    reply.hijack();
    void download(request.raw, reply.raw);
  });
  return app;
}
