import { randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { createClient, RESP_TYPES } from "redis";

/** What a command is answered with: an error's message is what the server says. */
export type Answer = string | number | null | Buffer | Error | readonly Answer[];

/** The Redis of the machine. Where none answers, `notRun` says so; with `PORTMANTEAU_SERVICES=required` that must fail the run. */
export async function redisServer(): Promise<{
  readonly title: string;
  readonly notRun?: string;
  readonly required?: boolean;
}> {
  const at = "127.0.0.1:6379";
  const client = createClient({ url: `redis://${at}`, socket: { reconnectStrategy: false, connectTimeout: 2_000 } });
  client.on("error", () => {}); // the rejection says it
  try {
    await client.connect();
    await client.ping();
    return { title: `server at ${at}` };
  } catch (error) {
    const notRun = `not run: Redis server at ${at} (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`;
    console.warn(notRun);
    return { title: notRun, notRun, required: process.env["PORTMANTEAU_SERVICES"] === "required" };
  } finally {
    client.destroy();
  }
}

/** A connected client of the machine's Redis, and a prefix for keys that are gone afterwards. */
export async function openRedis(RESP: 2 | 3) {
  const client = createClient({ url: "redis://127.0.0.1:6379", RESP });
  await client.connect();
  const prefix = `portmanteau:${randomBytes(6).toString("hex")}:`;
  const empty = async () => {
    const inBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    for await (const keys of inBytes.scanIterator({ MATCH: `${prefix}*`, COUNT: 1_000 }))
      if (keys.length > 0) await client.del(keys);
  };
  const drop = async () => {
    await empty();
    await client.close();
  };
  return { client, prefix, empty, drop };
}

/**
 * A server in this process that speaks the protocol and answers as a test says: for what the real one does only on a bad day. What the
 * test does not answer is answered from `strings`, as far as it needs.
 */
export async function scriptedRedis(
  strings: Readonly<Record<string, string>>,
  script: (command: string, args: readonly string[], socket: Socket) => Answer | undefined | "silence",
) {
  const asked: string[][] = [];
  const byDefault = (command: string, args: readonly string[]): Answer => {
    const value = strings[args[0] ?? ""];
    if (command === "SCAN") return ["0", Object.keys(strings)];
    if (command === "EXISTS") return args.filter((key) => key in strings).length;
    if (command === "TYPE") return value === undefined ? "none" : "string";
    if (command === "PEXPIRETIME") return value === undefined ? -2 : -1;
    if (command === "STRLEN") return Buffer.byteLength(value ?? "");
    if (command === "GET") return value ?? null;
    if (command === "GETRANGE") return Buffer.from(value ?? "").subarray(Number(args[1]), Number(args[2]) + 1);
    if (command === "INFO") return "# Cluster\r\ncluster_enabled:0\r\n";
    if (command === "PING" || command === "CLIENT") return "OK";
    return new Error(`ERR unknown command '${command}'`);
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest = Buffer.alloc(0);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let parsed = commandAt(rest); parsed !== undefined; parsed = commandAt(rest)) {
        rest = rest.subarray(parsed.end);
        const [command = "", ...args] = parsed.parts;
        asked.push([command, ...args]);
        const answer = script(command, args, socket) ?? byDefault(command, args);
        if (answer !== "silence") socket.write(encoded(answer));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const client = createClient({ RESP: 2, socket: { host: "127.0.0.1", port, reconnectStrategy: false } });
  client.on("error", () => {}); // the commands' rejections say it
  await client.connect();
  return {
    client,
    asked,
    stop: async () => {
      if (client.isOpen) client.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One command of the protocol, `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`; nothing while it is not all there. */
function commandAt(bytes: Buffer): { readonly parts: string[]; readonly end: number } | undefined {
  const lineEnd = (from: number) => bytes.indexOf("\r\n", from);
  let at = lineEnd(0);
  if (at < 0) return undefined;
  const count = Number(bytes.toString("latin1", 1, at));
  const parts: string[] = [];
  for (at += 2; parts.length < count; ) {
    const end = lineEnd(at);
    if (end < 0) return undefined;
    const length = Number(bytes.toString("latin1", at + 1, end));
    if (bytes.length < end + 2 + length + 2) return undefined;
    parts.push(bytes.toString("utf8", end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return { parts, end: at };
}

function encoded(answer: Answer): Buffer {
  if (answer === null) return Buffer.from("$-1\r\n");
  if (answer instanceof Error) return Buffer.from(`-${answer.message}\r\n`);
  if (typeof answer === "number") return Buffer.from(`:${answer}\r\n`);
  if (typeof answer === "string" || Buffer.isBuffer(answer)) {
    const bytes = Buffer.from(answer);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
  }
  return Buffer.concat([Buffer.from(`*${answer.length}\r\n`), ...answer.map(encoded)]);
}
