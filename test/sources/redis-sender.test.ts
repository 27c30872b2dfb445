import { expect, it } from "vitest";
import { sender } from "../../src/sources/redis/client.ts";

it("leaves the driver's time limit to the first of the commands that go out together, each time", async () => {
  const limits: unknown[] = [];
  const client = {
    async sendCommand(_args: unknown, options?: { readonly timeout?: number }) {
      limits.push(options?.timeout);
      return null;
    },
  };
  const send = sender(client, new AbortController().signal);
  await Promise.all(["a", "b", "c"].map((key) => send("GET", key)));
  await Promise.all(["d", "e"].map((key) => send("GET", key)));
  expect(limits).toEqual([undefined, 0, 0, undefined, 0]);
});
