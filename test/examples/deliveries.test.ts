import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { verifyBundle } from "portmanteau";
import { fileDelivery } from "portmanteau/deliveries/file";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportToS3 } from "../../examples/deliver-to-s3.ts";
import { exportToUrl } from "../../examples/deliver-to-url.ts";
import { downloads, linkTo } from "../../examples/download-links.ts";
import { controlledSource, emptyFolder, exporterOf, fixed, noteDataset, notes, request } from "../support/exporting.ts";
import { bucket, openStore, type TestStore } from "../support/s3.ts";

const { exporter } = exporterOf([noteDataset("a", controlledSource(notes(30)).source)]);

describe("the examples", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store.close());

  it("deliver to S3", async () => {
    await store.client.createBucket({ Bucket: "exports" });
    await exportToS3(exporter, request, store.client);
    const { Body } = await store.client.getObject({ Bucket: "exports", Key: `${request.id}.zip` });
    expect(await verifyBundle((await Body?.transformToByteArray()) as Uint8Array).summary()).toMatchObject({
      sound: true,
    });
  });

  it("deliver to a URL", async () => {
    const url = `http://127.0.0.1:${store.port}/${bucket}/x.zip`;
    await exportToUrl(exporter, request, async () => url);
    expect(await verifyBundle((await store.get("x.zip")) as Uint8Array).summary()).toMatchObject({ sound: true });
  });

  it("give a bundle to its person by a link", async () => {
    const folder = emptyFolder();
    const path = join(folder, "e1.zip");
    const { bundle } = await exporter.export(request, { to: fileDelivery(path), ...fixed });
    const made = { id: "e1", accountId: "acc-1", sha256: bundle?.sha256 ?? "" };
    const key = { id: "k", secret: new Uint8Array(32).fill(7) };
    const accountOf = ({ headers }: IncomingMessage) => headers.cookie;
    const server = createServer(
      downloads({ key, folder, find: async (id) => (id === "e1" ? made : undefined), accountOf }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const link = `http://127.0.0.1:${(server.address() as AddressInfo).port}${linkTo(made, key)}`;
    const response = await fetch(link, { headers: { cookie: "acc-1" } });
    expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(path))).toBe(true);
    expect((await fetch(link, { headers: { cookie: "acc-2" } })).status).toBe(404);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
});
