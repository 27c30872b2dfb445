import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import S3rver from "s3rver";

export interface RunningStore {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts s3rver on a free port of this machine. As S3 does, it replaces an object in one step and answers when it has it: by itself,
 * s3rver writes in place, and answers when it has heard everything, which is before everything is written.
 */
export async function startS3rver(directory: string, bucket: string): Promise<RunningStore> {
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { store } = server;
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const stored = await storedWhole(store.getResourcePath(bucket, key, "object"), content);
    await store.putMetadata(bucket, key, metadata, stored.md5);
    return stored;
  };
  store.putPart = async (bucket, uploadId, partNumber, content) => {
    const path = `${store.getResourcePath(bucket, undefined, "uploads")}/${uploadId}/${partNumber}`;
    const stored = await storedWhole(path, content);
    await writeFile(`${path}.md5`, stored.md5);
    return stored;
  };
  const { port } = await server.run();
  return { port, close: () => server.close() };
}

let files = 0;

async function storedWhole(path: string, content: Readable | Buffer) {
  const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
  const beside = `${path}.${++files}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(beside, bytes);
  await rename(beside, path);
  return { size: bytes.length, md5: createHash("md5").update(bytes).digest("hex") };
}
