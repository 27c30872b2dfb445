import { afterAll, describe, it } from "vitest";
import type { JsonValue } from "../../src/model/json.ts";
import { type HttpSourceOptions, httpSource, lastRecord, linkHeader, offset } from "../../src/sources/http/index.ts";
import { sourceContract } from "../../src/testing/index.ts";
import { expected, newNotes, nobody, other, subject, without } from "../support/contract-notes.ts";
import { sendJson, startServer } from "../support/http-server.ts";

const runner = { describe, it, afterAll };

const styles: readonly (readonly [name: string, options: Partial<HttpSourceOptions>, stable: boolean])[] = [
  ["by the last record", { records: "/data", paging: lastRecord("/id", { more: "/more" }), key: "/id" }, true],
  ["by the Link header", { records: "/data", paging: linkHeader() }, true],
  ["by an offset", { records: "/data", paging: offset({ total: "/total" }), key: "/id" }, false],
  ["as one stream", { records: "/data" }, false],
];

for (const [name, options, stable] of styles)
  sourceContract<JsonValue>(
    `http, ${name}`,
    async () => {
      let notes = [...expected, ...other.expected];
      let fetched = 0;
      const server = await startServer(({ path, query }, response) => {
        const [, kind, person = "", what] = decodeURIComponent(path).split("/");
        if (kind === "hanging") return;
        if (kind !== "people") return void response.writeHead(403).end();
        const list = notes.filter(({ owner }) => owner === person).sort((a, b) => (a.id < b.id ? -1 : 1));
        if (what === "count") return sendJson(response, list.length);
        const limit = Number(query.get("limit") ?? list.length);
        const after = query.get("after");
        const from =
          options.paging === undefined || after === null
            ? 0
            : /^\d+$/.test(after)
              ? Number(after)
              : list.filter(({ id }) => id <= after).length;
        const data = list.slice(from, from + limit);
        const more = from + limit < list.length;
        const next = new URLSearchParams({ limit: String(limit), after: data.at(-1)?.id ?? "" });
        sendJson(response, { data, more, total: list.length }, more ? { link: `<?${next}>; rel="next"` } : {});
      });
      const over = (origin: string, kind: string) =>
        httpSource<JsonValue>({
          ...options,
          request: ({ subject: { id }, cursor, limit }) => {
            const url = new URL(`${origin}/${kind}/${encodeURIComponent(id)}`);
            if (options.paging !== undefined) url.searchParams.set("limit", String(limit));
            if (cursor !== null) url.searchParams.set("after", String(cursor));
            return url;
          },
          count: { request: ({ subject: { id } }) => `${origin}/${kind}/${encodeURIComponent(id)}/count`, at: "" },
          check: () => `${origin}/${kind}`,
          map: (note) => {
            fetched++;
            return note;
          },
        });
      const gone = await startServer(() => undefined);
      await gone.close();
      return {
        source: over(server.origin, "people"),
        subject,
        expected,
        other,
        nobody,
        handles: () => server.open(),
        fetched: () => fetched,
        ...(stable
          ? {
              write: {
                insert: async (count: number) => {
                  const added = newNotes(count);
                  notes = [...added, ...notes];
                },
                delete: async (records: readonly JsonValue[]) => {
                  notes = without(notes, records);
                },
              },
            }
          : {}),
        disconnect: async () => server.disconnect(),
        unreachable: over(gone.origin, "people"),
        refused: over(server.origin, "refused"),
        hanging: over(server.origin, "hanging"),
        teardown: () => server.close(),
      };
    },
    runner,
  );
