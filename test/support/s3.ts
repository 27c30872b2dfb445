import crypto from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { emptyFolder } from "./exporting.ts";
import { startS3rver } from "./s3rver.ts";

/** A store in this process, behind a door at which a test can stand. */
export interface TestStore {
  readonly client: S3;
  put(key: string, content: string | Uint8Array, more?: object): Promise<void>;
  delete(key: string): Promise<void>;
  /** The content of an object, from the disk; nothing when it is not there. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The keys of the uploads that were begun, and neither completed nor removed. */
  uploads(): string[];
  /** The port of the store itself, without the door. */
  readonly port: number;
  /** What was asked of the store: "GET /bucket/key". */
  readonly asked: string[];
  /** How many answers are on their way at this moment. */
  answers(): number;
  /** Called with each request before the store sees it; true when it was answered. */
  door: ((asked: IncomingMessage, answer: ServerResponse) => boolean) | undefined;
  /** Ends the connection of an answer after so many bytes of its body. */
  cutAfter: number | undefined;
  close(): Promise<void>;
}

export const bucket = "files";

/** s3rver makes its continuation tokens with DES, which OpenSSL 3 has not: another cipher does as well, for nobody looks into them. */
for (const method of ["createCipheriv", "createDecipheriv"] as const) {
  const original = crypto[method] as (name: string, key: Buffer, iv: Buffer, ...rest: unknown[]) => unknown;
  const replaced = (name: string, key: Buffer, iv: Buffer, ...rest: unknown[]) =>
    name === "des"
      ? original("aes-128-ctr", Buffer.concat([key, key]), Buffer.concat([iv, iv]))
      : original(name, key, iv, ...rest);
  Object.assign(crypto, { [method]: replaced });
}

/** A client that tries everything once: retrying is the engine's. */
export function clientOf(port: number): S3 {
  return new S3({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

/**
 * Starts s3rver on a free port.
 *
 * @param options.oneByOne s3rver removes folders under those who write into them: asked one thing at a time, it does as S3 does.
 */
export async function openStore({ oneByOne = false } = {}): Promise<TestStore> {
  const directory = emptyFolder();
  const uploadsFolder = join(directory, bucket, "._S3rver_uploads");
  /** A part that comes late makes a folder again, but no upload. */
  const isUpload = (id: string) => existsSync(join(uploadsFolder, id, "key"));
  const server = await startS3rver(directory, bucket);
  const { port } = server;
  const asked: string[] = [];
  let answers = 0;
  let last: Promise<unknown> = Promise.resolve();
  const proxy = createServer(async (incoming, answer) => {
    const before = last;
    last = new Promise((resolve) => answer.on("close", resolve));
    if (oneByOne) await before;
    asked.push(`${incoming.method} ${decodeURIComponent(incoming.url?.replace(/\?.*/, "") ?? "")}`);
    answers++;
    answer.on("close", () => answers--);
    if (store.door?.(incoming, answer)) return;
    const { method, url: path, headers } = incoming;
    // s3rver cannot remove an upload, and makes one again for a part that comes too late.
    const upload = new URL(path ?? "/", "http://store").searchParams.get("uploadId");
    if (upload !== null && (method === "DELETE" || !isUpload(upload))) {
      const isThere = isUpload(upload);
      rmSync(join(uploadsFolder, upload, "key"), { force: true });
      incoming.resume();
      answer.writeHead(isThere ? 204 : 404, { "content-type": "application/xml" });
      answer.end(isThere ? "" : "<Error><Code>NoSuchUpload</Code></Error>");
      return;
    }
    const passed = request({ port, host: "127.0.0.1", method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      let bytes = 0;
      given.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (store.cutAfter !== undefined && bytes > store.cutAfter) answer.destroy();
        else if (!answer.write(chunk)) {
          given.pause();
          answer.once("drain", () => given.resume());
        }
      });
      given.on("end", () => answer.end());
      answer.on("close", () => given.destroy());
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy()); // also when the client left in the middle of its request
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const client = clientOf((proxy.address() as AddressInfo).port);
  const store: TestStore = {
    client,
    async put(Key, content, more = {}) {
      await client.putObject({ Bucket: bucket, Key, Body: Buffer.from(content as string), ...more });
    },
    async delete(Key) {
      await client.deleteObject({ Bucket: bucket, Key });
    },
    async get(key) {
      const path = join(directory, bucket, `${key}._S3rver_object`);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
    uploads: () =>
      existsSync(uploadsFolder)
        ? readdirSync(uploadsFolder)
            .filter(isUpload)
            .map((id) => readFileSync(join(uploadsFolder, id, "key"), "utf8"))
        : [],
    port,
    asked,
    answers: () => answers,
    door: undefined,
    cutAfter: undefined,
    async close() {
      client.destroy();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await server.close();
    },
  };
  return store;
}
