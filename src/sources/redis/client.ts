import { PortmanteauError } from "../../model/errors.ts";
import { invalid } from "../../model/source-error.ts";
import { failed, failure } from "./failure.ts";

export type RedisArgument = string | Buffer;

/** The part we call of node-redis's client, or of its pool. */
export interface NodeRedisClient {
  /** Sends a command. */
  sendCommand(
    args: RedisArgument[],
    options?: { readonly typeMapping?: object; readonly timeout?: number },
  ): Promise<unknown>;
}

/** The part of ioredis's client we call. */
export interface IORedisClient {
  /** Sends a command; answers are bytes. */
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>;
  readonly options?: { readonly keyPrefix?: string | undefined };
}

/** A connected client of node-redis 5 or newer, or of ioredis 5. */
export type RedisClient = NodeRedisClient | IORedisClient;

export type Reply = Buffer | string | number | null | readonly Reply[];

/**
 * Sends one command; texts of the reply are bytes.
 *
 * @throws {PortmanteauError} every error of the client translated; `ABORTED` as soon as the signal says so
 */
export type Send = (command: string, ...args: RedisArgument[]) => Promise<Reply>;

/** node-redis: a text (`$` of the protocol) arrives as bytes. */
const asBytes = { typeMapping: { ["$".charCodeAt(0)]: Buffer } };
/** The same without node-redis's time limit for a command that waits for a connection: one AbortSignal for each takes a fifth of the time. */
const asBytesUnlimited = { ...asBytes, timeout: 0 };

export function sender(client: RedisClient, signal: AbortSignal): Send {
  const waiting = new Set<() => void>();
  const onAbort = () => {
    for (const leave of waiting) leave();
  };
  signal.addEventListener("abort", onAbort, { once: true }); // one for all commands: several are on their way at once
  // Of the commands that are sent together, the first one stands for all: where it waits too long, so do they.
  let isFirst = true;
  const optionsNow = () => {
    if (!isFirst) return asBytesUnlimited;
    isFirst = false;
    queueMicrotask(() => {
      isFirst = true;
    });
    return asBytes;
  };
  return (command, ...args) =>
    new Promise((resolve, reject) => {
      const leave = () => reject(aborted(signal));
      if (signal.aborted) return leave();
      waiting.add(leave);
      call(client, command, args, optionsNow()).then(
        (reply) => {
          waiting.delete(leave);
          resolve(reply as Reply);
        },
        (cause: unknown) => {
          waiting.delete(leave);
          reject(failure(cause, command));
        },
      );
    });
}

async function call(
  client: RedisClient,
  command: string,
  args: RedisArgument[],
  options: typeof asBytes,
): Promise<unknown> {
  return "callBuffer" in client ? client.callBuffer(command, ...args) : client.sendCommand([command, ...args], options);
}

/** @throws {PortmanteauError} `CONFIG_INVALID` for a client that would not see everything */
export function refuseUnfit(client: RedisClient, { scans }: { readonly scans: boolean }): void {
  const { sendCommand, callBuffer } = client as Partial<NodeRedisClient & IORedisClient>;
  if (typeof callBuffer !== "function" && typeof sendCommand !== "function")
    throw invalid("`client` is no client of node-redis or ioredis.");
  const isCluster = ("isCluster" in client && client.isCluster === true) || "slots" in client;
  if (isCluster)
    throw invalid("A cluster's client is not supported. Give one source to each node that holds the keys.");
  if (scans && "callBuffer" in client && (client.options?.keyPrefix ?? "") !== "")
    throw invalid(
      "The client has a `keyPrefix`, which it would put before keys that have it already. Give one without, and the prefix in `match`.",
    );
}

/** A node of a cluster finds its own keys only, and says nothing of the others'. */
export async function refuseClusterNode(send: Send): Promise<void> {
  const info = String(await send("INFO", "cluster"));
  if (info.includes("cluster_enabled:1"))
    throw failed(
      "This server is a node of a cluster: a search would find some of the keys. Clusters are not supported.",
    );
}

function aborted(signal: AbortSignal): PortmanteauError {
  return new PortmanteauError("ABORTED", "Reading from Redis was aborted.", { cause: signal.reason });
}
