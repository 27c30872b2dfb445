import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A request as the server saw it, its body read. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A real HTTP server in this process, that does what a test wants. */
export interface TestServer {
  readonly origin: string;
  /** Every request, in order. */
  readonly seen: SeenRequest[];
  /** Requests that were begun and neither answered whole nor broken off. */
  open(): number;
  /** Ends every connection, as a restart would. */
  disconnect(): void;
  close(): Promise<void>;
}

/** Starts it. What `answer` throws ends the connection, and fails `close`. */
export async function startServer(
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>,
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const thrown: unknown[] = [];
  let open = 0;
  const server = createServer((message, response) => {
    open++;
    response.once("close", () => open--);
    void (async () => {
      const url = new URL(message.url ?? "/", "http://server");
      let body = "";
      for await (const chunk of message) body += chunk;
      const request: SeenRequest = {
        method: message.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: message.headers,
        body,
      };
      seen.push(request);
      await answer(request, response);
    })().catch((error: unknown) => {
      thrown.push(error);
      response.destroy();
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const disconnect = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    open: () => open,
    disconnect,
    async close() {
      disconnect();
      server.close();
      await once(server, "close");
      if (thrown.length > 0) throw new AggregateError(thrown, "The test's server threw.");
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
