import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { createDownloadToken, type DownloadKey, downloadHandler, openFile } from "portmanteau/downloads";
import type { openExports } from "../queued-exports.ts";

interface AcceptedExports {
  readonly exports: ReturnType<typeof openExports>;
  /** Where the workers put the bundles, `ID.zip`. */
  readonly folder: string;
  readonly key: DownloadKey;
  /** Whose session a request is of; nothing for nobody's. */
  readonly accountOf: (request: IncomingMessage) => string | undefined;
  /** A table of two columns in your database: who asked for which export. */
  readonly asked: {
    keep(id: string, account: string): Promise<void>;
    accountOf(id: string): Promise<string | undefined>;
  };
  readonly clock?: () => number;
}

const keepMs = 7 * 86_400_000;

/** For `app.register(acceptedExports, { … })`: `POST /exports` is answered at once, workers collect, the person comes back for the link. */
export async function acceptedExports(
  app: FastifyInstance,
  { exports, folder, key, accountOf, asked, clock = Date.now }: AcceptedExports,
): Promise<void> {
  app.post("/exports", async ({ raw }, reply) => {
    const account = accountOf(raw);
    if (account === undefined) return reply.code(401).send();
    const id = randomUUID();
    await asked.keep(id, account); // before the queue has it: what is collected belongs to somebody
    await exports.submit({ id, type: "access", subject: { id: account } });
    return reply.code(202).header("location", `/exports/${id}`).send({ state: "queued" });
  });

  app.get<{ Params: { id: string } }>("/exports/:id", async ({ raw, params: { id } }, reply) => {
    const account = accountOf(raw);
    const isOwn = account !== undefined && (await asked.accountOf(id)) === account;
    const progress = isOwn ? await exports.progress(id) : undefined;
    if (progress === undefined) return reply.code(404).send(); // somebody else's is as unknown as one that never was
    reply.header("cache-control", "no-store");
    const { state, delivered } = progress;
    if (delivered === null) return reply.header("retry-after", "5").send({ state });
    const expiresAt = new Date(Date.parse(delivered.at) + keepMs); // not of today: asking again makes no link longer
    if (expiresAt.getTime() <= clock()) return reply.code(410).send();
    const token = createDownloadToken({ key, bundle: id, subject: account as string, expiresAt });
    return { state, download: `/downloads/${token}`, expiresAt };
  });

  const download = downloadHandler({
    keys: [key],
    authorise: accountOf,
    clock,
    async open({ bundle }) {
      const delivered = (await exports.progress(bundle))?.delivered;
      const file = delivered && (await openFile(join(folder, `${bundle}.zip`)));
      return file ? { file, sha256: delivered.sha256, filename: "my-data.zip" } : undefined;
    },
  });
  app.get("/downloads/*", ({ raw }, reply) => {
    reply.hijack(); // the handler answers by itself: ranges, digests, errors
    void download(raw, reply.raw);
  });
}
