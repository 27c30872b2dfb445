import { MongoClient } from "mongodb";
import { afterAll, describe, it } from "vitest";
import type { JsonObject } from "../../src/index.ts";
import { type MongodbCollection, mongodbSnapshot, mongodbSource } from "../../src/sources/mongodb/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { mongodbInProcess } from "../support/mongodb.ts";

const [ada, bob] = ["ada-1", "bob-2"];
const notesOf = (owner: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    _id: index * 10 + owner.length,
    owner,
    text: `note ${index} of ${owner}`,
  }));

sourceContract(
  "mongodb, by the real driver over a server in process",
  async () => {
    const documents: Record<string, unknown>[] = [...notesOf(ada, 30), ...notesOf(bob, 5)];
    const server = await mongodbInProcess(documents);
    const refusing = await mongodbInProcess([]);
    refusing.told((command) =>
      command === "find" || command === "aggregate"
        ? { ok: 0, code: 13, codeName: "Unauthorized", errmsg: "not authorized" }
        : undefined,
    );
    const hanging = await mongodbInProcess([]);
    hanging.told((command) => (command === "find" ? "silence" : undefined));
    const nowhere = new MongoClient("mongodb://127.0.0.1:1/?directConnection=true", { serverSelectionTimeoutMS: 50 });
    let fetched = 0;
    const over = (client: MongoClient, collection: MongodbCollection) =>
      mongodbSource({
        collection,
        snapshot: mongodbSnapshot({ client, collection }),
        filter: ({ subject }) => ({ owner: subject.id }),
        map: (document: JsonObject) => {
          fetched++;
          return document as (typeof expected)[number];
        },
      });
    const expected = notesOf(ada, 30);
    return {
      source: over(server.client, server.collection),
      subject: { id: ada },
      expected,
      other: { subject: { id: bob }, expected: notesOf(bob, 5) },
      nobody: { id: "eve-3" },
      fetched: () => fetched,
      handles: () => server.cursors.size + server.sessions() + hanging.sessions(),
      write: {
        insert: async (count: number) => {
          for (let n = 1; n <= count; n++)
            documents.push({ _id: n % 2 === 0 ? -n : 1_000 + n, owner: ada, text: "new" });
        },
        delete: async (records: readonly { _id: number }[]) => {
          for (const { _id } of records)
            documents.splice(
              documents.findIndex((each) => each["_id"] === _id && each["owner"] === ada),
              1,
            );
        },
      },
      disconnect: async () => server.disconnect(),
      unreachable: over(nowhere, nowhere.db().collection("documents")),
      refused: over(refusing.client, refusing.collection),
      hanging: over(hanging.client, hanging.collection),
      async teardown() {
        await nowhere.close();
        for (const each of [server, refusing, hanging]) await each.stop();
      },
    };
  },
  { describe, it, afterAll },
);
