import { afterAll, describe, it } from "vitest";
import type { JsonValue } from "../../src/model/json.ts";
import { opensearchSource } from "../../src/sources/http/opensearch.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { expected, newNotes, nobody, other, subject, without } from "../support/contract-notes.ts";
import { startServer } from "../support/http-server.ts";
import { startCluster } from "../support/search-cluster.ts";

const runner = { describe, it, afterAll };

for (const flavour of ["opensearch", "elasticsearch"] as const)
  sourceContract<JsonValue>(
    flavour,
    async () => {
      const cluster = await startCluster(flavour, [...expected, ...other.expected].reverse());
      let fetched = 0;
      const over = (url: string, index = "logs-*") =>
        opensearchSource<JsonValue>({
          url,
          index,
          flavour,
          query: ({ subject: { id } }) => ({ term: { owner: id } }),
          sort: [{ id: "asc" }],
          map: ({ _source }) => {
            fetched++;
            return _source;
          },
        });
      const silent = await startServer(() => undefined);
      const gone = await startServer(() => undefined);
      await gone.close();
      return {
        source: over(cluster.origin),
        subject,
        expected,
        other,
        nobody,
        handles: () => cluster.points.size + cluster.open(),
        fetched: () => fetched,
        write: {
          insert: async (count: number) => {
            const added = newNotes(count);
            cluster.documents = [...cluster.documents, ...added];
          },
          delete: async (records: readonly JsonValue[]) => {
            cluster.documents = without(cluster.documents, records);
          },
        },
        disconnect: async () => cluster.disconnect(),
        unreachable: over(gone.origin),
        refused: over(cluster.origin, "none"),
        hanging: over(silent.origin),
        async teardown() {
          await silent.close();
          await cluster.close();
        },
      };
    },
    runner,
  );
