/** A process with an S3 store, which lives on while others die. It prints its port. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startS3rver } from "../support/s3rver.ts";

/** The bucket and the folder of the store. */
const [bucket = "", directory = ""] = process.argv.slice(2);
const { port } = await startS3rver(directory, bucket);

/**
 * S3 does nothing before it has all of a request. s3rver removes folders under those who write into them: given one whole request at a
 * time, it does as S3 does.
 */
const agent = new Agent({ keepAlive: false });
let last: Promise<unknown> = Promise.resolve();
const door = createServer((asked, answer) => {
  const parts: Buffer[] = [];
  asked.on("data", (part: Buffer) => parts.push(part));
  asked.on("end", () => {
    last = last.then(() => passed(asked, Buffer.concat(parts), answer)).catch(() => answer.destroy());
  });
  asked.on("error", () => {}); // its sender died: nothing came
});

function passed({ method, url: path, headers }: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request({ agent, port, host: "127.0.0.1", method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer, { end: true });
      given.on("error", reject);
      given.on("end", resolve);
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

door.keepAliveTimeout = 0; // a connection that was closed as idle would look like a fault
door.listen(0, "127.0.0.1", () => process.stdout.write(`${(door.address() as AddressInfo).port}\n`));
process.stdin.resume().on("end", () => process.exit(0)); // with its parent, however that ends
