import { PortmanteauError, verifyBundle } from "portmanteau";
import { afterEach, describe, expect, it } from "vitest";
import {
  controlledSource,
  entriesOf,
  expectNoUnhandledRejection,
  exporterOf,
  jsonAt,
  noteDataset,
  notes,
} from "../support/exporting.ts";
import { type Running, servers } from "./servers.ts";

expectNoUnhandledRejection();
const headers = { "x-session": "u1" };
const opened: Running[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** Texts that do not deflate: their bytes reach the client while the rest is not read yet. */
const large = (count: number) =>
  notes(count).map((note) => ({
    ...note,
    text: Array.from({ length: 40 }, () => Math.random().toString(36)).join(""),
  }));
/** A source that gives no page before its query is aborted, and says when it was asked and when it was aborted. */
function hanging() {
  let asked: () => void = () => {};
  let aborted: () => void = () => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const isAborted = new Promise<void>((resolve) => (aborted = resolve));
  const { source } = controlledSource(notes(3), {
    before: (_page, { signal }) =>
      new Promise((_, reject) => {
        asked();
        signal.addEventListener("abort", () => {
          aborted();
          reject(signal.reason);
        });
      }),
  });
  return { source, isAsked, isAborted };
}
const broken = (retryable: boolean) =>
  controlledSource(notes(3), {
    before: () => {
      throw new PortmanteauError(retryable ? "SOURCE_UNAVAILABLE" : "SOURCE_FAILED", "u1 is gone.", { retryable });
    },
  }).source;

describe.each(Object.entries(servers))("%s", (_name, start) => {
  const open = async (...datasets: Parameters<typeof exporterOf>) => {
    const server = await start(exporterOf(...datasets).exporter);
    opened.push(server);
    return server;
  };

  it("streams the bundle of whoever is signed in, whole", async () => {
    const { url } = await open([noteDataset("a", controlledSource(notes(25), { count: 25 }).source)]);
    const response = await fetch(url, { headers });
    expect([response.status, response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
      200,
      "application/zip",
      "no-store",
    ]);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="my-data.zip"');
    const zip = Buffer.from(await response.arrayBuffer());
    expect(await verifyBundle(zip).summary()).toMatchObject({ sound: true, complete: true });
    expect(jsonAt(entriesOf(zip), "data/a.json")).toEqual(notes(25));
  });

  it("gives nobody a bundle who is not signed in", async () => {
    const { source, seen } = controlledSource(notes(3));
    const { url } = await open([noteDataset("a", source)]);
    const response = await fetch(url);
    expect([response.status, await response.json(), seen.opened]).toEqual([
      401,
      { type: "about:blank", title: "Sign in first.", status: 401 },
      0,
    ]);
  });

  it.each([
    [503, "SOURCE_UNAVAILABLE", true],
    [500, "SOURCE_FAILED", false],
  ] as const)(
    "answers %i when the export fails before its first byte, with the code alone",
    async (status, code, retryable) => {
      const { url } = await open([noteDataset("a", broken(retryable))]);
      const response = await fetch(url, { headers });
      expect([response.status, response.headers.get("content-type")?.split(";")[0]]).toEqual([
        status,
        "application/problem+json",
      ]);
      const title = "Your data could not be put together.";
      expect(await response.json()).toEqual({ type: "about:blank", title, status, code });
      expect(response.headers.get("content-disposition")).toBeNull();
    },
  );

  it("breaks the download off when the export fails after its first byte", async () => {
    const { url } = await open(
      [
        noteDataset("a", controlledSource(large(2_000)).source),
        noteDataset(
          "b",
          controlledSource(notes(30), {
            before: (page) => {
              if (page > 0) throw new PortmanteauError("SOURCE_FAILED", "Gone.");
            },
          }).source,
        ),
      ],
      { lanes: 1 },
    );
    const response = await fetch(url, { headers });
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it("stops the sources' queries when the client goes away before the first byte, and after it", async () => {
    const early = hanging();
    const { url } = await open([noteDataset("a", early.source)]);
    const stop = new AbortController();
    const refused = fetch(url, { headers, signal: stop.signal }).catch(() => "went away");
    await early.isAsked;
    stop.abort();
    expect(await refused).toBe("went away");
    await early.isAborted;

    const late = hanging();
    const second = await open(
      [noteDataset("a", controlledSource(large(2_000)).source), noteDataset("b", late.source)],
      { lanes: 1 },
    );
    const leave = new AbortController();
    const response = await fetch(second.url, { headers, signal: leave.signal });
    await late.isAsked;
    leave.abort();
    await expect(response.arrayBuffer()).rejects.toThrow();
    await late.isAborted;
  });
});
